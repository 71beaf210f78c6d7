package middleware

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A server whose answers may take 100 ms is asked for one that takes 400.
func TestPatience(t *testing.T) {
	slowly := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 8 {
			if _, err := io.WriteString(w, "."); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			time.Sleep(50 * time.Millisecond)
		}
	})
	for _, test := range []struct {
		name    string
		handler http.Handler
		whole   bool
	}{
		{"with patience", Patience(5*time.Second, slowly), true},
		{"without", slowly, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(test.handler)
			server.Config.WriteTimeout = 100 * time.Millisecond
			server.Start()
			defer server.Close()
			response, err := http.Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if whole := err == nil && string(body) == "........"; whole != test.whole {
				t.Errorf("got %q, %v", body, err)
			}
		})
	}
}

// dripping is a body that takes 400 ms to send.
type dripping struct{ left int }

func (d *dripping) Read(p []byte) (int, error) {
	if d.left == 0 {
		return 0, io.EOF
	}
	d.left--
	time.Sleep(50 * time.Millisecond)
	return copy(p, "."), nil
}

// A server whose requests may take 100 ms is sent one that takes 400.
func TestPatientUploads(t *testing.T) {
	received := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusRequestTimeout)
		}
		_, _ = w.Write(body)
	})
	for _, test := range []struct {
		name    string
		handler http.Handler
		whole   bool
	}{
		{"with patience", PatientUploads(5*time.Second, received), true},
		{"without", received, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(test.handler)
			server.Config.ReadTimeout, server.Config.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
			server.Start()
			defer server.Close()
			var body []byte
			response, err := http.Post(server.URL, "text/plain", &dripping{left: 8})
			if err == nil {
				defer response.Body.Close()
				body, err = io.ReadAll(response.Body)
			}
			if whole := err == nil && response.StatusCode == http.StatusOK && bytes.Equal(body, []byte("........")); whole != test.whole {
				t.Errorf("got %q, %v", body, err)
			}
		})
	}
}
