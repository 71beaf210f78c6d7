package input

import (
	"errors"
	"fmt"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

// LayerRevision is a revision of a layer.
type LayerRevision struct {
	Layer    geo.LayerName
	Revision int64
}

// Since reads the revisions that a subscriber has heard of last.
func Since(given []*LayerRevision) (geo.Moment, error) {
	since := make(geo.Moment)
	for i, of := range given {
		path := fmt.Sprintf("since[%d]", i)
		if _, twice := since[of.Layer]; twice {
			return nil, geo.Invalid(path+".layer", "%s is given twice", of.Layer)
		}
		if of.Revision < 0 {
			return nil, geo.Invalid(path+".revision", "%d is no revision", of.Revision)
		}
		since[of.Layer] = of.Revision
	}
	return since, nil
}

// LayersWhere reads the tests of the features of each layer. Their text is the same for the same tests, and empty if there
// are none.
func LayersWhere(where map[string]any) (filters map[geo.LayerName]geo.Filter, text string, err error) {
	filters = make(map[geo.LayerName]geo.Filter)
	for _, layer := range geo.Layers() {
		tests, _ := plain(where[string(layer.Name)]).(map[string]any)
		filter, err := Where(layer, tests)
		if err != nil {
			known, ok := errors.AsType[*geo.Error](err)
			if !ok {
				return nil, "", err
			}
			located := *known
			located.Path = "where." + string(layer.Name) + strings.TrimPrefix(known.Path, "where")
			return nil, "", &located
		}
		if filter != nil {
			filters[layer.Name] = filter
		}
	}
	if len(filters) == 0 {
		return filters, "", nil
	}
	return filters, fmt.Sprint(plain(where)), nil
}

// Box reads a box in degrees of WGS 84; nil if there is none.
func Box(given []float64, path string) (*geo.Box, error) {
	if given == nil {
		return nil, nil
	}
	items := make([]any, len(given))
	for i, v := range given {
		items[i] = v
	}
	filter, err := parseBox(items, crs.WGS84, path)
	if err != nil {
		return nil, err
	}
	box := filter.(geo.InBox).Box
	return &box, nil
}
