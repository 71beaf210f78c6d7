package download

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
)

// Write writes the selected features to w in the selection's format, in the order of their codes, as the database sends
// them. w should have a buffer. each, if not nil, is called after each feature.
func (s *Selection) Write(ctx context.Context, store *postgis.Store, w io.Writer, each func()) error {
	if each == nil {
		each = func() {}
	}
	return s.Format.write(ctx, s, store, w, each)
}

// query asks for the selected features.
func (s *Selection) query() geo.Query {
	query := geo.Query{Layer: s.Layer, Filter: s.Filter}
	if s.Box != nil {
		box := geo.InBox{Box: *s.Box}
		if query.Filter == nil {
			query.Filter = box
		} else {
			query.Filter = geo.And{box, query.Filter}
		}
	}
	return query
}

func (s *Selection) shape() shape.Options { return shape.Options{Precision: s.Precision, CRS: s.CRS} }

func (s *Selection) tolerance() *float64 {
	if s.Simplify > 0 {
		return &s.Simplify
	}
	return nil
}

// eachFeature gives the features as GeoJSON.
func (s *Selection) eachFeature(ctx context.Context, store *postgis.Store, each func(feature []byte) error) error {
	form := postgis.FeatureForm{Options: s.shape(), Simplify: s.tolerance(), Properties: s.Properties, Whole: s.Whole}
	return store.EachFeature(ctx, s.query(), form, func(_ int, feature []byte) error { return each(feature) })
}

func writeCollection(ctx context.Context, s *Selection, store *postgis.Store, w io.Writer, each func()) error {
	collection := exchange.NewWriter(w, s.Layer, s.CRS)
	err := s.eachFeature(ctx, store, func(feature []byte) error {
		each()
		return collection.Write(feature)
	})
	if err != nil {
		return err
	}
	return collection.Close()
}

// lines writes a feature a line, with something before each.
func lines(before string) func(context.Context, *Selection, *postgis.Store, io.Writer, func()) error {
	return func(ctx context.Context, s *Selection, store *postgis.Store, w io.Writer, each func()) error {
		var line []byte
		return s.eachFeature(ctx, store, func(feature []byte) error {
			each()
			line = append(append(append(line[:0], before...), feature...), '\n')
			_, err := w.Write(line)
			return err
		})
	}
}

// rows writes a row for each feature.
func rows(encoder func(exchange.RowOptions) exchange.RowEncoder) func(context.Context, *Selection, *postgis.Store, io.Writer, func()) error {
	return func(ctx context.Context, s *Selection, store *postgis.Store, w io.Writer, each func()) error {
		e := encoder(s.rowOptions())
		buffer := e.Begin(nil)
		form := postgis.RowForm{Simplify: s.tolerance(), Properties: s.Properties, Whole: s.Whole}
		err := store.EachRow(ctx, s.query(), form, func(row *exchange.Row) (err error) {
			each()
			if buffer, err = e.Append(buffer, row); err != nil {
				return err
			}
			_, err = w.Write(buffer)
			buffer = buffer[:0]
			return err
		})
		if err != nil {
			return err
		}
		_, err = w.Write(e.End(buffer))
		return err
	}
}

func (s *Selection) rowOptions() exchange.RowOptions {
	return exchange.RowOptions{Layer: s.Layer, Columns: exchange.Columns(s.Layer, s.Properties), Shape: s.shape(), BOM: s.BOM}
}

// writeGPKG makes a GeoPackage in a scratch folder, since its writer goes back and forth in it, and copies it.
func writeGPKG(ctx context.Context, s *Selection, store *postgis.Store, w io.Writer, each func()) (err error) {
	folder, err := os.MkdirTemp(s.Scratch, ".xiangtu-export-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	name := filepath.Join(folder, string(s.Layer.Name)+".gpkg")
	err = exchange.WriteGPKG(ctx, name, s.rowOptions(), func(pipe io.Writer) error {
		return rows(exchange.NewPiped)(ctx, s, store, pipe, each)
	})
	if err != nil {
		return err
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(w, file)
	return err
}
