package exchange

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

// Reader reads the features of one layer from a file: GeoJSON or CSV, packed by gzip or plain, or what ogr2ogr makes of
// it. Memory does not depend on the size of the file.
type Reader struct {
	layer   *geo.Layer
	options Options
	source  io.Reader // nil where ogr2ogr reads the file
	name    string    // of the file; empty if there is none
	gdal    *gdalSource
	file    *os.File // that can be read again; nil if there is none
	closers []io.Closer
	size    int64
	read    atomic.Int64

	system  System // known once a feature is read
	ignored map[string]bool
	stray   Stray
	heights bool
}

// NewReader makes a reader of GeoJSON: a FeatureCollection (RFC 7946), or Features in a row, a line each or as a text
// sequence (RFC 8142). system is the reference system of the coordinates.
func NewReader(layer *geo.Layer, source io.Reader, system crs.CRS) *Reader {
	return NewStream(layer, source, "", Options{Format: GeoJSON, System: &System{CRS: system}})
}

// NewStream makes a reader of what can be read from front to back: GeoJSON or CSV. The name may tell the format.
func NewStream(layer *geo.Layer, source io.Reader, name string, o Options) *Reader {
	r := &Reader{layer: layer, source: source, name: name, options: o, size: -1, ignored: make(map[string]bool)}
	if o.System != nil {
		r.system = *o.System
	}
	return r
}

// Layer is the layer that the features belong to.
func (r *Reader) Layer() *geo.Layer { return r.layer }

// Size is the number of bytes of the file, or -1 where they are not known or not read by us.
func (r *Reader) Size() int64 { return r.size }

// Consumed is how many bytes of the file are read. It can be asked while the reading goes on.
func (r *Reader) Consumed() int64 { return r.read.Load() }

// System is the reference system of the file: the one that is asked for, and once the reading has ended the one that it
// was read in. Of an EPSG code, geometries are as they stand in the file.
func (r *Reader) System() System { return r.system }

// Stray tells of the features out of range, once the reading has ended.
func (r *Reader) Stray() Stray { return r.stray }

// HasHeights tells whether a position had more than longitude and latitude, once the reading has ended. It is left out.
// A KML does not say whether it has any.
func (r *Reader) HasHeights() bool {
	return r.heights || r.gdal != nil && strings.HasPrefix(r.gdal.layer.geometry, "3D")
}

// Close closes the file that Open has opened.
func (r *Reader) Close() error {
	var err error
	for _, c := range r.closers {
		err = errors.Join(err, c.Close())
	}
	return err
}

// Ignored lists the properties that the layer does not have and that were passed over, once the reading has ended. Where they
// are more than a hundred, the last is "…".
func (r *Reader) Ignored() []string {
	names := slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(r.ignored))))
	if len(names) > mostIgnored {
		names = append(names[:mostIgnored], "…")
	}
	return names
}

// source is where features come from, one after the other.
type source interface {
	// next gives the text of the next feature, which is valid until the next call, or io.EOF.
	next() (piece, error)
	// decode makes the record of what next gave. An error ends the reading before it.
	decode(d *decoder, p piece) (Record, error)
	// stated is the reference system of the feature that next gave last.
	stated() System
}

// piece is the text of one feature.
type piece struct {
	index  int   // the feature's place in the file, from 0
	offset int64 // of its first byte in the text of a file of JSON
	text   []byte
}

// Records reads the file and yields its features in order. An error is the last that it yields: the file cannot be read
// on, or ctx has ended. It can be ranged over once, and once more after each Rewind. A record's geometry, values and
// members are valid until the next is asked for, what they hold for as long as it is held.
//
// The text is cut into features by one goroutine and decoded by one a processor. They have ended when the range has.
func (r *Reader) Records(ctx context.Context) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		workers := runtime.GOMAXPROCS(0)
		line := newLine(workers)
		decoders := make([]*decoder, workers)
		var running sync.WaitGroup
		running.Go(func() { r.cut(ctx, line) })
		for i := range decoders {
			decoders[i] = r.newDecoder()
			running.Go(func() {
				for b := range line.todo {
					b.decode(decoders[i])
				}
			})
		}
		end := func() {
			cancel()
			running.Wait()
		}
		defer end()
		if !r.deliver(ctx, line, yield) {
			return
		}
		end()
		if err := r.gather(decoders); err != nil {
			yield(nil, err)
		}
	}
}

