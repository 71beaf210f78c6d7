package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
)

// A village of the lattice has a hundred grids: itself, its rows, and the cells of each row.
const (
	villageRows  = 9
	rowCells     = 10
	villageGrids = 1 + villageRows + villageRows*rowCells
	townVillages = 100
	// sideEdges is the number of edges on each side of an outline: it has 40 vertices and closes with the 41st.
	sideEdges = 10
)

// Places and sizes in degrees: the lattice fills a part of Guangdong and its neighbours, whatever its size.
const (
	latticeWest, latticeSouth = 113.0, 22.0
	villageSide               = 0.03
	wiggle                    = 0.04 // of an edge, how far a vertex is off the straight line
)

// lattice is a made-up map of towns, villages and grids, with the codes that nest.
type lattice struct {
	villages int
	columns  int // villages in a row of the lattice
}

// writeLattice writes towns.geojson, villages.geojson and grids.geojson into a folder, for so many grids: a multiple of
// a hundred. The same comes out each time.
func writeLattice(folder string, grids int) error {
	l := lattice{villages: grids / villageGrids}
	l.columns = int(math.Ceil(math.Sqrt(float64(l.villages))))
	for _, layer := range []struct {
		name  string
		write func(*latticeWriter)
	}{{"towns", l.towns}, {"villages", l.villagesOf}, {"grids", l.grids}} {
		if err := writeFile(filepath.Join(folder, layer.name+".geojson"), layer.write); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(name string, write func(*latticeWriter)) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer file.Close()
	w := &latticeWriter{Writer: bufio.NewWriterSize(file, 1<<20)}
	_, _ = io.WriteString(w, "{\"type\":\"FeatureCollection\",\"features\":[\n") // Flush tells
	write(w)
	_, _ = io.WriteString(w, "\n]}\n")
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Close()
}

// latticeWriter writes features.
type latticeWriter struct {
	*bufio.Writer
	count int
}

// feature writes a feature with properties, which are JSON, and the outline of a box with wiggling sides.
func (w *latticeWriter) feature(properties string, west, south, width, height float64) {
	if w.count++; w.count > 1 {
		_, _ = w.WriteString(",\n")
	}
	_, _ = w.WriteString(`{"type":"Feature","properties":{` + properties + `},"geometry":{"type":"MultiPolygon","coordinates":[[[`)
	vertex := func(x, y float64) {
		dx, dy := width/sideEdges*wiggle, height/sideEdges*wiggle
		_, _ = fmt.Fprintf(w, "[%.7f,%.7f]", west+x*width+dx*math.Sin(x*9+west*1e3), south+y*height+dy*math.Sin(y*9+south*1e3))
	}
	// The corners of a unit square from the south-west, with the sun's way turned round (RFC 7946, 3.1.6).
	corners := [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}
	for i, from := range corners[:4] {
		to := corners[i+1]
		for step := range sideEdges {
			t := float64(step) / sideEdges
			bulge := wiggle * math.Sin(math.Pi*t) * math.Sin(20*(west+south+t))
			vertex(from[0]+t*(to[0]-from[0])+bulge*(to[1]-from[1]), from[1]+t*(to[1]-from[1])-bulge*(to[0]-from[0]))
			_, _ = w.WriteString(",")
		}
	}
	vertex(0, 0)
	_, _ = w.WriteString("]]]}}")
}

// origin is the south-west corner of a village, in degrees.
func (l *lattice) origin(village int) (west, south float64) {
	return latticeWest + float64(village%l.columns)*villageSide, latticeSouth + float64(village/l.columns)*villageSide
}

func townCode(town int) string { return fmt.Sprintf("4452%05d", town+1) }

func villageCode(village int) string {
	return townCode(village/townVillages) + fmt.Sprintf("%03d", village%townVillages+1)
}

// towns are boxes: nothing is measured on them.
func (l *lattice) towns(w *latticeWriter) {
	for first := 0; first < l.villages; first += townVillages {
		code := townCode(first / townVillages)
		west, south := l.origin(first)
		w.feature(`"code":"`+code+`","name":"镇`+code[4:]+`","kind":"town"`, west, south, villageSide, villageSide)
	}
}

func (l *lattice) villagesOf(w *latticeWriter) {
	for v := range l.villages {
		code := villageCode(v)
		west, south := l.origin(v)
		w.feature(`"code":"`+code+`","name":"村`+code[4:]+`","kind":"village"`, west, south, villageSide, villageSide)
	}
}

// grids gives the grids of all villages, parents before their parts.
func (l *lattice) grids(w *latticeWriter) {
	const rowHeight, cellWidth = villageSide / villageRows, villageSide / rowCells
	for v := range l.villages {
		village := villageCode(v)
		west, south := l.origin(v)
		w.grid(v, village, west, south, villageSide, villageSide)
		for r := range villageRows {
			row := village + fmt.Sprintf("%02d", r+1)
			base := south + float64(r)*rowHeight
			w.grid(v+r, row, west, base, villageSide, rowHeight)
			for c := range rowCells {
				w.grid(v+r+c, row+fmt.Sprintf("%02d", c+1), west+float64(c)*cellWidth, base, cellWidth, rowHeight)
			}
		}
	}
}

// grid writes a grid. One of its properties is an object that the layer does not have, as files of other systems bring it.
func (w *latticeWriter) grid(n int, code string, west, south, width, height float64) {
	parent := "null"
	if len(code) > 12 {
		parent = `"` + code[:len(code)-2] + `"`
	}
	properties := fmt.Sprintf(`"code":"%s","name":"网格%s","level":%d,"workers":%d,"villageCode":"%s","parentCode":%s,"provenance":"造",`+
		`"properties":{"population":%d,"kind":"行政村","updated":"2024-%02d-%02d","area_km2":%.4f}`,
		code, code[9:], (len(code)-10)/2, n*7919%12, code[:12], parent, 300+n*7919%4000, n%12+1, n%28+1, width*height*11360)
	w.feature(properties, west, south, width, height)
}
