package ogc

import (
	"maps"
	"net/url"
)

// The media types of the surface.
const (
	mediaJSON    = "application/json"
	mediaGeoJSON = "application/geo+json"
	mediaHTML    = "text/html"
	mediaOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
	mediaSchema  = "application/schema+json"
)

// The relations of links that the OGC has defined.
const (
	relQueryables = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
	relSortables  = "http://www.opengis.net/def/rel/ogc/1.0/sortables"
	relSchema     = "http://www.opengis.net/def/rel/ogc/1.0/schema"
)

// relDescribedBy leads to a description. Case means nothing in relations (RFC 8288, 3.3), but GDAL compares with this
// one, and takes the types of fields from the first ten features where it finds none.
const relDescribedBy = "describedBy"

// Link leads to another resource (RFC 8288), as the OGC APIs have it in JSON.
type Link struct {
	Href      string `json:"href"`
	Rel       string `json:"rel"`
	Type      string `json:"type,omitempty"`
	HrefLang  string `json:"hreflang,omitempty"`
	Title     string `json:"title,omitempty"`
	Templated bool   `json:"templated,omitempty"` // whether href is a URI template (RFC 6570)
}

// both links to a resource in both of its forms.
func both(href, rel, jsonType, title string) []Link {
	return []Link{
		{Href: href + "?f=json", Rel: rel, Type: jsonType, Title: title},
		{Href: href + "?f=html", Rel: rel, Type: mediaHTML, Title: title},
	}
}

// with gives a URL with a parameter of its query set, or taken away where the value is empty.
func with(address url.URL, query url.Values, name, value string) string {
	changed := maps.Clone(query)
	if value == "" {
		delete(changed, name)
	} else {
		changed[name] = []string{value}
	}
	address.RawQuery = changed.Encode()
	return address.String()
}
