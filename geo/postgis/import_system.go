package postgis

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/shape"
)

// knowSystem refuses an EPSG code that PostGIS does not know, and one of a system that no map is drawn in: PROJ takes two
// of the three coordinates from the centre of the earth, and gives places that nothing is at.
func (i *importer) knowSystem(ctx context.Context, system exchange.System) error {
	if system.EPSG == 0 {
		return nil
	}
	var geocentric bool
	err := i.tx.QueryRow(ctx, `SELECT coalesce(starts_with(srtext, 'GEOCCS'), false) FROM spatial_ref_sys WHERE srid = $1`, system.EPSG).Scan(&geocentric)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return geo.Invalid("crs", "PostGIS knows no reference system %v: look at epsg.io for the right code, such as EPSG:4527 for CGCS2000 / 3-degree Gauss-Kruger zone 39", system)
	case err == nil && geocentric:
		return exchange.Geocentric(system.String())
	}
	return err
}

// transform brings the staged geometries from the system of the file to WGS 84, by PROJ in the database. Axes are
// easting (or longitude) first, whatever the order of the register is, as all programs write them. It gives the middle of
// the file before that; nil if there is nothing to transform.
func (i *importer) transform(ctx context.Context, system exchange.System) (given *orb.Point, err error) {
	if system.EPSG == 0 {
		return nil, nil //nolint:nilnil // its coordinates are the map's
	}
	if err := i.knowSystem(ctx, system); err != nil {
		return nil, err
	}
	if given, err = i.middleOf(ctx, staging); err != nil {
		return nil, err
	}
	err = pgx.BeginFunc(ctx, i.tx, func(pgx.Tx) error { return i.transformBy(ctx, "ST_Transform") })
	if refused := (*pgconn.PgError)(nil); errors.As(err, &refused) && refused.Code == "XX000" {
		// PROJ fails on coordinates far outside of its system, and fails all; so each is tried by itself.
		err = i.transformEach(ctx)
	}
	if err != nil {
		return nil, err
	}
	statement := `DELETE FROM ` + staging + ` AS s
WHERE geom IS NULL OR ST_XMin(geom) < -180 OR ST_YMin(geom) < -90 OR NOT ST_XMax(geom) <= 180 OR NOT ST_YMax(geom) <= 90
RETURNING place, code`
	return given, i.takeOut(ctx, statement, func(r *exchange.Refusal, rows pgx.Rows) error {
		r.Rule, r.Field = shape.CodeOutOfRange, "geometry"
		r.Reason = fmt.Sprintf("its coordinates are none of %v: they lie outside of what that system is for", system)
		return rows.Scan(&r.Index, &r.Code)
	})
}

func (i *importer) transformBy(ctx context.Context, function string) error {
	transformed := function + "(geom, 4326)"
	if i.layer.Geometry == geo.MultiPolygon {
		transformed = "ST_ForcePolygonCCW(" + transformed + ")"
	}
	_, err := i.tx.Exec(ctx, `UPDATE `+staging+` SET geom = `+transformed)
	return err
}

// transformEach makes null what cannot be transformed.
func (i *importer) transformEach(ctx context.Context) error {
	_, err := i.tx.Exec(ctx, `CREATE OR REPLACE FUNCTION pg_temp.xiangtu_transform(g geometry, srid integer) RETURNS geometry
LANGUAGE plpgsql AS $$ BEGIN RETURN ST_Transform(g, srid); EXCEPTION WHEN internal_error THEN RETURN NULL; END $$`)
	if err != nil {
		return err
	}
	return i.transformBy(ctx, "pg_temp.xiangtu_transform")
}

// advise says what a file seems to be whose coordinates are out of range.
func (i *importer) advise(ctx context.Context, stray exchange.Stray) error {
	if stray.Count == 0 {
		return nil
	}
	if stray.Swapped == stray.Count {
		i.report.Notes = append(i.report.Notes, "longitude and latitude seem to be exchanged: give --swap-axes, or leave it out if it is given")
		return nil
	}
	fit, err := i.systemsNear(ctx, stray.Place)
	if err != nil {
		return err
	}
	note := fmt.Sprintf("coordinates such as %.10g, %.10g are no degrees: the file is projected, and --crs says how", stray.Place[0], stray.Place[1])
	if len(fit) > 0 {
		note += "; on the map they lie by --crs " + strings.Join(fit, ", or ")
	}
	i.report.Notes = append(i.report.Notes, note)
	return nil
}

// systemsNear lists the reference systems by which a position lies on the map, or in China if the map is empty.
func (i *importer) systemsNear(ctx context.Context, p orb.Point) ([]string, error) {
	var fit []string
	const most = 6
	for _, code := range exchange.Candidates(p) {
		var name string
		var fits bool
		err := pgx.BeginFunc(ctx, i.tx, func(pgx.Tx) error {
			return i.tx.QueryRow(ctx, `SELECT split_part(srtext, '"', 2), coalesce(map.box, ST_MakeEnvelope(73, 3, 136, 54)) && ST_SetSRID(ST_Transform(ST_SetSRID(ST_MakePoint($2, $3), $1), 4326), 0)
FROM spatial_ref_sys, (SELECT `+mapBox+` AS box FROM xiangtu.towns) AS map WHERE srid = $1`, code, p[0], p[1]).Scan(&name, &fits)
		})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil && fits && len(fit) < most {
			fit = append(fit, fmt.Sprintf("EPSG:%d (%s)", code, name))
		}
	}
	return fit, nil
}
