package postgis

import (
	"strings"
	"time"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// spatialFunctions are the PostGIS functions of the relations; each uses the GiST index on geom.
var spatialFunctions = map[geo.SpatialOp]string{
	geo.Intersects: "ST_Intersects",
	geo.ContainsIt: "ST_Contains",
	geo.CoveredBy:  "ST_CoveredBy",
	geo.Touches:    "ST_Touches",
	geo.Crosses:    "ST_Crosses",
	geo.Overlaps:   "ST_Overlaps",
	geo.Equals:     "ST_Equals",
}

// where appends the condition of a filter on the features t of the layer.
func (b *builder) where(layer *geo.Layer, filter geo.Filter) error {
	switch f := filter.(type) {
	case nil:
		b.add("true")
		return nil
	case geo.And:
		return b.all(layer, f, " AND ", "true")
	case geo.Or:
		return b.all(layer, f, " OR ", "false")
	case geo.Not:
		b.add("(")
		if err := b.where(layer, f.Filter); err != nil {
			return err
		}
		b.add(") IS NOT TRUE")
		return nil
	case geo.InBox:
		b.inBox(f.Box)
		return nil
	case geo.Spatial:
		return b.spatial(f)
	case geo.Within:
		b.add("ST_DWithin(t.geom::geography, ", b.geometry(f.Of.Geometry), "::geography, ", b.bind(f.Metres), ")")
		return nil
	case geo.Search:
		b.search(f.Text)
		return nil
	default:
		return b.scalar(layer, filter)
	}
}

// all appends filters with the word between them, or what stands for none.
func (b *builder) all(layer *geo.Layer, filters []geo.Filter, word, none string) error {
	if len(filters) == 0 {
		b.add(none)
		return nil
	}
	b.add("(")
	err := b.join(len(filters), word, func(i int) error { return b.where(layer, filters[i]) })
	b.add(")")
	return err
}

// scalar appends the filters that look at scalar fields.
func (b *builder) scalar(layer *geo.Layer, filter geo.Filter) error {
	switch f := filter.(type) {
	case geo.Compare:
		if err := b.expression(layer, f.Left); err != nil {
			return err
		}
		b.add(" ", string(f.Op), " ")
		return b.expression(layer, f.Right)
	case geo.In:
		if err := b.expression(layer, f.Of); err != nil {
			return err
		}
		b.add(" = ANY (", b.bindValue(typedSlice(f.Values)), ")")
		return nil
	case geo.Prefix:
		return b.prefix(layer, f)
	case geo.Contains:
		if err := b.expression(layer, f.Of); err != nil {
			return err
		}
		b.add(" ILIKE ", b.bind("%"+escapeLike(f.Text)+"%"))
		return nil
	case geo.IsNull:
		if err := b.expression(layer, f.Of); err != nil {
			return err
		}
		b.add(" IS NULL")
		return nil
	default:
		return &geo.Error{Code: geo.Internal, Message: "a filter that the store does not know"}
	}
}

// prefix compares a range, which the B-tree of a column in the collation "C" answers, also in a generic plan.
func (b *builder) prefix(layer *geo.Layer, f geo.Prefix) error {
	const last = "\U0010FFFF" // no text that begins with the prefix comes after the prefix and this
	b.add("(")
	if err := b.expression(layer, f.Of); err != nil {
		return err
	}
	b.add(" >= ", b.bind(f.Text), " AND ")
	if err := b.expression(layer, f.Of); err != nil {
		return err
	}
	b.add(" < ", b.bind(f.Text+last), ")")
	return nil
}

// expression appends a value that a filter looks at.
func (b *builder) expression(layer *geo.Layer, e geo.Expression) error {
	switch e := e.(type) {
	case geo.Property:
		field, ok := layer.Field(string(e))
		if !ok {
			return geo.Invalid("", "%s has no field %q; it has %s", layer.Name, string(e), layer.FieldNames())
		}
		b.add("t.", field.Column)
		return nil
	case geo.Literal:
		b.add(b.bindValue(e.Value))
		return nil
	default:
		return &geo.Error{Code: geo.Internal, Message: "an expression that the store does not know"}
	}
}

// inBox appends the test against a box; one across the antimeridian is two.
func (b *builder) inBox(box geo.Box) {
	if box[0] <= box[2] {
		b.add("ST_Intersects(t.geom, ", b.envelope(box), ")")
		return
	}
	b.add("(ST_Intersects(t.geom, ", b.envelope(geo.Box{box[0], box[1], 180, box[3]}),
		") OR ST_Intersects(t.geom, ", b.envelope(geo.Box{-180, box[1], box[2], box[3]}), "))")
}

// envelope gives a box as a geometry. One without an area is a line or a point, because the polygon would be invalid.
func (b *builder) envelope(box geo.Box) string {
	west, south, east, north := box[0], box[1], box[2], box[3]
	switch {
	case west == east && south == north:
		return b.geometry(orb.Point{west, south})
	case west == east || south == north:
		return b.geometry(orb.LineString{{west, south}, {east, north}})
	}
	return "ST_MakeEnvelope(" + b.bind(west) + ", " + b.bind(south) + ", " + b.bind(east) + ", " + b.bind(north) + ", 4326)"
}

// spatial appends a relation to a geometry. The relations of a collection are those of its parts: it intersects what
// one of them intersects, and is contained where each is.
func (b *builder) spatial(f geo.Spatial) error {
	if f.Op == geo.Disjoint {
		b.add("NOT ")
		f.Op = geo.Intersects
	}
	function := spatialFunctions[f.Op]
	parts, word := []orb.Geometry{f.Of.Geometry}, ""
	if collection, ok := f.Of.Geometry.(orb.Collection); ok {
		parts = shape.Flatten(collection)
		switch f.Op {
		case geo.Intersects:
			word = " OR "
		case geo.ContainsIt:
			word = " AND "
		default:
			if len(parts) > 1 {
				return geo.Invalid(f.Of.Path, "%s takes no GeometryCollection of points, lines and polygons together: give one of them", f.Op)
			}
		}
	}
	b.add("(")
	err := b.join(len(parts), word, func(i int) error {
		b.add(function, "(t.geom, ", b.geometry(parts[i]), ")")
		return nil
	})
	b.add(")")
	return err
}

// geometry binds a geometry in WGS 84.
func (b *builder) geometry(g orb.Geometry) string {
	return "ST_GeomFromWKB(" + b.bind(shape.AppendWKB(nil, g)) + ", 4326)"
}

// The pinyin of a name in one word, and its initials.
const (
	pinyinWord     = `replace(t.pinyin, ' ', '')`
	pinyinInitials = `regexp_replace(t.pinyin, '(\S)\S*\s*', '\1', 'g')`
)

// search appends the test that a name is like a text in Chinese, in pinyin or by its initials.
func (b *builder) search(text string) {
	text = strings.ToLower(strings.TrimSpace(text))
	spaceless := escapeLike(strings.Join(strings.Fields(text), ""))
	b.add("(t.name ILIKE ", b.bind("%"+escapeLike(text)+"%"),
		" OR ", pinyinWord, " LIKE ", b.bind("%"+spaceless+"%"),
		" OR ", pinyinInitials, " LIKE ", b.bind(spaceless+"%"), ")")
}

// escapeLike makes a text stand for itself in a LIKE pattern.
func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// typedSlice gives the values as a slice of their type, which the driver can bind as an array.
func typedSlice(values []any) any {
	if len(values) == 0 {
		return []string{}
	}
	switch values[0].(type) {
	case int64:
		return convert[int64](values)
	case float64:
		return convert[float64](values)
	case time.Time:
		return convert[time.Time](values)
	default:
		return convert[string](values)
	}
}

func convert[T any](values []any) []T {
	typed := make([]T, 0, len(values))
	for _, v := range values {
		if t, ok := v.(T); ok {
			typed = append(typed, t)
		}
	}
	return typed
}
