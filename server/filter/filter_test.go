package filter_test

import (
	"errors"
	"math"
	"net/url"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/fixture"
	"xiangtu/internal/pgtest"
	"xiangtu/server/filter"
)

func TestMain(m *testing.M) { pgtest.Main(m, fixture.Prepare) }

func layer(t testing.TB, name geo.LayerName) *geo.Layer {
	t.Helper()
	l, ok := geo.LayerNamed(name)
	if !ok {
		t.Fatalf("no layer %s", name)
	}
	return l
}

func parameters(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values
}

// count says how many features of a layer pass the filter of a URL.
func count(t *testing.T, store *postgis.Store, l *geo.Layer, values url.Values) int {
	t.Helper()
	parsed, err := filter.Parse(l, values)
	if err != nil {
		t.Fatal(err)
	}
	summaries, err := store.Summarise(t.Context(), geo.Query{Layer: l, Filter: parsed}, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return summaries[0].Count
}

// A filter finds what a query of SQL finds that says the same in other words.
func TestFiltersAgreeWithSQL(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	for _, test := range []struct {
		layer       geo.LayerName
		filter, sql string
	}{
		{geo.Villages, "kind = 'community'", "kind = 'community'"},
		{geo.Villages, "code LIKE '445203001%'", "starts_with(code, '445203001')"},
		{geo.Villages, "name LIKE '%村'", "right(name, 1) = '村'"},
		{geo.Villages, "name NOT LIKE '_村%'", "substr(name, 2, 1) <> '村'"},
		{geo.Villages, "officialName IS NOT NULL", "official_name IS NOT NULL"},
		{geo.Villages, "NOT officialName = name", "official_name <> name"},
		{geo.Villages, "CASEI(pinyin) LIKE CASEI('TAN%')", "pinyin LIKE 'tan%'"},
		{geo.Villages, "S_INTERSECTS(geometry, POINT(116.3957 23.578))", "ST_Covers(geom, 'SRID=4326;POINT(116.3957 23.578)')"},
		{geo.Villages, "S_INTERSECTS(geometry, BBOX(116.3, 23.5, 116.4, 23.6))", "geom && ST_MakeEnvelope(116.3, 23.5, 116.4, 23.6, 4326) AND ST_Distance(geom, ST_MakeEnvelope(116.3, 23.5, 116.4, 23.6, 4326)) = 0"},
		{geo.Villages, "S_WITHIN(geometry, BBOX(116.3, 23.5, 116.4, 23.6))", "ST_XMin(geom) >= 116.3 AND ST_XMax(geom) <= 116.4 AND ST_YMin(geom) >= 23.5 AND ST_YMax(geom) <= 23.6"},
		{geo.Villages, "S_CONTAINS(BBOX(116.3, 23.5, 116.4, 23.6), geometry)", "ST_XMin(geom) >= 116.3 AND ST_XMax(geom) <= 116.4 AND ST_YMin(geom) >= 23.5 AND ST_YMax(geom) <= 23.6"},
		{geo.Towns, "CASEI('Straße') = CASEI('STRASSE')", "true"},
		{geo.Towns, "CASEI('Οδος') = CASEI('ΟΔΟΣ') AND CASEI('ΟΔΟΣ') = CASEI('οδοσ')", "true"},
		{geo.Towns, "CASEI('\u212A') = CASEI('k')", "true"}, // the sign of kelvin
		{geo.Towns, "CASEI('村') = CASEI('社')", "false"},
		{geo.Towns, "ACCENTI('débárquér') = 'debarquer'", "true"},
		{geo.Towns, "ACCENTI('はじめ') = 'はしめ'", "false"},
		{geo.Towns, "ACCENTI('はじめ') = 'はじめ'", "true"},
		{geo.Grids, "NOT ('5' BETWEEN '6' AND parentCode)", "parent_code IS NOT NULL"}, // null, though 5 is less than 6
		{geo.Grids, "(parentCode IN ('445203001001', 'x')) IS NULL", "parent_code IS NULL"},
		{geo.Grids, "updatedAt = DATE('2020-01-01') OR updatedAt IN (DATE('2020-01-01'))", "false"},
		{geo.Stations, "S_EQUALS(geometry, GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(1 2, 3 4)))", "false"},
		{geo.Stations, "S_EQUALS(GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(1 2, 3 4)), LINESTRING(3 4, 1 2))", "true"},
		{geo.Stations, "S_EQUALS(GEOMETRYCOLLECTION(POINT(0 0), LINESTRING(1 2, 3 4)), GEOMETRYCOLLECTION(LINESTRING(3 4, 1 2), POINT(0 0), POINT(1 2)))", "true"},
		{geo.Stations, "S_EQUALS(GEOMETRYCOLLECTION(POINT(0 0), LINESTRING(1 2, 3 4)), GEOMETRYCOLLECTION(LINESTRING(3 4, 1 2), POINT(0 1)))", "false"},
		{geo.Grids, "workers > 1 AND level = 2", "level = 2 AND workers >= 2"},
		{geo.Grids, "workers BETWEEN 3 AND 5.5", "workers IN (3, 4, 5)"},
		{geo.Grids, "workers % 2 = 1", "workers & 1 = 1"},
		{geo.Grids, "workers div 2 = 2", "workers IN (4, 5)"},
		{geo.Grids, "10 / (workers - workers) > 1", "false"},
		{geo.Grids, "workers ^ 2 > areaSquareMetres / 1000", "workers::float8 * workers > area_square_metres / 1000"},
		{geo.Grids, "parentCode IS NULL OR NOT (level > 2)", "parent_code IS NULL OR level <= 2"},
		{geo.Grids, "updatedAt > TIMESTAMP('2020-01-01T00:00:00Z')", "true"},
		{geo.Grids, "T_BEFORE(updatedAt, DATE('2020-01-01'))", "false"},
		{geo.Grids, "T_DURING(INTERVAL(updatedAt, updatedAt), INTERVAL('2020-01-01', '..'))", "true"},
	} {
		l := layer(t, test.layer)
		got := count(t, store, l, parameters("filter", test.filter))
		var want int
		if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM xiangtu."+string(test.layer)+" WHERE "+test.sql).Scan(&want); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: %d features, want %d", test.filter, got, want)
		}
	}
}

