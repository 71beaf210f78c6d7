package access

import "context"

type signatureKey struct{}

// WithSignature is the context of a request that a signature in its URL lets in.
func WithSignature(ctx context.Context, parameter string) context.Context {
	return context.WithValue(ctx, signatureKey{}, parameter)
}

// SignatureOf gives the parameter that lets the request in, for the URLs in its answer; empty if there is none.
func SignatureOf(ctx context.Context) string {
	parameter, _ := ctx.Value(signatureKey{}).(string)
	return parameter
}
