package tiles

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"xiangtu/geo"
	"xiangtu/server/sheet"
)

// WritePage writes a page, and sets the headers that pages are protected with.
type WritePage func(http.Header, *http.Request, *sheet.Page) ([]byte, error)

const mediaHTML = "text/html"

var crumbMatrixSets = sheet.Crumb{Label: sheet.Label{En: "Tile matrix sets", Zh: "瓦片矩阵集"}, Path: "/tileMatrixSets"}

// linksOf gives links as pages show them.
func linksOf(links []Link) []sheet.Link {
	shown := make([]sheet.Link, len(links))
	for i, l := range links {
		shown[i] = sheet.Link(l)
	}
	return shown
}

// matrixSetsPage lists the tile matrix sets.
func matrixSetsPage(api string) *sheet.Page {
	table := sheet.Table{Columns: []sheet.Label{{En: "Name", Zh: "名称"}, {En: "What it is", Zh: "说明"}, {En: "Reference system", Zh: "坐标系"}}}
	for i := range quads {
		m := &quads[i]
		table.Rows = append(table.Rows, []sheet.Cell{
			{Text: m.id, Href: api + "/tileMatrixSets/" + m.id + "?f=html"}, {Text: m.title}, {Text: m.reference.URI(), Code: true},
		})
	}
	return &sheet.Page{Title: crumbMatrixSets.Label, Tables: []sheet.Table{table}}
}

// page shows a tile matrix set with its levels.
func (d *matrixSetDocument) page() *sheet.Page {
	levels := sheet.Table{Heading: sheet.Label{En: "Levels", Zh: "级别"}, Columns: []sheet.Label{
		{En: "Level", Zh: "级别"}, {En: "Scale", Zh: "比例尺"}, {En: "Units a pixel", Zh: "每像素单位"}, {En: "Columns × rows", Zh: "列 × 行"},
	}}
	for _, matrix := range d.TileMatrices {
		levels.Rows = append(levels.Rows, []sheet.Cell{
			{Text: matrix.ID}, {Text: fmt.Sprintf("1 : %.0f", matrix.ScaleDenominator)}, {Text: strconv.FormatFloat(matrix.CellSize, 'g', 9, 64)},
			{Text: fmt.Sprintf("%d × %d", matrix.MatrixWidth, matrix.MatrixHeight)},
		})
	}
	return &sheet.Page{
		Title: sheet.Label{En: d.ID}, Above: []sheet.Crumb{crumbMatrixSets},
		Facts: []sheet.Fact{
			{Name: sheet.Label{En: "What it is", Zh: "说明"}, Value: sheet.Cell{Text: d.Title}},
			{Name: sheet.Label{En: "URI"}, Value: sheet.Cell{Text: d.URI, Code: true}},
			{Name: sheet.Label{En: "Reference system", Zh: "坐标系"}, Value: sheet.Cell{Text: d.CRS, Code: true}},
			{Name: sheet.Label{En: "Axes", Zh: "坐标轴"}, Value: sheet.Cell{Text: strings.Join(d.OrderedAxes, ", ")}},
			{Name: sheet.Label{En: "Pixels of a tile", Zh: "瓦片像素"}, Value: sheet.Cell{Text: fmt.Sprintf("%d × %[1]d", d.TileMatrices[0].TileWidth)}},
		},
		Tables: []sheet.Table{levels},
	}
}

// above are the pages above the tilesets of a request; own adds their list.
func (o *ogcAsked) above(r *http.Request, own bool) []sheet.Crumb {
	var crumbs []sheet.Crumb
	if layer, ok := geo.LayerNamed(geo.LayerName(r.PathValue("collection"))); ok {
		crumbs = []sheet.Crumb{
			{Label: sheet.Label{En: "Collections", Zh: "图层"}, Path: "/collections"},
			{Label: sheet.Label{En: layer.Title, Zh: layer.TitleZh}, Path: "/collections/" + string(layer.Name)},
		}
	}
	if own {
		crumbs = append(crumbs, sheet.Crumb{Label: titleOfTilesets, Path: o.path})
	}
	return crumbs
}

