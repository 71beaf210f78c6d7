package download

import (
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/exchange"
	"xiangtu/geo/shape"
	"xiangtu/server/filter"
	"xiangtu/server/moment"
)

// Selection says which features of a layer are written, and how.
type Selection struct {
	Layer      *geo.Layer
	Format     *Format
	CRS        crs.CRS
	Precision  int        // decimals of a coordinate
	Box        *geo.Box   // only what has a point in common with it, in degrees of WGS 84; nil for all
	Filter     geo.Filter // nil for all
	Simplify   float64    // tolerance in metres; 0 for none
	Properties []string   // scalar fields and lists of members; nil for all
	BOM        bool       // a byte order mark before CSV, by which Excel knows UTF-8
	AsOf       string     // a time, or a revision of the layer; empty for now
	Scratch    string     // the folder for files that are made first; empty for the system's
	Whole      bool       // whether the end of the file counts and not how soon it begins, as of postgis.FeatureForm
}

// Decimals that tell places a centimetre apart, which is finer than any survey that is behind the map.
const (
	decimalsOfDegrees = 7
	decimalsOfMetres  = 2
)

// MaxSimplify is the largest tolerance in metres: with it a district is a triangle.
const MaxSimplify = 100_000

// parameters are those of the URL, in the order of messages.
const parameters = "asOf, bbox, bbox-crs, bom, crs, filter, filter-crs, filter-lang, precision, properties, simplify"

// Parse reads a selection of features of a layer, to be written in a format, from the parameters of a URL: crs,
// precision (0 to 15, by default 7 for degrees and 2 for metres), bbox (west,south,east,north, in bbox-crs, which is
// WGS 84 whatever crs is), filter with filter-lang and filter-crs (CQL2), properties (names with commas between),
// simplify (metres), bom (true before CSV for Excel) and asOf (a time, or a revision of the layer). Each is given once at most. The error is a geo.Error.
func Parse(layer *geo.Layer, format *Format, query string) (Selection, error) {
	s := Selection{Layer: layer, Format: format, Precision: -1}
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
			if err.Path == "" {
				err.Path = name
			}
			return s, err
		}
	}
	if s.Filter, err = filter.Parse(layer, values); err != nil {
		return s, err
	}
	return s, s.Complete()
}

// Complete fills in what follows from the rest, and says why the selection cannot be written in its format.
func (s *Selection) Complete() error {
	if s.Precision < 0 {
		s.Precision = DefaultPrecision(s.CRS)
	}
	if s.BOM && s.Format.Name != "csv" {
		return geo.Invalid("bom", "it is for CSV, which %s is not", s.Format.Title)
	}
	if s.Format.check != nil {
		return s.Format.check(s)
	}
	return nil
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
	case "bbox", "bbox-crs":
		if err := s.setBox(others); err != nil {
			return err
		}
	case "simplify":
		metres, err := strconv.ParseFloat(value, 64)
		if err != nil || !(metres >= 0 && metres <= MaxSimplify) {
			return geo.Invalid("", "%.40q is not a tolerance from 0 to %d metres", value, MaxSimplify)
		}
		s.Simplify = metres
	case "properties":
		names, err := ParseProperties(s.Layer, value)
		if err != nil {
			return err
		}
		s.Properties = names
	case moment.Parameter:
		s.AsOf = value
	case "bom":
		if value != "true" && value != "false" {
			return geo.Invalid("", "%.40q is neither true nor false", value)
		}
		s.BOM = value == "true"
	default:
		if slices.Contains(filter.Names(), name) {
			return nil // read with what belongs to it
		}
		return geo.Invalid("", "there is no such parameter; there are %s", parameters)
	}
	return nil
}

// setBox takes bbox with bbox-crs.
func (s *Selection) setBox(parameters url.Values) *geo.Error {
	system := crs.WGS84
	if parameters.Has("bbox-crs") {
		var err error
		if system, err = crs.Parse(parameters.Get("bbox-crs")); err != nil {
			return &geo.Error{Code: geo.BadInput, Path: "bbox-crs", Message: err.Error()}
		}
		if !parameters.Has("bbox") {
			return geo.Invalid("bbox-crs", "it says what bbox is in, and there is none")
		}
	}
	box, err := ParseBox(parameters.Get("bbox"), system)
	if err != nil {
		return err.At("bbox")
	}
	s.Box = &box
	return nil
}

// ParseProperties reads names of fields and lists of members of a layer, with commas between. The error lists them.
func ParseProperties(layer *geo.Layer, text string) ([]string, *geo.Error) {
	var known []string
	for _, column := range exchange.Columns(layer, nil) {
		known = append(known, column.Name)
	}
	names := strings.Split(text, ",")
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		if !slices.Contains(known, names[i]) {
			return nil, geo.Invalid("", "%s have no property %.40q; they have %s", layer.Name, names[i], strings.Join(known, ", "))
		}
	}
	return names, nil
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
