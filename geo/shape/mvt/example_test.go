package mvt_test

import (
	"fmt"

	"github.com/paulmach/orb"

	"xiangtu/geo/shape"
	"xiangtu/geo/shape/mvt"
)

func Example() {
	station := shape.AppendWKB(nil, orb.Point{116.3916016, 23.5708004})

	tile := mvt.NewTile(10, 843, 442, mvt.Options{})
	layer := tile.Layer("stations")
	name := layer.Key("name")
	drawn, err := layer.AddFeature(1, station)
	if err != nil {
		fmt.Println(err)
		return
	}
	if drawn {
		layer.SetString(name, "曲溪指导站")
	}
	fmt.Println(drawn, len(tile.AppendTo(nil)), "bytes")
	// Output:
	// true 59 bytes
}
