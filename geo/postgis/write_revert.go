package postgis

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/paulmach/orb/encoding/wkb"

	"xiangtu/geo"
)

// restored gives changes with those that go back to a version as what they are: writing all of that version. It reads
// the versions by one statement for each layer.
func (w *Writer) restored(ctx context.Context, changes []geo.Change) ([]geo.Change, error) {
	reverts := make(map[*geo.Layer][]int)
	for i, c := range changes {
		if c.Operation == geo.Revert {
			reverts[c.Layer] = append(reverts[c.Layer], i)
		}
	}
	if len(reverts) == 0 {
		return changes, nil
	}
	restored := append([]geo.Change{}, changes...)
	var wrong geo.Errors
	for layer, places := range reverts {
		if err := w.readVersions(ctx, layer, restored, places); err != nil {
			return nil, err
		}
		for _, i := range places {
			if c := &restored[i]; c.Operation == geo.Revert {
				wrong = append(wrong, &geo.Error{Code: geo.NotFound, Path: c.At("toRevision"),
					Message: fmt.Sprintf("there was no %s with the code %q at the revision %d: its history has the revisions of its versions", layer.Singular, c.Code, c.ToRevision)})
			}
		}
	}
	return restored, wrong.OrNil()
}

// readVersions makes the changes at these places upserts of the versions that they go back to. Those of which there is
// no version stay as they are.
func (w *Writer) readVersions(ctx context.Context, layer *geo.Layer, changes []geo.Change, places []int) error {
	codes, revisions := make([]string, len(places)), make([]int64, len(places))
	for n, i := range places {
		codes[n], revisions[n] = changes[i].Code, changes[i].ToRevision
	}
	fields := layer.AllFields() | geo.WithGeometry
	b := &builder{since: "r.revision"}
	b.add("SELECT r.number, ", strings.Join(entityColumns(layer, fields), ", "))
	for _, m := range layer.Members {
		list := memberTables[m.Name]
		b.add(", ", list.stored(b.relation(list.name)))
	}
	b.add(" FROM unnest(", b.bind(codes), "::text[], ", b.bind(revisions), "::bigint[]) WITH ORDINALITY AS r (code, revision, number)",
		" CROSS JOIN LATERAL (SELECT * FROM ", b.table(layer), " AS x WHERE x.code = r.code) AS t",
		" WHERE r.revision <= (SELECT l.revision FROM xiangtu.layers AS l WHERE l.name = ", b.bind(string(layer.Name)), ")")
	rows, err := w.store.pool.Query(ctx, b.String(), b.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var number int
		feature := layer.New()
		lists := make([][]string, len(layer.Members))
		targets := entityTargets([]any{&number}, layer, fields, feature)
		for i := range lists {
			targets = append(targets, &lists[i])
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if err := restore(&changes[places[number-1]], feature, lists); err != nil {
			return err
		}
	}
	return rows.Err()
}

// restore makes a change one that writes a feature as it was.
func restore(c *geo.Change, was geo.Feature, lists [][]string) error {
	geometry, err := wkb.Unmarshal(was.Common().Geometry)
	if err != nil {
		return fmt.Errorf("read the geometry of %s as it was: %w", c.Code, err)
	}
	c.Operation, c.Geometry = geo.Upsert, geometry
	c.Values, c.Members = make(map[string]any), make(map[string][]string)
	for _, f := range c.Layer.Fields {
		if !f.Kept && !f.Derived && f.Name != "code" {
			c.Values[f.Name] = valueOf(f.Of(was))
		}
	}
	for i, m := range c.Layer.Members {
		c.Members[m.Name] = lists[i]
	}
	return nil
}

// valueOf gives what a field's pointer points to as changes have it.
func valueOf(pointer any) any {
	v := reflect.ValueOf(pointer).Elem()
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int64:
		return v.Int()
	default:
		return v.Interface()
	}
}
