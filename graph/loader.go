package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
	"xiangtu/graph/input"
	"xiangtu/graph/model"
	"xiangtu/graph/scalar"
)

// fieldKey names the current field among those of an operation by the names that lead to it, without the places in
// lists. The same field of all features of a cohort has the same key, so that its first resolver reads for all of them.
// The field in the document would be no key: one in a fragment may be merged with more in one place than in another.
func fieldKey(ctx context.Context) any {
	var key []byte
	for fc := graphql.GetFieldContext(ctx); fc != nil; fc = fc.Parent {
		if fc.Index == nil && fc.Field.Field != nil {
			key = append(append(key, fc.Field.Alias...), '/')
		}
	}
	return string(key)
}

// find answers the one feature with a code, or nil.
func find[T any](ctx context.Context, r *Resolver, code string) (*T, error) {
	layer := input.LayerOf[T]()
	features, err := r.withCodes(ctx, layer, []string{code}, selected(ctx, layer))
	if err != nil || len(features) == 0 {
		return nil, err
	}
	return model.Typed[T](features)[0], nil
}

// withCodes reads the features with these codes, in any order; a code that is not there is left out.
func (r *Resolver) withCodes(ctx context.Context, layer *geo.Layer, codes []string, fields geo.FieldSet) ([]geo.Feature, error) {
	var filter geo.Filter
	if len(codes) == 1 {
		filter = geo.Compare{Op: geo.Equal, Left: geo.Property("code"), Right: geo.Literal{Value: codes[0]}}
	} else {
		values := make([]any, len(codes))
		for i, c := range codes {
			values[i] = c
		}
		filter = geo.In{Of: geo.Property("code"), Values: values}
	}
	slices, err := r.Store.Find(ctx, geo.Query{Layer: layer, Filter: filter, Fields: fields})
	if err != nil {
		return nil, err
	}
	return slices[0].Features, nil
}

// list answers a list of a whole layer.
func list[T any](ctx context.Context, r *Resolver, a listArguments) (*model.Connection[T], error) {
	made, err := r.newList(ctx, input.LayerOf[T](), nil, a)
	if err != nil {
		return nil, err
	}
	return model.NewConnection[T](made, 0), nil
}

func (r *Resolver) newList(ctx context.Context, layer *geo.Layer, kin *geo.Kin, a listArguments) (*model.List, error) {
	query, err := a.query(layer)
	if err != nil {
		return nil, err
	}
	query.Of = kin
	var wants model.Wants
	query.Fields, wants = selectedOfList(ctx, layer)
	return model.NewList(r.Store, query, model.OrderKey(query.Order), wants), nil
}

// relatives is what a relation leads to from a cohort: the number of the key of each feature in it.
type relatives struct {
	kin     *geo.Kin
	numbers map[string]int // by the feature's key
}

func relativesOf(cohort *geo.Cohort, relation *geo.Relation) relatives {
	r := relatives{kin: &geo.Kin{Relation: relation}, numbers: make(map[string]int)}
	for _, f := range cohort.Features {
		key := relation.Key(f.Common().Code)
		if _, ok := r.numbers[key]; key == "" || ok {
			continue
		}
		r.numbers[key] = len(r.kin.Keys)
		r.kin.Keys = append(r.kin.Keys, key)
	}
	return r
}

// number gives the number of a feature's key; ok is false if the relation leads nowhere from it.
func (r relatives) number(of geo.Feature) (number int, ok bool) {
	number, ok = r.numbers[r.kin.Relation.Key(of.Common().Code)]
	return number, ok
}

// related answers the features that a relation leads to from a feature; it reads them for its whole cohort at once.
func related[T any](ctx context.Context, r *Resolver, of geo.Feature, relation string) ([]*T, error) {
	type loaded struct {
		relatives
		slices []geo.Slice
	}
	cohort := of.Common().Cohort
	all, err := geo.Once(&cohort.Memo, fieldKey(ctx), func() (loaded, error) {
		kin := relativesOf(cohort, geo.RelationNamed(relation))
		layer := input.LayerOf[T]()
		if len(kin.kin.Keys) == 0 {
			return loaded{relatives: kin}, nil
		}
		slices, err := r.Store.Find(ctx, geo.Query{Layer: layer, Of: kin.kin, Fields: selected(ctx, layer)})
		return loaded{kin, slices}, err
	})
	if err != nil {
		return nil, err
	}
	number, ok := all.number(of)
	if !ok {
		return []*T{}, nil
	}
	return model.Typed[T](all.slices[number].Features), nil
}

