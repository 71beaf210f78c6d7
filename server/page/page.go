// Package page serves the web pages that are built into the program: each
// file with its validator, compressed once, under a strict content policy.
package page

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"xiangtu/server/negotiate"
	"xiangtu/server/problem"
)

// Cache-Control of pages, which are asked about each time, and of assets,
// whose names change with their content.
const (
	cachePage  = "no-cache"
	cacheAsset = "public, max-age=31536000, immutable"
)

// Pages serves the files of a built web folder.
type Pages struct {
	files files
}

// New returns the pages in folder, which it reads once. A file that is there
// only as name.gz is served as name.
func New(folder fs.FS) (*Pages, error) {
	files, err := load(folder)
	if err != nil {
		return nil, fmt.Errorf("read the built pages: %w", err)
	}
	return &Pages{files: files}, nil
}

// Page answers with the page called name under a policy: name.html, or
// name/index.html.
func (p *Pages) Page(name string, policy Policy) http.Handler {
	protect := policy.Protect()
	file := p.files[name+".html"]
	if file == nil {
		file = p.files[name+"/index.html"]
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if file == nil {
			problem.Write(w, r, problem.Problem{
				Status: http.StatusNotFound,
				Code:   "NOT_BUILT",
				Detail: "This program was built without its pages; `make build` makes them.",
			})
			return
		}
		protect(w.Header())
		file.serve(w, r)
	})
}

// head matches what the head of a built page loads.
var head = regexp.MustCompile(`<(?:link|script)\b[^>]*>(?:</script>)?`)

// Head gives the elements by which the built page called name loads its styles and scripts, for pages that the server
// writes; nothing before the first build.
func (p *Pages) Head(name string) (template.HTML, error) {
	file := p.files[name+".html"]
	if file == nil {
		return "", nil
	}
	content, err := file.plain()
	if err != nil {
		return "", fmt.Errorf("unpack a built page: %w", err)
	}
	return template.HTML(bytes.Join(head.FindAll(content, -1), []byte("\n"))), nil //nolint:gosec // it is built into the program
}

// TopFiles lists the files at the top of the folder that are no pages, such as
// an icon, in alphabetical order.
func (p *Pages) TopFiles() []string {
	var names []string
	for name := range p.files {
		if !strings.Contains(name, "/") && !strings.HasSuffix(name, ".html") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Assets answers with the file of the folder that the request's path names.
// Files under /assets/ have a hash of their content in their name and may be
// kept for ever.
func (p *Pages) Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		file, ok := p.files[name]
		if !ok || strings.HasSuffix(name, ".html") {
			problem.Write(w, r, problem.Problem{
				Status: http.StatusNotFound,
				Code:   "NOT_FOUND",
				Detail: "There is no such file; a page that names it is of another version: load the page again.",
			})
			return
		}
		w.Header().Set("Cache-Control", cachePage)
		if strings.HasPrefix(name, "assets/") {
			w.Header().Set("Cache-Control", cacheAsset)
		}
		file.serve(w, r)
	})
}

// serve answers with the file; http.ServeContent sees to ranges, HEAD and 304.
func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	etag := f.etag
	content, err := f.packed()
	if err == nil && content != nil {
		header.Add("Vary", "Accept-Encoding")
		if negotiate.AcceptsGzip(r.Header["Accept-Encoding"]) {
			header.Set("Content-Encoding", "gzip")
			etag += "-gz"
		} else {
			content = nil
		}
	}
	if err == nil && content == nil {
		content, err = f.plain()
	}
	if err != nil {
		problem.WriteError(w, r, fmt.Errorf("unpack a built page: %w", err))
		return
	}
	header.Set("Content-Type", f.mediaType)
	header.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
