// Command limit is what a server of the map can attain at most: net/http, pgx and one hand-written statement an
// endpoint, with nothing in between. It has no schema, no limits, no checks and no errors worth reading; it is there to
// be compared with. Its answers are the bytes of Xiangtu's.
//
//	GET /graphql/grid/{code}       code, name, level and workers of one grid
//	GET /graphql/nested            20 villages with their grids
//	GET /graphql/villages          100 villages with geometry
//	GET /graphql/grids             all grids with geometry
//	GET /layers/grids.geojson      all grids as GeoJSON, or those in ?bbox=
//	GET /tiles/{z}/{x}/{y}.mvt     a tile of grids, drawn by ST_AsMVT
//	GET /hot/{z}/{x}/{y}.mvt       a tile from a map in memory, filled from a folder
//
// Geometry is written by geo/shape, strings and numbers by geo/postgis, the appenders that Xiangtu uses itself: what is
// compared is the way to them.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:18091", "serve HTTP on `HOST:PORT`")
	tiles := flag.String("tiles", "", "keep the tiles of `FOLDER` in memory")
	flag.Parse()
	if err := run(*listen, *tiles); err != nil {
		fmt.Fprintln(os.Stderr, "limit:", err)
		os.Exit(1)
	}
}

// run serves until it fails. DATABASE_URL names the database.
func run(listen, tiles string) error {
	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	config.MaxConns = connections
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return err
	}
	hot, err := readTiles(tiles)
	if err != nil {
		return err
	}
	s := &server{pool: pool}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /graphql/grid/{code}", s.grid)
	mux.HandleFunc("GET /graphql/nested", s.nested)
	mux.HandleFunc("GET /graphql/villages", s.villages)
	mux.HandleFunc("GET /graphql/grids", s.grids)
	mux.HandleFunc("GET /layers/grids.geojson", s.layer)
	mux.HandleFunc("GET /tiles/{z}/{x}/{file}", s.tile)
	mux.Handle("GET /hot/", hot)
	return (&http.Server{Addr: listen, Handler: mux, ReadHeaderTimeout: time.Minute}).ListenAndServe()
}