func (r *Reader) newDecoder() *decoder {
	if r.gdal != nil {
		return newDecoder(r.layer, r.gdal.columns, true, r.options.SwapAxes)
	}
	return newDecoder(r.layer, mapped(r.layer, r.options.Columns), false, r.options.SwapAxes)
}

// gather takes together what the decoders have seen, and says if a column is nowhere that was asked for.
func (r *Reader) gather(decoders []*decoder) error {
	seen := make(map[string]bool)
	read := false
	for _, d := range decoders {
		maps.Copy(r.ignored, d.ignored)
		maps.Copy(seen, d.seen)
		r.stray.add(d.stray)
		r.heights = r.heights || d.heights || d.plain.positions.Dropped()
		read = read || len(d.seen) > 0
	}
	if !read {
		return nil
	}
	for _, column := range decoders[0].columns.wanted {
		if !seen[column] {
			return geo.Invalid("map", "no feature has a property %.40q; there are %s", column, listed(slices.Sorted(maps.Keys(seen))))
		}
	}
	return nil
}

// deliver yields the records of the batches, and tells whether that was all.
func (r *Reader) deliver(ctx context.Context, line *line, yield func(*Record, error) bool) bool {
	for b := range line.inOrder {
		select {
		case <-b.decoded:
		case <-ctx.Done():
			yield(nil, ctx.Err())
			return false
		}
		r.system = b.system
		for i := range b.records {
			if !yield(&b.records[i], nil) {
				return false
			}
		}
		if b.err != nil && !errors.Is(b.err, io.EOF) {
			// Who stops a reading may do so by closing what is read.
			yield(nil, cmp.Or(ctx.Err(), b.err))
			return false
		}
		line.release(b)
	}
	if err := ctx.Err(); err != nil {
		yield(nil, err)
		return false
	}
	return true
}

// cut reads the file into batches until it ends, cannot be read on, or ctx ends.
func (r *Reader) cut(ctx context.Context, line *line) {
	defer close(line.todo)
	defer close(line.inOrder)
	from, end, err := r.begin(ctx)
	defer end()
	for ended := false; !ended; {
		b := line.batch()
		if b.source, b.err = from, err; err == nil {
			b.fill(from)
		}
		ended = b.err != nil // once it is handed over, it is no longer ours to look at
		if !line.hand(ctx, b) {
			return
		}
	}
}

// begin starts the reading. end is to be called when it is over, whatever the error is.
func (r *Reader) begin(ctx context.Context) (from source, end func(), err error) {
	if r.gdal != nil {
		return r.gdal.start(ctx)
	}
	end = func() {}
	text, err := unpacked(&counted{r.source, &r.read})
	if err != nil {
		return nil, end, err
	}
	format := r.options.Format
	if format == "" {
		beginning, _ := text.Peek(detectSize)
		if format, err = detect(beginning, r.name); err != nil {
			return nil, end, err
		}
	}
	text = decoded(text, r.options.Encoding, format == CSV)
	switch format {
	case GeoJSON:
		for _, part := range []string{geometryColumn, longitudeColumn, latitudeColumn} {
			if r.options.Columns[part] != "" {
				return nil, end, geo.Invalid("map", "a feature of GeoJSON has its geometry, so that no column can be the %s", part)
			}
		}
		return newScanner(sequence(text), r.options.System, r.options.MaxFeature), end, nil
	case CSV:
		from, err := newTable(r.layer, text, r.options)
		return from, end, err
	}
	return nil, end, geo.Invalid("", "a file of the format %s cannot be read from a stream: give its name", format)
}

// counted counts the bytes that are read.
type counted struct {
	r io.Reader
	n *atomic.Int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	return n, err
}
