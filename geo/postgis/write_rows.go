package postgis

import (
	"slices"
	"strings"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// writtenColumn is a column that some changes give a value to.
type writtenColumn struct {
	name   string
	values string // as a column of the table i
	given  string // the column of i that says whether the change gives it; empty where all do
}

// next is the value that the column is to have: the given one, or the one that it has.
func (c writtenColumn) next() string {
	if c.given == "" {
		return c.values
	}
	return "CASE WHEN " + c.given + " THEN " + c.values + " ELSE t." + c.name + " END"
}

// rows makes a table i of changes: their codes, and the columns that any of them gives. It gives its text, as it stands
// after FROM, and the columns.
func (b *builder) rows(layer *geo.Layer, changes []*geo.Change) (string, []writtenColumn) {
	codes := make([]string, len(changes))
	for i, c := range changes {
		codes[i] = c.Code
	}
	arrays, names := []string{b.bind(codes) + "::text[]"}, []string{"code"}
	var columns []writtenColumn
	add := func(column, array string, gives func(*geo.Change) bool) writtenColumn {
		arrays, names = append(arrays, array), append(names, column)
		c := writtenColumn{name: column, values: "i." + column}
		if given := flags(changes, gives); slices.Contains(given, false) {
			arrays, names = append(arrays, b.bind(given)+"::bool[]"), append(names, column+"_given")
			c.given = "i." + column + "_given"
		}
		return c
	}
	for _, field := range layer.Fields {
		gives := func(c *geo.Change) bool { _, ok := c.Values[field.Name]; return ok }
		if slices.ContainsFunc(changes, gives) {
			columns = append(columns, add(field.Column, b.values(field, changes), gives))
		}
	}
	gives := func(c *geo.Change) bool { return c.Geometry != nil }
	if slices.ContainsFunc(changes, gives) {
		c := add("geom", b.bind(geometriesOf(changes))+"::bytea[]", gives)
		c.values = "ST_GeomFromWKB(i.geom, 4326)"
		columns = append(columns, c)
	}
	return "unnest(" + strings.Join(arrays, ", ") + ") AS i (" + strings.Join(names, ", ") + ")", columns
}

func flags(changes []*geo.Change, gives func(*geo.Change) bool) []bool {
	list := make([]bool, len(changes))
	for i, c := range changes {
		list[i] = gives(c)
	}
	return list
}

func geometriesOf(changes []*geo.Change) [][]byte {
	list := make([][]byte, len(changes))
	for i, c := range changes {
		if c.Geometry != nil {
			list[i] = shape.AppendWKB(nil, c.Geometry)
		}
	}
	return list
}

// values binds the values of a field, each of its own type whatever the column has, so that a rule refuses it and not
// the type.
func (b *builder) values(field geo.Field, changes []*geo.Change) string {
	switch field.Type {
	case geo.Integer:
		return b.bind(typedValues[int64](field, changes)) + "::int8[]"
	case geo.Number:
		return b.bind(typedValues[float64](field, changes)) + "::float8[]"
	case geo.Boolean:
		return b.bind(typedValues[bool](field, changes)) + "::bool[]"
	case geo.Time:
		return b.bind(typedValues[time.Time](field, changes)) + "::timestamptz[]"
	default:
		return b.bind(typedValues[string](field, changes)) + "::text[]"
	}
}

// typedValues gives the values of a field; nil stands for null, and for what is not given.
func typedValues[T any](field geo.Field, changes []*geo.Change) []*T {
	list := make([]*T, len(changes))
	for i, c := range changes {
		if v, ok := c.Values[field.Name].(T); ok {
			list[i] = &v
		}
	}
	return list
}
