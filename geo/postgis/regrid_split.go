package postgis

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// SplitGrid divides a grid along a line into parts that cover it exactly. The old grid is removed and its code retired:
// a code means a place, and the place is there no more. A grid that has parts of its own is divided between these, which
// get codes below the new ones. fields are what the outcomes have, by layer.
func (w *Writer) SplitGrid(ctx context.Context, s geo.GridSplit, fields map[geo.LayerName]geo.FieldSet) (geo.Regridded, error) {
	named := []geo.GridNamed{s.Grid}
	r, err := w.newRegrid(ctx, named, fields)
	if err != nil {
		return geo.Regridded{}, err
	}
	old := r.grids[s.Grid.Code]
	parent, err := below(old, s.Grid)
	if err != nil {
		return geo.Regridded{}, err
	}
	ground, err := groundOf(old)
	if err != nil {
		return geo.Regridded{}, err
	}
	pieces, err := r.cut(ctx, ground, s.Line, ground)
	if err != nil {
		return geo.Regridded{}, err
	}
	grounds := gathered(pieces)
	heirs, grounds, err := r.divideChildren(ctx, old, ground, grounds)
	if err != nil {
		return geo.Regridded{}, err
	}
	parts, err := r.partsOf(ctx, old, parent, s.Parts, grounds)
	if err != nil {
		return geo.Regridded{}, err
	}
	r.retire(named)
	var all orb.MultiPolygon
	for i, p := range parts {
		r.create(p, old.Provenance, grounds[i])
		r.descents = append(r.descents, geo.Descent{OldCode: old.Code, NewCode: p.Code, Kind: geo.BySplit})
		if err := r.recode(heirs[i], p); err != nil {
			return geo.Regridded{}, err
		}
		all = append(all, grounds[i]...)
	}
	gone := []string{old.Code}
	for _, child := range r.children(old.Code) {
		gone = append(gone, child.Code)
	}
	if err := r.share(ctx, ground, all, gone); err != nil {
		return geo.Regridded{}, err
	}
	return r.finish(ctx, w)
}

// gathered puts the polygons that the line passes by to the nearest part that it cut off.
func gathered(pieces []piece) []orb.MultiPolygon {
	var grounds []orb.MultiPolygon
	for _, p := range pieces {
		if p.cut {
			grounds = append(grounds, p.polygon)
		} else {
			grounds[p.nearest] = append(grounds[p.nearest], p.polygon...)
		}
	}
	return grounds
}

// partsOf says what the parts of a grid are: what is asked for, and else what follows from the grid.
func (r *regrid) partsOf(ctx context.Context, old *geo.Grid, parent string, asked []geo.GridPart, grounds []orb.MultiPolygon) ([]geo.GridPart, error) {
	if len(asked) > len(grounds) {
		return nil, geo.Errors{geo.Invalid("parts", "%d are given, and the line makes %d", len(asked), len(grounds))}
	}
	parts := make([]geo.GridPart, len(grounds))
	copy(parts, asked)
	for i := range parts {
		if i >= len(asked) {
			parts[i].Path = fmt.Sprintf("parts[%d]", i)
		}
		if parts[i].Name == "" {
			parts[i].Name = fmt.Sprintf("%s-%d", old.Name, i+1)
		}
	}
	staff(old.Workers, parts, grounds)
	return parts, r.codes(ctx, parent, parts)
}

// overlapsStatement measures what each child of a grid ($1) has of each part of it ($2).
const overlapsStatement = `
SELECT c.code, p.number - 1, ST_AsBinary(ST_Multi(o.geom), 'NDR')
FROM unnest($2::bytea[]) WITH ORDINALITY AS p (data, number)
JOIN xiangtu.grids AS c ON c.parent_code = $1 AND ST_Intersects(c.geom, ST_GeomFromWKB(p.data, 4326)),
LATERAL (SELECT ST_CollectionExtract(ST_Intersection(c.geom, ST_GeomFromWKB(p.data, 4326)), 3) AS geom) AS o
WHERE NOT ST_IsEmpty(o.geom)
ORDER BY c.code, ST_Area(o.geom) DESC`

// divideChildren gives each child of a grid to the part that it lies in, and makes the parts of what lies in them, so
// that they have the same vertices. Without children the parts stay as they are.
func (r *regrid) divideChildren(ctx context.Context, old *geo.Grid, ground orb.MultiPolygon, grounds []orb.MultiPolygon) ([][]*geo.Grid, []orb.MultiPolygon, error) {
	heirs := make([][]*geo.Grid, len(grounds))
	if len(r.children(old.Code)) == 0 {
		return heirs, grounds, nil
	}
	data := make([][]byte, len(grounds))
	for i, g := range grounds {
		data[i] = wkbOf(g)
	}
	rows, err := r.tx.Query(ctx, overlapsStatement, old.Code, data)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	given := ""
	for rows.Next() {
		var code string
		var number int
		var data []byte
		if err := rows.Scan(&code, &number, &data); err != nil {
			return nil, nil, err
		}
		if code != given {
			given = code
			heirs[number] = append(heirs[number], r.grids[code])
			continue
		}
		overlap, err := polygonsOf(data)
		if err != nil {
			return nil, nil, err
		}
		if i := slices.IndexFunc(overlap, func(p orb.Polygon) bool { return !shape.IsSliver(p) }); i >= 0 {
			return nil, nil, atLine(overlap[i][0][0], fmt.Sprintf("it runs through %s, which is a part of %s: divide that first, or let the line run between the parts", code, old.Code))
		}
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	grounds, err = r.unite(ctx, old, ground, heirs)
	return heirs, grounds, err
}

// uniteStatement makes one ground of the grids ($1) that go together ($2). It tells also the square metres by which all of
// them differ from the ground that they are to cover ($3).
const uniteStatement = `
WITH united AS (
    SELECT n.number, ST_Union(g.geom) AS geom
    FROM unnest($1::text[], $2::int[]) AS n (code, number) JOIN xiangtu.grids AS g ON g.code = n.code
    GROUP BY n.number
)
SELECT ST_AsBinary(ST_Multi(u.geom), 'NDR'),
    ST_Area(ST_SymDifference((SELECT ST_Union(geom) FROM united), ST_GeomFromWKB($3, 4326))::geography)
FROM united AS u ORDER BY u.number`

// mostDifference is the square metres by which the parts of a grid may differ from it.
const mostDifference = 1.0

// unite makes the parts of a grid out of what lies in each.
func (r *regrid) unite(ctx context.Context, old *geo.Grid, ground orb.MultiPolygon, heirs [][]*geo.Grid) ([]orb.MultiPolygon, error) {
	var codes []string
	var numbers []int
	for i, children := range heirs {
		for _, child := range children {
			codes, numbers = append(codes, child.Code), append(numbers, i)
		}
	}
	rows, err := r.tx.Query(ctx, uniteStatement, codes, numbers, wkbOf(ground))
	if err != nil {
		return nil, err
	}
	difference := 0.0
	grounds, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (orb.MultiPolygon, error) {
		var data []byte
		if err := row.Scan(&data, &difference); err != nil {
			return nil, err
		}
		return polygonsOf(data)
	})
	if err == nil && (difference > mostDifference || len(grounds) != len(heirs)) {
		return nil, geo.Errors{{Code: geo.Conflict, Path: "line", Message: fmt.Sprintf("the parts of %s do not cover it, or none of them lies on one side of the line: move their boundaries first", old.Code)}}
	}
	return grounds, err
}
