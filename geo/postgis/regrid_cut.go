package postgis

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// piece is what a line leaves of some ground: a part that it cut off, or a polygon of the ground that it passes by.
type piece struct {
	cut     bool
	polygon orb.MultiPolygon // one
	within  float64          // how much of it lies in other ground, 0 to 1
	nearest int              // the index of the piece that was cut and is nearest
}

// cutStatement divides ground ($1) by a line ($2), which is drawn to vertices that it misses by $4 degrees at the most.
// Pieces that were cut come first, the largest before the others; $3 is the ground that they are compared with.
const cutStatement = `
WITH given AS (
    SELECT ST_GeomFromWKB($1, 4326) AS ground, ST_GeomFromWKB($2, 4326) AS line, ST_GeomFromWKB($3, 4326) AS other
), pieces AS (
    SELECT d.geom, g.other, NOT EXISTS (SELECT FROM ST_Dump(g.ground) AS whole WHERE ST_Equals(whole.geom, d.geom)) AS is_cut
    FROM given AS g, ST_Dump(ST_CollectionExtract(ST_Split(g.ground, ST_Snap(g.line, g.ground, $4)), 3)) AS d
), numbered AS (
    SELECT *, row_number() OVER (ORDER BY is_cut DESC, ST_Area(geom) DESC, ST_XMin(geom), ST_YMin(geom)) AS number FROM pieces
)
SELECT p.is_cut, ST_AsBinary(p.geom, 'NDR'), ST_Area(ST_Intersection(p.geom, p.other)) / ST_Area(p.geom),
    coalesce((SELECT q.number FROM numbered AS q WHERE q.is_cut ORDER BY ST_Distance(q.geom, p.geom), q.number LIMIT 1), 1) - 1
FROM numbered AS p ORDER BY p.number`

// cut divides ground by a line, or says why the line does not divide it. other is ground to compare the pieces with.
func (r *regrid) cut(ctx context.Context, ground orb.MultiPolygon, line orb.LineString, other orb.MultiPolygon) ([]piece, error) {
	if err := soundLine(line); err != nil {
		return nil, err
	}
	outline := shape.NewOutline(ground)
	reaching, inside := outline.Reaching(line, drawn)
	if inside != nil {
		return nil, atLine(*inside, "it ends within the ground that it is to divide: draw it on to the edge")
	}
	rows, err := r.tx.Query(ctx, cutStatement, wkbOf(ground), wkbOf(reaching), wkbOf(other), drawn)
	if err != nil {
		return nil, err
	}
	pieces, err := pgx.CollectRows(rows, scanPiece)
	if refusal, ok := errors.AsType[*pgconn.PgError](err); ok && refusal.Code == internalError {
		return nil, &geo.Error{Code: geo.BadInput, Path: "line", Cause: err, Message: "nothing can be divided by it: perhaps it crosses itself"}
	}
	if err != nil {
		return nil, err
	}
	return pieces, soundPieces(pieces, outline, line)
}

func scanPiece(row pgx.CollectableRow) (piece, error) {
	var p piece
	var data []byte
	if err := row.Scan(&p.cut, &data, &p.within, &p.nearest); err != nil {
		return p, err
	}
	var err error
	p.polygon, err = polygonsOf(data)
	return p, err
}

// soundLine holds a line to the rules of all geometries.
func soundLine(line orb.LineString) error {
	err := shape.Validate(line)
	if err == nil {
		return nil
	}
	if fault, ok := errors.AsType[*shape.Error](err); ok {
		return geo.Errors{{Code: geo.BadInput, Message: fault.Message, Path: "line", Place: fault.Place}}
	}
	return geo.Errors{geo.Invalid("line", "%v", err)}
}

