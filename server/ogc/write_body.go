package ogc

import (
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/shape"
)

const (
	mediaMergePatch = "application/merge-patch+json"
	usualMaxBody    = 4 << 20
)

// receivedFeature is a feature, or a part of one, as a client sends it.
type receivedFeature struct {
	members   map[string]any
	reference crs.Reference // of its coordinates
	wrong     geo.Errors
	partial   bool // whether it is a merge patch, in which null takes away and what is not there stays
}

// readBody reads the body of a request.
func (a *API) readBody(w http.ResponseWriter, r *request, operation geo.Operation) (*receivedFeature, error) {
	f := &receivedFeature{partial: operation == geo.Update}
	taken := []string{mediaGeoJSON, mediaJSON}
	if f.partial {
		taken = []string{mediaMergePatch, mediaJSON}
	}
	given := r.Header.Get("Content-Type")
	media, _, err := mime.ParseMediaType(given)
	if err != nil || !slices.Contains(taken, media) || r.Header.Get("Content-Encoding") != "" {
		return nil, unsupportedMedia{strings.TrimSpace(given + " " + r.Header.Get("Content-Encoding")), taken}
	}
	if system := strings.Trim(strings.TrimSpace(r.Header.Get("Content-Crs")), "<>"); system != "" {
		if f.reference, err = crs.ParseReference(system); err != nil {
			return nil, geo.Invalid("Content-Crs", "%v", err)
		}
	}
	limit := a.MaxBody
	if limit == 0 {
		limit = usualMaxBody
	}
	if err := json.UnmarshalRead(http.MaxBytesReader(w, r.Body, limit), &f.members); err != nil {
		return nil, explainJSON(err)
	}
	if f.members == nil {
		return nil, geo.Invalid("", "null where a feature should be")
	}
	return f, nil
}

// explainJSON says what is wrong with a body that cannot be read.
func explainJSON(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge
	}
	if wrong, ok := errors.AsType[*json.SemanticError](err); ok && wrong.JSONKind != 0 {
		return geo.Invalid("", "the body is no JSON object, which a feature is")
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return geo.Invalid("", "a member of an object is there twice")
	}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return geo.Invalid("", "the body is no JSON: %v at byte %d", syntax.Err, syntax.ByteOffset)
	}
	return geo.Invalid("", "the body cannot be read to its end")
}

// into makes the change of what was sent, or says all that is wrong with it.
func (f *receivedFeature) into(c *geo.Change) error {
	if f.members["type"] != "Feature" && (!f.partial || f.members["type"] != nil) {
		return geo.Invalid("type", "%v; what is sent is one GeoJSON Feature, whose type is \"Feature\"", f.members["type"])
	}
	c.Values, c.Members = make(map[string]any), make(map[string][]string)
	f.readProperties(c)
	f.readCode(c)
	f.readGeometry(c)
	if len(f.wrong) == 0 {
		return nil
	}
	// What could not be read is not there for the check: it would be said to be missing.
	unread := f.wrong
	_, others := c.Checked()
	for _, e := range others {
		if !slices.ContainsFunc(unread, func(u *geo.Error) bool { return isWithin(u.Path, e.Path) || isWithin(e.Path, u.Path) }) {
			f.wrong = append(f.wrong, e)
		}
	}
	return f.wrong
}

// isWithin tells whether a path leads to what another leads to, or to a part of that.
func isWithin(path, other string) bool {
	rest, begins := strings.CutPrefix(path, other)
	return begins && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

func (f *receivedFeature) refuse(path, format string, values ...any) {
	f.wrong = append(f.wrong, geo.Invalid(path, format, values...))
}

func (f *receivedFeature) readProperties(c *geo.Change) {
	properties, ok := f.members["properties"].(map[string]any)
	value, given := f.members["properties"]
	switch {
	case f.partial && given && value == nil:
		f.refuse("properties", "null would take all of them away, and there is none without them: name those that are to go")
	case !ok && value != nil:
		f.refuse("properties", "it is no object")
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		value := properties[name]
		if slices.ContainsFunc(c.Layer.Members, func(m geo.Field) bool { return m.Name == name }) {
			f.readMembers(c, name, value)
			continue
		}
		field, known := c.Layer.Field(name)
		if value == nil && known && !f.partial && (!field.Nullable || field.Derived || name == "code") {
			continue // programs with a table send null for what nobody has filled in
		}
		c.Values[name] = value
	}
}

// readMembers reads a list of codes: one text with commas between, as it is answered, or a list.
func (f *receivedFeature) readMembers(c *geo.Change, name string, value any) {
	switch v := value.(type) {
	case nil:
		c.Members[name] = nil
	case string:
		c.Members[name] = strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' })
	case []any:
		for i, item := range v {
			code, ok := item.(string)
			if !ok {
				f.refuse(fmt.Sprintf("%s[%d]", c.At(name), i), "%v is no text", item)
				continue
			}
			c.Members[name] = append(c.Members[name], code)
		}
	default:
		f.refuse(c.At(name), "%v is no list of codes: write them as one text with commas between", value)
	}
}

// readCode finds the code of a new feature, which is its property or its id, and holds that of one that is there to the
// path. QGIS writes an id of digits as a number.
func (f *receivedFeature) readCode(c *geo.Change) {
	id := f.members["id"]
	if number, ok := id.(float64); ok {
		id = strconv.FormatFloat(number, 'f', -1, 64)
	}
	if c.Operation != geo.Create {
		if id != nil && id != c.Code {
			f.refuse("id", "%v, but the path names %s; a code stays", id, c.Code)
		}
		return
	}
	code := c.Values["code"]
	if code == nil {
		code = id
	}
	text, isText := code.(string)
	switch {
	case code != nil && !isText:
		f.refuse(c.At("code"), "%v where a text should be, in quotation marks", code)
	case id != nil && id != code:
		f.refuse("id", "%v, but the code is %s", id, text)
	}
	c.Code = text
}

func (f *receivedFeature) readGeometry(c *geo.Change) {
	value, given := f.members["geometry"]
	switch {
	case value == nil && given && f.partial:
		f.refuse("geometry", "null; a feature of %s has a %s", c.Layer.Name, c.Layer.Geometry)
		return
	case value == nil:
		return // what is missing, the change itself says
	}
	g, err := shape.FromJSON(value)
	if err != nil {
		f.wrong = append(f.wrong, explainGeometry(err))
		return
	}
	if f.reference.LatitudeFirst || !f.reference.CRS.IsWGS84() {
		g = shape.Reproject(g, f.reference.ToWGS84)
	}
	c.Geometry = g
}

func explainGeometry(err error) *geo.Error {
	fault, ok := errors.AsType[*shape.Error](err)
	if !ok {
		return geo.Invalid("geometry", "%v", err)
	}
	e := geo.Error{Code: geo.BadInput, Message: fault.Message, Path: fault.Path, Place: fault.Place}
	return e.At("geometry")
}
