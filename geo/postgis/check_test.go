package postgis_test

import (
	"slices"
	"testing"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

func check(t *testing.T, store *postgis.Store) (violations []string, features map[geo.LayerName]int) {
	t.Helper()
	features, err := store.Check(t.Context(), geo.Layers(), func(v postgis.Violation) error {
		violations = append(violations, v.String())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return violations, features
}

func TestTheDemonstrationMapKeepsItsRules(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	violations, features := check(t, postgis.New(pgtest.New(t)))
	t.Log(time.Since(begun))
	if len(violations) > 0 {
		t.Errorf("%d violations, first: %s", len(violations), violations[0])
	}
	if features[geo.Grids] != 3013 || features[geo.Stations] != 4 {
		t.Errorf("looked at %v", features)
	}
}

// Each case goes round the tables' rules as only a superuser can.
func TestCheckFindsWhatTheTablesWouldRefuse(t *testing.T) {
	t.Parallel()
	const loose = `SET LOCAL session_replication_role = replica; `
	for _, test := range []struct {
		name, change string
		want         []string
	}{
		{
			"a number out of bounds",
			`ALTER TABLE xiangtu.grids DROP CONSTRAINT grids_workers_check;
			UPDATE xiangtu.grids SET workers = -1 WHERE code = '445203001001';
			ALTER TABLE xiangtu.grids ADD CONSTRAINT grids_workers_check CHECK (workers >= 0) NOT VALID`,
			[]string{"grids 445203001001: grids_workers_check: workers is -1, but the rule is workers >= 0"},
		},
		{
			"a bow tie",
			`ALTER TABLE xiangtu.villages DROP CONSTRAINT villages_geom_check;
			UPDATE xiangtu.villages SET geom = 'SRID=4326;MULTIPOLYGON(((116 23,117 24,117 23,116 24,116 23)))' WHERE code = '445203001001'`,
			[]string{"villages 445203001001: self_intersection: the rings cross or touch along a line"},
		},
		{
			"a town that is gone",
			loose + `DELETE FROM xiangtu.towns WHERE code = '445203001'`,
			[]string{
				"villages 445203001001: missing_parent: town_code names 445203001, which towns does not have",
				"stations JD-S1: missing_parent: townCodes has 445203001, which is not on the map",
			},
		},
		{
			"a grid that is moved",
			`UPDATE xiangtu.grids SET geom = ST_Translate(geom, 0.001, 0) WHERE code = '4452030010010101'`,
			[]string{"grids 4452030010010101: outside_parent: "},
		},
		{
			"a grid that is gone",
			`DELETE FROM xiangtu.grids WHERE code = '4452030010010101'`,
			[]string{"grids 44520300100101: coverage: its parts differ from it by -"},
		},
		{
			"a name in capitals",
			`UPDATE xiangtu.towns SET pinyin = 'Qu Xi' WHERE code = '445203001'`,
			[]string{`towns 445203001: pinyin: "Qu Xi" is no pinyin`},
		},
		{
			"a list with a gap",
			`DELETE FROM xiangtu.belt_villages WHERE belt_code = 'JD-B1' AND position = 2`,
			[]string{"belts JD-B1: member_order: the last of villageCodes has the position 13"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			if _, err := pool.Exec(t.Context(), "BEGIN; "+test.change+"; COMMIT"); err != nil {
				t.Fatal(err)
			}
			violations, _ := check(t, postgis.New(pool))
			for _, want := range test.want {
				if !slices.ContainsFunc(violations, func(v string) bool { return len(v) >= len(want) && v[:len(want)] == want }) {
					t.Errorf("%q is not among %d violations: %.600q", want, len(violations), violations)
				}
			}
		})
	}
}
