package identity

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// sparing asks for each address once an interval at the most, and answers more with what it heard last: whoever makes up
// tokens of unknown keys cannot have the issuer flooded.
type sparing struct {
	next http.RoundTripper

	mu      sync.Mutex
	answers map[string]answer // by address: of the configuration, and of the keys
}

// answer is what an address answered.
type answer struct {
	at       time.Time
	response http.Response // without its body
	body     []byte
	err      error
}

// maxAnswer bounds the answer of an issuer in bytes.
const maxAnswer = 1 << 20

// RoundTrip implements http.RoundTripper. Requests wait for each other: who waits is mostly answered at once.
func (s *sparing) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	address := r.URL.String()
	known, ok := s.answers[address]
	if !ok || time.Since(known.at) >= fetchInterval {
		known = s.ask(r)
		s.answers[address] = known
	}
	if known.err != nil {
		return nil, known.err
	}
	response := known.response
	response.Request, response.Body = r, io.NopCloser(bytes.NewReader(known.body))
	return &response, nil
}

func (s *sparing) ask(r *http.Request) answer {
	now := time.Now()
	response, err := s.next.RoundTrip(r)
	if err != nil {
		return answer{at: now, err: err}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return answer{at: now, err: fmt.Errorf("read what the issuer answers: %w", err)}
	}
	kept := *response
	return answer{at: now, response: kept, body: body}
}
