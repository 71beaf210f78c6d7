package geo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Grant is what a signature lets its holder see for a while: some layers, as somebody with a scope sees them.
type Grant struct {
	Layers  []LayerName   // in the order of the registry
	Since   []Publication // of each layer; the signature dies with it
	Scope   string
	Expires time.Time // to the second
}

// Signer signs grants. Whoever knows the secret can.
type Signer struct{ secret []byte }

// NewSigner makes one of a secret.
func NewSigner(secret []byte) *Signer { return &Signer{secret} }

// Sign gives the signature of a grant: its end, its scope, and a code over all of it (HMAC-SHA-256, RFC 2104). It needs
// no escaping in a URL.
func (s *Signer) Sign(g Grant) string {
	return strconv.FormatInt(g.Expires.Unix(), 36) + "." + g.Scope + "." + base64.RawURLEncoding.EncodeToString(s.code(g))
}

func (s *Signer) code(g Grant) []byte {
	mac := hmac.New(sha256.New, s.secret)
	_, _ = fmt.Fprintf(mac, "tiles\n%d\n%s\n", g.Expires.Unix(), g.Scope) // never fails
	for i, layer := range g.Layers {
		_, _ = fmt.Fprintf(mac, "%s %t %d\n", layer, g.Since[i].Published, g.Since[i].Since)
	}
	return mac.Sum(nil)
}

// Verify gives the scope of a signature for layers as they are published now. One that is over, or is not good for them,
// is Unauthenticated.
func (s *Signer) Verify(signature string, layers []LayerName, since []Publication, now time.Time) (string, error) {
	parts := strings.Split(signature, ".")
	if len(parts) != 3 {
		return "", unsigned("it does not consist of three parts with points between")
	}
	end, err := strconv.ParseInt(parts[0], 36, 64)
	if err != nil {
		return "", unsigned("its first part is no time")
	}
	code, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return "", unsigned("its third part is cut off or changed")
	}
	g := Grant{Layers: layers, Since: since, Scope: parts[1], Expires: time.Unix(end, 0)}
	if !hmac.Equal(code, s.code(g)) {
		return "", unsigned("it is of other layers, or was changed, or a layer was published or unpublished since")
	}
	if !now.Before(g.Expires) {
		return "", unsigned("its time was over at " + g.Expires.UTC().Format(time.RFC3339))
	}
	return g.Scope, nil
}

func unsigned(reason string) error {
	return &Error{Code: Unauthenticated, Path: "signature", Message: "the signature is not good: " + reason + "; ask signedTiles for another"}
}
