package tiles

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"xiangtu/geo"
	"xiangtu/server/moment"
)

// askedThen reads a query that asks for the map as it stood. What a time means is asked of the database each time, for a
// change that began before it may be committed after it; what stood at some revisions never changes.
func (s *tilesets) askedThen(ctx context.Context, layers uint64, query string) (asked, error) {
	values, err := parseQuery(query)
	if err != nil {
		return asked{}, err
	}
	text := values.Get(moment.Parameter)
	values.Del(moment.Parameter)
	set := s.of(layers)
	named := make([]*geo.Layer, len(set.selections))
	for i, selection := range set.selections {
		named[i] = selection.Layer
	}
	m, err := moment.Of(ctx, s.queries.store, named, text)
	if err != nil {
		return asked{}, err //nolint:wrapcheck // it is a geo.Error
	}
	revisions := make([]string, len(named))
	for i, layer := range named {
		revisions[i] = strconv.FormatInt(m[layer.Name], 10)
	}
	known, err := s.queries.known.Get(ctx, queryKey{layers, values.Encode(), strings.Join(revisions, ".")}, s.queries.loader)
	if err != nil {
		return asked{}, err
	}
	a := *known
	if values, err = parseQuery(strings.TrimPrefix(a.query, "?")); err != nil {
		return asked{}, err
	}
	values.Set(moment.Parameter, text)
	a.query = "?" + values.Encode()
	return a, nil
}

// at gives the tileset of the same layers as they stood at these revisions.
func (set *tileset) at(revisions string) (*tileset, error) {
	then := &tileset{selections: set.selections, layers: set.layers, moment: geo.Moment{}}
	v := &version{}
	for i, text := range strings.Split(revisions, ".") {
		revision, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read the revisions of a moment: %w", err)
		}
		then.moment[set.layers[i]] = revision
		v.revisions = append(v.revisions, revision)
	}
	then.latest.Store(v)
	return then, nil
}

// past gives the version of a tileset of the past, which is its only one, for another of the same moment; nil of the
// present.
func (set *tileset) past() *version {
	if set.moment == nil {
		return nil
	}
	return &version{revisions: set.latest.Load().revisions}
}
