package model

import (
	"bytes"
	"encoding/json"
	"time"

	"xiangtu/geo"
)

// FeatureEvent is what happened to a feature.
type FeatureEvent struct {
	Layer    geo.LayerName
	Revision int64
	// Remaining is how many events of the same revision come after it. Who goes away before the last and comes back with the
	// revision would not be told of them.
	Remaining int
	At        time.Time
	Kind      geo.Action
	Code      *string // nil where the whole layer is to be read anew
	Matches   bool
	Feature   geo.Feature   // nil if it is deleted
	Previous  *FeatureState // nil if it is created
}

// TilesEvent is the tiles that a transaction touched.
type TilesEvent struct {
	At     time.Time
	Layers []*LayerTiles
}

// LayerTiles is those of a layer.
type LayerTiles struct {
	Layer    geo.LayerName
	Revision int64
	Tiles    []*TileID // nil for any
}

// TileID is a tile of the quad of web maps.
type TileID struct{ Z, X, Y int }

// StateOf gives a feature as the states of the history are.
func StateOf(layer *geo.Layer, f geo.Feature) (*FeatureState, error) {
	if f == nil {
		return nil, nil
	}
	properties := bytes.NewBufferString("{")
	for i := range layer.Fields {
		field := &layer.Fields[i]
		value, err := json.Marshal(field.Of(f))
		if err != nil {
			return nil, err
		}
		if i > 0 {
			properties.WriteByte(',')
		}
		properties.WriteString(`"` + field.Name + `":`)
		properties.Write(value)
	}
	properties.WriteByte('}')
	return &FeatureState{geo.State{Code: f.Common().Code, Properties: properties.Bytes(), Geometry: f.Common().Geometry}}, nil
}
