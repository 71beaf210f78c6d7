package postgis_test

import (
	"reflect"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// A changed feature is told as it is read: with all its fields, geometry, box and label point.
func TestStatesAreFeaturesAsTheyAreRead(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	for _, layer := range geo.Layers() {
		before, err := store.Revisions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		query := geo.Query{Layer: layer, Fields: layer.AllFields() | geo.WithGeometry | geo.WithBBox | geo.WithLabelPoint}
		read := func() map[string]geo.Feature {
			found, err := store.Find(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			features := make(map[string]geo.Feature)
			for _, f := range found[0].Features {
				core := f.Common()
				core.Cohort, core.UpdatedAt = nil, core.UpdatedAt.UTC()
				features[core.Code] = f
			}
			return features
		}
		was := read()
		// Of some a text is null and of others not, before and after.
		if _, err := pool.Exec(t.Context(), `UPDATE xiangtu.`+string(layer.Name)+` SET name = name || '新', provenance = CASE WHEN provenance IS NULL THEN 'x' END
WHERE code IN (SELECT code FROM xiangtu.`+string(layer.Name)+` ORDER BY length(code), code LIMIT 5) OR code = (SELECT max(code) FROM xiangtu.`+string(layer.Name)+`)`); err != nil {
			t.Fatal(err)
		}
		is := read()
		after, err := store.Revisions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		transactions, err := store.Transactions(t.Context(), before, after)
		if err != nil || len(transactions) != 1 {
			t.Fatal(transactions, err)
		}
		changed := transactions[0].Changes[0].Features()
		if len(changed) < 2 {
			t.Fatalf("%d of %s have changed", len(changed), layer.Name)
		}
		for _, f := range changed {
			code := f.Latest().Common().Code
			if !reflect.DeepEqual(f.Was, was[code]) || !reflect.DeepEqual(f.Is, is[code]) {
				t.Errorf("%s %s: told\n%+v\n%+v, read\n%+v\n%+v", layer.Name, code, f.Was, f.Is, was[code], is[code])
			}
		}
	}
}
