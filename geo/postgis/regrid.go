package postgis

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// Tolerances of changes of grids, in degrees. Seven decimals, with which clients read and write, are half a centimetre
// off at the most; what PostGIS computes is off in the fifteenth digit.
const (
	drawn    = 5e-7 // what a line may miss a vertex or a boundary by that it is drawn to
	rounding = 1e-9 // what a computed vertex may lie beside the edge that it is on
)

// RegridLayers are the layers that a change of grids may change: a vertex that it puts on a boundary is also one of the
// villages and the towns that the boundary is one of.
func RegridLayers() []*geo.Layer {
	var layers []*geo.Layer
	for _, name := range []geo.LayerName{geo.Towns, geo.Villages, geo.Grids} {
		layer, _ := geo.LayerNamed(name)
		layers = append(layers, layer)
	}
	return layers
}

// regrid is a change of grids that is being planned: in the end it is changes of features, like any other, and descents.
type regrid struct {
	tx       *transaction
	actor    geo.Actor
	fields   map[geo.LayerName]geo.FieldSet
	grids    map[string]*geo.Grid // locked: those that are named, and their children
	changes  []geo.Change         // removals, then creations
	moved    map[geo.LayerName]map[string]movedFeature
	descents []geo.Descent
}

// movedFeature is a feature that stays and gets another geometry.
type movedFeature struct {
	revision int64
	geometry orb.MultiPolygon
	path     string // of the argument that it moves by
}

// newRegrid begins to plan a change of the named grids, which it locks together with their children.
func (w *Writer) newRegrid(ctx context.Context, named []geo.GridNamed, fields map[geo.LayerName]geo.FieldSet) (*regrid, error) {
	tx, err := w.transaction(ctx)
	if err != nil {
		return nil, err
	}
	r := &regrid{tx: tx, actor: geo.ActorOf(ctx), fields: fields, moved: make(map[geo.LayerName]map[string]movedFeature)}
	if err := r.distinct(named); err != nil {
		return nil, err
	}
	if err := tx.begin(ctx); err != nil {
		return nil, err
	}
	if err := r.lock(ctx, named); err != nil {
		return nil, err
	}
	return r, r.compare(ctx, named)
}

func gridLayer() *geo.Layer {
	layer, _ := geo.LayerNamed(geo.Grids)
	return layer
}

// distinct refuses codes that are no grid's or are named twice.
func (r *regrid) distinct(named []geo.GridNamed) error {
	var wrong geo.Errors
	seen := make(map[string]bool)
	for _, g := range named {
		switch {
		case !gridLayer().IsCode(g.Code):
			wrong = append(wrong, geo.Invalid(g.At("code"), "%s", gridLayer().DescribeCode(g.Code)))
		case seen[g.Code]:
			wrong = append(wrong, geo.Invalid(g.At("code"), "%s is named twice", g.Code))
		case r.beyondScope(g.Code):
			wrong = append(wrong, &geo.Error{Code: geo.Forbidden, Path: g.At("code"), Message: fmt.Sprintf("your key is for %s, and %q lies outside", r.actor.Scope, g.Code)})
		}
		seen[g.Code] = true
	}
	return wrong.OrNil()
}

// beyondScope tells whether the actor may not change what has a code. Who has no role at all is the owner of the
// database, whom no policy holds, or is refused by the policies.
func (r *regrid) beyondScope(code string) bool {
	return r.actor.Role != geo.Nobody && !r.actor.Holds(code)
}

// lock locks grids and their children in the order of their codes, which is that of all writers, and reads them.
func (r *regrid) lock(ctx context.Context, named []geo.GridNamed) error {
	codes := make([]string, len(named))
	for i, g := range named {
		codes[i] = g.Code
	}
	fields := gridLayer().AllFields() | geo.WithGeometry
	rows, err := r.tx.Query(ctx, "SELECT "+strings.Join(entityColumns(gridLayer(), fields), ", ")+
		" FROM xiangtu.grids AS t WHERE t.code = ANY ($1) OR t.parent_code = ANY ($1) ORDER BY t.code FOR UPDATE OF t", codes)
	if err != nil {
		return err
	}
	defer rows.Close()
	r.grids = make(map[string]*geo.Grid)
	for rows.Next() {
		g := &geo.Grid{}
		if err := rows.Scan(entityTargets(nil, gridLayer(), fields, g)...); err != nil {
			return err
		}
		r.grids[g.Code] = g
	}
	return rows.Err()
}

