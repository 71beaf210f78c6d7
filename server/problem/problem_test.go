package problem

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo"
)

func TestWriteError(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want string // the body
	}{
		{
			"a wrong argument, with the place where it breaks",
			&geo.Error{Code: geo.BadInput, Message: "the ring crosses itself", Path: "geometry", Place: &orb.Point{116.4, 23.55}},
			`{"title":"Bad Request","status":400,"detail":"the ring crosses itself","instance":"/layers/grids.geojson","code":"BAD_USER_INPUT","path":"geometry","place":[116.4,23.55],"requestId":"r-1"}`,
		},
		{
			"a wrapped one",
			fmt.Errorf("tile: %w", geo.Invalid("crs", "unknown")),
			`{"title":"Bad Request","status":400,"detail":"unknown","instance":"/layers/grids.geojson","code":"BAD_USER_INPUT","path":"crs","requestId":"r-1"}`,
		},
		{
			"several errors",
			geo.Errors{geo.Invalid("properties.name", "null"), {Code: geo.BadInput, Message: "the ring crosses itself", Path: "geometry", Place: &orb.Point{116.4, 23.55}}},
			`{"title":"Bad Request","status":400,"detail":"null","instance":"/layers/grids.geojson","code":"BAD_USER_INPUT","path":"properties.name","requestId":"r-1","errors":[` +
				`{"detail":"null","code":"BAD_USER_INPUT","path":"properties.name"},{"detail":"the ring crosses itself","code":"BAD_USER_INPUT","path":"geometry","place":[116.4,23.55]}]}`,
		},
		{
			"a list of one error",
			geo.Errors{geo.Invalid("properties.name", "null")},
			`{"title":"Bad Request","status":400,"detail":"null","instance":"/layers/grids.geojson","code":"BAD_USER_INPUT","path":"properties.name","requestId":"r-1"}`,
		},
		{
			"what is not there",
			&geo.Error{Code: geo.NotFound, Message: "there is no layer roads"},
			`{"title":"Not Found","status":404,"detail":"there is no layer roads","instance":"/layers/grids.geojson","code":"NOT_FOUND","requestId":"r-1"}`,
		},
		{
			"a database that took too long",
			&geo.Error{Code: geo.StatementTimeout, Message: "ask for less"},
			`{"title":"Gateway Timeout","status":504,"detail":"ask for less","instance":"/layers/grids.geojson","code":"STATEMENT_TIMEOUT","requestId":"r-1"}`,
		},
		{
			"a database that is away",
			&geo.Error{Code: geo.Unavailable, Message: "the database cannot be reached"},
			`{"title":"Service Unavailable","status":503,"detail":"the database cannot be reached","instance":"/layers/grids.geojson","code":"UNAVAILABLE","requestId":"r-1"}`,
		},
		{
			"a body that is too large",
			&http.MaxBytesError{Limit: 10},
			`{"title":"Request Entity Too Large","status":413,"detail":"The request's body is too large.","instance":"/layers/grids.geojson","code":"BODY_TOO_LARGE","requestId":"r-1"}`,
		},
		{
			"an answer that took too long",
			fmt.Errorf("read: %w", context.DeadlineExceeded),
			`{"title":"Gateway Timeout","status":504,"detail":"The answer took longer than it may; ask for less.","instance":"/layers/grids.geojson","code":"TIMEOUT","requestId":"r-1"}`,
		},
		{
			"a fault of ours, without its text",
			errors.New("password=hunter2"),
			`{"title":"Internal Server Error","status":500,"detail":"The server failed to answer this request; its log knows more under the request id.","instance":"/layers/grids.geojson","code":"INTERNAL_SERVER_ERROR","requestId":"r-1"}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			w.Header().Set("X-Request-Id", "r-1")
			w.Header().Set("ETag", `"of the answer that never came"`)
			w.Header().Set("Content-Encoding", "gzip")
			WriteError(w, httptest.NewRequest("GET", "/layers/grids.geojson", nil), test.err)
			if got := w.Body.String(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			header := w.Header()
			if header.Get("Content-Type") != ContentType || header.Get("Cache-Control") != "no-store" {
				t.Errorf("headers: %v", header)
			}
			if header.Get("ETag") != "" || header.Get("Content-Encoding") != "" {
				t.Errorf("headers of another answer: %v", header)
			}
			if retry := header.Get("Retry-After"); (w.Code == 503) != (retry != "") {
				t.Errorf("Retry-After %q at status %d", retry, w.Code)
			}
			var p Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code {
				t.Errorf("status %d in the body, %d on the line (%v)", p.Status, w.Code, err)
			}
		})
	}
}

func TestAnAnswerOfVeryManyErrorsIsShort(t *testing.T) {
	var many geo.Errors
	for range 200_000 {
		many = append(many, geo.Invalid("properties.villageCodes", "is in the list twice"))
	}
	if listed := len(FromError(many).Errors); listed != mostFaults {
		t.Errorf("%d errors are listed, want %d", listed, mostFaults)
	}
}

func TestEveryCodeHasAStatus(t *testing.T) {
	for _, code := range []geo.Code{geo.BadInput, geo.BadCursor, geo.NotFound, geo.Unauthenticated, geo.Forbidden, geo.Conflict, geo.TooLarge, geo.StatementTimeout, geo.Unavailable} {
		if status := FromError(&geo.Error{Code: code}).Status; status == http.StatusInternalServerError {
			t.Errorf("%s is taken for a fault of ours", code)
		}
	}
}

// keeper keeps the error that it is told of, as the access log's writer does.
type keeper struct {
	http.ResponseWriter
	err error
}

func (k *keeper) RecordError(err error) { k.err = err }

type wrapper struct{ http.ResponseWriter }

func (w wrapper) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func TestTheLogLearnsTheCause(t *testing.T) {
	k := &keeper{ResponseWriter: httptest.NewRecorder()}
	err := &geo.Error{Code: geo.Internal, Message: "failed", Cause: errors.New("disk on fire")}
	WriteError(wrapper{wrapper{k}}, httptest.NewRequest("GET", "/", nil), err)
	if !errors.Is(k.err, error(err)) || !strings.Contains(k.err.Error(), "disk on fire") {
		t.Errorf("recorded %v", k.err)
	}
}

func TestHeadHasNoBody(t *testing.T) {
	w := httptest.NewRecorder()
	Write(w, httptest.NewRequest("HEAD", "/", nil), Problem{Status: 404})
	if w.Body.Len() != 0 || w.Header().Get("Content-Length") == "0" {
		t.Errorf("%d bytes, Content-Length %s", w.Body.Len(), w.Header().Get("Content-Length"))
	}
}
