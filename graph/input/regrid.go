package input

import (
	"errors"
	"fmt"

	"github.com/paulmach/orb"

	"xiangtu/geo"
)

// mostGrids is how many grids one change of grids may name, and how many parts it may describe: two digits tell so many
// apart.
const mostGrids = 99

// regridReader reads the arguments of a change of grids and collects what is wrong with them.
type regridReader struct {
	arguments map[string]any
	wrong     geo.Errors
}

func newRegridReader(arguments map[string]any) *regridReader {
	r := &regridReader{}
	r.arguments, _ = literal(arguments).(map[string]any)
	return r
}

// GridSplit reads the arguments of splitGrid.
func GridSplit(arguments map[string]any) (geo.GridSplit, geo.Errors) {
	r := newRegridReader(arguments)
	s := geo.GridSplit{Grid: r.named(r.arguments, ""), Line: r.line()}
	for i, given := range r.items("parts") {
		s.Parts = append(s.Parts, r.part(given, fmt.Sprintf("parts[%d]", i)))
	}
	return s, r.wrong
}

// GridMerge reads the arguments of mergeGrids.
func GridMerge(arguments map[string]any) (geo.GridMerge, geo.Errors) {
	r := newRegridReader(arguments)
	m := geo.GridMerge{Grids: r.grids(), Into: geo.GridPart{Path: "into"}}
	if given := r.arguments["into"]; given != nil {
		m.Into = r.part(given, "into")
	}
	return m, r.wrong
}

// GridMove reads the arguments of moveGridBoundary.
func GridMove(arguments map[string]any) (geo.GridMove, geo.Errors) {
	r := newRegridReader(arguments)
	return geo.GridMove{Grids: r.grids(), Line: r.line(), WithParents: r.arguments["withParents"] == true}, r.wrong
}

func (r *regridReader) refuse(err error, path string) {
	e, ok := errors.AsType[*geo.Error](err)
	if !ok {
		e = geo.Invalid(path, "%v", err)
	}
	r.wrong = append(r.wrong, e)
}

func (r *regridReader) items(name string) []any {
	if r.arguments[name] == nil {
		return nil
	}
	items := list(r.arguments[name])
	if len(items) > mostGrids {
		r.wrong = append(r.wrong, geo.Invalid(name, "%d are given; %d at the most", len(items), mostGrids))
		return nil
	}
	return items
}

func (r *regridReader) grids() []geo.GridNamed {
	var grids []geo.GridNamed
	for i, given := range r.items("grids") {
		path := fmt.Sprintf("grids[%d]", i)
		members, err := object(given, path)
		if err != nil {
			r.refuse(err, path)
			continue
		}
		grids = append(grids, r.named(members, path))
	}
	return grids
}

// named reads the code of a grid and the revision that it must have.
func (r *regridReader) named(members map[string]any, path string) geo.GridNamed {
	g := geo.GridNamed{Path: path}
	g.Code, _ = members["code"].(string)
	g.IfRevision = r.whole(revision, members["ifRevision"], g.At("ifRevision"))
	return g
}

func (r *regridReader) part(given any, path string) geo.GridPart {
	p := geo.GridPart{Path: path}
	members, err := object(given, path)
	if err != nil {
		r.refuse(err, path)
		return p
	}
	p.Code, _ = members["code"].(string)
	p.Name, _ = members["name"].(string)
	p.Workers = r.whole(integer, members["workers"], p.At("workers"))
	return p
}

// whole reads a whole number that may be left out.
func (r *regridReader) whole(read func(v any, path string) (int64, error), v any, path string) *int64 {
	if v == nil {
		return nil
	}
	i, err := read(v, path)
	if err != nil {
		r.refuse(err, path)
	}
	return &i
}

// line reads the line that ground is divided by, and turns it into WGS 84.
func (r *regridReader) line() orb.LineString {
	const path = "line.geojson"
	g, err := givenGeometry(r.arguments["line"], path)
	if err != nil {
		r.refuse(err, path)
		return nil
	}
	line, ok := g.(orb.LineString)
	if !ok {
		r.wrong = append(r.wrong, geo.Invalid(path, "a LineString is needed, not a %s", g.GeoJSONType()))
	}
	return line
}
