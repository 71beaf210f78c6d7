package postgis

import (
	"context"
	"fmt"

	"github.com/paulmach/orb"

	"xiangtu/geo"
)

// MoveGridBoundary replaces the boundary between two grids by a line. The outline of both together stays, so what one
// gains the other loses. Where the boundary is also one of what the grids are parts of, these move with it if that is
// asked for, and it is refused if not. A grid that has parts is moved by the boundaries of these, since only they say
// which part gets what is gained. fields are what the outcomes have, by layer.
func (w *Writer) MoveGridBoundary(ctx context.Context, m geo.GridMove, fields map[geo.LayerName]geo.FieldSet) (geo.Regridded, error) {
	if len(m.Grids) != 2 {
		return geo.Regridded{}, geo.Errors{geo.Invalid("grids", "%d are given, and a boundary is moved between two: move it piece by piece where it is one of more", len(m.Grids))}
	}
	r, err := w.newRegrid(ctx, m.Grids, fields)
	if err != nil {
		return geo.Regridded{}, err
	}
	a, b := r.grids[m.Grids[0].Code], r.grids[m.Grids[1].Code]
	if err := r.movable(m); err != nil {
		return geo.Regridded{}, err
	}
	ground, err := r.union(ctx, m.Grids)
	if err != nil {
		return geo.Regridded{}, err
	}
	first, err := groundOf(a)
	if err != nil {
		return geo.Regridded{}, err
	}
	pieces, err := r.cut(ctx, ground, m.Line, first)
	if err != nil {
		return geo.Regridded{}, err
	}
	if len(pieces) > 2 && pieces[2].cut {
		return geo.Regridded{}, atLine(pieces[2].polygon[0][0][0], "it divides the ground of both grids into more than two pieces")
	}
	r.exchange(a, b, pieces)
	both := append(append(orb.MultiPolygon{}, r.moved[geo.Grids][a.Code].geometry...), r.moved[geo.Grids][b.Code].geometry...)
	if err := r.share(ctx, ground, both, []string{a.Code, b.Code}); err != nil {
		return geo.Regridded{}, err
	}
	if err := r.moveParents(ctx, a.Code, b.Code); err != nil {
		return geo.Regridded{}, err
	}
	return r.finish(ctx, w)
}

// movable refuses two grids whose boundary cannot be moved by itself.
func (r *regrid) movable(m geo.GridMove) error {
	a, b := m.Grids[0], m.Grids[1]
	if len(a.Code) != len(b.Code) {
		return geo.Errors{geo.Invalid(b.At("code"), "%s and %s are not of the same level", a.Code, b.Code)}
	}
	for _, n := range m.Grids {
		if parts := len(r.children(n.Code)); parts > 0 {
			return geo.Errors{geo.Invalid(n.At("code"), "%s is divided into %d grids: move the boundaries of these, withParents, and it moves along", n.Code, parts)}
		}
	}
	if steps := stepsBetween(a.Code, b.Code); len(steps) > 0 && !m.WithParents {
		s := steps[0]
		return geo.Errors{geo.Invalid("withParents", "it is also the boundary of the %s %s and %s: with true these move along", s.name, a.Code[:s.digits], b.Code[:s.digits])}
	}
	return nil
}

// exchange gives each piece to the grid that has more of it now, and says what came from one to the other.
func (r *regrid) exchange(a, b *geo.Grid, pieces []piece) {
	swapped := pieces[0].within < pieces[1].within
	grounds := make(map[string]orb.MultiPolygon)
	var gains, losses float64 // of a, in parts of a piece
	for i, p := range pieces {
		toFirst := p.within > 0.5
		if i < 2 {
			toFirst = (i == 0) != swapped
		}
		if toFirst {
			grounds[a.Code] = append(grounds[a.Code], p.polygon...)
			gains += 1 - p.within
		} else {
			grounds[b.Code] = append(grounds[b.Code], p.polygon...)
			losses += p.within
		}
	}
	for _, g := range []*geo.Grid{a, b} {
		r.move(geo.Grids, g.Code, movedFeature{revision: g.Revision, geometry: grounds[g.Code], path: "line"})
	}
	const nothing = 1e-9
	if losses > nothing {
		r.descents = append(r.descents, geo.Descent{OldCode: a.Code, NewCode: b.Code, Kind: geo.ByMove})
	}
	if gains > nothing {
		r.descents = append(r.descents, geo.Descent{OldCode: b.Code, NewCode: a.Code, Kind: geo.ByMove})
	}
}

