package postgis

import "xiangtu/geo"

// unicode is the collation whose functions know the letters of all scripts, those of the columns know ASCII alone.
const unicode = ` COLLATE "und-x-icu"`

// accents are the marks that AccentFold leaves out, as a regular expression: the blocks of combining diacritical marks.
// The Japanese voicing marks (U+3099, U+309A) lie elsewhere.
const accents = `[\u0300-\u036F\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F]`

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
	case geo.Arithmetic:
		b.computed = append(b.computed, e)
		return b.arithmetic(layer, e)
	case geo.CaseFold:
		// Lower case joins what has several capitals (K and the sign of kelvin), upper case what has several small
		// letters (the two sigmas) or more letters than one (ß).
		return b.around("upper(lower(", unicode+"))", func() error { return b.expression(layer, e.Of) })
	case geo.AccentFold:
		return b.around("normalize(regexp_replace(normalize(", ", NFD), '"+accents+"', '', 'g'), NFC)",
			func() error { return b.expression(layer, e.Of) })
	case geo.DayOf:
		return b.around("(", " AT TIME ZONE 'UTC')::date", func() error { return b.expression(layer, e.Of) })
	case geo.Truth:
		return b.around("(", ")", func() error { return b.where(layer, e.Of) })
	default:
		return &geo.Error{Code: geo.Internal, Message: "an expression that the store does not know"}
	}
}

// operation appends two values with what stands between them.
func (b *builder) operation(layer *geo.Layer, left geo.Expression, between string, right geo.Expression) error {
	if err := b.expression(layer, left); err != nil {
		return err
	}
	b.add(between)
	return b.expression(layer, right)
}

// around appends what inner appends between two texts.
func (b *builder) around(before, after string, inner func() error) error {
	b.add(before)
	err := inner()
	b.add(after)
	return err
}

// arithmetic appends an operation on doubles. A division by zero is null, because the database may well compute it for
// a feature that another condition leaves out.
func (b *builder) arithmetic(layer *geo.Layer, e geo.Arithmetic) error {
	left := func() error { return b.double(layer, e.Left) }
	right := func() error { return b.double(layer, e.Right) }
	divisor := func() error { return b.around("nullif(", ", 0)", right) }
	switch e.Op {
	case geo.Add, geo.Subtract, geo.Multiply:
		return b.two("(", left, " "+string(e.Op)+" ", right, ")")
	case geo.Divide:
		return b.two("(", left, " / ", divisor, ")")
	case geo.IntegerDivide:
		return b.two("trunc(", left, " / ", divisor, ")")
	case geo.Modulo: // for which doubles have no operator
		return b.two("mod(", left, "::numeric, ", divisor, "::numeric)::float8")
	case geo.Power:
		return b.two("power(", left, ", ", right, ")")
	default:
		return &geo.Error{Code: geo.Internal, Message: "an operation that the store does not know"}
	}
}

// double appends a number as a double.
func (b *builder) double(layer *geo.Layer, e geo.Expression) error {
	switch e := e.(type) {
	case geo.Arithmetic:
		return b.arithmetic(layer, e)
	case geo.Literal:
		if whole, ok := e.Value.(int64); ok {
			e.Value = float64(whole)
		}
		return b.expression(layer, e)
	default:
		return b.around("", "::float8", func() error { return b.expression(layer, e) })
	}
}

// two appends two things and what stands around them.
func (b *builder) two(before string, first func() error, between string, second func() error, after string) error {
	b.add(before)
	if err := first(); err != nil {
		return err
	}
	b.add(between)
	err := second()
	b.add(after)
	return err
}
