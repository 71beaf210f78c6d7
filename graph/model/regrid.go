package model

import "xiangtu/geo"

// RegridPayload is what a split, a merge or a move of a boundary did.
type RegridPayload struct {
	Grids    []*geo.Grid
	Actions  []geo.Action
	Villages []*geo.Village
	Towns    []*geo.Town
	Descents []geo.Descent
	Revision *int64
	Errors   []*WriteError
}

// NewRegridPayload makes the payload of a change of grids.
func NewRegridPayload(done geo.Regridded, errors []*WriteError) *RegridPayload {
	p := &RegridPayload{Descents: done.Descents, Errors: errors}
	if done.Revision > 0 {
		p.Revision = &done.Revision
	}
	for _, o := range done.Outcomes {
		switch feature := o.Feature.(type) {
		case *geo.Grid:
			p.Grids, p.Actions = append(p.Grids, feature), append(p.Actions, o.Action)
		case *geo.Village:
			p.Villages = append(p.Villages, feature)
		case *geo.Town:
			p.Towns = append(p.Towns, feature)
		}
	}
	return p
}
