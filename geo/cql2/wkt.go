package cql2

import (
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// isGeometryType tells whether a word in capital letters begins a geometry in WKT (OGC 06-103r4, clause 7).
func isGeometryType(word string) bool {
	switch word {
	case "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION":
		return true
	default:
		return false
	}
}

// boxLiteral reads BBOX(west, south, east, north), in the order of axes.
func (p *textParser) boxLiteral(t token) (operand, error) {
	numbers, err := list(p, p.coordinate)
	if err != nil {
		return operand{}, err
	}
	return p.bbox(t.at, numbers)
}

// geometryLiteral reads a geometry after its type.
func (p *textParser) geometryLiteral(keyword string, t token) (operand, error) {
	g, err := p.geometryText(keyword)
	if err != nil {
		return operand{}, err
	}
	return p.scope.geometry(t.at, g)
}

// geometryText reads the coordinates of a geometry. Heights are passed over, as the map has none; the dimension M is no
// part of CQL2.
func (p *textParser) geometryText(keyword string) (orb.Geometry, error) {
	switch {
	case p.token.is("M"), p.token.is("ZM"):
		return nil, p.fault(p.token.at, "coordinates with M are not supported: give longitude and latitude")
	case p.token.is("Z"):
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if p.token.is("EMPTY") {
		return nil, p.fault(p.token.at, "an empty geometry lies nowhere: give it coordinates")
	}
	switch keyword {
	case "POINT":
		return p.bracketedPosition()
	case "LINESTRING":
		line, err := p.line()
		return line, err
	case "POLYGON":
		polygon, err := p.polygon()
		return polygon, err
	case "MULTIPOINT":
		points, err := list(p, p.memberPosition)
		return orb.MultiPoint(points), err
	case "MULTILINESTRING":
		lines, err := list(p, p.line)
		return orb.MultiLineString(lines), err
	case "MULTIPOLYGON":
		polygons, err := list(p, p.polygon)
		return orb.MultiPolygon(polygons), err
	default:
		members, err := list(p, p.member)
		return orb.Collection(members), err
	}
}

// list reads what stands in brackets with commas between.
func list[T any](p *textParser, item func() (T, error)) ([]T, error) {
	if p.token.is("EMPTY") {
		return nil, p.fault(p.token.at, "an empty geometry lies nowhere: give it coordinates")
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var items []T
	for {
		next, err := item()
		if err != nil {
			return nil, err
		}
		items = append(items, next)
		more, err := p.accept(",")
		switch {
		case err != nil:
			return nil, err
		case more:
		case p.token.is(")"):
			return items, p.advance()
		default:
			return nil, p.unexpected(", or )")
		}
	}
}

func (p *textParser) line() (orb.LineString, error) { return list(p, p.position) }

func (p *textParser) polygon() (orb.Polygon, error) {
	return list(p, func() (orb.Ring, error) { return list(p, p.position) })
}

// member reads a geometry of a collection.
func (p *textParser) member() (orb.Geometry, error) {
	t := p.token
	keyword := strings.ToUpper(t.text)
	if t.kind != name || !isGeometryType(keyword) {
		return nil, p.unexpected("a geometry, such as POINT(116.4 23.5)")
	}
	if err := p.enter(t.at); err != nil {
		return nil, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return nil, err
	}
	return p.geometryText(keyword)
}

func (p *textParser) bracketedPosition() (orb.Point, error) {
	if err := p.expect("("); err != nil {
		return orb.Point{}, err
	}
	position, err := p.position()
	if err != nil {
		return position, err
	}
	return position, p.expect(")")
}

// memberPosition reads a position of a MULTIPOINT, in brackets or without, as both are written.
func (p *textParser) memberPosition() (orb.Point, error) {
	if p.token.is("(") {
		return p.bracketedPosition()
	}
	return p.position()
}

// position reads two numbers, and passes over a third.
func (p *textParser) position() (orb.Point, error) {
	var position orb.Point
	for i := range position {
		number, err := p.coordinate()
		if err != nil {
			return position, err
		}
		position[i] = number
	}
	if p.token.kind == digits || p.token.is("-") || p.token.is("+") {
		if _, err := p.coordinate(); err != nil {
			return position, err
		}
	}
	return position, nil
}

// coordinate reads a number with its sign.
func (p *textParser) coordinate() (float64, error) {
	negative := p.token.is("-")
	if negative || p.token.is("+") {
		if err := p.advance(); err != nil {
			return 0, err
		}
	}
	if p.token.kind != digits {
		return 0, p.unexpected("a number")
	}
	number, err := strconv.ParseFloat(p.token.text, 64)
	if err != nil {
		return 0, p.fault(p.token.at, "the number %s is too large", shortened(p.token.text))
	}
	if negative {
		number = -number
	}
	return number, p.advance()
}
