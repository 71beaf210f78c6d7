package mvt

import (
	"encoding/binary"
	"math"
)

// The tags of the specification's vector_tile.proto: field number and wire
// type in one byte.
const (
	tileLayer = 3<<3 | 2

	layerName     = 1<<3 | 2
	layerFeature  = 2<<3 | 2
	layerKey      = 3<<3 | 2
	layerValue    = 4<<3 | 2
	layerExtent   = 5 << 3
	layerVersion  = 15 << 3
	layerVersion2 = 2

	featureID       = 1 << 3
	featureTags     = 2<<3 | 2
	featureType     = 3 << 3
	featureGeometry = 4<<3 | 2

	valueString = 1<<3 | 2
	valueFloat  = 2<<3 | 5
	valueDouble = 3<<3 | 1
	valueInt    = 4 << 3
	valueSint   = 6 << 3
	valueBool   = 7 << 3

	typePoint, typeLine, typePolygon = 1, 2, 3
)

// Layer is one layer of a tile being written.
//
//	name := layer.Key("name")
//	drawn, err := layer.AddFeature(7, wkb)
//	if drawn {
//		layer.SetString(name, "曲溪社区")
//	}
type Layer struct {
	name   string
	extent uint32

	// What is written already, each as fields of the layer.
	features, keys, values []byte

	keyIndex    map[string]uint32
	stringIndex map[string]uint32
	numberIndex map[number]uint32
	valueCount  uint32

	// The feature that was added last, to which Set adds properties.
	id       uint64
	tags     []byte
	geometry geometry
	packed   commands
}

// number is a value that is no string: the tag of its kind, and its bits.
type number struct {
	tag  byte
	bits uint64
}

func newLayer(t *Tile, name string) *Layer {
	return &Layer{
		name:        name,
		extent:      t.extent,
		keyIndex:    map[string]uint32{},
		stringIndex: map[string]uint32{},
		numberIndex: map[number]uint32{},
		geometry:    geometry{tile: t},
	}
}

// AddFeature adds the feature of that id, with its geometry as WKB or EWKB in
// WGS 84, if any of it is drawn: not all of it outside the tile and its buffer,
// nor smaller than half a pixel of a screen that shows the tile at 512 pixels.
// It tells whether it is; then the Set methods give it properties. An error
// means malformed WKB, and the feature is left out.
func (l *Layer) AddFeature(id uint64, wkb []byte) (drawn bool, err error) {
	l.flush()
	if err := l.geometry.read(wkb); err != nil {
		l.geometry.reset()
		return false, err
	}
	l.id = id
	return !l.geometry.empty(), nil
}

// Key gives the index of a property name, for the Set methods.
func (l *Layer) Key(name string) uint32 {
	if i, ok := l.keyIndex[name]; ok {
		return i
	}
	i := uint32(len(l.keyIndex))
	l.keyIndex[name] = i
	l.keys = appendText(l.keys, layerKey, name)
	return i
}

// SetString gives the feature that was added last a property.
func (l *Layer) SetString(key uint32, v string) {
	i, ok := l.stringIndex[v]
	if !ok {
		i = l.nextValue()
		l.stringIndex[v] = i
		l.values = append(l.values, layerValue)
		l.values = binary.AppendUvarint(l.values, uint64(1+uvarintSize(uint64(len(v)))+len(v)))
		l.values = appendText(l.values, valueString, v)
	}
	l.tag(key, i)
}

// SetInt gives the feature that was added last a property.
func (l *Layer) SetInt(key uint32, v int64) {
	if v >= 0 {
		l.setNumber(key, number{valueInt, uint64(v)})
	} else {
		l.setNumber(key, number{valueSint, uint64(v<<1 ^ v>>63)})
	}
}

// SetFloat gives the feature that was added last a property: as a float where
// that is exact, else as a double. NaN has no meaning on a map and is left out.
func (l *Layer) SetFloat(key uint32, v float64) {
	if math.IsNaN(v) {
		return
	}
	if single := float32(v); float64(single) == v {
		l.setNumber(key, number{valueFloat, uint64(math.Float32bits(single))})
	} else {
		l.setNumber(key, number{valueDouble, math.Float64bits(v)})
	}
}

