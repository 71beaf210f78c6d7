package scalar

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"xiangtu/geo"
)

// Cursor is the scalar Cursor: a position in an ordered list, as opaque text.
type Cursor string

// MarshalGQL writes the text.
func (c Cursor) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(c))) }

// UnmarshalGQL reads the text.
func (c *Cursor) UnmarshalGQL(v any) error {
	text, ok := v.(string)
	if !ok {
		return &geo.Error{Code: geo.BadCursor, Message: fmt.Sprintf("%v is no cursor: take cursors from edges or pageInfo", v)}
	}
	*c = Cursor(text)
	return nil
}

// value is one value of a position with its type, so that it comes back as it went.
type value struct {
	Text    *string    `json:"s,omitempty"`
	Integer *int64     `json:"i,omitempty"`
	Number  *float64   `json:"n,omitempty"`
	Time    *time.Time `json:"t,omitempty"`
}

// position is what a cursor holds: the order that it belongs to, the values of its terms, and the code.
type position struct {
	Order  string  `json:"o,omitempty"`
	Values []value `json:"v,omitempty"`
	Code   string  `json:"c"`
}

// NewCursor makes the cursor of a position in a list of that order.
func NewCursor(order string, p geo.Position) Cursor {
	held := position{Order: order, Code: p.Code}
	for _, v := range p.Values {
		switch v := v.(type) {
		case string:
			held.Values = append(held.Values, value{Text: &v})
		case int16:
			wide := int64(v)
			held.Values = append(held.Values, value{Integer: &wide})
		case int32:
			wide := int64(v)
			held.Values = append(held.Values, value{Integer: &wide})
		case int64:
			held.Values = append(held.Values, value{Integer: &v})
		case float64:
			held.Values = append(held.Values, value{Number: &v})
		case time.Time:
			held.Values = append(held.Values, value{Time: &v})
		}
	}
	text, err := json.Marshal(held)
	if err != nil { // a number that is not finite, which no order has
		return ""
	}
	return Cursor(base64.RawURLEncoding.EncodeToString(text))
}

// Position reads the position out of a cursor, which must be of that order.
func (c Cursor) Position(order string) (*geo.Position, error) {
	var held position
	text, err := base64.RawURLEncoding.DecodeString(string(c))
	if err == nil {
		err = json.Unmarshal(text, &held)
	}
	if err != nil || held.Code == "" {
		return nil, &geo.Error{Code: geo.BadCursor, Message: fmt.Sprintf("%q is no cursor: take cursors from edges or pageInfo", string(c))}
	}
	if held.Order != order {
		return nil, &geo.Error{Code: geo.BadCursor, Message: "the cursor belongs to another order: keep orderBy the same from page to page"}
	}
	p := geo.Position{Code: held.Code}
	for _, v := range held.Values {
		switch {
		case v.Text != nil:
			p.Values = append(p.Values, *v.Text)
		case v.Integer != nil:
			p.Values = append(p.Values, *v.Integer)
		case v.Number != nil:
			p.Values = append(p.Values, *v.Number)
		case v.Time != nil:
			p.Values = append(p.Values, *v.Time)
		}
	}
	return &p, nil
}
