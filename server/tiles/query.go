package tiles

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/maypok86/otter/v2"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
	"xiangtu/geo/tile"
	"xiangtu/server/filter"
	"xiangtu/server/moment"
)

// asked is what the layers and the query in a URL ask for, wherever it is.
type asked struct {
	tileset *tileset
	system  crs.CRS // WGS84, GCJ02 or BD09
	query   string  // the same as a query of URLs, with its question mark; empty for none
}

// queryKey is layers, as bits by their places in the registry, and the query of a URL.
type queryKey struct {
	layers uint64
	query  string
	moment string // the revision of each of the layers, with points between; empty for now
}

// queryCache knows what was asked for, so that a tile in the cache costs no parsing of its filter. Clients choose the
// filters, so what is kept has a limit in bytes.
type queryCache struct {
	known  *otter.Cache[queryKey, *asked]
	loader otter.LoaderFunc[queryKey, *asked]
	store  *postgis.Store
}

const (
	queriesBytes = 8 << 20
	// filterFactor and filterOverhead are about what a filter takes for each byte of its text, and besides: a test of
	// three characters becomes some hundred bytes, a vertex of eight becomes sixteen.
	filterFactor   = 32
	filterOverhead = 1000
)

func newQueryCache(store *postgis.Store, read otter.LoaderFunc[queryKey, *asked]) (*queryCache, error) {
	known, err := otter.New(&otter.Options[queryKey, *asked]{
		MaximumWeight: queriesBytes,
		Weigher: func(k queryKey, a *asked) uint32 {
			return uint32(len(k.query)+len(k.moment)+len(a.query)) + a.tileset.weight
		},
		// Its tiles are left to the next sweep: the same query will be another tileset.
		OnDeletion: func(e otter.DeletionEvent[queryKey, *asked]) {
			e.Value.tileset.abandoned.Store(e.Value.tileset.filter != "" || e.Value.tileset.moment != nil)
		},
	})
	if err != nil {
		return nil, fmt.Errorf("make the cache of queries: %w", err)
	}
	return &queryCache{known, read, store}, nil
}

// asked reads the names of layers, with commas between, and the query of a URL.
func (s *tilesets) asked(ctx context.Context, names, query string) (asked, error) {
	layers, err := layersNamed(names)
	if err != nil {
		return asked{}, err
	}
	if query == "" {
		return asked{tileset: s.of(layers)}, nil
	}
	if strings.Contains(query, moment.Parameter+"=") {
		return s.askedThen(ctx, layers, query)
	}
	a, err := s.queries.known.Get(ctx, queryKey{layers: layers, query: query}, s.queries.loader)
	if err != nil {
		return asked{}, err
	}
	return *a, nil
}

// read reads a query that is not known.
func (s *tilesets) read(ctx context.Context, k queryKey) (*asked, error) {
	values, err := parameters(k.query)
	if err != nil {
		return nil, err
	}
	a := &asked{}
	if a.system, err = systemOf(values); err != nil {
		return nil, err
	}
	if !a.system.IsWGS84() {
		values.Set("crs", strings.ToLower(a.system.String()))
	} else {
		values.Del("crs")
	}
	if len(values) > 0 {
		a.query = "?" + values.Encode()
	}
	plain := s.of(k.layers)
	if k.moment != "" {
		if plain, err = plain.at(k.moment); err != nil {
			return nil, err
		}
	}
	values.Del("crs")
	if len(values) == 0 {
		a.tileset = plain
		return a, nil
	}
	// Others may wait for the same query: it does not end with the client that came first.
	a.tileset, err = s.queries.filtered(context.WithoutCancel(ctx), plain, values)
	return a, err
}

// filtered gives the tileset of the features of another that pass a filter.
func (q *queryCache) filtered(ctx context.Context, plain *tileset, values url.Values) (*tileset, error) {
	set := &tileset{layers: plain.layers, moment: plain.moment, filter: values.Encode()}
	set.latest.Store(plain.past())
	for _, selection := range plain.selections {
		parsed, err := filter.Parse(selection.Layer, values)
		if err == nil {
			var query geo.Query
			query, err = q.store.Resolve(ctx, geo.Query{Layer: selection.Layer, Filter: parsed})
			parsed = query.Filter
		}
		if err != nil {
			return nil, onLayer(selection.Layer, len(plain.selections), err)
		}
		set.selections = append(set.selections, tile.Selection{Layer: selection.Layer, Filter: parsed})
		set.weight += uint32(filterFactor*len(set.filter) + filterOverhead)
	}
	return set, nil
}

// onLayer says on which of several layers a filter has an error.
func onLayer(layer *geo.Layer, layers int, err error) error {
	var known *geo.Error
	if layers == 1 || !errors.As(err, &known) {
		return err
	}
	onLayer := *known
	onLayer.Message = fmt.Sprintf("on %s: %s (a filter is for every layer that the URL names)", layer.Name, known.Message)
	return &onLayer
}

// parseQuery reads parameters, each of which is given once.
func parseQuery(query string) (url.Values, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, geo.Invalid("", "the query of the URL cannot be read: it is not URL-encoded")
	}
	for name, given := range values {
		if len(given) > 1 {
			return nil, geo.Invalid(name, "this parameter is given more than once")
		}
	}
	return values, nil
}

// parameters reads the query of the URL of a tile or a TileJSON.
func parameters(query string) (url.Values, error) {
	values, err := parseQuery(query)
	if err != nil {
		return nil, err
	}
	known := append([]string{"crs"}, filter.Names()...)
	for name := range values {
		if !slices.Contains(known, name) {
			return nil, geo.Invalid(name, "this parameter is not known here; known are crs (wgs84, gcj02 or bd09), %s; and at /ogc %s, f and collections",
				strings.Join(append(known[1:], moment.Parameter), ", "), moment.Datetime)
		}
	}
	return values, nil
}

// systemOf reads the system of the base map that tiles lie on.
func systemOf(values url.Values) (crs.CRS, error) {
	if !values.Has("crs") {
		return crs.WGS84, nil
	}
	system, err := crs.Parse(values.Get("crs"))
	switch {
	case err != nil, system == crs.WebMercator:
		return crs.WGS84, geo.Invalid("crs", "%q is not for tiles: they lie in Web Mercator, under a base map in wgs84, gcj02 or bd09", values.Get("crs"))
	case system.IsWGS84():
		return crs.WGS84, nil
	}
	return system, nil
}