// soundPieces refuses a line that does not divide the ground, or only shaves it.
func soundPieces(pieces []piece, outline shape.Outline, line orb.LineString) error {
	if len(pieces) < 2 || !pieces[1].cut {
		nearest := line[0]
		_, distance := outline.Nearest(nearest)
		for _, p := range line {
			if _, d := outline.Nearest(p); d < distance {
				nearest, distance = p, d
			}
		}
		return atLine(nearest, "it does not cross the ground that it is to divide from edge to edge")
	}
	for _, p := range pieces {
		if p.cut && shape.IsSliver(p.polygon[0]) {
			return atLine(p.polygon[0][0][0], "it cuts off a sliver, of less than a square metre or less than 10 centimetres wide: let it run along the edge, or further away")
		}
	}
	return nil
}

func atLine(place orb.Point, message string) error {
	return geo.Errors{{Code: geo.BadInput, Path: "line", Place: &place, Message: message}}
}

// neighboursStatement finds the features on whose boundaries vertices ($1) lie, other than grids that change anyway ($2),
// and puts the vertices there. It finds those, too, that the actor does not see.
const neighboursStatement = `
SELECT t.layer, t.code, t.seen, t.revision, ST_AsBinary(snapped, 'NDR')
FROM (SELECT ST_GeomFromWKB($1, 4326) AS geom) AS v,
    xiangtu.features_at(v.geom, $3, $2) AS t,
    ST_Snap(t.geom, v.geom, $3) AS snapped
WHERE ST_AsBinary(snapped) <> ST_AsBinary(t.geom)
ORDER BY t.seen DESC, t.layer, t.code`

// share puts the vertices that a line has made on the outline of ground also into the boundaries that others have there:
// of neighbours, of what the ground is a part of, and of their parts. So shared edges stay the same on both sides, and
// later operations see no gap of a rounding. changed are the grids that get another geometry anyway.
func (r *regrid) share(ctx context.Context, ground, become orb.MultiPolygon, changed []string) error {
	outline := shape.NewOutline(ground)
	added := outline.Added(become, rounding)
	if len(added) == 0 {
		return nil
	}
	rows, err := r.tx.Query(ctx, neighboursStatement, wkbOf(orb.MultiPoint(added)), changed, rounding)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var layer geo.LayerName
		var code string
		var seen bool
		var data []byte
		m := movedFeature{path: "line"}
		if err := rows.Scan(&layer, &code, &seen, &m.revision, &data); err != nil {
			return err
		}
		if m.geometry, err = polygonsOf(data); err != nil {
			return err
		}
		if r.beyondScope(code) {
			if !seen {
				code = ""
			}
			return beyondShared(layer, code, m.geometry, added, outline)
		}
		r.move(layer, code, m)
	}
	return rows.Err()
}

// move plans another geometry for a feature that stays.
func (r *regrid) move(layer geo.LayerName, code string, m movedFeature) {
	if r.moved[layer] == nil {
		r.moved[layer] = make(map[string]movedFeature)
	}
	r.moved[layer][code] = m
}

// beyondShared is the error of a line that needs a vertex in the boundary of a feature beyond the scope. At a vertex that
// is there already the line may end. The code is empty where it is not for the actor to know.
func beyondShared(name geo.LayerName, code string, shared orb.MultiPolygon, added []orb.Point, outline shape.Outline) error {
	layer, _ := geo.LayerNamed(name)
	place := added[0]
	vertices := shape.NewOutline(shared)
	for _, p := range added {
		if vertices.NearestVertex(p) == p {
			place = p
			break
		}
	}
	vertex := outline.NearestVertex(place)
	whose := "a " + layer.Singular
	if code != "" {
		whose = "the " + layer.Singular + " " + code
	}
	return geo.Errors{{Code: geo.Forbidden, Path: "line", Place: &place, Message: fmt.Sprintf(
		"it would put a vertex into the boundary of %s, which is not within the scope of your key: let it end at a vertex of the boundary, such as %.7f, %.7f",
		whose, vertex[0], vertex[1])}}
}
