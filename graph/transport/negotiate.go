package transport

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// mediaType is one of the two that GraphQL over HTTP answers in.
type mediaType string

const (
	mediaJSON     mediaType = "application/json"
	mediaResponse mediaType = "application/graphql-response+json"
)

func (m mediaType) contentType() string { return string(m) + "; charset=utf-8" }

// negotiate picks the media type of the answer from Accept. Without a
// preference it is application/json, as the specification's audits want it;
// application/graphql-response+json is for callers that name it.
func negotiate(header http.Header) (mediaType, *gqlerror.Error) {
	accept := header.Values("Accept")
	if len(accept) == 0 {
		return mediaJSON, nil
	}
	if len(accept) == 1 {
		switch accept[0] {
		case "*/*", string(mediaJSON):
			return mediaJSON, nil
		case string(mediaResponse):
			return mediaResponse, nil
		}
	}
	var json, response preference
	for line := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, quality, ok := mediaRange(line)
		if !ok {
			continue
		}
		json.consider(name, mediaJSON, quality)
		response.consider(name, mediaResponse, quality)
	}
	switch {
	case response.specificity == exact && response.quality > 0 && response.quality >= json.quality:
		return mediaResponse, nil
	case json.quality > 0:
		return mediaJSON, nil
	case response.quality > 0:
		return mediaResponse, nil
	}
	return mediaJSON, refuse(CodeNotAcceptable, "Accept names no media type that is spoken here: ask for "+
		string(mediaResponse)+" or "+string(mediaJSON)+", in UTF-8")
}

// preference is how much a caller wants a media type, from the range in Accept
// that names it most exactly.
type preference struct {
	specificity int
	quality     float64
}

const exact = 3

func (p *preference) consider(name string, media mediaType, quality float64) {
	specificity := 0
	switch name {
	case string(media):
		specificity = exact
	case "application/*":
		specificity = 2
	case "*/*":
		specificity = 1
	}
	if specificity > p.specificity {
		*p = preference{specificity, quality}
	}
}

// mediaRange reads one entry of Accept; not ok when it is malformed or asks
// for another charset than UTF-8.
func mediaRange(entry string) (name string, quality float64, ok bool) {
	name, params, err := mime.ParseMediaType(entry)
	if err != nil || !isUTF8(params) {
		return "", 0, false
	}
	quality = 1
	if q, given := params["q"]; given {
		if quality, err = strconv.ParseFloat(q, 64); err != nil {
			return "", 0, false
		}
	}
	return name, quality, true
}

// checkContentType accepts JSON in UTF-8, not compressed.
func checkContentType(header http.Header) *gqlerror.Error {
	if encoding := header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return refuse(CodeUnsupportedMediaType, "the body is encoded as "+strconv.Quote(encoding)+"; send it as it is")
	}
	contentType := header.Get("Content-Type")
	if contentType == string(mediaJSON) {
		return nil
	}
	name, params, err := mime.ParseMediaType(contentType)
	if err != nil || name != string(mediaJSON) || !isUTF8(params) {
		return refuse(CodeUnsupportedMediaType, "the body is of type "+strconv.Quote(contentType)+
			"; send JSON in UTF-8 with Content-Type: application/json")
	}
	return nil
}

func isUTF8(params map[string]string) bool {
	charset, given := params["charset"]
	return !given || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
