package shape_test

import (
	"fmt"

	"github.com/paulmach/orb"

	"xiangtu/geo/shape"
)

func Example() {
	g, err := shape.ParseGeoJSON([]byte(`{"type":"Polygon","coordinates":[[[116.39,23.57],[116.39,23.58],[116.40,23.58],[116.39,23.57]]]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := shape.Validate(g); err != nil {
		fmt.Println(err)
		return
	}
	stored, err := shape.Normalize(g, shape.MultiPolygon)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := shape.AppendGeoJSON(nil, shape.AppendWKB(nil, stored), shape.Options{Precision: 3})
	fmt.Println(string(text), err)
	// Output:
	// {"type":"MultiPolygon","coordinates":[[[[116.39,23.57],[116.4,23.58],[116.39,23.58],[116.39,23.57]]]]} <nil>
}

func ExampleValidate() {
	fmt.Println(shape.Validate(orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 1}}}))
	// Output:
	// coordinates[0]: the ring starts at 0, 0 and ends at 0, 1; its last position must repeat its first (at 0, 1)
}
