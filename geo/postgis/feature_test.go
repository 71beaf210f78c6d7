package postgis

import (
	"encoding/json"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/shape"
	"xiangtu/internal/golden"
	"xiangtu/internal/pgtest"
)

// No column is read that the form does not write, but the code, which is the id.
func TestStatementsOfFeatures(t *testing.T) {
	t.Parallel()
	belts := layerNamed(t, geo.Belts)
	for name, form := range map[string]FeatureForm{
		"everything":                {},
		"no geometry":               {SkipGeometry: true},
		"some properties":           {Properties: []string{"lengthMetres", "name"}},
		"the code alone":            {Properties: []string{"code"}, SkipGeometry: true},
		"nothing":                   {Properties: []string{}, SkipGeometry: true},
		"members as text":           {Properties: []string{"villageCodes"}, SkipGeometry: true, MembersAsText: true},
		"ordered by what is unread": {Properties: []string{"name"}, SkipGeometry: true},
	} {
		query := geo.Query{Layer: belts}
		if strings.HasPrefix(name, "ordered") {
			query.Order = []geo.Order{{Field: "lengthMetres"}}
			query.Window.Limit = 10
		}
		b, _, err := newFeatureWriter(query, form).statement(t.Context(), len(query.Order) > 0)
		if err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, "features/"+strings.ReplaceAll(name, " ", "-")+".sql", []byte(readable(b)))
	}
}

func TestFormsOfFeatures(t *testing.T) {
	t.Parallel()
	store := New(pgtest.New(t))
	form := shape.Options{Precision: 3}
	for _, test := range []struct {
		name string
		form FeatureForm
		want string
	}{
		{"nothing", FeatureForm{Properties: []string{}, SkipGeometry: true},
			`{"type":"Feature","id":"JD-S1","properties":{},"geometry":null}`},
		{"the order of properties is the layer's", FeatureForm{Properties: []string{"villageCode", "code"}, SkipGeometry: true},
			`{"type":"Feature","id":"JD-S1","properties":{"code":"JD-S1","villageCode":"445203001002"},"geometry":null}`},
		{"geometry alone", FeatureForm{Options: form, Properties: []string{}},
			`{"type":"Feature","id":"JD-S1","properties":{},"geometry":{"type":"Point","coordinates":[116.405,23.574]}}`},
		{"latitude first", FeatureForm{Options: shape.Options{Precision: 3, LatitudeFirst: true}, Properties: []string{}},
			`{"type":"Feature","id":"JD-S1","properties":{},"geometry":{"type":"Point","coordinates":[23.574,116.405]}}`},
		{"members", FeatureForm{Properties: []string{"townCodes"}, SkipGeometry: true},
			`{"type":"Feature","id":"JD-S1","properties":{"townCodes":["445203001","445203102","445203103","445203403","445203406"]},"geometry":null}`},
		{"members as text", FeatureForm{Properties: []string{"townCodes"}, SkipGeometry: true, MembersAsText: true},
			`{"type":"Feature","id":"JD-S1","properties":{"townCodes":"445203001,445203102,445203103,445203403,445203406"},"geometry":null}`},
	} {
		query := geo.Query{Layer: layerNamed(t, geo.Stations), Window: geo.Window{Limit: 1}}
		count := 0
		more, err := store.EachOfPage(t.Context(), query, test.form, func(feature []byte, at geo.Position) bool {
			count++
			if string(feature) != test.want || at.Code != "JD-S1" || !json.Valid(feature) {
				t.Errorf("%s: %s, want %s", test.name, feature, test.want)
			}
			return true
		})
		if err != nil || !more || count != 1 {
			t.Errorf("%s: %d features, more %t, %v", test.name, count, more, err)
		}
	}
}

// A page that ends before its window tells whether there is more, as one that reaches its end does.
func TestAPageEndsWhereItsReaderHasEnough(t *testing.T) {
	t.Parallel()
	store := New(pgtest.New(t))
	for _, test := range []struct {
		limit, enough int
		more          bool
	}{
		{0, 1, true}, {0, 4, false}, {0, 9, false}, {3, 2, true}, {3, 3, true}, {3, 9, true}, {4, 9, false}, {9, 9, false},
	} {
		query := geo.Query{Layer: layerNamed(t, geo.Stations), Window: geo.Window{Limit: test.limit}}
		count := 0
		more, err := store.EachOfPage(t.Context(), query, FeatureForm{SkipGeometry: true}, func([]byte, geo.Position) bool {
			count++
			return count < test.enough
		})
		want := min(test.enough, 4)
		if test.limit > 0 {
			want = min(want, test.limit)
		}
		if err != nil || more != test.more || count != want {
			t.Errorf("limit %d, enough %d: %d features, more %t, %v", test.limit, test.enough, count, more, err)
		}
	}
}