// compare holds the named grids to what is there.
func (r *regrid) compare(ctx context.Context, named []geo.GridNamed) error {
	var wrong geo.Errors
	for _, n := range named {
		g, there := r.grids[n.Code]
		switch {
		case !there:
			gone, err := r.absent(ctx, n)
			if err != nil {
				return err
			}
			wrong = append(wrong, gone)
		case n.IfRevision != nil && *n.IfRevision != g.Revision:
			wrong = append(wrong, &geo.Error{Code: geo.Conflict, Path: n.At("ifRevision"),
				Message: fmt.Sprintf("the grid %s has the revision %d by now, and the change is for %d: read it again", g.Code, g.Revision, *n.IfRevision)})
		}
	}
	return wrong.OrNil()
}

// absent says why a grid could not be locked: it is another's, it is retired, or it never was.
func (r *regrid) absent(ctx context.Context, n geo.GridNamed) (*geo.Error, error) {
	var there bool
	if err := r.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM xiangtu.grids WHERE code = $1)`, n.Code).Scan(&there); err != nil {
		return nil, err
	}
	heirs, err := retired(ctx, r.tx, []string{n.Code})
	if err != nil {
		return nil, err
	}
	e := &geo.Error{Code: geo.NotFound, Path: n.At("code"), Message: fmt.Sprintf("there is no grid with the code %q", n.Code)}
	switch {
	case there:
		e.Code, e.Message = geo.Forbidden, fmt.Sprintf("the grid %s is not within the scope of your key", n.Code)
	case heirs[n.Code] != "":
		e.Code, e.Message = geo.Conflict, fmt.Sprintf("the grid %s is there no more: its ground is that of %s", n.Code, heirs[n.Code])
	}
	return e, nil
}

// children lists the locked children of a grid by code.
func (r *regrid) children(code string) []*geo.Grid {
	var children []*geo.Grid
	for _, g := range r.grids {
		if g.ParentCode != nil && *g.ParentCode == code {
			children = append(children, g)
		}
	}
	slices.SortFunc(children, func(a, b *geo.Grid) int { return strings.Compare(a.Code, b.Code) })
	return children
}

// finish makes the planned changes and keeps the descents.
func (r *regrid) finish(ctx context.Context, w *Writer) (geo.Regridded, error) {
	changes := r.changes
	layers := RegridLayers()
	slices.Reverse(layers)
	for _, layer := range layers {
		for _, code := range slices.Sorted(maps.Keys(r.moved[layer.Name])) {
			m := r.moved[layer.Name][code]
			changes = append(changes, geo.Change{
				Layer: layer, Operation: geo.Update, Code: code, Geometry: m.geometry, IfRevision: &m.revision,
				Fields: r.fields[layer.Name], PathOf: func(string) string { return m.path },
			})
		}
	}
	outcomes, err := w.Write(ctx, changes)
	if err != nil {
		return geo.Regridded{}, err
	}
	done := geo.Regridded{Outcomes: outcomes}
	for _, o := range outcomes {
		if o.Feature.Layer() == geo.Grids {
			done.Revision = max(done.Revision, o.Revision)
		}
	}
	done.Descents, err = r.keep(ctx)
	return done, err
}

// keep writes the descents down.
func (r *regrid) keep(ctx context.Context) ([]geo.Descent, error) {
	if len(r.descents) == 0 {
		return nil, nil
	}
	const statement = `
WITH kept AS (
    INSERT INTO xiangtu.grid_lineage (old_code, new_code, kind)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
    RETURNING *
)
SELECT k.old_code, k.new_code, k.kind, k.revision, c.at
FROM kept AS k JOIN xiangtu.changes AS c ON c.layer = 'grids' AND c.revision = k.revision
ORDER BY k.old_code, k.new_code`
	from, to, kinds := make([]string, len(r.descents)), make([]string, len(r.descents)), make([]string, len(r.descents))
	for i, d := range r.descents {
		from[i], to[i], kinds[i] = d.OldCode, d.NewCode, string(d.Kind)
	}
	rows, err := r.tx.Query(ctx, statement, from, to, kinds)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, descentOf)
}

// groundOf gives the geometry of a locked grid.
func groundOf(g *geo.Grid) (orb.MultiPolygon, error) { return polygonsOf(g.Geometry) }

// polygonsOf reads polygons that the database has written.
func polygonsOf(data []byte) (orb.MultiPolygon, error) {
	g, err := wkb.Unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("read polygons of the database: %w", err)
	}
	switch g := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{g}, nil
	case orb.MultiPolygon:
		return g, nil
	}
	return nil, fmt.Errorf("read polygons of the database: they are a %s", g.GeoJSONType())
}

func wkbOf(g orb.Geometry) []byte { return shape.AppendWKB(nil, g) }
