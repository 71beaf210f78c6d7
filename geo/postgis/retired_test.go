package postgis_test

import (
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
)

// The code of a grid that was divided means a place that is there no more. No way of writing gives it to another.
func TestACodeIsNotGivenAgain(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	ctx := editor(t, "")
	ground := groundsOf(t, owner, "grids", "code = '"+ownGrid+"'")[ownGrid]
	done, err := regrid(ctx, store, geo.WriteOptions{}, geo.GridSplit{Grid: geo.GridNamed{Code: ownGrid}, Line: through(ground)})
	if err != nil {
		t.Fatal(err)
	}
	var heirs []string
	for _, d := range done.Descents {
		heirs = append(heirs, d.NewCode)
	}
	ofHeirs := "the ground that it meant is that of " + strings.Join(heirs, ", ")
	before := rowsOf(t, owner, "xiangtu.grids", "*")
	grids := layerOf(t, geo.Grids)
	made := geo.Change{Layer: grids, Code: ownGrid, Values: map[string]any{"name": "旧", "workers": int64(1)}, Geometry: ground}
	for _, operation := range []geo.Operation{geo.Create, geo.Upsert, geo.Revert} {
		change := made
		change.Operation = operation
		if operation == geo.Revert {
			change = geo.Change{Layer: grids, Operation: operation, Code: ownGrid, ToRevision: 1}
		}
		if got, want := told(t, write(ctx, store, change)()), "CONFLICT code: the code "+ownGrid+" is retired, and "+ofHeirs+": take another"; got != want {
			t.Errorf("%v: %s\nwant %s", operation, got, want)
		}
	}
	file := strings.Replace(grid(ownGrid, "", square), `"workers":1`, `"workers":2`, 1)
	report, err := importAs(ctx, store, grids, file, postgis.ImportOptions{})
	if err != nil || report.Refused != 1 || report.Refusals[0].Rule != exchange.RetiredCode || !strings.HasSuffix(report.Refusals[0].Reason, ofHeirs) {
		t.Errorf("import: %+v, %v", report, err)
	}
	if rowsOf(t, owner, "xiangtu.grids", "*") != before {
		t.Error("something was changed")
	}
}
