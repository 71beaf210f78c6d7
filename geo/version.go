package geo

import "time"

// Signature says of a change of a layer when it was made, and to admins also by whom.
type Signature struct {
	Layer    LayerName
	Revision int64     // that the change gave the layer
	At       time.Time // UTC
	Actor    *string   // the name of a key or a person, or of a role of the database; nil for those who are no admins
	Surface  *string   // by which way the change came; nil likewise
}

// State is a feature as it was.
type State struct {
	Code       string
	Properties []byte // as a JSON object, like those in GeoJSON
	Geometry   []byte // WKB, WGS 84
}

// Version is a feature from one change until the next.
type Version struct {
	State
	Began      Signature
	Ended      *Signature  // nil if it stands
	Action     Action      // of the change that it began with: Created or Updated
	Removed    bool        // whether the change that ended it deleted the feature
	Changed    []string    // the properties that the version before had otherwise, in their order; geometry is not among them
	Difference *Difference // nil if the version before had the same geometry, or there is none
}

// Difference is the difference between the geometries of two versions.
type Difference struct {
	Gained, Lost                         []byte // WKB, WGS 84: what only the later has, and what only the earlier had
	GainedSquareMetres, LostSquareMetres float64
}

// FeatureChange is what a change did to one feature.
type FeatureChange struct {
	Action        Action
	Before, After *State // nil of a feature that was created, or deleted
}
