package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/graph/input"
	"xiangtu/graph/model"
)

// regridding gives the fields of Mutation that change how ground is divided into grids.
func regridding() map[string]writing {
	return map[string]writing{
		"splitGrid":        regridStep(input.GridSplit, (*postgis.Writer).SplitGrid),
		"mergeGrids":       regridStep(input.GridMerge, (*postgis.Writer).MergeGrids),
		"moveGridBoundary": regridStep(input.GridMove, (*postgis.Writer).MoveGridBoundary),
	}
}

// regridStep is a field whose arguments are read by read and written by write.
func regridStep[T any](
	read func(map[string]any) (T, geo.Errors),
	write func(*postgis.Writer, context.Context, T, map[geo.LayerName]geo.FieldSet) (geo.Regridded, error),
) writing {
	return func(operation *graphql.OperationContext, field graphql.CollectedField, arguments map[string]any) (step, geo.Errors) {
		change, wrong := read(arguments)
		layers := postgis.RegridLayers()
		fields := make(map[geo.LayerName]geo.FieldSet)
		for _, layer := range layers {
			fields[layer.Name] = fieldsUnder(operation, field.Selections, layer, string(layer.Name))
		}
		return step{layers: layers, write: func(ctx context.Context, w *postgis.Writer) (any, error) {
			return write(w, ctx, change, fields)
		}}, wrong
	}
}

// regridded answers a field that changed how ground is divided into grids.
func regridded(ctx context.Context) (*model.RegridPayload, error) {
	done, wrong, err := resultOf[geo.Regridded](ctx)
	if err != nil {
		return nil, err
	}
	return model.NewRegridPayload(done, wrong), nil
}

// lineage answers the lineage of a code.
func (r *Resolver) lineage(ctx context.Context, code string) (*geo.Lineage, error) {
	layer := input.LayersNamed([]geo.LayerName{geo.Grids})[0]
	if !layer.IsCode(code) {
		return nil, geo.Invalid("code", "%s", layer.DescribeCode(code))
	}
	lineages, err := r.Store.Lineages(ctx, []string{code})
	if err != nil {
		return nil, err
	}
	return &lineages[0], nil
}

// lineageOf answers the lineage of a grid; it reads those of the whole cohort at once.
func (r *Resolver) lineageOf(ctx context.Context, of *geo.Grid) (*geo.Lineage, error) {
	byCode, err := geo.Once(&of.Cohort.Memo, fieldKey(ctx), func() (map[string]*geo.Lineage, error) {
		lineages, err := r.Store.Lineages(ctx, of.Cohort.Codes())
		byCode := make(map[string]*geo.Lineage, len(lineages))
		for i := range lineages {
			byCode[lineages[i].Code] = &lineages[i]
		}
		return byCode, err
	})
	return byCode[of.Code], err
}
