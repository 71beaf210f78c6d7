package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// readGet reads one operation from the query of the URL.
func (h *Handler) readGet(_ http.ResponseWriter, r *http.Request) (request, *gqlerror.Error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return request{}, refuse(CodeBadRequest, "the query of the URL cannot be read: "+err.Error())
	}
	params := graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName")}
	if refusal := readObject(values, "variables", &params.Variables); refusal != nil {
		return request{}, refusal
	}
	if refusal := readObject(values, "extensions", &params.Extensions); refusal != nil {
		return request{}, refusal
	}
	req := request{operations: []graphql.RawParams{params}, readOnly: true}
	return req, req.check()
}

func readObject(values url.Values, name string, target *map[string]any) *gqlerror.Error {
	text := values.Get(name)
	if text == "" {
		return nil
	}
	if err := decode(strings.NewReader(text), target); err != nil {
		return refuse(CodeBadRequest, name+" in the URL must be a JSON object: "+explain(err))
	}
	return nil
}

// readPost reads one operation, or an array of them, from the body. What it gives may share the memory of the body, which
// is used again once the request is done.
func (h *Handler) readPost(w http.ResponseWriter, r *http.Request) (req request, refusal *gqlerror.Error) {
	if isForm(r.Header) {
		return h.readForm(r)
	}
	if refusal := checkContentType(r.Header); refusal != nil {
		return request{}, refusal
	}
	if r.ContentLength > h.config.MaxBodyBytes {
		return request{}, h.bodyTooLarge(r.ContentLength)
	}
	body := h.bodies.Get().(*bytes.Buffer)
	defer func() {
		if refusal != nil {
			h.keep(body)
		}
	}()
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, h.config.MaxBodyBytes)); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return request{}, h.bodyTooLarge(h.config.MaxBodyBytes + 1)
		}
		return request{}, refuse(CodeBadRequest, "the body ended early")
	}
	if req, refusal = h.parseOperations(body.Bytes()); refusal != nil {
		return request{}, refusal
	}
	req.release = func() { h.keep(body) }
	return req, req.check()
}

// parseOperations reads one operation, or an array of them, from JSON.
func (h *Handler) parseOperations(text []byte) (req request, refusal *gqlerror.Error) {
	var err error
	if req.isBatch = startsArray(text); req.isBatch {
		err = decode(bytes.NewReader(text), &req.operations)
	} else {
		req.operations = make([]graphql.RawParams, 1)
		err = h.decodeOperation(text, &req.operations[0])
	}
	if err != nil {
		return request{}, refuse(CodeBadRequest, "the body must be JSON with a query: "+explain(err))
	}
	return req, h.checkBatch(req)
}

// decodeOperation reads one operation.
func (h *Handler) decodeOperation(text []byte, params *graphql.RawParams) error {
	quick := h.quickReaders.Get().(*quickReader)
	defer h.quickReaders.Put(quick)
	if read, ok := quick.read(text); ok {
		*params = read
		return nil
	}
	return decode(bytes.NewReader(text), params)
}

// A buffer that has grown beyond this is left to the garbage collector, so that
// one large body does not hold its memory for ever.
const keptBodyBytes = 64 << 10

func (h *Handler) keep(body *bytes.Buffer) {
	if body.Cap() <= keptBodyBytes {
		body.Reset()
		h.bodies.Put(body)
	}
}

func (h *Handler) bodyTooLarge(actual int64) *gqlerror.Error {
	limit := h.config.MaxBodyBytes
	return exceed(CodeBodyTooLarge, fmt.Sprintf(
		"the body has %d bytes or more, the limit is %d: send less, or in several requests", actual, limit), limit, actual)
}

func (h *Handler) checkBatch(req request) *gqlerror.Error {
	limit, actual := h.config.MaxBatch, len(req.operations)
	switch {
	case actual == 0:
		return refuse(CodeBadRequest, "the array holds no operation")
	case actual > limit:
		return exceed(CodeBatchTooLarge, fmt.Sprintf(
			"the array holds %d operations, the limit is %d: send several arrays", actual, limit), int64(limit), int64(actual))
	}
	return nil
}

// check refuses operations that have neither a text nor the hash of one.
func (req request) check() *gqlerror.Error {
	for i, params := range req.operations {
		if params.Query != "" || params.Extensions[persistedQuery] != nil {
			continue
		}
		message := "query is missing: send the text of a GraphQL document"
		if req.isBatch {
			message = fmt.Sprintf("operation %d of the array: %s", i, message)
		}
		return refuse(CodeBadRequest, message)
	}
	return nil
}

func startsArray(body []byte) bool {
	body = bytes.TrimLeft(body, " \t\r\n")
	return len(body) > 0 && body[0] == '['
}

// decode reads the one JSON value of the source. Numbers stay json.Number, so
// that no digit of an Int64 is lost.
func decode(source io.Reader, target any) error {
	decoder := json.NewDecoder(source)
	decoder.UseNumber()
	if err := decoder.Decode(target); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the value")
	}
	return nil
}

// explain says what is wrong with JSON in the words of JSON, not of Go.
func explain(err error) string {
	wrongType, isWrongType := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case isWrongType && wrongType.Field == "":
		return "it is of type " + wrongType.Value + ", not an object"
	case isWrongType:
		return fmt.Sprintf("%s is of the wrong type, %s", wrongType.Field, wrongType.Value)
	case errors.Is(err, io.EOF):
		return "it is empty"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "it ends in the middle of a value"
	}
	return err.Error()
}