var titleOfTilesets = sheet.Label{En: "Vector tiles", Zh: "矢量瓦片"}

// tilesetsPage lists the tilesets of a request.
func (o *ogcAsked) tilesetsPage(r *http.Request, api string) *sheet.Page {
	table := sheet.Table{Columns: []sheet.Label{{En: "Tile matrix set", Zh: "瓦片矩阵集"}, {En: "What it is", Zh: "说明"}, {En: "Reference system", Zh: "坐标系"}}}
	for i := range quads {
		m := &quads[i]
		table.Rows = append(table.Rows, []sheet.Cell{
			{Text: m.id, Href: o.url(api, "/"+m.id, "f", "html")}, {Text: m.title}, {Text: m.reference.URI(), Code: true},
		})
	}
	layers := sheet.Fact{Name: sheet.Label{En: "Layers", Zh: "图层"}, Value: sheet.Cell{Text: titleOf(o.tileset.selections)}}
	return &sheet.Page{Title: titleOfTilesets, Above: o.above(r, false), Facts: []sheet.Fact{layers}, Tables: []sheet.Table{table}}
}

// page shows a tileset with its layers and limits.
func (d *tilesetDocument) page(r *http.Request, o *ogcAsked, m *matrixSet) *sheet.Page {
	p := &sheet.Page{Title: sheet.Label{En: m.id}, Above: o.above(r, true), Links: linksOf(d.Links)}
	p.Facts = append(p.Facts,
		sheet.Fact{Name: sheet.Label{En: "Layers", Zh: "图层"}, Value: sheet.Cell{Text: d.Title}},
		sheet.Fact{Name: sheet.Label{En: "Reference system", Zh: "坐标系"}, Value: sheet.Cell{Text: d.CRS, Code: true}})
	if box := d.BoundingBox; box != nil {
		text := fmt.Sprintf("%.5f, %.5f, %.5f, %.5f", box.LowerLeft[0], box.LowerLeft[1], box.UpperRight[0], box.UpperRight[1])
		p.Facts = append(p.Facts, sheet.Fact{Name: sheet.Label{En: "Extent", Zh: "范围"}, Value: sheet.Cell{Text: text}})
	}
	for _, link := range d.Links {
		switch link.Rel {
		case "item":
			p.Facts = append(p.Facts, sheet.Fact{Name: sheet.Label{En: "Tiles", Zh: "瓦片"}, Value: sheet.Cell{Text: link.Href, Code: true}})
		case "describedby":
			p.TileJSON = link.Href
		}
	}
	layers := sheet.Table{Heading: sheet.Label{En: "Layers", Zh: "图层"}, Columns: []sheet.Label{{En: "Name", Zh: "名称"}, {En: "Title", Zh: "标题"}, {En: "Levels", Zh: "级别"}}}
	for _, layer := range d.Layers {
		layers.Rows = append(layers.Rows, []sheet.Cell{{Text: layer.ID, Code: true}, {Text: layer.Title}, {Text: layer.MinTileMatrix + "–" + layer.MaxTileMatrix}})
	}
	limits := sheet.Table{Heading: sheet.Label{En: "Tiles with something in them", Zh: "有内容的瓦片"}, Columns: []sheet.Label{{En: "Level", Zh: "级别"}, {En: "Columns", Zh: "列"}, {En: "Rows", Zh: "行"}}}
	for _, limit := range d.TileMatrixSetLimits {
		limits.Rows = append(limits.Rows, []sheet.Cell{
			{Text: limit.TileMatrix}, {Text: fmt.Sprintf("%d–%d", limit.MinTileCol, limit.MaxTileCol)}, {Text: fmt.Sprintf("%d–%d", limit.MinTileRow, limit.MaxTileRow)},
		})
	}
	p.Tables = []sheet.Table{layers, limits}
	return p
}