// The parameters are each given once, and none of the others without filter.
func TestParameters(t *testing.T) {
	t.Parallel()
	grids := layer(t, geo.Grids)
	const point = "S_INTERSECTS(geometry, POINT(23.578 116.3957))"
	const json = `{"op":"=","args":[{"property":"level"},1]}`
	for _, test := range []struct {
		values     url.Values
		path, want string // of the error; empty if there is none
	}{
		{values: parameters()},
		{values: parameters("bbox", "1,2,3,4")},
		{values: parameters("filter", "level = 1")},
		{values: parameters("filter", "level = 1", "filter-lang", "cql2-text", "filter-crs", "http://www.opengis.net/def/crs/OGC/1.3/CRS84")},
		{values: parameters("filter", json, "filter-lang", "cql2-json")},
		{values: parameters("filter", point, "filter-crs", "http://www.opengis.net/def/crs/EPSG/0/4326")},
		{values: parameters("filter", "S_INTERSECTS(geometry, POINT(116.3957 23.578))", "filter-crs", "gcj02")},
		{parameters("filter", ""), "filter", "character 1: the filter is empty: leave it out where everything is wanted"},
		{parameters("filter", "level = 1", "filter", "level = 2"), "filter", "given 2 times; give it once"},
		{parameters("filter-lang", "cql2-text"), "filter-lang", "it says how filter is to be read, and there is none"},
		{parameters("filter-crs", "4326"), "filter-crs", "it says how filter is to be read, and there is none"},
		{parameters("filter", "level = 1", "filter-lang", "cql-text"), "filter-lang", `there is no filter language "cql-text": there are cql2-text and cql2-json`},
		{parameters("filter", "level = 1", "filter-crs", "EPSG:32650"), "filter-crs", `"EPSG:32650" is not the URI of a reference system that is known`},
		{parameters("filter", json), "filter", "character 1: '{' has no meaning here"},
		{parameters("filter", "level = 1", "filter-lang", "cql2-json"), "filter", "character 1: this is not JSON"},
		{parameters("filter", "S_INTERSECTS(geometry, POINT(23.578 116.3957))"), "filter", "character 24: the geometry is not valid: coordinates: latitude 116.3957 is not within"},
	} {
		_, err := filter.Parse(grids, test.values)
		if test.want == "" {
			if err != nil {
				t.Errorf("%v: %v", test.values, err)
			}
			continue
		}
		known, ok := errors.AsType[*geo.Error](err)
		if !ok || known.Code != geo.BadInput || known.Path != test.path || !strings.HasPrefix(known.Message, test.want) {
			t.Errorf("%v: %v, want %s: %s", test.values, err, test.path, test.want)
		}
	}
}

