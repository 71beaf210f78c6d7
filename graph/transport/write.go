package transport

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// result is what one operation is answered. Data that is nil is left out: the
// operation was not executed.
type result struct {
	data       json.RawMessage
	errors     gqlerror.List
	extensions map[string]any
}

// write answers with the one result, or with an array of them.
func (h *Handler) write(w http.ResponseWriter, r *http.Request, media mediaType, isBatch bool, results []result) {
	parts := make([][]byte, 0, 3*len(results)+2)
	if isBatch {
		parts = append(parts, []byte{'['})
	}
	for i := range results {
		if i > 0 {
			parts = append(parts, []byte{','})
		}
		parts = h.appendJSON(parts, r, &results[i])
	}
	status := http.StatusOK
	if isBatch {
		parts = append(parts, []byte{']'})
	} else if res := results[0]; res.data == nil {
		status = statusOf(codeOf(res.errors[0]), media)
	}
	header := w.Header()
	header.Set("Content-Type", media.contentType())
	header.Set("Content-Length", strconv.Itoa(length(parts)))
	switch status {
	case http.StatusMethodNotAllowed:
		header.Set("Allow", allowedMethods)
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", challenge)
	}
	w.WriteHeader(status)
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return // the caller went away
		}
	}
}

// appendJSON adds the result as JSON, in pieces to be written one after the
// other. The data is one of them as it stands: it may be megabytes.
func (h *Handler) appendJSON(parts [][]byte, r *http.Request, res *result) [][]byte {
	head, tail, err := res.frame()
	if err != nil {
		*res = result{errors: gqlerror.List{h.engine.faults.internal(r.Context(), err)}}
		head, tail, _ = res.frame()
	}
	return append(parts, head, res.data, tail)
}

// frame is the JSON before and after the data.
func (res *result) frame() (head, tail []byte, err error) {
	head, tail = []byte{'{'}, []byte{'}'}
	if len(res.errors) > 0 {
		text, err := marshal(res.errors)
		if err != nil {
			return nil, nil, fmt.Errorf("write errors as JSON: %w", err)
		}
		head = append(append(head, `"errors":`...), text...)
		if res.data != nil {
			head = append(head, ',')
		}
	}
	if res.data != nil {
		head = append(head, `"data":`...)
	}
	if len(res.extensions) > 0 {
		text, err := marshal(res.extensions)
		if err != nil {
			return nil, nil, fmt.Errorf("write extensions as JSON: %w", err)
		}
		tail = append(append([]byte(`,"extensions":`), text...), '}')
	}
	return head, tail, nil
}

// marshal leaves <, > and & as they are: the answer is never part of a page.
func marshal(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(buffer.Bytes(), []byte{'\n'}), err
}

func length(parts [][]byte) int {
	total := 0
	for _, part := range parts {
		total += len(part)
	}
	return total
}
