package ogc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"

	"xiangtu/server/negotiate"
)

// cacheControl lets clients keep answers, and ask each time whether they still hold: they see an edit at once, and
// mostly pay 304 and no body.
const cacheControl = "public, max-age=0, must-revalidate"

// content is a resource, ready for both of its forms.
type content struct {
	document any  // what becomes JSON
	page     page // what becomes HTML
}

// resource answers with what build makes, which has no parameters but f.
func (a *API) resource(jsonType string, build func(*request) (content, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.answer(w, r, jsonType, build); err != nil {
			fail(w, r, err)
		}
	})
}

func (a *API) answer(w http.ResponseWriter, r *http.Request, jsonType string, build func(*request) (content, error)) error {
	request, err := a.read(r, jsonType)
	if err != nil {
		return err
	}
	if err := request.allow("f"); err != nil {
		return err
	}
	c, err := build(request)
	if err != nil {
		return err
	}
	body, err := a.render(request, c)
	if err != nil {
		return err
	}
	a.send(w, request, body)
	return nil
}

// render writes the content in the form that the request asks for.
func (a *API) render(r *request, c content) ([]byte, error) {
	if r.html {
		return a.renderPage(r, c.page)
	}
	return marshal(c.document)
}

// marshal writes JSON; the letters <, > and & of its texts stay themselves.
func marshal(document any) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return body.Bytes(), nil
}

// send sends a whole body, under a tag made of its bytes.
func (a *API) send(w http.ResponseWriter, r *request, body []byte) {
	a.describe(w.Header(), r)
	etag := `W/"` + fingerprint(body) + `"`
	w.Header().Set("ETag", etag)
	if negotiate.Matches(r.Header["If-None-Match"], etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // fails when the client has gone
	}
}

// describe sets the headers of an answer but its tag.
func (a *API) describe(header http.Header, r *request) {
	header.Add("Vary", "Accept")
	if r.html {
		header.Set("Content-Type", mediaHTML+"; charset=utf-8")
		if a.Protect != nil {
			a.Protect(header)
		}
	} else {
		header.Set("Content-Type", r.jsonType)
	}
	header.Set("Cache-Control", cacheControl) // whatever the protection says
	r.view.Describe(header)
}

// fingerprint shortens bytes to characters that an ETag may have.
func fingerprint(b []byte) string {
	hash := fnv.New64a()
	_, _ = hash.Write(b) // never fails
	return strconv.FormatUint(hash.Sum64(), 36)
}
