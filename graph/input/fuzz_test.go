package input_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/graph/input"
)

// Whatever a where says, it is either read and compiled to SQL, or refused with an error for the caller.
func FuzzWhere(f *testing.F) {
	for _, seed := range []string{
		`{}`,
		`{"code": {"prefix": "445203"}}`,
		`{"and": [{"name": {"search": "tan wang"}}, {"or": []}], "not": {"level": {"in": [1, 2]}}}`,
		`{"or": {"code": {"eq": "x"}}}`,
		`{"geometry": {"bbox": [116, 23, 117, 24]}}`,
		`{"geometry": {"bbox": [1, 2, 3]}}`,
		`{"geometry": {"within": {"of": {"feature": {"layer": "belts", "code": "JD-B1"}}, "metres": 5}}}`,
		`{"geometry": {"intersects": {"geometry": {}, "feature": null}}}`,
		`{"parentCode": {"eq": null, "isNull": true}}`,
		`{"workers": {"gt": 1e300}}`,
		`{"nonsense": 1}`,
		`{"not": null}`,
	} {
		f.Add(seed)
	}
	grids, _ := geo.LayerNamed(geo.Grids)
	f.Fuzz(func(t *testing.T, text string) {
		var where map[string]any
		decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
		if decoder.Decode(&where) != nil {
			return // no input object
		}
		filter, err := input.Where(grids, where)
		if err == nil {
			err = postgis.Compile(grids, filter)
		}
		var known *geo.Error
		if err != nil && !errors.As(err, &known) {
			t.Errorf("%s: %v is no error for a caller", text, err)
		}
	})
}

// Whatever the arguments of a mutation say, they are read into changes that are right by themselves, or refused with errors
// for the caller.
func FuzzChanges(f *testing.F) {
	for _, seed := range []string{
		`{}`,
		`{"input": null, "inputs": null}`,
		`{"code": "445203104201", "input": {"name": "a", "workers": 1}, "ifRevision": 3}`,
		`{"input": {"code": "445203104201", "name": null, "workers": 1.5, "provenance": 7}}`,
		`{"inputs": [{"code": "44520310420101", "geometry": {"geojson": {"type": "Polygon", "coordinates": [[[116,23],[117,23],[117,24],[116,23]]]}}}]}`,
		`{"inputs": {"code": 1, "ifRevision": "3", "geometry": {"geojson": "{", "crs": "GCJ02"}}}`,
		`{"inputs": [{"code": "a"}, {"code": "a"}, null, [], "x"], "ifRevision": 1e300}`,
		`{"code": "\u0000", "input": {"villageCodes": ["1", 2, null], "townCodes": "1", "status": "PLANNED"}, "toRevision": -1}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var arguments map[string]any
		decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
		decoder.UseNumber()
		if decoder.Decode(&arguments) != nil {
			return // no arguments
		}
		for _, layer := range geo.Layers() {
			for _, operation := range []geo.Operation{geo.Create, geo.Update, geo.Upsert, geo.Delete, geo.Revert} {
				changes, wrong := input.Changes(layer, operation, arguments)
				for _, c := range changes {
					_, more := c.Checked()
					wrong = append(wrong, more...)
				}
				for _, e := range wrong {
					if e.Code != geo.BadInput || e.Message == "" {
						t.Errorf("%s: %v is no error for a caller", text, e)
					}
				}
			}
		}
	})
}
