package postgis

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"xiangtu/geo"
)

// Repair is a polygon that was not valid and that was mended.
type Repair struct {
	Index  int       `json:"index"` // the feature's place in the file, from 0
	Code   string    `json:"code"`
	Rule   string    `json:"rule"`       // that it broke
	Reason string    `json:"reason"`     // a phrase for people
	Place  orb.Point `json:"place"`      // longitude and latitude where it broke
	Change float64   `json:"areaChange"` // the part of its area that was gained, or lost if negative
}

// String gives the repair as one line.
func (r *Repair) String() string {
	return fmt.Sprintf("feature %d (%.40s): mended: %s (at %.7f, %.7f); its area changed by %.3g %%", r.Index, r.Code, r.Reason, r.Place[0], r.Place[1], 100*r.Change)
}

// mostRepair is the part of a polygon's area that a repair may change: more would be a decision, which is a person's.
const mostRepair = 0.001

// mended is what PostGIS makes of a polygon that is not valid: shells are joined, and what holes cut out is left out.
const mended = `ST_ForcePolygonCCW(ST_Multi(ST_CollectionExtract(ST_MakeValid(geom, 'method=structure'), 3)))`

// areaChange is the part of the area that b has more than a, in the plane of degrees, where what is small is alike. What
// crosses itself has the area of its turns to the left less that of its turns to the right.
func areaChange(a, b string) string {
	return `((ST_Area(` + b + `) - ST_Area(` + a + `)) / nullif(ST_Area(` + a + `), 0))`
}

// areaMended is how much mending would change the area of a staged polygon; null where nobody asks for it.
func (i *importer) areaMended() string {
	if !i.options.Repair {
		return "NULL::float8"
	}
	return "coalesce(" + areaChange("geom", mended) + ", 1)"
}

// repair mends the staged polygons that can be mended.
func (i *importer) repair(ctx context.Context) error {
	if !i.options.Repair || i.layer.Geometry != geo.MultiPolygon {
		return nil
	}
	rows, err := i.tx.Query(ctx, `WITH r AS MATERIALIZED (
    SELECT place, geom AS old, `+mended+` AS new, ST_IsValidDetail(geom) AS d FROM `+staging+` WHERE NOT ST_IsValid(geom)
)
UPDATE `+staging+` AS s SET geom = r.new FROM r
WHERE r.place = s.place AND abs(`+areaChange("r.old", "r.new")+`) <= $1
RETURNING s.place, s.code, reason(r.d), coalesce(ST_X(location(r.d)), 0), coalesce(ST_Y(location(r.d)), 0), `+areaChange("r.old", "r.new"), mostRepair)
	if err != nil {
		return err
	}
	repairs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Repair, err error) {
		err = row.Scan(&r.Index, &r.Code, &r.Reason, &r.Place[0], &r.Place[1], &r.Change)
		r.Rule, r.Reason = invalidity(r.Reason)
		return r, err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(repairs, func(a, b Repair) int { return a.Index - b.Index })
	i.report.Repaired = len(repairs)
	i.report.Repairs = repairs[:min(len(repairs), MaxRefusals)]
	return nil
}
