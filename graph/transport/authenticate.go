package transport

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// challenge is the value of WWW-Authenticate beside status 401 (RFC 6750, 3).
const challenge = `Bearer realm="graphql"`

// authenticate gives the request in the name of whoever its header names.
func (h *Handler) authenticate(r *http.Request) (*http.Request, *gqlerror.Error) {
	ctx, refusal := h.enter(r.Context(), r.Header.Get("Authorization"))
	if ctx == r.Context() {
		return r, refusal
	}
	return r.WithContext(ctx), nil
}

// enter is a context in the name of whoever a credential names: nobody if it is empty.
func (h *Handler) enter(ctx context.Context, authorization string) (context.Context, *gqlerror.Error) {
	if authorization == "" || h.config.Authenticate == nil {
		return ctx, nil
	}
	named, err := h.config.Authenticate(ctx, authorization)
	if err != nil {
		return ctx, h.engine.faults.present(ctx, err)
	}
	return named, nil
}

// ended tells whether a credential that was good is so no more. While nobody can tell, it is taken to be.
func (h *Handler) ended(ctx context.Context, authorization string) bool {
	_, refusal := h.enter(ctx, authorization)
	return refusal != nil && codeOf(refusal) == CodeUnauthenticated
}

// credentialOf is the one that a socket stays open with: that of the payload of connection_init, which is all that a
// browser can send, or else the header's. It is false for a payload that cannot be read.
func credentialOf(header http.Header, payload json.RawMessage) (string, bool) {
	var sent struct{ Authorization string }
	if payload != nil && json.Unmarshal(payload, &sent) != nil {
		return "", false
	}
	return cmp.Or(sent.Authorization, header.Get("Authorization")), true
}