// step leads from features to those that they are parts of.
type step struct {
	digits        int // of the code of what they are parts of
	name          string
	layer, parts  geo.LayerName
	partOf, where string // the column that names it, and which rows are parts
}

// stepsBetween lists the steps up from two grids of a level, to the last at which they are parts of different ones.
func stepsBetween(a, b string) []step {
	all := []step{
		{14, "grids", geo.Grids, geo.Grids, "parent_code", ""},
		{12, "grids", geo.Grids, geo.Grids, "parent_code", ""},
		{12, "villages", geo.Villages, geo.Grids, "village_code", " AND p.level = 1"},
		{9, "towns", geo.Towns, geo.Villages, "town_code", ""},
	}
	var steps []step
	for _, s := range all {
		above := s.digits < len(a) || s.layer != geo.Grids && s.digits == len(a)
		if above && a[:s.digits] != b[:s.digits] {
			steps = append(steps, s)
		}
	}
	return steps
}

// moveParents gives what the two grids are parts of the outline of its parts, as far as it is not the same for both.
func (r *regrid) moveParents(ctx context.Context, a, b string) error {
	for _, s := range stepsBetween(a, b) {
		if err := r.rebuild(ctx, s, []string{a[:s.digits], b[:s.digits]}); err != nil {
			return err
		}
	}
	return nil
}

// rebuild makes features ($3) out of their parts, some of which ($1) have another geometry ($2) by now. It measures the
// square metres by which they differed from their parts before.
func (r *regrid) rebuild(ctx context.Context, s step, wholes []string) error {
	var codes []string
	var data [][]byte
	for code, m := range r.moved[s.parts] {
		codes, data = append(codes, code), append(data, wkbOf(m.geometry))
	}
	statement := `
SELECT w.code, w.revision, ST_AsBinary(ST_Multi(ST_Union(coalesce(ST_GeomFromWKB(n.data, 4326), p.geom))), 'NDR'),
    ST_Area(ST_SymDifference(w.geom, ST_Union(p.geom))::geography)
FROM xiangtu.` + string(s.layer) + ` AS w
JOIN xiangtu.` + string(s.parts) + ` AS p ON p.` + s.partOf + ` = w.code` + s.where + `
LEFT JOIN unnest($1::text[], $2::bytea[]) AS n (code, data) ON n.code = p.code
WHERE w.code = ANY ($3)
GROUP BY w.code, w.revision, w.geom
ORDER BY w.code`
	rows, err := r.tx.Query(ctx, statement, codes, data, wholes)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		m := movedFeature{path: "withParents"}
		var code string
		var ground []byte
		var difference float64
		if err := rows.Scan(&code, &m.revision, &ground, &difference); err != nil {
			return err
		}
		if difference > mostDifference {
			return geo.Errors{{Code: geo.Conflict, Path: m.path, Message: fmt.Sprintf("what %s of %s is made of differs from it by %.0f square metres already: mend that first", code, s.layer, difference)}}
		}
		if r.beyondScope(code) {
			return geo.Errors{{Code: geo.Forbidden, Path: m.path, Message: fmt.Sprintf("%s of %s would move along, and is not within the scope of your key", code, s.layer)}}
		}
		if m.geometry, err = polygonsOf(ground); err != nil {
			return err
		}
		r.move(s.layer, code, m)
	}
	return rows.Err()
}
