package tile

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/pmtiles"
	"xiangtu/geo/postgis"
)

// Archive says what tiles of the Mercator quad go into a PMTiles archive.
type Archive struct {
	Selections       []Selection
	CRS              crs.CRS // WGS84, GCJ02 or BD09
	MinZoom, MaxZoom int     // 0 to MaxZoom
	// Box is west, south, east, north of which tiles are written, each whole; in degrees of CRS. nil is all.
	Box *orb.Bound
	// Name and Attribution are for people: by default the titles of the layers, and nothing.
	Name, Attribution string
	// Filter is the text of the selections' filter, for the metadata.
	Filter string
	// Expect is told how many tiles more are going to be drawn, Drawn of each that is: never both at a time.
	Expect func(tiles int)
	Drawn  func()
}

// metadata is what an archive says of itself, besides its header.
type metadata struct {
	Name         string        `json:"name"`
	Description  string        `json:"description"`
	Attribution  string        `json:"attribution,omitempty"`
	Type         string        `json:"type"`
	VectorLayers []VectorLayer `json:"vector_layers"`
	Xiangtu      provenance    `json:"xiangtu"`
}

// provenance says which map the tiles are of: as every one of them, it is of one moment.
type provenance struct {
	Revisions map[geo.LayerName]int64 `json:"revisions"`
	CRS       string                  `json:"crs"`
	Filter    string                  `json:"filter,omitempty"`
}

// Written is what an archive came to.
type Written struct {
	Tiles    int // with something in them
	Contents int // that differ
}

// Write draws the tiles, as the map is when it begins, several at a time. They are, byte for byte, what the server
// answers for the same layers, and come to the file in gzip. An archive without a feature is refused.
func (a Archive) Write(ctx context.Context, store *postgis.Store, to pmtiles.File) (Written, error) {
	workers, leave, err := hire(ctx, store, runtime.GOMAXPROCS(0))
	if err != nil {
		return Written{}, err
	}
	defer leave()
	states, err := workers[0].LayerStates(ctx)
	if err != nil {
		return Written{}, err
	}
	w, err := pmtiles.NewWriter(to)
	if err != nil {
		return Written{}, err
	}
	if a.Expect == nil {
		a.Expect = func(int) {}
	}
	if a.Drawn == nil {
		a.Drawn = func() {}
	}
	p := pyramid{Archive: a, drawer: NewDrawer(), workers: workers}
	drawn := emptyBound()
	err = p.walk(ctx, func(at maptile.Tile, packed []byte) error {
		drawn = drawn.Union(at.Bound())
		return w.Add(uint32(at.Z), at.X, at.Y, packed)
	})
	if err != nil {
		return Written{}, err
	}
	if w.Tiles() == 0 {
		return Written{}, a.empty()
	}
	d := a.describe(Extent(a.Selections, states), drawn)
	if err := w.Finish(header(d), a.metadata(d, states)); err != nil {
		return Written{}, err
	}
	return Written{w.Tiles(), w.Contents()}, nil
}

// hire gives so many workers who see the map as it is now; leave ends their connections.
func hire(ctx context.Context, store *postgis.Store, count int) (workers []*worker, leave func(), err error) {
	leave = func() {
		for _, w := range workers {
			w.Close(ctx)
		}
	}
	for range min(count, int(store.Pool().Config().MaxConns)) {
		w := &worker{}
		if len(workers) == 0 {
			w.Snapshot, err = store.Snapshot(ctx)
		} else {
			w.Snapshot, err = workers[0].Share(ctx)
		}
		if err == nil {
			workers = append(workers, w)
			w.packer, err = gzip.NewWriterLevel(nil, gzip.BestCompression)
		}
		if err != nil {
			leave()
			return nil, nil, err
		}
	}
	return workers, leave, nil
}

// empty is the error of an archive without a tile.
func (a Archive) empty() error {
	names := make([]string, len(a.Selections))
	for i, selection := range a.Selections {
		names[i] = string(selection.Layer.Name)
	}
	what := strings.Join(names, ", ")
	if a.Filter != "" {
		what += " that the filter lets pass"
	}
	if a.Box != nil {
		what += " in the box"
	}
	return &geo.Error{Code: geo.NotFound, Message: fmt.Sprintf("there is nothing to draw at zooms %d to %d of %s", a.MinZoom, a.MaxZoom, what)}
}

// describe describes the tiles whose features lie within extent, in WGS 84, and which themselves cover what was drawn.
func (a Archive) describe(extent, drawn orb.Bound) Description {
	if !extent.IsEmpty() { // as it never is where a tile was drawn
		extent = Moved(extent, a.CRS)
	}
	// A filter or a box may leave less than there is of the layers.
	extent = orb.Bound{
		Min: orb.Point{max(extent.Min[0], drawn.Min[0]), max(extent.Min[1], drawn.Min[1])},
		Max: orb.Point{min(extent.Max[0], drawn.Max[0]), min(extent.Max[1], drawn.Max[1])},
	}
	d := Describe(a.Selections, orb.Bound{Min: orb.Point{1}, Max: orb.Point{-1}}, crs.WGS84)
	d.MinZoom, d.MaxZoom = a.MinZoom, a.MaxZoom
	d.place(extent)
	for i := range d.VectorLayers {
		d.VectorLayers[i].MinZoom = min(max(d.VectorLayers[i].MinZoom, a.MinZoom), a.MaxZoom)
		d.VectorLayers[i].MaxZoom = a.MaxZoom
	}
	if a.Name != "" {
		d.Name = a.Name
	}
	return d
}

func header(d Description) pmtiles.Description {
	return pmtiles.Description{
		MinZoom: uint8(d.MinZoom), MaxZoom: uint8(d.MaxZoom),
		Bounds: [4]float64(d.Bounds), Center: [2]float64(d.Center[:2]), CenterZoom: uint8(d.Center[2]),
	}
}

func (a Archive) metadata(d Description, states map[geo.LayerName]postgis.LayerState) metadata {
	m := metadata{
		Name: d.Name, Description: d.Description, Attribution: a.Attribution, Type: "overlay", VectorLayers: d.VectorLayers,
		Xiangtu: provenance{Revisions: make(map[geo.LayerName]int64), CRS: a.CRS.String(), Filter: a.Filter},
	}
	for _, selection := range a.Selections {
		m.Xiangtu.Revisions[selection.Layer.Name] = states[selection.Layer.Name].Revision
	}
	return m
}
