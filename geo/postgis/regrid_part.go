package postgis

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	measure "github.com/paulmach/orb/geo"

	"xiangtu/geo"
)

// codesStatement reads the codes that the parts of a grid have or ever had, so that none is given twice.
const codesStatement = `
SELECT code FROM xiangtu.grids WHERE parent_code = $1
UNION
SELECT code FROM xiangtu.grids_history WHERE code > $1 AND code < $1 || ':' AND length(code) = length($1) + 2
ORDER BY code`

// codes gives each part its code: the one that it asks for, or the next that no part of the parent has or had.
func (r *regrid) codes(ctx context.Context, parent string, parts []geo.GridPart) error {
	rows, err := r.tx.Query(ctx, codesStatement, parent)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	taken := make(map[string]bool)
	for _, code := range list {
		taken[code] = true
	}
	var wrong geo.Errors
	for _, p := range parts {
		switch {
		case p.Code == "":
			continue
		case !gridLayer().IsCode(p.Code) || len(p.Code) != len(parent)+2 || !strings.HasPrefix(p.Code, parent):
			wrong = append(wrong, geo.Invalid(p.At("code"), "%.40q is not of the form: %s and two digits", p.Code, parent))
		case taken[p.Code]:
			wrong = append(wrong, &geo.Error{Code: geo.Conflict, Path: p.At("code"), Message: fmt.Sprintf("a grid has or had the code %s, and none is given twice", p.Code)})
		}
		taken[p.Code] = true
	}
	if len(wrong) > 0 {
		return wrong
	}
	next := 1
	for i := range parts {
		for ; parts[i].Code == ""; next++ {
			if next > 99 {
				return geo.Errors{{Code: geo.Conflict, Path: parts[i].At("code"), Message: "no two digits are left below " + parent + " that no grid has or had"}}
			}
			if code := fmt.Sprintf("%s%02d", parent, next); !taken[code] {
				parts[i].Code = code
			}
		}
	}
	return nil
}

// staff gives the parts that do not say how many workers they have what the others leave, by area.
func staff(total int, parts []geo.GridPart, grounds []orb.MultiPolygon) {
	left, area := int64(total), 0.0
	for i, p := range parts {
		if p.Workers != nil {
			left -= *p.Workers
		} else {
			area += measure.Area(grounds[i])
		}
	}
	left = max(left, 0)
	for i, p := range parts {
		if p.Workers != nil || area == 0 {
			continue
		}
		own := measure.Area(grounds[i])
		share := int64(math.Round(float64(left) * own / area))
		parts[i].Workers = &share
		left, area = left-share, area-own
		if area < 1 {
			area = 0
		}
	}
	for i := range parts {
		if parts[i].Workers == nil {
			parts[i].Workers = &left
		}
	}
}

// retire plans to remove grids together with their children.
func (r *regrid) retire(named []geo.GridNamed) {
	remove := func(code string, pathOf func(string) string) {
		r.changes = append(r.changes, geo.Change{Layer: gridLayer(), Operation: geo.Delete, Code: code, Fields: r.fields[geo.Grids], PathOf: pathOf})
	}
	for _, n := range named {
		remove(n.Code, n.At)
		for _, child := range r.children(n.Code) {
			remove(child.Code, func(string) string { return n.At("code") })
		}
	}
}

// create plans a new grid.
func (r *regrid) create(p geo.GridPart, provenance *string, ground orb.MultiPolygon) {
	values := map[string]any{"name": p.Name, "workers": *p.Workers, "provenance": nil}
	if provenance != nil {
		values["provenance"] = *provenance
	}
	r.changes = append(r.changes, geo.Change{
		Layer: gridLayer(), Operation: geo.Create, Code: p.Code, Values: values, Geometry: ground, Fields: r.fields[geo.Grids], PathOf: p.At,
	})
}

// recode plans to give grids new codes below a new parent, in the order of their old ones: a grid's code begins with its
// parent's, and that is another now.
func (r *regrid) recode(children []*geo.Grid, p geo.GridPart) error {
	slices.SortFunc(children, func(a, b *geo.Grid) int { return strings.Compare(a.Code, b.Code) })
	if len(children) > 99 {
		return geo.Errors{geo.Invalid(p.At("code"), "it would have %d parts, and two digits tell 99 apart", len(children))}
	}
	for i, child := range children {
		ground, err := groundOf(child)
		if err != nil {
			return err
		}
		code := fmt.Sprintf("%s%02d", p.Code, i+1)
		workers := int64(child.Workers)
		r.create(geo.GridPart{Code: code, Name: child.Name, Workers: &workers, Path: p.Path}, child.Provenance, ground)
		r.changes[len(r.changes)-1].Values["pinyin"] = child.Pinyin
		r.descents = append(r.descents, geo.Descent{OldCode: child.Code, NewCode: code, Kind: geo.ByRecode})
	}
	return nil
}

// below refuses grids of level 1, whose codes are their villages'. It gives the parent of grids of other levels.
func below(g *geo.Grid, n geo.GridNamed) (string, error) {
	if g.ParentCode == nil {
		return "", geo.Errors{geo.Invalid(n.At("code"), "%s is a whole village, and its code the village's: the grids of level 2 are what can be divided and joined", g.Code)}
	}
	return *g.ParentCode, nil
}
