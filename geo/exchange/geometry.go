package exchange

import (
	"bytes"
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
	if g, err = f.normalize(g); err != nil {
		f.refuseGeometry(err)
		return nil
	}
	f.record.Geometry = shape.AppendWKB(nil, g)
	return nil
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
	g, ok := parseCoordinates(t, list)
	if !ok {
		return nil, nil
	}
	return g, nil
}

// normalize gives the geometry as the layer keeps it, in WGS 84.
func (f *feature) normalize(g orb.Geometry) (orb.Geometry, error) {
	if !f.crs.IsWGS84() {
		g = shape.Reproject(g, f.crs.ToWGS84)
	}
	if err := shape.Validate(g); err != nil {
		return nil, err
	}
	return shape.Normalize(g, f.decoder.geometry)
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
