package model

import (
	"context"

	"xiangtu/geo"
	"xiangtu/graph/input"
)

// Aggregate is figures over all that a list matches. The schema shows of each layer what it has.
type Aggregate[T any] struct {
	list   *List
	number int
}

// Count says how many.
func (a *Aggregate[T]) Count(ctx context.Context) (int, error) {
	summary, err := a.list.summary(ctx, a.number)
	if err != nil {
		return 0, err
	}
	return summary.Count, nil
}

func (a *Aggregate[T]) statistics(ctx context.Context, field string) (*geo.Statistics, error) {
	summary, err := a.list.summary(ctx, a.number)
	if err != nil {
		return nil, err
	}
	return summary.Statistics[field], nil
}

// AreaSquareMetres gives the statistics of areas.
func (a *Aggregate[T]) AreaSquareMetres(ctx context.Context) (*geo.Statistics, error) {
	return a.statistics(ctx, "areaSquareMetres")
}

// Workers gives the statistics of numbers of grid workers.
func (a *Aggregate[T]) Workers(ctx context.Context) (*geo.Statistics, error) {
	return a.statistics(ctx, "workers")
}

// CorridorMetres gives the statistics of the reach of corridors.
func (a *Aggregate[T]) CorridorMetres(ctx context.Context) (*geo.Statistics, error) {
	return a.statistics(ctx, "corridorMetres")
}

// LengthMetres gives the statistics of lengths.
func (a *Aggregate[T]) LengthMetres(ctx context.Context) (*geo.Statistics, error) {
	return a.statistics(ctx, "lengthMetres")
}

// GroupBy gives the figures by group, in the order of the keys.
func (a *Aggregate[T]) GroupBy(ctx context.Context, field input.FieldName) ([]*Group, error) {
	summaries, err := a.list.groups(ctx, a.number, string(field))
	if err != nil {
		return nil, err
	}
	groups := make([]*Group, len(summaries))
	for i, s := range summaries {
		groups[i] = &Group{Key: s.Key, Count: s.Count, statistics: s.Statistics}
	}
	return groups, nil
}

// Group is figures over the features of one group.
type Group struct {
	Key        string
	Count      int
	statistics map[string]*geo.Statistics
}

// AreaSquareMetres gives the statistics of areas.
func (g *Group) AreaSquareMetres() *geo.Statistics { return g.statistics["areaSquareMetres"] }

// Workers gives the statistics of numbers of grid workers.
func (g *Group) Workers() *geo.Statistics { return g.statistics["workers"] }

// CorridorMetres gives the statistics of the reach of corridors.
func (g *Group) CorridorMetres() *geo.Statistics { return g.statistics["corridorMetres"] }

// LengthMetres gives the statistics of lengths.
func (g *Group) LengthMetres() *geo.Statistics { return g.statistics["lengthMetres"] }
