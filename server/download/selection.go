package download

import (
	"context"
	"io"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
)

// Selection says which features of a layer are written, and how.
type Selection struct {
	Layer     *geo.Layer
	CRS       crs.CRS
	Precision int      // decimals of a coordinate
	Box       *geo.Box // only what has a point in common with it, in degrees of WGS 84; nil for all
	Simplify  float64  // tolerance in metres; 0 for none
}

// Decimals that tell places a centimetre apart, which is finer than any survey that is behind the map.
const (
	decimalsOfDegrees = 7
	decimalsOfMetres  = 2
)

// maxSimplify is the largest tolerance in metres: with it a district is a triangle.
const maxSimplify = 100_000

// parameters are those of the URL, in the order of messages.
const parameters = "bbox, bbox-crs, crs, precision, simplify"

// Parse reads a selection of features of a layer from the parameters of a URL: crs, precision (0 to 15, by default 7
// for degrees and 2 for metres), bbox (west,south,east,north, in bbox-crs, which is WGS 84 whatever crs is) and simplify
// (metres). Each is given once at most. The error is a geo.Error.
func Parse(layer *geo.Layer, query string) (Selection, error) {
	s := Selection{Layer: layer, Precision: -1}
	values, err := url.ParseQuery(query)
	if err != nil {
		return s, geo.Invalid("", "the query of the URL cannot be read: a %% is followed by two hexadecimal digits, and parameters have & between them")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		given := values[name]
		if len(given) > 1 {
			return s, geo.Invalid(name, "given %d times; give it once", len(given))
		}
		if err := s.set(name, given[0], values); err != nil {
			return s, err.At(name)
		}
	}
	if s.Precision < 0 {
		s.Precision = DefaultPrecision(s.CRS)
	}
	return s, nil
}

// DefaultPrecision is the number of decimals that coordinates are written with where nobody says another.
func DefaultPrecision(system crs.CRS) int {
	if system.Metric() {
		return decimalsOfMetres
	}
	return decimalsOfDegrees
}

// set takes one parameter; others has them all.
func (s *Selection) set(name, value string, others url.Values) *geo.Error {
	switch name {
	case "crs":
		system, err := crs.Parse(value)
		if err != nil {
			return geo.Invalid("", "%v", err)
		}
		s.CRS = system
	case "precision":
		n, err := strconv.ParseUint(value, 10, 8)
		if err != nil || n > shape.MaxPrecision {
			return geo.Invalid("", "%.40q is not a number of decimals from 0 to %d", value, shape.MaxPrecision)
		}
		s.Precision = int(n)
	case "bbox":
		system, _ := crs.Parse(others.Get("bbox-crs")) // what is wrong with it is told under its own name
		box, err := ParseBox(value, system)
		if err != nil {
			return err
		}
		s.Box = &box
	case "bbox-crs":
		if _, err := crs.Parse(value); err != nil {
			return geo.Invalid("", "%v", err)
		}
		if !others.Has("bbox") {
			return geo.Invalid("", "it says what bbox is in, and there is none")
		}
	case "simplify":
		metres, err := strconv.ParseFloat(value, 64)
		if err != nil || !(metres >= 0 && metres <= maxSimplify) {
			return geo.Invalid("", "%.40q is not a tolerance from 0 to %d metres", value, maxSimplify)
		}
		s.Simplify = metres
	default:
		return geo.Invalid("", "there is no such parameter; there are %s", parameters)
	}
	return nil
}

// ParseBox reads west,south,east,north in a reference system, and gives the box in degrees of WGS 84.
func ParseBox(text string, system crs.CRS) (geo.Box, *geo.Error) {
	const form = "%.80q is not west,south,east,north, such as 116.3,23.5,116.4,23.6"
	var box geo.Box
	rest := text
	for i := range box {
		number, after, more := strings.Cut(rest, ",")
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || math.IsNaN(v) || more != (i < len(box)-1) {
			return box, geo.Invalid("", form, text)
		}
		box[i], rest = v, after
	}
	if !system.IsWGS84() {
		box = box.Map(system.ToWGS84)
	}
	return box, box.Check()
}

// Write writes the selected features to w as a GeoJSON FeatureCollection, in the order of their codes, as the database
// sends them. w should have a buffer. each, if not nil, is called after each feature.
func (s *Selection) Write(ctx context.Context, store *postgis.Store, w io.Writer, each func()) error {
	query := geo.Query{Layer: s.Layer}
	if s.Box != nil {
		query.Filter = geo.InBox{Box: *s.Box}
	}
	form := postgis.FeatureForm{Options: shape.Options{Precision: s.Precision, CRS: s.CRS}}
	if s.Simplify > 0 {
		form.Simplify = &s.Simplify
	}
	collection := exchange.NewWriter(w, s.Layer, s.CRS)
	err := store.EachFeature(ctx, query, form, func(_ int, feature []byte) error {
		if each != nil {
			each()
		}
		return collection.Write(feature)
	})
	if err != nil {
		return err
	}
	return collection.Close()
}
