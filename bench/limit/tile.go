package main

import (
	_ "embed"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

const mvt = "application/vnd.mapbox-vector-tile"

// tileStatement draws the tile $1/$2/$3 of grids, with the properties and the margin of Xiangtu's tiles.
//
//go:embed tile.sql
var tileStatement string

func (s *server) tile(w http.ResponseWriter, r *http.Request) {
	at := [3]int{}
	row := strings.TrimSuffix(r.PathValue("file"), ".mvt")
	for i, text := range []string{r.PathValue("z"), r.PathValue("x"), row} {
		var err error
		if at[i], err = strconv.Atoi(text); err != nil {
			http.NotFound(w, r)
			return
		}
	}
	s.answer(w, r, mvt, writeOnly, tileStatement, at[0], at[1], at[2])
}

// writeOnly writes the only value of the only row.
func writeOnly(b []byte, rows pgx.Rows) ([]byte, error) {
	for rows.Next() {
		b = append(b, rows.RawValues()[0]...)
	}
	return b, nil
}

// hotTiles are tiles in memory by their path.
type hotTiles map[string][]byte

// readTiles reads all files below a folder; no folder has no tiles.
func readTiles(folder string) (hotTiles, error) {
	tiles := hotTiles{}
	if folder == "" {
		return tiles, nil
	}
	files := os.DirFS(folder)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		tiles[path.Join("/hot", name)], err = fs.ReadFile(files, name)
		return err
	})
	return tiles, err
}

// ServeHTTP answers with the tile of the path.
func (t hotTiles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tile, known := t[r.URL.Path]
	if !known {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mvt)
	w.Header().Set("Content-Length", strconv.Itoa(len(tile)))
	_, _ = w.Write(tile) // fails when the client has gone
}
