package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
	"xiangtu/migrations"
	"xiangtu/server/moment"
)

// withStore runs use with the store at url, whose schema is brought up to date first. Its statements have no timeout:
// a file takes what it takes.
func withStore(ctx context.Context, url string, use func(*postgis.Store) error) error {
	pool, err := postgis.Connect(ctx, url, postgis.Options{Owner: true})
	if err != nil {
		return err
	}
	defer pool.Close()
	// The connection is kept: another one would take a command as long again.
	err = pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error { return migrations.Up(ctx, conn.Conn()) })
	if err != nil {
		return err
	}
	return use(postgis.New(pool))
}

// layerNamed finds the layer that the user names.
func layerNamed(name string) (*geo.Layer, error) {
	layer, ok := geo.LayerNamed(geo.LayerName(name))
	if !ok {
		var names []string
		for _, l := range geo.Layers() {
			names = append(names, string(l.Name))
		}
		return nil, fmt.Errorf("there is no layer %q; there are %s", name, strings.Join(names, ", "))
	}
	return layer, nil
}

// momentNamed gives the context of the map as it stood at the time, or at the revision of the layer, that the user names;
// none is now.
func momentNamed(ctx context.Context, store *postgis.Store, text string, layers []*geo.Layer) (context.Context, error) {
	if text == "" {
		return ctx, nil
	}
	m, err := moment.Of(ctx, store, layers, text)
	if refusal, ok := errors.AsType[*geo.Error](err); ok {
		return nil, fmt.Errorf("--as-of: %s", refusal.Message)
	}
	return geo.WithMoment(ctx, m), err
}

// crsNamed finds the reference system that the user names; none is WGS 84.
func crsNamed(name string) (crs.CRS, error) {
	if name == "" {
		return crs.WGS84, nil
	}
	system, err := crs.Parse(name)
	if err != nil {
		return system, fmt.Errorf("--crs: %w", err)
	}
	return system, nil
}
