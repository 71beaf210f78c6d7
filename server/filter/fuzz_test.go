package filter_test

import (
	"errors"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/server/filter"
)

// What can be read can be compiled; what cannot be says so.
func FuzzFilter(f *testing.F) {
	for _, text := range []string{
		"level = 1 AND name LIKE '北%'", "S_TOUCHES(GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(1 2, 3 4)), geometry)",
		"T_MEETS(INTERVAL(updatedAt, '..'), INTERVAL('2026-01-01', updatedAt))", "workers BETWEEN level AND 3 ^ workers % 2 div 2",
		"(CASEI(name) IN (ACCENTI('é'), pinyin)) IS NULL",
	} {
		f.Add(text, "cql2-text", "4326")
	}
	f.Add(`{"op":"in","args":[{"property":"level"},[1,2.5]]}`, "cql2-json", "http://www.opengis.net/def/crs/EPSG/0/4326")
	grids := layer(f, geo.Grids)
	f.Fuzz(func(t *testing.T, text, language, system string) {
		parsed, err := filter.Parse(grids, parameters("filter", text, "filter-lang", language, "filter-crs", system))
		if err == nil {
			err = postgis.Compile(grids, parsed)
		}
		if err == nil {
			return
		}
		if known, ok := errors.AsType[*geo.Error](err); !ok || known.Code != geo.BadInput {
			t.Errorf("%v is no bad input", err)
		}
	})
}