// A geometry means the same place in each reference system, in the order of its axes.
func TestReferenceSystems(t *testing.T) {
	t.Parallel()
	store, villages := postgis.New(pgtest.New(t)), layer(t, geo.Villages)
	for system, coordinates := range map[string]string{
		"http://www.opengis.net/def/crs/OGC/1.3/CRS84": "116.3957 23.578",
		"http://www.opengis.net/def/crs/EPSG/0/4326":   "23.578 116.3957",
		"urn:ogc:def:crs:EPSG::4490":                   "23.578 116.3957",
		"http://www.opengis.net/def/crs/EPSG/0/3857":   "12957110.1 2702069.2",
		"wgs84": "116.3957 23.578",
	} {
		here := parameters("filter", "S_INTERSECTS(geometry, POINT("+coordinates+"))", "filter-crs", system)
		parsed, err := filter.Parse(villages, here)
		if err != nil {
			t.Fatal(err)
		}
		spatial, ok := parsed.(geo.Spatial)
		if !ok {
			t.Fatalf("%T", parsed)
		}
		if p, _ := spatial.Of.Geometry.(orb.Point); math.Abs(p[0]-116.3957) > 1e-5 || math.Abs(p[1]-23.578) > 1e-5 {
			t.Errorf("%s: %v", system, p)
		}
		if got := count(t, store, villages, here); got != 1 {
			t.Errorf("%s: %d villages, want 1", system, got)
		}
	}
}

// What cannot be computed for a feature is said with the computation, in whatever way the features are read.
func TestWhatCannotBeComputed(t *testing.T) {
	t.Parallel()
	store, grids := postgis.New(pgtest.New(t)), layer(t, geo.Grids)
	const large, power = "a number goes beyond what can be computed with", "zero is raised to a negative power"
	for _, test := range []struct{ filter, want string }{
		{"(workers + 1) ^ 5000 > 1", "for some feature, in (workers + 1) ^ 5000: " + large},
		{"level = 1 AND 2 * -workers ^ 0.5 IN (1, 2)", "for some feature, in 2 * ((-1 * workers) ^ 0.5): " + power},
		{"workers + 1 > 1 AND level BETWEEN 0 AND (level - level) ^ -1", "for some feature, in one of workers + 1, (level - level) ^ -1: " + power},
		{"level * 1 > -1 AND level * 2 > -1 AND level * 3 > -1 AND 1e308 * (level + 9) > 1", "for some feature, in one of level * 1, level * 2, level * 3, …: " + large},
		{"1" + strings.Repeat(" + workers", 40) + " + (workers + 1) ^ 5000 > 1", "for some feature, in ("},
	} {
		parsed, err := filter.Parse(grids, parameters("filter", test.filter))
		if err != nil {
			t.Fatal(err)
		}
		query := geo.Query{Layer: grids, Filter: parsed}
		for way, read := range map[string]func() error{
			"count": func() error { _, err := store.Summarise(t.Context(), query, nil, false); return err },
			"find":  func() error { _, err := store.Find(t.Context(), query); return err },
			"features": func() error {
				return store.EachFeature(t.Context(), query, postgis.FeatureForm{}, func(int, []byte) error { return nil })
			},
			"tile": func() error {
				return store.EachTileRow(t.Context(), grids, parsed, orb.Bound{Min: orb.Point{116, 23}, Max: orb.Point{117, 24}}, [2]float64{}, func(*postgis.TileRow) error { return nil })
			},
		} {
			refusal, ok := errors.AsType[*geo.Error](read())
			if !ok || refusal.Code != geo.BadInput || refusal.Path != "filter" || !strings.HasPrefix(refusal.Message, test.want) || len(refusal.Message) > 400 {
				t.Errorf("%s, %s: %v, want %s", way, test.filter, refusal, test.want)
			}
		}
	}
}
