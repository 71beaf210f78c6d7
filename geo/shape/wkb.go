package shape

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// MaxDepth is how deep geometry collections may nest, in WKB and in GeoJSON.
const MaxDepth = 32

// Reader reads one WKB or EWKB geometry from front to back without building
// it. It is the cursor under every writer: a writer asks for the Header, then
// for the Counts and Points that this type has. A Reader never reads past its
// bytes, and refuses counts that the bytes cannot hold.
type Reader struct {
	data      []byte
	at        int
	bigEndian bool
	swapped   []byte
}

// NewReader reads wkb, which stays the caller's and is not changed.
func NewReader(wkb []byte) Reader { return Reader{data: wkb} }

// Points is a run of vertices of WKB: pairs of little-endian doubles.
type Points []byte

// PointSize is the number of bytes of a vertex.
const PointSize = 16

// Len is the number of vertices.
func (p Points) Len() int { return len(p) / PointSize }

// X is the longitude of vertex i.
func (p Points) X(i int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(p[i*PointSize:]))
}

// Y is the latitude of vertex i.
func (p Points) Y(i int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(p[i*PointSize+8:]))
}

const (
	headerSize = 5
	countSize  = 4

	ewkbZ    = 1 << 31
	ewkbM    = 1 << 30
	ewkbSRID = 1 << 29
)

var errTruncated = errors.New("wkb: ends too early")

// Header reads the byte order and the type of the next geometry. An SRID is
// read over. Z and M are refused.
func (r *Reader) Header() (Type, error) {
	if len(r.data)-r.at < headerSize {
		return 0, errTruncated
	}
	order := r.data[r.at]
	if order > 1 {
		return 0, fmt.Errorf("wkb: byte order %d at byte %d is neither 0 nor 1", order, r.at)
	}
	r.bigEndian = order == 0
	r.at++
	code := r.uint32()
	if code&(ewkbZ|ewkbM) != 0 || (code&^ewkbSRID)/1000 > 0 && (code&^ewkbSRID)/1000 < 4 {
		return 0, fmt.Errorf("wkb: type %#x has Z or M; coordinates must be two-dimensional", code)
	}
	if code&ewkbSRID != 0 {
		if len(r.data)-r.at < countSize {
			return 0, errTruncated
		}
		r.at += countSize
		code &^= ewkbSRID
	}
	if code > uint32(GeometryCollection) || !Type(code).valid() {
		return 0, fmt.Errorf("wkb: unknown type %d", code)
	}
	return Type(code), nil
}

// Member reads the header of a member of a Multi geometry, which must be of
// type want.
func (r *Reader) Member(want Type) error {
	got, err := r.Header()
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("wkb: a Multi%v has a member of type %v", want, got)
	}
	return nil
}

// Count reads how many rings or members follow.
func (r *Reader) Count() (int, error) {
	// A ring is at least its count, a member more.
	return r.count(countSize)
}

// Points reads a counted run of vertices. The run is only valid until the next
// call.
func (r *Reader) Points() (Points, error) {
	n, err := r.count(PointSize)
	if err != nil {
		return nil, err
	}
	return r.run(n), nil
}

// Point reads the one vertex of a Point. The empty point, which WKB writes as
// NaN, is given as no vertex.
func (r *Reader) Point() (Points, error) {
	if len(r.data)-r.at < PointSize {
		return nil, errTruncated
	}
	p := r.run(1)
	if math.IsNaN(p.X(0)) && math.IsNaN(p.Y(0)) {
		return nil, nil
	}
	return p, nil
}

// End checks that nothing follows the geometry.
func (r *Reader) End() error {
	if r.at != len(r.data) {
		return fmt.Errorf("wkb: %d bytes follow the geometry", len(r.data)-r.at)
	}
	return nil
}

func (r *Reader) count(size int) (int, error) {
	if len(r.data)-r.at < countSize {
		return 0, errTruncated
	}
	n := int(r.uint32())
	if n > (len(r.data)-r.at)/size {
		return 0, errTruncated
	}
	return n, nil
}

func (r *Reader) uint32() uint32 {
	b := r.data[r.at:]
	r.at += 4
	if r.bigEndian {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

// run takes n vertices, whose bytes the caller has checked to be there.
func (r *Reader) run(n int) Points {
	end := r.at + n*PointSize
	raw := r.data[r.at:end:end]
	r.at = end
	if !r.bigEndian {
		return raw
	}
	r.swapped = r.swapped[:0]
	for ; len(raw) > 0; raw = raw[8:] {
		r.swapped = binary.LittleEndian.AppendUint64(r.swapped, binary.BigEndian.Uint64(raw))
	}
	return r.swapped
}