// relative answers the one feature that a relation leads to, or nil.
func relative[T any](ctx context.Context, r *Resolver, of geo.Feature, relation string) (*T, error) {
	found, err := related[T](ctx, r, of, relation)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// relatedLists is one list of what a relation leads to from a cohort.
type relatedLists struct {
	relatives
	list *model.List
}

// relatedLists gives the list of what a relation leads to, of one query for the whole cohort of a feature.
func (r *Resolver) relatedLists(ctx context.Context, of geo.Feature, relation *geo.Relation, a listArguments) (relatedLists, error) {
	cohort := of.Common().Cohort
	return geo.Once(&cohort.Memo, fieldKey(ctx), func() (relatedLists, error) {
		kin := relativesOf(cohort, relation)
		layer, _ := geo.LayerNamed(relation.To)
		made, err := r.newList(ctx, layer, kin.kin, a)
		return relatedLists{kin, made}, err
	})
}

// relatedList answers the part of a feature in the list of what a relation leads to.
func relatedList[T any](ctx context.Context, r *Resolver, of geo.Feature, relation string, a listArguments) (*model.Connection[T], error) {
	all, err := r.relatedLists(ctx, of, geo.RelationNamed(relation), a)
	if err != nil {
		return nil, err
	}
	number, _ := all.number(of)
	return model.NewConnection[T](all.list, number), nil
}

// rollUps answers what the grids below a feature amount to; it counts for its whole cohort at once.
func (r *Resolver) rollUps(ctx context.Context, of geo.Feature) ([]*geo.RollUp, error) {
	cohort := of.Common().Cohort
	byCode, err := geo.Once(&cohort.Memo, fieldKey(ctx), func() (map[string][]*geo.RollUp, error) {
		layer, _ := geo.LayerNamed(of.Layer())
		codes := cohort.Codes()
		all, err := r.Store.RollUps(ctx, layer, codes)
		byCode := make(map[string][]*geo.RollUp, len(codes))
		for i := range all {
			rows := make([]*geo.RollUp, len(all[i]))
			for j := range all[i] {
				rows[j] = &all[i][j]
			}
			byCode[codes[i]] = rows
		}
		return byCode, err
	})
	if err != nil {
		return nil, err
	}
	if rows := byCode[of.Common().Code]; rows != nil {
		return rows, nil
	}
	return []*geo.RollUp{}, nil
}

// geometry answers a feature's own geometry, which its list has read, or a simplified one, read for the cohort.
func (r *Resolver) geometry(ctx context.Context, of geo.Feature, simplify *float64, precision *int, system *crs.CRS) (*scalar.Geometry, error) {
	if simplify != nil {
		return r.derived(ctx, of, postgis.Own, simplify, precision, system)
	}
	form, err := model.Form(nil, precision, system)
	return &scalar.Geometry{WKB: of.Common().Geometry, Form: form}, err
}

// derived answers a geometry that follows from a feature; it reads them for its whole cohort at once. It is nil if the
// feature has none.
func (r *Resolver) derived(ctx context.Context, of geo.Feature, d postgis.Derivation, simplify *float64, precision *int, system *crs.CRS) (*scalar.Geometry, error) {
	form, err := model.Form(simplify, precision, system)
	if err != nil {
		return nil, err
	}
	cohort := of.Common().Cohort
	byCode, err := geo.Once(&cohort.Memo, fieldKey(ctx), func() (map[string][]byte, error) {
		layer, _ := geo.LayerNamed(of.Layer())
		return r.Store.Geometries(ctx, layer, cohort.Codes(), d, simplify)
	})
	wkb, ok := byCode[of.Common().Code]
	if err != nil || !ok {
		return nil, err
	}
	return &scalar.Geometry{WKB: wkb, Form: form}, nil
}

// labelPoint answers where a feature's label goes.
func labelPoint(of geo.Feature, precision *int, system *crs.CRS) (*scalar.Geometry, error) {
	form, err := model.Form(nil, precision, system)
	return &scalar.Geometry{WKB: of.Common().LabelPoint, Form: form}, err
}
