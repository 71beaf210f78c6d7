package identity

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"xiangtu/geo"
	"xiangtu/server/access"
	"xiangtu/server/problem"
)

// Secrets knows the secret that every instance signs with.
type Secrets interface {
	SigningSecret(ctx context.Context) ([]byte, error)
}

// Signatures signs URLs of tiles, and lets requests with such a signature through. It is safe for concurrent use.
type Signatures struct {
	secrets      Secrets
	publications access.Publications
	now          func() time.Time

	mu     sync.Mutex
	signer *geo.Signer // nil until it is needed
}

// NewSignatures makes one. Its time is that of now.
func NewSignatures(secrets Secrets, publications access.Publications, now func() time.Time) *Signatures {
	return &Signatures{secrets: secrets, publications: publications, now: now}
}

// parameter is that of a URL which holds the signature.
const parameter = "signature"

// Sign gives the parameter of a URL with which whoever has it sees layers as the context's actor does, for a while, and
// when that ends. It is for whoever has a role.
func (s *Signatures) Sign(ctx context.Context, layers []geo.LayerName, lifetime time.Duration) (query string, expires time.Time, err error) {
	actor := geo.ActorOf(ctx)
	if err := actor.Require(geo.Viewer, "to sign a URL"); err != nil {
		return "", expires, err
	}
	signer, err := s.load(ctx)
	if err != nil {
		return "", expires, err
	}
	g := geo.Grant{Layers: inOrder(layers), Scope: actor.Scope, Expires: s.now().Add(lifetime).Truncate(time.Second).UTC()}
	if g.Since, err = s.publicationsOf(ctx, g.Layers); err != nil {
		return "", expires, err
	}
	return parameter + "=" + signer.Sign(g), g.Expires, nil
}

// On lets a request with a signature through to tiles in the name of a viewer with its scope, and without the parameter:
// access.SignatureOf has it. A signature that is not good is answered 401.
func (s *Signatures) On(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.RawQuery, parameter+"=") {
			next.ServeHTTP(w, r)
			return
		}
		signed, err := s.enter(r)
		if err != nil {
			problem.WriteError(w, r, err)
			return
		}
		next.ServeHTTP(w, signed)
	})
}

func (s *Signatures) enter(r *http.Request) (*http.Request, error) {
	signature, rest := cutParameter(r.URL.RawQuery)
	names := r.PathValue("layers")
	if names == "" {
		names = strings.TrimSuffix(r.PathValue("tileset"), ".json")
	}
	var layers []geo.LayerName
	for name := range strings.SplitSeq(names, ",") {
		layers = append(layers, geo.LayerName(name))
	}
	layers = inOrder(layers)
	since, err := s.publicationsOf(r.Context(), layers)
	if err != nil {
		return nil, err
	}
	signer, err := s.load(r.Context())
	if err != nil {
		return nil, err
	}
	scope, err := signer.Verify(signature, layers, since, s.now())
	if err != nil {
		return nil, err
	}
	actor := geo.Actor{Name: parameter, Role: geo.Viewer, Scope: scope, Surface: geo.SurfaceTiles}
	ctx := access.WithSignature(geo.WithActor(r.Context(), actor), parameter+"="+signature)
	signed := r.WithContext(ctx)
	address := *r.URL
	address.RawQuery = rest
	signed.URL = &address
	return signed, nil
}

// cutParameter takes the signature out of a query; the last of several.
func cutParameter(query string) (signature, rest string) {
	var others []string
	for part := range strings.SplitSeq(query, "&") {
		value, is := strings.CutPrefix(part, parameter+"=")
		if !is {
			others = append(others, part)
			continue
		}
		signature = value
		if unescaped, err := url.QueryUnescape(value); err == nil {
			signature = unescaped
		}
	}
	return signature, strings.Join(others, "&")
}

// inOrder gives those of the layers that there are, each once, in the order of the registry.
func inOrder(names []geo.LayerName) (ordered []geo.LayerName) {
	asked := make(map[geo.LayerName]bool)
	for _, name := range names {
		asked[name] = true
	}
	for _, layer := range geo.Layers() {
		if asked[layer.Name] {
			ordered = append(ordered, layer.Name)
		}
	}
	return ordered
}

func (s *Signatures) publicationsOf(ctx context.Context, layers []geo.LayerName) ([]geo.Publication, error) {
	publications := make([]geo.Publication, len(layers))
	for i, layer := range layers {
		var err error
		if publications[i], err = s.publications.PublicationOf(ctx, layer); err != nil {
			return nil, err
		}
	}
	return publications, nil
}

// load reads the secret once.
func (s *Signatures) load(ctx context.Context) (*geo.Signer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.signer == nil {
		secret, err := s.secrets.SigningSecret(ctx)
		if err != nil {
			return nil, err
		}
		s.signer = geo.NewSigner(secret)
	}
	return s.signer, nil
}
