package geo

import (
	"time"

	"github.com/paulmach/orb"
)

// GridSplit divides a grid along a line. The grid and its code are gone afterwards: each part has a code of its own.
type GridSplit struct {
	Grid GridNamed
	Line orb.LineString // WGS 84; it must cross the grid from edge to edge
	// Parts say what the parts are, the largest first. Those that are not said get a code, a name and their share of the
	// workers.
	Parts []GridPart
}

// GridMerge makes one grid of several that lie side by side. They and their codes are gone afterwards.
type GridMerge struct {
	Grids []GridNamed
	Into  GridPart
}

// GridMove moves the boundary that two grids share, so that what one gains the other loses. Both keep their codes.
type GridMove struct {
	Grids []GridNamed    // two
	Line  orb.LineString // WGS 84: the whole new boundary, from edge to edge of the ground of both
	// WithParents moves also what else the boundary is one of: of the grids, the villages and the towns that the two are
	// parts of, as far as these are not the same for both.
	WithParents bool
}

// GridNamed is a grid that takes part in a change.
type GridNamed struct {
	Code       string
	IfRevision *int64 // the revision that it must have; nil for any
	Path       string // of the argument that names it, for errors; the code and the revision are members of it
}

// GridPart is a grid that a change makes.
type GridPart struct {
	Code    string // empty for the next that no grid has or had
	Name    string // empty for one after the old name
	Workers *int64 // nil for what there were, by area
	Path    string // of the argument, for errors
}

// At gives the argument of a member.
func (g GridNamed) At(member string) string { return joined(g.Path, member) }

// At gives the argument of a member.
func (p GridPart) At(member string) string { return joined(p.Path, member) }

func joined(path, member string) string {
	if path == "" {
		return member
	}
	return path + "." + member
}

// DescentKind says how the ground of one code came to be that of another.
type DescentKind string

// The kinds of descent.
const (
	BySplit  DescentKind = "split"  // the old grid was divided, and the new one is a part of it
	ByMerge  DescentKind = "merge"  // the old grid is a part of the new one
	ByRecode DescentKind = "recode" // the same grid: its code changed with its parent's
	ByMove   DescentKind = "move"   // a piece of the old grid, which stays, came to the new one
)

// Descent says that ground came from one code to another.
type Descent struct {
	OldCode, NewCode string
	Kind             DescentKind
	Revision         int64     // of grids
	At               time.Time // UTC
}

// Lineage is what a code came from and what came from it.
type Lineage struct {
	Code        string
	Ancestors   []Descent // the latest first
	Descendants []Descent // the earliest first
}

// Regridded is what a split, a merge or a move did, or would do.
type Regridded struct {
	Outcomes []Outcome // of all features that it changed, of every layer; those that a vertex was put into are among them
	Descents []Descent
	Revision int64 // of grids
}
