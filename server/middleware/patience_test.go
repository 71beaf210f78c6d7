package middleware

import (
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
