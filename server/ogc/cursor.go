package ogc

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"time"

	"xiangtu/geo"
)

// cursor is a place in the list of a query, from which a page goes on. It is bound to the query: to what selects and
// sorts features, not to how they are written nor to how many a page has.
type cursor struct {
	Query    string            `json:"q"` // fingerprint of the query
	Backward bool              `json:"b,omitempty"`
	Code     string            `json:"c"`
	Values   []json.RawMessage `json:"v,omitempty"` // of the terms of the order but the code
	// Matched is how many features the query matches at a revision of its layer, so that the next page need not count.
	Matched  int   `json:"n"`
	Revision int64 `json:"r"`
}

// unbound are the parameters that may differ from page to page.
var unbound = []string{"f", "limit", "cursor", "crs", "properties", "skipGeometry"}

// queryFingerprint names what a cursor is bound to.
func queryFingerprint(layer *geo.Layer, query url.Values) string {
	bound := maps.Clone(query)
	for _, name := range unbound {
		delete(bound, name)
	}
	return fingerprint([]byte(string(layer.Name) + "?" + bound.Encode()))
}

// encode writes the cursor of a position as text for a URL.
func (c cursor) encode(at geo.Position) (string, error) {
	c.Code, c.Values = at.Code, nil
	for _, v := range at.Values {
		text, err := json.Marshal(v)
		if err != nil {
			return "", err //nolint:wrapcheck // a number that is not finite, which no order has
		}
		c.Values = append(c.Values, text)
	}
	text, err := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(text), err //nolint:wrapcheck // never fails
}

// parseCursor reads a cursor, which must be of that query.
func parseCursor(text, query string, q geo.Query) (cursor, geo.Position, *geo.Error) {
	refuse := func(message string) (cursor, geo.Position, *geo.Error) {
		return cursor{}, geo.Position{}, &geo.Error{Code: geo.BadCursor, Path: "cursor", Message: message}
	}
	var c cursor
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(decoded, &c)
	}
	if err != nil {
		return refuse("it is no cursor of this server: follow the links next and prev, which have one")
	}
	if c.Query != query {
		return refuse("it is of another query: follow the links next and prev, and keep the filters and sortby the same from page to page")
	}
	at := geo.Position{Code: c.Code}
	for i, v := range c.Values {
		if i >= len(q.Order) {
			return refuse("it is of another order: follow the links next and prev")
		}
		field, _ := q.Layer.Field(q.Order[i].Field)
		value, err := positionValue(field.Type, v)
		if err != nil {
			return refuse("it is no cursor of this server: follow the links next and prev, which have one")
		}
		at.Values = append(at.Values, value)
	}
	return c, at, nil
}

// positionValue reads a value of a position with the type that it went with.
func positionValue(t geo.FieldType, text json.RawMessage) (any, error) {
	switch t {
	case geo.Integer:
		return decode[int64](text)
	case geo.Number:
		return decode[float64](text)
	case geo.Boolean:
		return decode[bool](text)
	case geo.Time:
		return decode[time.Time](text)
	default:
		return decode[string](text)
	}
}

func decode[T any](text json.RawMessage) (value T, err error) {
	err = json.Unmarshal(text, &value)
	return value, err //nolint:wrapcheck // the caller has its own words
}
