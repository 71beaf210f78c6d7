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
