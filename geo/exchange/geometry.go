package exchange

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// readGeometry reads the geometry member.
func (f *feature) readGeometry() error {
	if f.json.PeekKind() == 'n' {
		return f.json.SkipValue() // as if there were none (RFC 7946, 3.2)
	}
	f.hasGeometry = true
	start := f.json.InputOffset()
	g, err := f.readSoundGeometry()
	if err != nil {
		return err
	}
	if g == nil {
		text := bytes.TrimLeft(f.text[start:f.json.InputOffset()], ": \n\t\r")
		if g, err = shape.ParseGeoJSON(text); err != nil {
			f.refuseGeometry(err)
			return nil
		}
	}
	f.take(g, nil)
	return nil
}

// take makes the record's geometry out of what was read, which err may say to be nothing.
func (f *feature) take(g orb.Geometry, err error) {
	if err == nil && f.swapAxes {
		g = shape.Reproject(g, func(y, x float64) (float64, float64) { return x, y })
	}
	raw := g
	if err == nil {
		g, err = f.normalize(g)
	}
	if err != nil {
		f.stray.see(raw, err)
		f.refuseGeometry(err)
		return
	}
	srid := f.system.EPSG
	if srid == 0 {
		srid = wgs84
	}
	start := len(f.geometries)
	f.decoder.geometries = appendEWKB(f.geometries, g, srid)
	f.record.Geometry = f.geometries[start:len(f.geometries):len(f.geometries)]
}

// wgs84 is the EPSG code that the map is stored in.
const wgs84 = 4326

// appendEWKB appends a geometry as WKB that says its reference system, as PostGIS has it.
func appendEWKB(dst []byte, g orb.Geometry, srid int) []byte {
	const sridSize, hasSRID = 4, 1 << 29
	start := len(dst)
	dst = shape.AppendWKB(append(dst, make([]byte, sridSize)...), g)
	header := dst[start:]
	kind := binary.LittleEndian.Uint32(header[sridSize+1:])
	header[0] = header[sridSize]
	binary.LittleEndian.PutUint32(header[1:], kind|hasSRID)
	binary.LittleEndian.PutUint32(header[1+4:], uint32(srid))
	return dst
}

// readSoundGeometry reads a geometry that is as it should be; it is nil for any other.
func (f *feature) readSoundGeometry() (orb.Geometry, error) {
	if f.json.PeekKind() != '{' {
		return nil, f.json.SkipValue()
	}
	var t shape.Type
	var list []byte
	err := f.object(func(name string) error {
		if name != "type" && name != "coordinates" {
			return f.json.SkipValue()
		}
		value, err := f.json.ReadValue()
		if err != nil {
			return err
		}
		if name == "coordinates" {
			end := int(f.json.InputOffset())
			list = f.text[end-len(value) : end]
		} else if value.Kind() == '"' {
			t, _ = shape.ParseType(string(value[1 : len(value)-1]))
		}
		return nil
	})
	if err != nil || t == 0 || list == nil {
		return nil, err
	}
	f.plain.positions.Reset()
	g, length := f.plain.positions.Leading(t, list)
	if length != len(list) {
		return nil, nil
	}
	return g, nil
}

// normalize gives the geometry as the layer keeps it, in WGS 84 but for what the database is to transform.
func (f *feature) normalize(g orb.Geometry) (orb.Geometry, error) {
	validate := shape.Validate
	switch {
	case f.system.EPSG != 0:
		validate = shape.ValidatePlanar // what its bounds are, the database knows that transforms it
	case !f.system.CRS.IsWGS84():
		g = shape.Reproject(g, f.system.CRS.ToWGS84)
	}
	if err := validate(g); err != nil {
		return nil, err
	}
	return shape.NormalizeOwn(g, f.decoder.geometry)
}

// refuseGeometry keeps what is wrong with the geometry until the rest is known to be right.
func (f *feature) refuseGeometry(err error) {
	var fault *shape.Error
	if !errors.As(err, &fault) {
		f.geometryRefusal = &Refusal{Index: f.record.Index, Rule: shape.CodeInvalidGeoJSON, Field: "geometry", Reason: err.Error()}
		return
	}
	inner := geo.Error{Path: fault.Path}
	f.geometryRefusal = &Refusal{
		Index: f.record.Index, Rule: fault.Code, Field: inner.At("geometry").Path, Reason: fault.Message, Place: fault.Place,
	}
}
