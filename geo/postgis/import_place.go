package postgis

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/paulmach/orb"

	"xiangtu/geo/exchange"
)

// Numbers do not say what they are of: a file that is read in a wrong system, or with its axes exchanged, is a sound file of
// another place. So a file that lies off the map is tried in the other ways that would put it on the map.

// mapBox is the box of the towns, which are the map, and a tenth of a degree around it; null without towns.
const mapBox = `ST_Expand(ST_MakeEnvelope(min(bbox[1]), min(bbox[2]), max(bbox[3]), max(bbox[4])), 0.1)`

// middleOf is the middle of the extent of the features in a table; nil if it has none.
func (i *importer) middleOf(ctx context.Context, table string) (*orb.Point, error) {
	var x, y *float64
	err := i.tx.QueryRow(ctx, `SELECT ST_X(c), ST_Y(c) FROM (SELECT ST_Centroid(ST_Extent(geom)::geometry) AS c FROM `+table+`) AS t`).Scan(&x, &y)
	if err != nil || x == nil {
		return nil, err
	}
	return &orb.Point{*x, *y}, nil
}

// isOffTheMap tells whether a table has features, and none where the map is. What the first one says is mostly enough.
func (i *importer) isOffTheMap(ctx context.Context, table string) (off bool, err error) {
	for _, features := range []string{"(SELECT geom FROM " + table + " LIMIT 1)", table} {
		err = i.tx.QueryRow(ctx, `SELECT coalesce(NOT m.box && f.box, false)
FROM (SELECT `+mapBox+` AS box FROM xiangtu.towns) AS m, (SELECT ST_SetSRID(ST_Extent(geom)::geometry, 0) AS box FROM `+features+` AS t) AS f`).Scan(&off)
		if err != nil || !off {
			return false, err
		}
	}
	return true, nil
}

// noticePlace says how a file would lie on the map that is in a table and lies off it, or of which nothing is in it because
// its coordinates are none of its system. given is its middle in its own coordinates, where the database has transformed it.
func (i *importer) noticePlace(ctx context.Context, system exchange.System, table string, given *orb.Point) error {
	off, err := i.isOffTheMap(ctx, table)
	if err != nil || !off && (given == nil || i.report.Refused < i.report.Read) {
		return err
	}
	if given == nil {
		if given, err = i.middleOf(ctx, table); err != nil {
			return err
		}
		given[0], given[1] = system.CRS.FromWGS84(given[0], given[1])
	}
	ways, err := i.waysOntoTheMap(ctx, system, *given)
	if err == nil && len(ways) > 0 {
		i.report.Notes = append(i.report.Notes, fmt.Sprintf("the file lies off the map, and on it %s", strings.Join(ways, ", or ")))
	}
	return err
}

// waysOntoTheMap lists how a position can be read to lie on the map.
func (i *importer) waysOntoTheMap(ctx context.Context, system exchange.System, p orb.Point) ([]string, error) {
	flipped := orb.Point{p[1], p[0]}
	var ways []string
	const swap = "if its axes are exchanged: give --swap-axes, or leave it out if it is given"
	for _, try := range []struct {
		system exchange.System
		at     orb.Point
		way    string
	}{
		{system, flipped, swap},
		{exchange.System{}, p, "if its coordinates are degrees: leave --crs out"},
		{exchange.System{}, flipped, "if its coordinates are degrees and latitude comes first: leave --crs out, and give --swap-axes"},
	} {
		if try.system == system && try.at == p {
			continue
		}
		on, err := i.liesOnTheMap(ctx, try.system, try.at)
		if err != nil {
			return nil, err
		}
		if on {
			return []string{try.way}, nil
		}
	}
	for _, at := range []orb.Point{p, flipped} {
		fit, err := i.systemsNear(ctx, at)
		if err != nil {
			return nil, err
		}
		for _, name := range fit {
			way := "by --crs " + name
			if at != p {
				way += " with its axes exchanged"
			}
			ways = append(ways, way)
		}
	}
	return ways, nil
}

// liesOnTheMap tells whether a position in a reference system does; without towns there is no map.
func (i *importer) liesOnTheMap(ctx context.Context, system exchange.System, p orb.Point) (on bool, err error) {
	place := `ST_MakePoint($1, $2)`
	args := []any{p[0], p[1]}
	if system.EPSG != 0 {
		place = `ST_SetSRID(ST_Transform(ST_SetSRID(ST_MakePoint($1, $2), $3), 4326), 0)`
		args = append(args, system.EPSG)
	} else {
		args[0], args[1] = system.CRS.ToWGS84(p[0], p[1])
	}
	err = pgx.BeginFunc(ctx, i.tx, func(pgx.Tx) error {
		return i.tx.QueryRow(ctx, `SELECT coalesce(`+mapBox+` && `+place+`, false) FROM xiangtu.towns`, args...).Scan(&on)
	})
	if refusal, ok := errors.AsType[*pgconn.PgError](err); ok && refusal.Code == internalError {
		return false, nil // PROJ cannot compute where it would be
	}
	return on, err
}
