package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb/maptile"

	"xiangtu/server/cluster"
)

// ground is where the contestants meet: one database with the demonstration map, and the servers on it.
type ground struct {
	folder     string // scratch
	cluster    *cluster.Cluster
	database   *pgx.Conn
	postmaster int // PostgreSQL's process

	xiangtu     *process // with its settings as they are
	xiangtuCold *process // with no room for a tile in its cache
	limit       *process
	servers     []*process // all of them, in the order of their starts

	tiles    []tile
	overview tile               // that of zoom 10 with the most in it
	peers    map[string][]entry // by the name of the workload
	machine  machine
}

// prepare makes the ground. close must be called when no error is returned.
func prepare(ctx context.Context, effort effort) (_ *ground, err error) {
	folder, err := os.MkdirTemp("", "xiangtu-bench-")
	if err != nil {
		return nil, err
	}
	g := &ground{folder: folder, peers: make(map[string][]entry)}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.close(ctx))
		}
	}()
	// PostgreSQL's account and nginx's have to pass.
	if err := os.Chmod(folder, 0o755); err != nil {
		return nil, err
	}
	if err := g.openDatabase(ctx); err != nil {
		return nil, err
	}
	if effort.FilesOnly {
		_, err := g.database.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS postgis")
		if err == nil {
			g.machine, err = readMachine(ctx, g.database)
		}
		return g, err
	}
	if err := g.startXiangtu(ctx); err != nil {
		return nil, err
	}
	if g.machine, err = readMachine(ctx, g.database); err != nil {
		return nil, err
	}
	if effort.WritesOnly {
		return g, nil
	}
	if err := g.startLimit(ctx); err != nil {
		return nil, err
	}
	if effort.Peers {
		g.startPeers(ctx)
	}
	return g, nil
}

// openDatabase starts a private cluster, as «xiangtu serve» would.
func (g *ground) openDatabase(ctx context.Context) (err error) {
	if g.cluster, err = cluster.Start(ctx, cluster.Config{Dir: filepath.Join(g.folder, "data")}); err != nil {
		return err
	}
	if g.database, err = pgx.Connect(ctx, g.cluster.URL()); err != nil {
		return err
	}
	g.postmaster, err = parentOf(int(g.database.PgConn().PID()))
	return err
}

// close stops the servers and the database, and removes the scratch folder.
func (g *ground) close(ctx context.Context) (err error) {
	ctx = context.WithoutCancel(ctx)
	g.stopServers()
	if g.database != nil {
		err = g.database.Close(ctx)
	}
	if g.cluster != nil {
		err = errors.Join(err, g.cluster.Stop(ctx))
	}
	return errors.Join(err, os.RemoveAll(g.folder))
}

func (g *ground) stopServers() {
	for _, server := range g.servers {
		server.stop()
	}
	g.servers = nil
}

func (g *ground) start(ctx context.Context, p program) (*process, error) {
	server, err := start(ctx, p, g.folder)
	if err == nil {
		g.servers = append(g.servers, server)
	}
	return server, err
}

// startXiangtu starts two servers. The first one migrates the database and loads the demonstration map.
func (g *ground) startXiangtu(ctx context.Context) (err error) {
	serve := func(name string, more ...string) (*process, error) {
		return g.start(ctx, program{name: name, probe: request{path: "/health/ready"}, arguments: func(port string) []string {
			return append([]string{"bin/xiangtu", "serve", "--database-url", g.cluster.URL(), "--listen", "127.0.0.1:" + port}, more...)
		}})
	}
	if g.xiangtu, err = serve("Xiangtu"); err != nil {
		return err
	}
	// The least size there is: no tile fits into it.
	if g.xiangtuCold, err = serve("Xiangtu, cold", "--cache-size", "1B"); err != nil {
		return err
	}
	// What the map's tables hold has just been written; the plans should be those of any later day.
	_, err = g.database.Exec(ctx, "VACUUM ANALYZE")
	return err
}

// startLimit starts the limit program, with the tiles of Xiangtu in its memory.
func (g *ground) startLimit(ctx context.Context) (err error) {
	if g.tiles, g.overview, err = g.findTiles(ctx); err != nil {
		return err
	}
	for _, tile := range g.tiles {
		body, err := g.xiangtu.fetch(ctx, request{path: "/tiles/grids" + tile.path()})
		if err != nil {
			return err
		}
		file := g.tileFolder() + tile.path()
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, body, 0o644); err != nil {
			return err
		}
	}
	g.limit, err = g.start(ctx, program{
		name: "limit", probe: request{path: "/graphql/villages"},
		arguments: func(port string) []string {
			return []string{"bin/limit", "-listen", "127.0.0.1:" + port, "-tiles", g.tileFolder()}
		},
		env: func(string) []string { return []string{"DATABASE_URL=" + g.cluster.URL()} },
	})
	return err
}

// tileFolder is where the tiles of Xiangtu are kept as files.
func (g *ground) tileFolder() string { return filepath.Join(g.folder, "tiles") }

// tile is a tile's place.
type tile maptile.Tile

func (t tile) path() string { return fmt.Sprintf("/%d/%d/%d.mvt", t.Z, t.X, t.Y) }

// findTiles gives the tiles of zoom 10 to 14 with something in them, shuffled the same way in every run, and the
// heaviest of zoom 10.
func (g *ground) findTiles(ctx context.Context) (tiles []tile, overview tile, err error) {
	var west, south, east, north float64
	const extent = `SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT ST_Extent(geom) AS e FROM xiangtu.grids) AS grids`
	if err := g.database.QueryRow(ctx, extent).Scan(&west, &south, &east, &north); err != nil {
		return nil, overview, err
	}
	most := 0
	for zoom := maptile.Zoom(10); zoom <= 14; zoom++ {
		first, last := maptile.At([2]float64{west, north}, zoom), maptile.At([2]float64{east, south}, zoom)
		for x := first.X; x <= last.X; x++ {
			for y := first.Y; y <= last.Y; y++ {
				t := tile{X: x, Y: y, Z: zoom}
				body, err := g.xiangtu.fetch(ctx, request{path: "/tiles/grids" + t.path()})
				if err != nil {
					return nil, overview, err
				}
				if len(body) > 0 {
					tiles = append(tiles, t)
				}
				if zoom == 10 && len(body) > most {
					overview, most = t, len(body)
				}
			}
		}
	}
	shuffle(tiles)
	return tiles, overview, nil
}

// memory gives the most that a server of Xiangtu has had resident, in megabytes: of two, the larger.
func (g *ground) memory() (float64, error) {
	var most int64
	for _, server := range []*process{g.xiangtu, g.xiangtuCold} {
		peak, err := peakMemory(server.pid)
		if err != nil {
			return 0, err
		}
		most = max(most, peak)
	}
	return float64(most) / 1e6, nil
}
