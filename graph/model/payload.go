package model

import "xiangtu/geo"

// The payloads of changes, of each layer.
type (
	// TownPayload is of one town.
	TownPayload = Payload[geo.Town]
	// TownsPayload is of many towns.
	TownsPayload = ListPayload[geo.Town]
	// VillagePayload is of one village.
	VillagePayload = Payload[geo.Village]
	// VillagesPayload is of many villages.
	VillagesPayload = ListPayload[geo.Village]
	// GridPayload is of one grid.
	GridPayload = Payload[geo.Grid]
	// GridsPayload is of many grids.
	GridsPayload = ListPayload[geo.Grid]
	// BeltPayload is of one belt.
	BeltPayload = Payload[geo.Belt]
	// BeltsPayload is of many belts.
	BeltsPayload = ListPayload[geo.Belt]
	// StationPayload is of one station.
	StationPayload = Payload[geo.Station]
	// StationsPayload is of many stations.
	StationsPayload = ListPayload[geo.Station]
)

// Payload is what a change did to a feature.
type Payload[T any] struct {
	Feature  *T
	Action   *geo.Action
	Revision *int64
	Errors   []*WriteError
}

// ListPayload is what a change did to many features.
type ListPayload[T any] struct {
	Features []*T
	Actions  []geo.Action
	Revision *int64
	Errors   []*WriteError
}

// WriteError is what is wrong with a change.
type WriteError struct {
	Code                string
	Message             string
	Path                *string
	Longitude, Latitude *float64
}

// NewPayload makes the payload of one change.
func NewPayload[T any](outcomes []geo.Outcome, errors []*WriteError) *Payload[T] {
	p := &Payload[T]{Errors: errors}
	for _, o := range outcomes {
		p.Feature, _ = any(o.Feature).(*T)
		p.Action, p.Revision = &o.Action, &o.Revision
	}
	return p
}

// NewListPayload makes the payload of many changes.
func NewListPayload[T any](outcomes []geo.Outcome, errors []*WriteError) *ListPayload[T] {
	p := &ListPayload[T]{Features: []*T{}, Actions: []geo.Action{}, Errors: errors}
	for _, o := range outcomes {
		if feature, ok := any(o.Feature).(*T); ok {
			p.Features, p.Actions = append(p.Features, feature), append(p.Actions, o.Action)
		}
		if o.Action != geo.Unchanged {
			p.Revision = &o.Revision
		}
	}
	return p
}

// NewWriteErrors puts errors of the domain as data.
func NewWriteErrors(errors geo.Errors) []*WriteError {
	list := make([]*WriteError, len(errors))
	for i, e := range errors {
		list[i] = &WriteError{Code: string(e.Code), Message: e.Message}
		if e.Path != "" {
			list[i].Path = &e.Path
		}
		if e.Place != nil {
			list[i].Longitude, list[i].Latitude = &e.Place[0], &e.Place[1]
		}
	}
	return list
}
