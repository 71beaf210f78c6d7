// Package scalar holds the Go side of the schema's scalars and enums.
package scalar

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// Geometry is the scalar Geometry. One that goes out has its WKB and the form to write it in; one that came in is what
// the caller gave.
type Geometry struct {
	WKB  []byte // WGS 84
	Form shape.Options

	Given orb.Geometry // in the caller's reference system
}

// MarshalGQLContext writes the geometry as GeoJSON, straight into the response where that is a buffer.
func (g Geometry) MarshalGQLContext(_ context.Context, w io.Writer) error {
	text, err := g.Append(Room(w, len(g.WKB)+len(g.WKB)/2))
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// Room gives what a marshaler may append to before it writes that to w: the room in w where it is a buffer, so that
// megabytes are not copied, else nil. size is how many bytes there will be, about.
func Room(w io.Writer, size int) []byte {
	buffer, ok := w.(interface {
		Grow(int)
		AvailableBuffer() []byte
	})
	if !ok {
		return nil
	}
	buffer.Grow(size)
	return buffer.AvailableBuffer()
}

// Append appends the geometry as GeoJSON.
func (g Geometry) Append(dst []byte) ([]byte, error) {
	text, err := shape.AppendGeoJSON(dst, g.WKB, g.Form)
	if err != nil {
		return dst, &geo.Error{Code: geo.Internal, Message: "a geometry of the map cannot be written", Cause: err}
	}
	return text, nil
}

// UnmarshalGQLContext reads GeoJSON, as an object or as its text.
func (g *Geometry) UnmarshalGQLContext(_ context.Context, v any) error {
	given, err := ParseGeometry(v)
	g.Given = given
	return err
}

// ParseGeometry reads a geometry that a caller gave: a GeoJSON object, its text, or a Geometry that was read before.
func ParseGeometry(v any) (orb.Geometry, error) {
	var g orb.Geometry
	var err error
	switch v := v.(type) {
	case Geometry:
		return v.Given, nil
	case string:
		g, err = shape.ParseGeoJSON([]byte(v))
	default:
		g, err = shape.FromJSON(v)
	}
	return g, Explain(err, "")
}

// Explain makes an error of the surfaces out of one of a geometry, at a path; nil stays nil.
func Explain(err error, path string) error {
	if err == nil {
		return nil
	}
	var fault *shape.Error
	if !errors.As(err, &fault) {
		return geo.Invalid(path, "%v", err)
	}
	e := geo.Error{Code: geo.BadInput, Message: fault.Message, Path: fault.Path, Place: fault.Place}
	if path == "" {
		return &e
	}
	return e.At(path)
}

// FeatureCollection is the scalar FeatureCollection: GeoJSON text that goes out.
type FeatureCollection json.RawMessage

// MarshalGQL writes the text.
func (f FeatureCollection) MarshalGQL(w io.Writer) { _, _ = w.Write(f) }

// UnmarshalGQL refuses: nothing takes a FeatureCollection.
func (f *FeatureCollection) UnmarshalGQL(any) error {
	return errors.New("a FeatureCollection is only answered, never given")
}

// Properties is the scalar Properties: a JSON object that goes out.
type Properties json.RawMessage

// MarshalGQL writes the text.
func (p Properties) MarshalGQL(w io.Writer) { _, _ = w.Write(p) }

// UnmarshalGQL refuses: nothing takes Properties.
func (p *Properties) UnmarshalGQL(any) error {
	return errors.New("Properties are only answered, never given")
}
