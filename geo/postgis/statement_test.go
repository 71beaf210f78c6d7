package postgis

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/internal/golden"
)

func layerNamed(t *testing.T, name geo.LayerName) *geo.Layer {
	t.Helper()
	layer, ok := geo.LayerNamed(name)
	if !ok {
		t.Fatalf("no layer %s", name)
	}
	return layer
}

// The compiled statements, as a reviewer reads them: no value of a caller is in the text.
func TestStatements(t *testing.T) {
	t.Parallel()
	point := orb.Point{116.4, 23.5}
	villages, grids := layerNamed(t, geo.Villages), layerNamed(t, geo.Grids)
	name, workers, updated := geo.Property("name"), geo.Property("workers"), geo.Property("updatedAt")
	for _, test := range []struct {
		name  string
		query geo.Query
	}{
		{"everything", geo.Query{Layer: villages, Fields: villages.AllFields() | geo.WithGeometry | geo.WithBBox | geo.WithLabelPoint}},
		{"first page", geo.Query{Layer: villages, Fields: villages.Set("code", "name"), Window: geo.Window{Limit: 20}}},
		{"next page", geo.Query{Layer: villages, Fields: villages.Set("code"), Window: geo.Window{Limit: 20, After: &geo.Position{Code: "445203001001"}}}},
		{"page before in another order", geo.Query{
			Layer: villages, Fields: villages.Set("code"), Order: []geo.Order{{Field: "kind"}, {Field: "areaSquareMetres", Descending: true}},
			Window: geo.Window{Limit: 20, Backward: true, Before: &geo.Position{Values: []any{"village", 5.0}, Code: "445203001001"}},
		}},
		{"by distance", geo.Query{Layer: villages, Fields: villages.Set("code"), Order: []geo.Order{{DistanceFrom: &point}}}},
		{"relatives", geo.Query{
			Layer: grids, Fields: grids.Set("code", "workers"), Of: &geo.Kin{Relation: geo.RelationNamed("villages.grids"), Keys: []string{"445203001001", "445203001002"}},
			Filter: geo.Compare{Op: geo.Equal, Left: geo.Property("level"), Right: geo.Literal{Value: int64(2)}}, Window: geo.Window{Limit: 3},
		}},
		{"relatives in their own order", geo.Query{
			Layer: villages, Fields: villages.Set("code"), Of: &geo.Kin{Relation: geo.RelationNamed("belts.villages"), Keys: []string{"JD-B1"}},
		}},
		{"filters", geo.Query{Layer: villages, Fields: villages.Set("code"), Filter: geo.And{
			geo.Or{geo.Prefix{Of: geo.Property("code"), Text: "445203"}, geo.In{Of: name, Values: []any{"'; drop table x; --", "b"}}, geo.Or{}},
			geo.Not{Filter: geo.Contains{Of: name, Text: `50%_\`}},
			geo.IsNull{Of: geo.Property("officialName")},
			geo.Search{Text: "Tan Wang"},
			geo.Compare{Op: geo.GreaterOrEqual, Left: geo.Property("updatedAt"), Right: geo.Literal{Value: time.Unix(0, 0).UTC()}},
		}}},
		{"spatial filters", geo.Query{Layer: villages, Fields: villages.Set("code"), Filter: geo.And{
			geo.InBox{Box: geo.Box{116, 23, 117, 24}},
			geo.InBox{Box: geo.Box{179, 23, -179, 24}},
			geo.Spatial{Op: geo.Intersects, Of: geo.Operand{Geometry: point}},
			geo.Spatial{Op: geo.Disjoint, Of: geo.Operand{Geometry: orb.Collection{point, orb.LineString{{1, 2}, {3, 4}}}}},
			geo.Within{Of: geo.Operand{Geometry: point}, Metres: 500},
			geo.Spatial{Op: geo.ContainsIt, Of: geo.Operand{Geometry: orb.Collection{point, orb.LineString{{1, 2}, {3, 4}}}}},
			geo.Spatial{Op: geo.WithinIt, From: &geo.Operand{Geometry: point}, Of: geo.Operand{Own: true}},
		}}},
		{"three-valued filters", geo.Query{Layer: grids, Fields: grids.Set("code"), Filter: geo.And{
			geo.Negation{Filter: geo.Compare{Op: geo.Equal, Left: geo.Property("parentCode"), Right: geo.Literal{Value: "x"}}},
			geo.Between{Of: workers, Low: geo.Literal{Value: int64(1)}, High: geo.Literal{Value: 2.5}},
			geo.Between{Of: workers, Low: geo.Property("level"), High: geo.Literal{Value: int64(9)}},
			geo.IsNull{Of: geo.Truth{Of: geo.Like{Of: geo.CaseFold{Of: name}, Pattern: geo.CaseFold{Of: geo.AccentFold{Of: geo.Literal{Value: "É%"}}}}}},
			geo.Compare{Op: geo.Greater, Right: geo.Literal{Value: int64(3)}, Left: geo.Arithmetic{
				Op: geo.Power, Right: geo.Literal{Value: int64(2)}, Left: geo.Arithmetic{Op: geo.Modulo, Right: workers, Left: geo.Arithmetic{
					Op: geo.IntegerDivide, Left: geo.Property("areaSquareMetres"), Right: geo.Arithmetic{Op: geo.Subtract, Left: workers, Right: geo.Literal{Value: 0.5}},
				}},
			}},
		}}},
		{"temporal filters", geo.Query{Layer: grids, Fields: grids.Set("code"), Filter: geo.And{
			geo.Temporal{Op: geo.DisjointTime, Left: geo.Interval{Start: updated, End: updated}, Right: geo.Interval{Start: geo.Literal{Value: time.Unix(0, 0).UTC()}}},
			geo.Temporal{Op: geo.OverlapsTime, Left: geo.Interval{Start: geo.DayOf{Of: updated}}, Right: geo.Interval{End: geo.Literal{Value: geo.Day(time.Unix(0, 0).UTC())}}},
		}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := &builder{}
			if _, err := b.selection(test.query, entityColumns(test.query.Layer, test.query.Fields), len(test.query.Order) > 0); err != nil {
				t.Fatal(err)
			}
			golden.Equal(t, "statements/"+strings.ReplaceAll(test.name, " ", "-")+".sql", []byte(readable(b)))
		})
	}
}

// readable breaks a statement into lines and lists its values.
func readable(b *builder) string {
	text := b.String()
	for _, word := range []string{" FROM ", " JOIN ", " CROSS ", " WHERE ", " AND ", " ORDER ", " LIMIT "} {
		text = strings.ReplaceAll(text, word, "\n"+strings.TrimPrefix(word, " "))
	}
	var out strings.Builder
	out.WriteString(text + "\n")
	for i, arg := range b.args {
		if raw, ok := arg.([]byte); ok {
			arg = fmt.Sprintf("%x", raw)
		}
		fmt.Fprintf(&out, "-- $%d = %v\n", i+1, arg)
	}
	return out.String()
}

// Every relation of the domain has its link, and no link is left over.
func TestEveryRelationHasALink(t *testing.T) {
	t.Parallel()
	for _, relation := range geo.Relations() {
		if _, ok := links[relation.Name]; !ok {
			t.Errorf("%s has no link", relation.Name)
		}
	}
	for name := range links {
		if geo.RelationNamed(name) == nil {
			t.Errorf("the link %s has no relation", name)
		}
	}
}
