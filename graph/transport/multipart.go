package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	mediaForm = "multipart/form-data"
	// maxFiles bounds the files of one request.
	maxFiles = 10
	// maxMapBytes bounds what says where they belong.
	maxMapBytes = 64 << 10
)

// preflightHeaders are those of which a form needs one. A page of another origin can send a form without asking, but no
// header of these.
var preflightHeaders = []string{"GraphQL-Preflight", "Apollo-Require-Preflight", "GraphQL-Require-Preflight", "X-Requested-With"}

// Files keeps the files of requests.
type Files interface {
	// Keep writes what comes to a file, which is at its beginning then, or refuses it in the name of ctx.
	Keep(ctx context.Context, body io.Reader) (*os.File, error)
	// Discard removes a file whose request is answered, unless somebody has taken it over.
	Discard(file *os.File)
}

// isForm tells whether a body is a form, as the GraphQL multipart request specification has it.
func isForm(header http.Header) bool {
	return strings.HasPrefix(header.Get("Content-Type"), mediaForm)
}

// readForm reads operations with files: the parts operations and map, and then a part for each file, which is written
// away as it comes.
func (h *Handler) readForm(r *http.Request) (req request, refusal *gqlerror.Error) {
	_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case h.config.Files == nil:
		return req, refuse(CodeUnsupportedMediaType, "no files are taken here: send JSON in UTF-8 with Content-Type: application/json")
	case err != nil || parameters["boundary"] == "":
		return req, refuse(CodeBadRequest, "the Content-Type of the form names no boundary")
	case !hasAny(r.Header, preflightHeaders):
		return req, refuse(CodeBadRequest, "a form needs a header that no foreign page can send: add GraphQL-Preflight: 1")
	}
	f := form{handler: h, parts: multipart.NewReader(r.Body, parameters["boundary"])}
	defer func() {
		if refusal != nil {
			f.release()
		}
	}()
	if refusal = f.readOperations(); refusal == nil {
		refusal = f.readMap()
	}
	if refusal == nil {
		refusal = f.readFiles(r.Context())
	}
	if refusal != nil {
		return request{}, refusal
	}
	f.request.release = f.release
	return f.request, f.request.check()
}

func hasAny(header http.Header, names []string) bool {
	for _, name := range names {
		if header.Get(name) != "" {
			return true
		}
	}
	return false
}

// form is a form that is being read.
type form struct {
	handler *Handler
	parts   *multipart.Reader
	request request
	places  map[string][]string // where the files belong, by the name of the part
	files   []*os.File
}

func (f *form) release() {
	for _, file := range f.files {
		f.handler.config.Files.Discard(file)
	}
}

// readOperations reads the first part.
func (f *form) readOperations() *gqlerror.Error {
	text, refusal := f.readText("operations", f.handler.config.MaxBodyBytes)
	if refusal != nil {
		return refusal
	}
	f.request, refusal = f.handler.parseOperations(text)
	return refusal
}

// readMap reads the second part.
func (f *form) readMap() *gqlerror.Error {
	text, refusal := f.readText("map", maxMapBytes)
	if refusal != nil {
		return refusal
	}
	if err := json.Unmarshal(text, &f.places); err != nil {
		return refuse(CodeBadRequest, `the part map must be a JSON object such as {"0": ["variables.file"]}: `+explain(err))
	}
	if len(f.places) > maxFiles {
		return refuse(CodeBadRequest, fmt.Sprintf("the form has %d files, the limit is %d: send several requests", len(f.places), maxFiles))
	}
	return nil
}

func (f *form) readText(name string, most int64) ([]byte, *gqlerror.Error) {
	part, err := f.parts.NextPart()
	if err != nil || part.FormName() != name {
		return nil, refuse(CodeBadRequest, "the form must have the parts operations, map and then the files, in this order: "+name+" is missing")
	}
	text, err := io.ReadAll(io.LimitReader(part, most+1))
	switch {
	case err != nil:
		return nil, refuse(CodeBadRequest, "the form ended early")
	case int64(len(text)) > most:
		return nil, exceed(CodeBodyTooLarge, fmt.Sprintf("the part %s has more than %d bytes", name, most), most, int64(len(text)))
	}
	return text, nil
}

// readFiles reads the other parts.
func (f *form) readFiles(ctx context.Context) *gqlerror.Error {
	for {
		part, err := f.parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return refuse(CodeBadRequest, "the form ended early")
		}
		places, known := f.places[part.FormName()]
		if !known {
			return refuse(CodeBadRequest, fmt.Sprintf("the map does not say where the part %.40q belongs, or it comes twice", part.FormName()))
		}
		delete(f.places, part.FormName())
		file, err := f.handler.config.Files.Keep(ctx, part)
		if err != nil {
			return f.handler.engine.faults.present(ctx, err)
		}
		f.files = append(f.files, file)
		upload := graphql.Upload{File: file, Filename: part.FileName(), ContentType: part.Header.Get("Content-Type")}
		if info, err := file.Stat(); err == nil {
			upload.Size = info.Size()
		}
		for _, place := range places {
			if refusal := f.request.put(place, upload); refusal != nil {
				return refusal
			}
		}
	}
	for name := range f.places {
		return refuse(CodeBadRequest, fmt.Sprintf("the map names the part %.40q, and the form does not have it", name))
	}
	return nil
}

// put sets what stands at a path of the operations, such as variables.files.0, which must be null there.
func (req request) put(path string, upload graphql.Upload) *gqlerror.Error {
	wrong := refuse(CodeBadRequest, fmt.Sprintf("the map names %.80q, and no null stands there in the operations", path))
	steps := strings.Split(path, ".")
	operation := &req.operations[0]
	if req.isBatch {
		n, err := strconv.Atoi(steps[0])
		if err != nil || n < 0 || n >= len(req.operations) {
			return wrong
		}
		operation, steps = &req.operations[n], steps[1:]
	}
	if len(steps) < 2 || steps[0] != "variables" || !replaceNull(operation.Variables, steps[1:], upload) {
		return wrong
	}
	return nil
}

// replaceNull puts a value where these steps lead from an object or a list, if there is null; it tells whether it did.
func replaceNull(at any, steps []string, by any) bool {
	var value any
	var there bool
	set := func() {}
	switch holder := at.(type) {
	case map[string]any:
		value, there = holder[steps[0]]
		set = func() { holder[steps[0]] = by }
	case []any:
		if n, err := strconv.Atoi(steps[0]); err == nil && n >= 0 && n < len(holder) {
			value, there = holder[n], true
			set = func() { holder[n] = by }
		}
	}
	switch {
	case !there:
		return false
	case len(steps) > 1:
		return replaceNull(value, steps[1:], by)
	case value != nil:
		return false
	}
	set()
	return true
}
