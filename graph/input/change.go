package input

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
	"xiangtu/graph/scalar"
)

// mostChanges is how many features one field may change.
const mostChanges = 1000

// Changes reads the arguments of a field that creates, updates, deletes or upserts features of a layer. They are as the
// document or the variables have them, since they are read before the field is executed.
func Changes(layer *geo.Layer, operation geo.Operation, arguments map[string]any) ([]geo.Change, geo.Errors) {
	arguments, _ = literal(arguments).(map[string]any)
	if operation != geo.Upsert {
		r := changeReader{change: geo.Change{Layer: layer, Operation: operation}, at: "input"}
		if operation == geo.Create {
			r.read(arguments["input"])
			return []geo.Change{r.change}, r.wrong
		}
		r.change.PathOf = pathOf("input", true)
		r.change.Code, _ = arguments["code"].(string)
		r.ifRevision(arguments)
		switch operation {
		case geo.Update:
			r.read(arguments["input"])
		case geo.Revert:
			r.toRevision(arguments["toRevision"])
		}
		return []geo.Change{r.change}, r.wrong
	}
	inputs := list(arguments["inputs"])
	if len(inputs) > mostChanges {
		return nil, geo.Errors{geo.Invalid("inputs", "%d features; %d at the most", len(inputs), mostChanges)}
	}
	changes := make([]geo.Change, len(inputs))
	var wrong geo.Errors
	for i, input := range inputs {
		r := changeReader{change: geo.Change{Layer: layer, Operation: operation}, at: fmt.Sprintf("inputs[%d]", i)}
		r.read(input)
		changes[i] = r.change
		wrong = append(wrong, r.wrong...)
	}
	return changes, append(wrong, twice(changes)...)
}

// twice says which changes are of a feature that an earlier one is of.
func twice(changes []geo.Change) geo.Errors {
	var wrong geo.Errors
	first := make(map[string]int)
	for i, c := range changes {
		if earlier, ok := first[c.Code]; ok {
			wrong = append(wrong, geo.Invalid(c.At("code"), "inputs[%d] has the same code", earlier))
			continue
		}
		first[c.Code] = i
	}
	return wrong
}

// pathOf gives the paths to parts of an input object. Where codeApart, code and revision are arguments beside it.
func pathOf(object string, codeApart bool) func(string) string {
	return func(part string) string {
		switch {
		case part == "geometry":
			return object + ".geometry.geojson"
		case codeApart && (part == "code" || part == "ifRevision" || part == "toRevision"):
			return part
		}
		return object + "." + part
	}
}

// changeReader reads an input object.
type changeReader struct {
	change geo.Change
	at     string // the path to the object
	wrong  geo.Errors
}

func (r *changeReader) refuse(err error) {
	e, ok := errors.AsType[*geo.Error](err)
	if !ok {
		e = geo.Invalid(r.at, "%v", err)
	}
	r.wrong = append(r.wrong, e)
}

func (r *changeReader) read(v any) {
	c := &r.change
	if c.PathOf == nil {
		c.PathOf = pathOf(r.at, false)
	}
	members, err := object(v, r.at)
	if err != nil {
		r.refuse(err)
		return
	}
	c.Values, c.Members = make(map[string]any), make(map[string][]string)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := members[name]
		switch {
		case name == "code":
			c.Code, _ = value.(string)
		case name == "ifRevision":
			r.ifRevision(members)
		case name == "geometry":
			r.geometry(value)
		case slices.ContainsFunc(c.Layer.Members, func(f geo.Field) bool { return f.Name == name }):
			r.codes(name, value)
		default:
			r.value(name, value)
		}
	}
}

func (r *changeReader) value(name string, value any) {
	field, ok := r.change.Layer.Field(name)
	if !ok || value == nil {
		r.change.Values[name] = value // what is wrong with it, the change itself says
		return
	}
	typed, err := scalarOf(field, value, r.change.At(name))
	if err != nil {
		r.refuse(err)
		return
	}
	if text, ok := typed.(string); ok && field.Values != nil {
		typed = strings.ToLower(text)
	}
	r.change.Values[name] = typed
}

func (r *changeReader) codes(name string, value any) {
	if value == nil {
		r.refuse(geo.Invalid(r.change.At(name), "null; an empty list names none"))
		return
	}
	codes := []string{}
	for i, item := range list(value) {
		code, ok := item.(string)
		if !ok {
			r.refuse(geo.Invalid(fmt.Sprintf("%s[%d]", r.change.At(name), i), "%v is no text", item))
		}
		codes = append(codes, code)
	}
	r.change.Members[name] = codes
}

func (r *changeReader) ifRevision(members map[string]any) {
	if members["ifRevision"] == nil {
		return
	}
	if revision, ok := r.revision(members["ifRevision"], "ifRevision"); ok {
		r.change.IfRevision = &revision
	}
}

func (r *changeReader) toRevision(value any) {
	r.change.ToRevision, _ = r.revision(value, "toRevision")
}

func (r *changeReader) revision(value any, part string) (int64, bool) {
	n, err := revision(value, r.change.At(part))
	if err != nil {
		r.refuse(err)
		return 0, false
	}
	return n, true
}

func (r *changeReader) geometry(value any) {
	path := r.change.At("geometry")
	if value == nil {
		r.refuse(geo.Invalid(r.at+".geometry", "null; a feature of %s has a %s", r.change.Layer.Name, r.change.Layer.Geometry))
		return
	}
	g, err := givenGeometry(value, path)
	if err != nil {
		r.refuse(err)
		return
	}
	r.change.Geometry = g
}

// geometryText is the member of a GeometryInput that is a geometry.
const geometryText = "geojson"

// givenGeometry reads a GeometryInput and turns it into WGS 84. Whether it is sound, the change itself says.
func givenGeometry(v any, path string) (orb.Geometry, error) {
	members, err := object(v, path)
	if err != nil {
		return nil, err
	}
	g, err := scalar.ParseGeometry(members[geometryText])
	if err != nil {
		if e, ok := errors.AsType[*geo.Error](err); ok {
			return nil, e.At(path)
		}
		return nil, err
	}
	if members["crs"] == nil {
		return g, nil
	}
	system, err := scalar.UnmarshalCRS(members["crs"])
	if err != nil || system.IsWGS84() {
		return g, err
	}
	return shape.Reproject(g, system.ToWGS84), nil
}

// literal gives a value of a document or of variables with whole numbers as int64 and others as float64. Objects and lists
// it changes in their place, which does for gqlgen, too, when it reads the arguments once more; and a geometry it reads
// there, for gqlgen not to do it again. One that cannot be read stays.
func literal(v any) any {
	switch v := v.(type) {
	case json.Number:
		if whole, err := strconv.ParseInt(string(v), 10, 64); err == nil {
			return whole
		}
		number, err := v.Float64()
		if err != nil {
			return string(v)
		}
		return number
	case int:
		return int64(v)
	case map[string]any:
		for name, member := range v {
			if name != geometryText {
				v[name] = literal(member)
			} else if g, err := scalar.ParseGeometry(member); err == nil {
				v[name] = scalar.Geometry{Given: g}
			}
		}
	case []any:
		for i, item := range v {
			v[i] = literal(item)
		}
	}
	return v
}
