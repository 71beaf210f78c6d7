package ogc

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
	"xiangtu/server/filter"
)

// The number of features of a page. QGIS takes pages of 1,000, or of the default where that is more, up to the maximum
// (qgsoapifprovider.cpp).
const (
	defaultLimit = 1000
	maxLimit     = 10_000
)

// selection says which features of a layer are answered, and how.
type selection struct {
	query     geo.Query
	form      postgis.FeatureForm
	reference crs.Reference
}

// The parameters of features, besides the fields of the layer and those of filters.
var (
	itemParameters = []string{"f", "crs", "properties", "skipGeometry", "datetime"}
	listParameters = []string{"limit", "cursor", "bbox", "bbox-crs", "sortby"}
)

// selectItems reads the parameters of a page of features.
func selectItems(r *request, layer *geo.Layer) (*selection, error) {
	known := slices.Concat(itemParameters, listParameters, filter.Names())
	for _, f := range layer.Fields {
		known = append(known, f.Name)
	}
	if err := r.allow(known...); err != nil {
		return nil, err
	}
	s, err := selectForm(r, layer)
	if err != nil {
		return nil, err
	}
	for _, read := range []func(*request) *geo.Error{s.readLimit, s.readBox, s.readFields, s.readOrder} {
		if e := read(r); e != nil {
			return nil, e
		}
	}
	condition, err := filter.Parse(layer, r.query)
	if err != nil {
		return nil, err //nolint:wrapcheck // it is a geo.Error
	}
	if condition != nil {
		s.and(condition)
	}
	return s, nil
}

// selectForm reads the parameters that say how a feature is written.
func selectForm(r *request, layer *geo.Layer) (*selection, error) {
	s := &selection{query: geo.Query{Layer: layer}}
	if name, given := r.query["crs"]; given {
		reference, err := crs.ParseReference(name[0])
		if err != nil {
			return nil, geo.Invalid("crs", "%v", err)
		}
		s.reference = reference
	}
	s.form.MembersAsText = true
	s.form.Options = shape.Options{Precision: precision(s.reference.CRS), CRS: s.reference.CRS, LatitudeFirst: s.reference.LatitudeFirst}
	switch value := r.query.Get("skipGeometry"); {
	case value == "true":
		s.form.SkipGeometry = true
	case value != "false" && r.query.Has("skipGeometry"):
		return nil, geo.Invalid("skipGeometry", "%.40q is neither true nor false", value)
	}
	if names, given := r.query["properties"]; given {
		s.form.Properties = []string{}
		known := propertyNames(layer)
		for name := range strings.SplitSeq(names[0], ",") {
			if name = strings.TrimSpace(name); name == "" && names[0] == "" {
				continue
			}
			if !slices.Contains(known, name) {
				return nil, geo.Invalid("properties", "there is no property %.40q; there are %s", name, strings.Join(known, ", "))
			}
			s.form.Properties = append(s.form.Properties, name)
		}
	}
	return s, nil
}

// precision gives the decimals of coordinates: a centimetre.
func precision(system crs.CRS) int {
	if system.Metric() {
		return 2
	}
	return 7
}

func (s *selection) readLimit(r *request) *geo.Error {
	s.query.Window.Limit = defaultLimit
	if given, ok := r.query["limit"]; ok {
		n, err := strconv.ParseUint(given[0], 10, 64)
		if err != nil && !isDigits(given[0]) || n == 0 {
			return geo.Invalid("limit", "%.40q is no whole number from 1; more than %d is taken for %d", given[0], maxLimit, maxLimit)
		}
		s.query.Window.Limit = int(min(n, maxLimit))
	}
	return nil
}

// isDigits tells a number that is too large from what is none.
func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// and adds a condition.
func (s *selection) and(condition geo.Filter) {
	conditions, _ := s.query.Filter.(geo.And)
	s.query.Filter = append(conditions, condition)
}

