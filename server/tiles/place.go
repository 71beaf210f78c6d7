package tiles

import (
	"fmt"
	"net/http"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/shape/mvt"
	"xiangtu/geo/tile"
)

// parse reads the URL of a tile. Its error is a geo.Error.
func (s *tilesets) parse(r *http.Request) (tile.Place, *tileset, error) {
	row, ok := strings.CutSuffix(r.PathValue("y"), ".mvt")
	if !ok {
		return tile.Place{}, nil, &geo.Error{Code: geo.NotFound, Message: "the URL of a tile is /tiles/{layers}/{z}/{x}/{y}.mvt"}
	}
	asked, err := s.asked(r.Context(), r.PathValue("layers"), r.URL.RawQuery)
	if err != nil {
		return tile.Place{}, nil, err
	}
	at := tile.Place{CRS: asked.system}
	err = locate(&at, index{"z", r.PathValue("z")}, index{"x", r.PathValue("x")}, index{"y", row})
	return at, asked.tileset, err
}

// index is a number in the URL of a tile, with its name there.
type index struct{ name, digits string }

// locate reads where in its quad a tile is.
func locate(at *tile.Place, level, column, row index) (err error) {
	if at.Z, err = level.number(tile.MaxZoom); err != nil {
		return err
	}
	if at.Quad == mvt.GeographicQuad && at.Z == 0 {
		return level.missing("the first one is 1")
	}
	columns, rows := at.Quad.Size(at.Z)
	if at.X, err = column.number(columns - 1); err != nil {
		return err
	}
	at.Y, err = row.number(rows - 1)
	return err
}

// number reads decimal digits as a number from 0 to last.
func (i index) number(last uint32) (uint32, error) {
	const longest = 10 // digits of a uint32
	var n uint64
	for at := range len(i.digits) {
		if i.digits[at] < '0' || i.digits[at] > '9' {
			return 0, geo.Invalid(i.name, "%q is not a number", i.digits)
		}
		n = n*10 + uint64(i.digits[at]-'0')
		if at >= longest {
			break
		}
	}
	switch {
	case i.digits == "":
		return 0, geo.Invalid(i.name, "a number is missing")
	case n > uint64(last):
		return 0, i.missing(fmt.Sprintf("the last one is %d", last))
	}
	return uint32(n), nil
}

func (i index) missing(known string) error {
	return &geo.Error{Code: geo.NotFound, Path: i.name, Message: fmt.Sprintf("there is no tile at %s; %s", i.digits, known)}
}
