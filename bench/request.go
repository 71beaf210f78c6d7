package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// request is a GET of a path or, if it has a body, a POST of JSON.
type request struct{ path, body string }

// graphQL is a GraphQL request.
func graphQL(query string) request { return graphQLWith(query, "") }

// graphQLWith is a GraphQL request with variables in JSON.
func graphQLWith(query, variables string) request {
	body := `{"query":` + strconv.Quote(query)
	if variables != "" {
		body += `,"variables":` + variables
	}
	return request{path: "/graphql", body: body + "}"}
}

// fetch gives the body of the answer, which must be 200.
func (p *process) fetch(ctx context.Context, r request) ([]byte, error) {
	method, content := http.MethodGet, io.Reader(nil)
	if r.body != "" {
		method, content = http.MethodPost, strings.NewReader(r.body)
	}
	q, err := http.NewRequestWithContext(ctx, method, p.origin+r.path, content)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Accept", "application/json, */*")
	if r.body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	answer, err := p.client.Do(q)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return nil, err
	case answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusNoContent:
		return nil, fmt.Errorf("%s answers %s with %s: %.500s", p.name, r.path, answer.Status, body)
	}
	return body, nil
}

// writeRequests writes requests as bench/replay.lua reads them: the method, the path and the body of one a line.
func writeRequests(file string, requests []request) error {
	var text strings.Builder
	for _, r := range requests {
		if r.body == "" {
			fmt.Fprintf(&text, "GET %s\n", r.path)
		} else {
			fmt.Fprintf(&text, "POST %s %s\n", r.path, r.body)
		}
	}
	return os.WriteFile(file, []byte(text.String()), 0o644)
}
