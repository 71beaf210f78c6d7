package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/paulmach/orb"
	"github.com/urfave/cli/v3"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
	"xiangtu/geo/tile"
	"xiangtu/internal/progress"
	"xiangtu/server/download"
	"xiangtu/server/filter"
)

// archiveExtension is how the names of files end that become PMTiles archives.
const archiveExtension = ".pmtiles"

// archiveRequest is what the user asks of export besides exportRequest where the file is a PMTiles archive.
type archiveRequest struct {
	MinZoom, MaxZoom  int    // -1 is the zooms that the layers have
	Filter            string // in CQL2 text; empty is all; that of exportRequest
	Name, Attribution string
	NoPage            bool // whether the page that shows the archive is left out
}

// archiveFlags are the flags of export that are for PMTiles archives alone.
func archiveFlags(r *archiveRequest) []cli.Flag {
	zoom := func(name, usage string, value *int) cli.Flag {
		return &cli.IntFlag{
			Name: name, Usage: usage, Value: -1, HideDefault: true, Destination: value,
			Validator: func(z int) error {
				if z < 0 || z > tile.MaxZoom {
					return fmt.Errorf("--%s: must be from 0 to %d", name, tile.MaxZoom)
				}
				return nil
			},
		}
	}
	return []cli.Flag{
		zoom("min-zoom", "begin tiles at zoom `Z`; by default the lowest of the layers", &r.MinZoom),
		zoom("max-zoom", "end tiles at zoom `Z`; by default the greatest of the layers", &r.MaxZoom),
		&cli.StringFlag{Name: "name", Usage: "call the archive `NAME`; by default by its layers", Destination: &r.Name},
		&cli.StringFlag{Name: "attribution", Usage: "name whom maps must credit: `TEXT`", Destination: &r.Attribution},
		&cli.BoolFlag{Name: "no-page", Usage: "leave out the page that shows the archive, which is written beside it", Destination: &r.NoPage},
	}
}

// exportPMTiles writes the tiles of layers into a PMTiles archive.
func exportPMTiles(ctx context.Context, p program, url string, request exportRequest, more archiveRequest) error {
	archive, err := more.archive(request)
	if err != nil {
		return err
	}
	page := pageOf(request.File)
	if more.NoPage {
		page = ""
	}
	if err := mayWritePage(page); err != nil {
		return err
	}
	file, err := createArchive(request.File)
	if err != nil {
		return err
	}
	defer file.discard()
	shown := progress.Start(p.stderr, "tiles", -1, progress.Items)
	archive.Expect, archive.Drawn = shown.Expect, func() { shown.Add(1) }
	var written tile.Written
	err = withStore(ctx, url, func(store *postgis.Store) error {
		ctx, err := momentNamed(ctx, store, request.AsOf, layersOf(archive.Selections))
		if err != nil {
			return err
		}
		if err := resolve(ctx, store, archive.Selections); err != nil {
			return err
		}
		written, err = archive.Write(ctx, store, file)
		return err
	})
	if err == nil {
		err = file.commit()
	}
	if err != nil {
		shown.Stop()
		return fmt.Errorf("export %s: %w", request.File, explainFull(err))
	}
	shown.Done()
	if _, err := fmt.Fprintf(p.stdout, "%s: %d tiles, %d of them different\n", request.File, written.Tiles, written.Contents); err != nil {
		return err
	}
	return writePage(p, page, request.File)
}

func layersOf(selections []tile.Selection) []*geo.Layer {
	layers := make([]*geo.Layer, len(selections))
	for i, s := range selections {
		layers[i] = s.Layer
	}
	return layers
}

// resolve checks what the filters are made of.
func resolve(ctx context.Context, store *postgis.Store, selections []tile.Selection) error {
	for i, selection := range selections {
		query, err := store.Resolve(ctx, geo.Query{Layer: selection.Layer, Filter: selection.Filter})
		if err != nil {
			return err
		}
		selections[i].Filter = query.Filter
	}
	return nil
}

// archive reads what is to be written.
func (r *archiveRequest) archive(request exportRequest) (tile.Archive, error) {
	a := tile.Archive{Name: r.Name, Attribution: r.Attribution, Filter: r.Filter}
	var err error
	if a.Selections, err = r.selections(request.Layer); err != nil {
		return a, err
	}
	if a.MinZoom, a.MaxZoom, err = r.zooms(a.Selections); err != nil {
		return a, err
	}
	if a.CRS, err = crsNamed(request.CRS); err != nil {
		return a, err
	}
	if a.CRS == crs.WebMercator {
		return a, errors.New("--crs: tiles lie in Web Mercator always; what it can say is the base map that they lie on: wgs84, gcj02 or bd09")
	}
	if request.Precision >= 0 {
		return a, errors.New("--precision: tiles have a grid of their own")
	}
	if request.BBox != "" {
		box, err := download.ParseBox(request.BBox, crs.WGS84)
		if err != nil {
			return a, fmt.Errorf("--bbox: %w", err)
		}
		if box[0] > box[2] {
			return a, errors.New("--bbox: a box over the antimeridian is not for tiles: export its two halves")
		}
		bound := tile.Moved(orb.Bound{Min: orb.Point{box[0], box[1]}, Max: orb.Point{box[2], box[3]}}, a.CRS)
		a.Box = &bound
	}
	return a, nil
}

// selections reads the names of layers with commas between. A filter is for all of them.
func (r *archiveRequest) selections(names string) ([]tile.Selection, error) {
	wanted := make(map[*geo.Layer]bool)
	for name := range strings.SplitSeq(names, ",") {
		layer, err := layerNamed(name)
		if err != nil {
			return nil, err
		}
		wanted[layer] = true
	}
	var selections []tile.Selection
	for _, layer := range geo.Layers() {
		if !wanted[layer] {
			continue
		}
		selection := tile.Selection{Layer: layer}
		if r.Filter != "" {
			var err error
			if selection.Filter, err = filter.Parse(layer, url.Values{"filter": {r.Filter}, "filter-lang": {string(languageOf(r.Filter))}}); err != nil {
				return nil, fmt.Errorf("--filter, on %s: %w", layer.Name, err)
			}
		}
		selections = append(selections, selection)
	}
	return selections, nil
}

func (r *archiveRequest) zooms(selections []tile.Selection) (low, high int, err error) {
	low, high = tile.MaxZoom, 0
	for _, selection := range selections {
		low, high = min(low, selection.Layer.MinZoom), max(high, selection.Layer.MaxZoom)
	}
	if r.MinZoom >= 0 {
		low = r.MinZoom
		high = max(high, low)
	}
	if r.MaxZoom >= 0 {
		high = r.MaxZoom
		if r.MinZoom < 0 {
			low = min(low, high)
		}
	}
	if low > high {
		return 0, 0, fmt.Errorf("--min-zoom is %d and --max-zoom %d: the greatest zoom must not be below the lowest", low, high)
	}
	return low, high, nil
}