func (s *selection) readBox(r *request) *geo.Error {
	var reference crs.Reference
	if name, given := r.query["bbox-crs"]; given {
		var err error
		if reference, err = crs.ParseReference(name[0]); err != nil {
			return geo.Invalid("bbox-crs", "%v", err)
		}
		if !r.query.Has("bbox") {
			return geo.Invalid("bbox-crs", "it says what bbox is in, and there is none")
		}
	}
	if text, given := r.query["bbox"]; given {
		box, err := parseBox(text[0], reference)
		if err != nil {
			return err.At("bbox")
		}
		s.and(geo.InBox{Box: box})
	}
	return nil
}

// parseBox reads a box of four numbers, or of six with heights, which the map does not have. The box is in degrees of
// WGS 84.
func parseBox(text string, reference crs.Reference) (geo.Box, *geo.Error) {
	parts := strings.Split(text, ",")
	numbers := make([]float64, len(parts))
	for i, part := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || len(parts) != 4 && len(parts) != 6 {
			return geo.Box{}, geo.Invalid("", "%.80q is not four numbers (the least of each axis, then the greatest), such as 116.3,23.5,116.4,23.6, nor six with heights", text)
		}
		numbers[i] = v
	}
	half := len(numbers) / 2
	box := boxOf([2]float64{numbers[0], numbers[1]}, [2]float64{numbers[half], numbers[half+1]}, reference)
	if err := box.Check(); err != nil {
		if reference.CRS.Metric() {
			return box, geo.Invalid("", "%.80q is no box in metres of Web Mercator: the least of each axis, then the greatest, neither beyond 20037508.34", text)
		}
		if reference.LatitudeFirst {
			err.Message += "; in this bbox-crs latitude comes before longitude"
		}
		return box, err
	}
	return box, nil
}

// boxOf gives the box of two corners in a reference system. One whose first corner is in the east of its second crosses
// the antimeridian. The sides of a box are straight in degrees, and nearly so in the shifted systems, so that the other
// corners are needed only there, and only where the box does not go around the earth.
func boxOf(least, greatest [2]float64, reference crs.Reference) geo.Box {
	west, south := reference.ToWGS84(least[0], least[1])
	east, north := reference.ToWGS84(greatest[0], greatest[1])
	shifted := reference.CRS == crs.GCJ02 || reference.CRS == crs.BD09
	if shifted && least[0] <= greatest[0] && least[1] <= greatest[1] {
		return geo.Box{least[0], least[1], greatest[0], greatest[1]}.Map(reference.ToWGS84)
	}
	return geo.Box{west, south, east, north}
}

// readFields reads the conditions on fields.
func (s *selection) readFields(r *request) *geo.Error {
	for _, f := range s.query.Layer.Fields {
		text, given := r.query[f.Name]
		if !given {
			continue
		}
		value, err := fieldValue(f, text[0])
		if err != nil {
			return err.At(f.Name)
		}
		s.and(geo.Compare{Op: geo.Equal, Left: geo.Property(f.Name), Right: geo.Literal{Value: value}})
	}
	return nil
}

// readOrder reads sortby: names of fields with commas between, each after + (or nothing) or -. A + that a client left as
// it is in a URL has become a space.
func (s *selection) readOrder(r *request) *geo.Error {
	text, given := r.query["sortby"]
	if !given {
		return nil
	}
	for item := range strings.SplitSeq(text[0], ",") {
		name := strings.TrimLeft(item, " +")
		descending := strings.HasPrefix(name, "-")
		if descending {
			name = name[1:]
		}
		if _, known := s.query.Layer.Field(name); !known || len(item)-len(name) > 1 {
			return geo.Invalid("sortby", "%.40q names no property to sort by; there are %s, each with + or - before it or nothing", item, s.query.Layer.FieldNames())
		}
		if slices.ContainsFunc(s.query.Order, func(o geo.Order) bool { return o.Field == name }) {
			return geo.Invalid("sortby", "%s is there twice", name)
		}
		s.query.Order = append(s.query.Order, geo.Order{Field: name, Descending: descending})
	}
	return nil
}
