package geo

import "time"

// Feature is one thing on the map: a Town, a Village, a Grid, a Belt or a Station.
type Feature interface {
	// Common gives what every feature has.
	Common() *Core
	// Layer names the layer that the feature belongs to.
	Layer() LayerName
	// ID names the feature among all features.
	ID() string
}

// Core is what every feature has. Only what a query asked for is filled.
type Core struct {
	FID        int64 // the integer identifier that tiles carry
	Code       string
	Name       string
	Pinyin     string
	Provenance *string
	Revision   int64
	UpdatedAt  time.Time

	Geometry   []byte    // WKB, WGS 84
	Extent     []float64 // west, south, east, north in degrees
	LabelPoint []byte    // WKB of a Point, WGS 84

	// Cohort is the features that were read together with this one; nil for a feature that was not read from the map.
	Cohort *Cohort
}

// Common gives what every feature has.
func (c *Core) Common() *Core { return c }
