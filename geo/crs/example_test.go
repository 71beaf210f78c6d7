package crs_test

import (
	"fmt"

	"xiangtu/geo/crs"
)

func Example() {
	system, err := crs.Parse("gcj-02")
	if err != nil {
		fmt.Println(err)
		return
	}
	x, y := system.FromWGS84(116.3916016, 23.5708004)
	fmt.Printf("%v: %.6f, %.6f\n", system, x, y)
	lon, lat := system.ToWGS84(x, y)
	fmt.Printf("back: %.7f, %.7f\n", lon, lat)
	// Output:
	// GCJ02: 116.396327, 23.568418
	// back: 116.3916016, 23.5708004
}
