package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
)

// fileAgreement tells how much of two contestants' work was found alike.
type fileAgreement struct{ Grids, Geometries int }

// agreeOnImports compares the layer that Xiangtu has filled with the table that ogr2ogr has: every geometry, to the last
// bit.
func (f *fileGround) agreeOnImports(ctx context.Context) (a fileAgreement, err error) {
	const compared = `SELECT (SELECT count(*) FROM xiangtu.grids), (SELECT count(*) FROM ` + ogrTable + `),
(SELECT count(*) FROM xiangtu.grids AS g JOIN ` + ogrTable + ` AS o USING (code)
WHERE g.name = o.name AND g.workers = o.workers AND ST_AsBinary(g.geom) = ST_AsBinary(o.geom))`
	var others int
	if err := f.database.QueryRow(ctx, compared).Scan(&a.Grids, &others, &a.Geometries); err != nil {
		return a, err
	}
	if a.Grids != f.grids || others != f.grids || a.Geometries != f.grids {
		return a, fmt.Errorf("%d grids were to be imported: Xiangtu has %d, ogr2ogr %d, and %d are alike", f.grids, a.Grids, others, a.Geometries)
	}
	return a, nil
}

// one in so many grids has its geometry and properties compared; all are counted.
const agreeStep = 97

// agreeOnExports compares the files that Xiangtu, ogr2ogr and COPY have written, all of which have a feature a line.
func (f *fileGround) agreeOnExports(context.Context) (a fileAgreement, err error) {
	ours, err := f.readExport(ourExport)
	if err != nil {
		return a, err
	}
	a = fileAgreement{Grids: ours.count, Geometries: len(ours.sample)}
	for _, name := range []string{ogrExport, rowsExport} {
		theirs, err := f.readExport(name)
		if err != nil {
			return a, err
		}
		if ours.count != f.grids || theirs.count != f.grids {
			return a, fmt.Errorf("%d grids were to be exported: Xiangtu's file has %d, and %s has %d", f.grids, ours.count, name, theirs.count)
		}
		for code, grid := range ours.sample {
			if other := theirs.sample[code]; !grid.equal(other) {
				return a, fmt.Errorf("the grid %s is %+v in Xiangtu's file, and %+v in %s", code, grid, other, name)
			}
		}
	}
	return a, nil
}

// exported is what a file holds: how many grids, and some of them by their codes.
type exported struct {
	count  int
	sample map[string]exportedGrid
}

type exportedGrid struct {
	Properties struct {
		Code, Name, Pinyin, Provenance, VillageCode, ParentCode string
		Level, Workers, Revision                                int
		AreaSquareMetres                                        float64
	}
	Geometry struct{ Coordinates [][][][2]float64 }
}

func (e exportedGrid) equal(other exportedGrid) bool {
	const rounding = 1e-6 // of a degree: GDAL writes 112.9999992 as 113, and areas to 15 digits
	near := math.Abs(e.Properties.AreaSquareMetres-other.Properties.AreaSquareMetres) < 1e-6*e.Properties.AreaSquareMetres
	e.Properties.AreaSquareMetres = other.Properties.AreaSquareMetres
	return near && e.Properties == other.Properties && slices.EqualFunc(e.vertices(), other.vertices(), func(a, b [2]float64) bool {
		return math.Abs(a[0]-b[0]) < rounding && math.Abs(a[1]-b[1]) < rounding
	})
}

func (e exportedGrid) vertices() (all [][2]float64) {
	for _, polygon := range e.Geometry.Coordinates {
		for _, ring := range polygon {
			all = append(all, ring...)
		}
	}
	return all
}

func (f *fileGround) readExport(name string) (e exported, err error) {
	file, err := os.Open(f.file(name))
	if err != nil {
		return e, err
	}
	defer file.Close()
	e.sample = make(map[string]exportedGrid)
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := bytes.TrimRight(lines.Bytes(), ",")
		_, rest, found := bytes.Cut(line, []byte(`"code"`))
		if !found {
			continue
		}
		e.count++
		quoted := bytes.SplitN(rest, []byte(`"`), 3)
		if len(quoted) < 3 || hash(quoted[1])%agreeStep != 0 {
			continue
		}
		var grid exportedGrid
		if err := json.Unmarshal(line, &grid); err != nil {
			return e, fmt.Errorf("%s: %w", name, err)
		}
		e.sample[grid.Properties.Code] = grid
	}
	return e, lines.Err()
}

// hash picks grids whatever order a file has them in (FNV-1a).
func hash(text []byte) (h uint32) {
	h = 2166136261
	for _, c := range text {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}
