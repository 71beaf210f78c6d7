package input

import (
	"fmt"
	"io"
	"strings"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

// mostTerms is how many terms an order may have.
const mostTerms = 10

// Orders reads the argument orderBy.
func Orders(terms []map[string]any) ([]geo.Order, error) {
	if len(terms) > mostTerms {
		return nil, geo.Invalid("orderBy", "%d terms; %d at the most", len(terms), mostTerms)
	}
	orders := make([]geo.Order, len(terms))
	for i, t := range terms {
		members, err := object(plain(t), "orderBy")
		if err != nil {
			return nil, err
		}
		if orders[i], err = parseOrder(members, fmt.Sprintf("orderBy[%d]", i)); err != nil {
			return nil, err
		}
	}
	return orders, nil
}

// descending is the value DESC of OrderDirection, as a FieldName has it.
const descending = "desc"

func parseOrder(members map[string]any, path string) (geo.Order, error) {
	order := geo.Order{Descending: members["direction"] == descending}
	field, point := members["field"], members["distanceFrom"]
	if (field == nil) == (point == nil) {
		return order, geo.Invalid(path, "give exactly one of field and distanceFrom")
	}
	if field != nil {
		order.Field = fmt.Sprint(field)
		return order, nil
	}
	p, err := parsePoint(point, path+".distanceFrom")
	order.DistanceFrom = &p
	return order, err
}

func parsePoint(v any, path string) (orb.Point, error) {
	members, err := object(v, path)
	if err != nil {
		return orb.Point{}, err
	}
	x, err := number(members["longitude"], path+".longitude")
	if err != nil {
		return orb.Point{}, err
	}
	y, err := number(members["latitude"], path+".latitude")
	if err != nil {
		return orb.Point{}, err
	}
	from, _ := members["crs"].(crs.CRS)
	return PointToWGS84(x, y, &from, path)
}

// FieldName is an enum value as names are in the domain: TOWN_CODE is townCode.
type FieldName string

// UnmarshalGQL reads the enum value.
func (f *FieldName) UnmarshalGQL(v any) error {
	*f = FieldName(camelCase(fmt.Sprint(v)))
	return nil
}

// MarshalGQL makes FieldName a scalar to gqlgen; it is never written.
func (f FieldName) MarshalGQL(io.Writer) {}

// camelCase makes the name of a field out of that of an enum value.
func camelCase(value string) string {
	words := strings.Split(strings.ToLower(value), "_")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}