// SetBool gives the feature that was added last a property.
func (l *Layer) SetBool(key uint32, v bool) {
	n := number{tag: valueBool}
	if v {
		n.bits = 1
	}
	l.setNumber(key, n)
}

func (l *Layer) setNumber(key uint32, n number) {
	i, ok := l.numberIndex[n]
	if !ok {
		i = l.nextValue()
		l.numberIndex[n] = i
		l.values = n.appendTo(l.values)
	}
	l.tag(key, i)
}

// appendTo writes the value as a field of the layer.
func (n number) appendTo(dst []byte) []byte {
	switch n.tag {
	case valueFloat:
		return binary.LittleEndian.AppendUint32(append(dst, layerValue, 1+4, n.tag), uint32(n.bits))
	case valueDouble:
		return binary.LittleEndian.AppendUint64(append(dst, layerValue, 1+8, n.tag), n.bits)
	}
	return binary.AppendUvarint(append(dst, layerValue, byte(1+uvarintSize(n.bits)), n.tag), n.bits)
}

func (l *Layer) nextValue() uint32 {
	l.valueCount++
	return l.valueCount - 1
}

func (l *Layer) tag(key, value uint32) {
	l.tags = binary.AppendUvarint(binary.AppendUvarint(l.tags, uint64(key)), uint64(value))
}

// flush writes the feature that was added last.
func (l *Layer) flush() {
	g := &l.geometry
	if len(g.points) > 0 {
		l.packed.reset()
		l.packed.points(g.points)
		l.appendFeature(typePoint, l.packed.bytes)
	}
	if len(g.lines.bytes) > 0 {
		l.appendFeature(typeLine, g.lines.bytes)
	}
	if len(g.polygons.bytes) > 0 {
		l.appendFeature(typePolygon, g.polygons.bytes)
	}
	g.reset()
	l.tags = l.tags[:0]
}

func (l *Layer) appendFeature(kind byte, geometry []byte) {
	size := 1 + uvarintSize(l.id) + 2 + 1 + uvarintSize(uint64(len(geometry))) + len(geometry)
	if len(l.tags) > 0 {
		size += 1 + uvarintSize(uint64(len(l.tags))) + len(l.tags)
	}
	dst := binary.AppendUvarint(append(l.features, layerFeature), uint64(size))
	dst = binary.AppendUvarint(append(dst, featureID), l.id)
	if len(l.tags) > 0 {
		dst = binary.AppendUvarint(append(dst, featureTags), uint64(len(l.tags)))
		dst = append(dst, l.tags...)
	}
	dst = append(dst, featureType, kind)
	dst = binary.AppendUvarint(append(dst, featureGeometry), uint64(len(geometry)))
	l.features = append(dst, geometry...)
}

func (l *Layer) size() int {
	return 2 + 1 + uvarintSize(uint64(len(l.name))) + len(l.name) +
		len(l.features) + len(l.keys) + len(l.values) + 1 + uvarintSize(uint64(l.extent))
}

func (l *Layer) appendTo(dst []byte) []byte {
	dst = append(dst, layerVersion, layerVersion2)
	dst = appendText(dst, layerName, l.name)
	dst = append(dst, l.features...)
	dst = append(dst, l.keys...)
	dst = append(dst, l.values...)
	return binary.AppendUvarint(append(dst, layerExtent), uint64(l.extent))
}

func appendText(dst []byte, tag byte, s string) []byte {
	dst = binary.AppendUvarint(append(dst, tag), uint64(len(s)))
	return append(dst, s...)
}

// uvarintSize is the number of bytes that binary.AppendUvarint appends.
func uvarintSize(v uint64) int {
	n := 1
	for ; v >= 0x80; v >>= 7 {
		n++
	}
	return n
}
