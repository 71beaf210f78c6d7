package page

import (
	"net/http"
	"strings"
)

// Policy is a Content-Security-Policy. Nothing is allowed that is not named,
// and no page can be framed.
type Policy struct {
	Script, Style, Image, Font, Connect, Worker []string
}

// MapPolicy is for pages of our own scripts and MapLibre, which makes its
// worker and its images from blobs.
func MapPolicy() Policy {
	return Policy{
		Script:  []string{"'self'"},
		Style:   []string{"'self'"},
		Image:   []string{"'self'", "data:", "blob:"},
		Font:    []string{"'self'", "data:"},
		Connect: []string{"'self'"},
		Worker:  []string{"'self'", "blob:"},
	}
}

// EditorPolicy is MapPolicy for pages with GraphiQL, whose editor writes its
// own style elements.
func EditorPolicy() Policy {
	p := MapPolicy()
	p.Style = append(p.Style, "'unsafe-inline'")
	return p
}

// Protect gives a function that sets the headers which a page under the policy is sent with.
func (p Policy) Protect() func(http.Header) {
	policy := p.String()
	return func(header http.Header) {
		header.Set("Content-Security-Policy", policy)
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Permissions-Policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=()")
		header.Set("Cache-Control", cachePage)
	}
}

// String writes the policy as the value of its header.
func (p Policy) String() string {
	var b strings.Builder
	b.WriteString("default-src 'none'")
	for _, directive := range []struct {
		name    string
		sources []string
	}{
		{"script-src", p.Script}, {"style-src", p.Style}, {"img-src", p.Image},
		{"font-src", p.Font}, {"connect-src", p.Connect}, {"worker-src", p.Worker},
		{"manifest-src", []string{"'self'"}},
		{"base-uri", []string{"'none'"}}, {"form-action", []string{"'none'"}}, {"frame-ancestors", []string{"'none'"}},
	} {
		if len(directive.sources) > 0 {
			b.WriteString("; " + directive.name + " " + strings.Join(directive.sources, " "))
		}
	}
	return b.String()
}
