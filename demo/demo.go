// Package demo holds the map that the program shows when nobody has given it another: Jiedong District with its towns,
// villages, grids, belts and stations. The README beside it says what of it is real, and whose it is.
package demo

import (
	"context"
	"embed"
	"fmt"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
)

//go:embed *.geojson.gz
var files embed.FS

// Load writes the demonstration map, in one transaction, by the way that every import takes.
func Load(ctx context.Context, store *postgis.Store) ([]postgis.ImportReport, error) {
	var readers []*exchange.Reader
	for _, layer := range geo.Layers() {
		name := string(layer.Name) + ".geojson.gz"
		file, err := files.Open(name)
		if err != nil {
			return nil, fmt.Errorf("open the demonstration map: %w", err)
		}
		defer file.Close()
		readers = append(readers, exchange.NewReader(layer, file, crs.WGS84))
	}
	reports, err := store.Import(ctx, readers, postgis.ImportOptions{})
	if err != nil {
		return nil, fmt.Errorf("load the demonstration map: %w", err)
	}
	for _, r := range reports {
		if r.Refused > 0 {
			return nil, fmt.Errorf("load the demonstration map: %s: %v", r.Layer, &r.Refusals[0])
		}
	}
	return reports, nil
}
