package postgis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// MergeGrids makes one grid of several of the same parent that lie side by side: exactly their union, with all their
// workers. They are removed and their codes retired. What parts they have become parts of the new one. fields are what
// the outcomes have, by layer.
func (w *Writer) MergeGrids(ctx context.Context, m geo.GridMerge, fields map[geo.LayerName]geo.FieldSet) (geo.Regridded, error) {
	if len(m.Grids) < 2 {
		return geo.Regridded{}, geo.Errors{geo.Invalid("grids", "%d are given, and two at the least can be merged", len(m.Grids))}
	}
	r, err := w.newRegrid(ctx, m.Grids, fields)
	if err != nil {
		return geo.Regridded{}, err
	}
	first := r.grids[m.Grids[0].Code]
	parent, err := below(first, m.Grids[0])
	if err != nil {
		return geo.Regridded{}, err
	}
	for _, n := range m.Grids[1:] {
		if p, err := below(r.grids[n.Code], n); err != nil || p != parent {
			return geo.Regridded{}, geo.Errors{geo.Invalid(n.At("code"), "%s is no part of %s, of which %s is one: only parts of the same can be merged", n.Code, parent, first.Code)}
		}
	}
	ground, err := r.union(ctx, m.Grids)
	if err != nil {
		return geo.Regridded{}, err
	}
	into := []geo.GridPart{m.Into}
	if into[0].Name == "" {
		into[0].Name = first.Name
	}
	if into[0].Workers == nil {
		total := int64(0)
		for _, n := range m.Grids {
			total += int64(r.grids[n.Code].Workers)
		}
		into[0].Workers = &total
	}
	if err := r.codes(ctx, parent, into); err != nil {
		return geo.Regridded{}, err
	}
	var children []*geo.Grid
	for _, n := range m.Grids {
		children = append(children, r.children(n.Code)...)
		r.descents = append(r.descents, geo.Descent{OldCode: n.Code, NewCode: into[0].Code, Kind: geo.ByMerge})
	}
	r.retire(m.Grids)
	r.create(into[0], first.Provenance, ground)
	if err := r.recode(children, into[0]); err != nil {
		return geo.Regridded{}, err
	}
	return r.finish(ctx, w)
}

// unionStatement makes the union of grids ($1). It tells also by how many square metres they overlap, and which of them
// share an edge: their boundaries have a line in common (BB of the nine intersections is of dimension 1). The overlap is
// found in the plane, where areas add up exactly; on the ellipsoid PostGIS sums up to some millionths.
const unionStatement = `
WITH g AS (SELECT code, geom FROM xiangtu.grids WHERE code = ANY ($1)),
u AS (SELECT ST_Multi(ST_Union(geom)) AS geom, sum(ST_Area(geom)) AS area FROM g)
SELECT ST_AsBinary(u.geom, 'NDR'), (u.area / ST_Area(u.geom) - 1) * ST_Area(u.geom::geography),
    (SELECT coalesce(array_agg(a.code || ' ' || b.code ORDER BY a.code, b.code), '{}')
    FROM g AS a JOIN g AS b ON a.code < b.code AND ST_Relate(a.geom, b.geom, '****1****'))
FROM u`

// union gives the ground of grids that lie side by side.
func (r *regrid) union(ctx context.Context, named []geo.GridNamed) (orb.MultiPolygon, error) {
	codes := make([]string, len(named))
	for i, n := range named {
		codes[i] = n.Code
	}
	var data []byte
	var overlap float64
	var pairs []string
	if err := r.tx.QueryRow(ctx, unionStatement, codes).Scan(&data, &overlap, &pairs); err != nil {
		return nil, err
	}
	if i := apart(codes, pairs); i >= 0 {
		label := r.grids[codes[i]].Code
		return nil, geo.Errors{geo.Invalid(named[i].At("code"), "%s has no edge in common with the others: to touch in a point is not enough", label)}
	}
	if overlap > mostDifference {
		return nil, geo.Errors{{Code: geo.Conflict, Path: "grids", Message: fmt.Sprintf("they overlap by %.0f square metres: move their boundary first", overlap)}}
	}
	ground, err := polygonsOf(data)
	if err != nil {
		return nil, err
	}
	for _, polygon := range ground {
		for _, hole := range polygon[1:] {
			if shape.IsSliver(orb.Polygon{hole}) {
				return nil, geo.Errors{{Code: geo.Conflict, Path: "grids", Place: &hole[0], Message: "there is a gap between them: move their boundary first"}}
			}
		}
	}
	return ground, nil
}

// apart gives the index of a code that no chain of pairs joins with the first; -1 if there is none.
func apart(codes, pairs []string) int {
	joined := map[string]bool{codes[0]: true}
	for range codes {
		for _, pair := range pairs {
			a, b, _ := strings.Cut(pair, " ")
			if joined[a] || joined[b] {
				joined[a], joined[b] = true, true
			}
		}
	}
	return slices.IndexFunc(codes, func(code string) bool { return !joined[code] })
}
