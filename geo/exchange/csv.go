package exchange

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// table finds the rows of a CSV (RFC 4180) one after the other. The first names the columns; the delimiter is the one
// of comma, semicolon and tab that it has most of.
type table struct {
	meter   *meter
	csv     *csv.Reader
	columns []string
	told    []string // what a column is called where the layer does not have it
	of      columnMap
	targets []target // by the index of the column
	parts   map[string]int
	system  System
	index   int // of the next row
	row     []byte
}

func newTable(layer *geo.Layer, text *bufio.Reader, o Options) (*table, error) {
	m := newMeter(text, o.MaxFeature)
	comma := delimiter(text)
	t := &table{meter: m, csv: csv.NewReader(&fieldLimit{r: m, comma: byte(comma)}), parts: make(map[string]int)}
	if o.System != nil {
		t.system = *o.System
	}
	t.csv.Comma = comma
	t.csv.LazyQuotes = comma == '\t' // such tables mostly know no quotation marks
	t.csv.FieldsPerRecord, t.csv.ReuseRecord = -1, true
	header, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, geo.Invalid("", "the file is empty")
	}
	if err != nil {
		return nil, t.explain(err)
	}
	for _, name := range header {
		name = strings.Clone(strings.TrimSpace(name))
		t.columns = append(t.columns, name)
		t.told = append(t.told, cmp.Or(name, fmt.Sprintf("column %d", len(t.columns))))
	}
	if t.of, err = resolve(layer, t.columns, o.Columns); err != nil {
		return nil, err
	}
	t.targets = make([]target, len(t.columns))
	for i, column := range t.columns {
		at, ok := t.of.targets[column]
		if !ok {
			at = target{field: -1, member: -1}
		}
		t.targets[i] = at
		if first := slices.Index(t.columns, column); first < i && t.of.uses(column) {
			return nil, geo.Invalid("", "the columns %d and %d are both called %.40q: which of them counts is not said; give them different names", first+1, i+1, column)
		}
		for part, name := range t.of.position {
			if name == column {
				t.parts[part] = i
			}
		}
	}
	return t, t.checkPosition(layer)
}

func (t *table) checkPosition(layer *geo.Layer) error {
	_, whole := t.parts[geometryColumn]
	_, x := t.parts[longitudeColumn]
	_, y := t.parts[latitudeColumn]
	switch {
	case whole, x && y && layer.Geometry == geo.Point:
		return nil
	case x && y:
		return geo.Invalid("", "the file has a position a row, but %s need a %s: give a column of WKT", layer.Name, layer.Geometry)
	}
	return geo.Invalid("", "no column holds the geometry: name one of WKT with --map geometry=COLUMN, or two with --map longitude=COLUMN --map latitude=COLUMN; the file has %s", listed(t.columns))
}

// delimiter finds what separates the columns of the first line.
func delimiter(text *bufio.Reader) rune {
	line, _ := text.Peek(bufferSize)
	line, _, _ = bytes.Cut(line, []byte("\n"))
	best, most := ',', 0
	for _, c := range []rune{',', ';', '\t'} {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// maxFields is the most fields that a row may have, which take much more memory than their text.
const maxFields = 10000

var errTooManyFields = errors.New("a row has too many fields")

// fieldLimit fails where a row has too many fields.
type fieldLimit struct {
	r      io.Reader
	comma  byte
	quoted bool
	fields int
}

func (l *fieldLimit) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	for _, c := range b[:n] {
		switch {
		case c == '"':
			l.quoted = !l.quoted
		case l.quoted:
		case c == '\n':
			l.fields = 0
		case c == l.comma:
			l.fields++
		}
	}
	if l.fields > maxFields {
		return 0, errTooManyFields
	}
	return n, err
}

// next gives the fields of the next row, each after its length, or io.EOF. The bytes are valid until the next call.
func (t *table) next() (piece, error) {
	t.meter.used = 0
	p := piece{index: t.index}
	fields, err := t.csv.Read()
	if err != nil {
		return piece{}, t.explain(err)
	}
	t.index++
	t.row = t.row[:0]
	for _, field := range fields {
		t.row = binary.AppendUvarint(t.row, uint64(len(field)))
		t.row = append(t.row, field...)
	}
	p.text = t.row
	return p, nil
}

func (t *table) explain(err error) error {
	var syntax *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return err
	case errors.Is(err, errTooLarge):
		return geo.Invalid("", "row %d has more than %d MB: a quotation mark may be missing", t.index, t.meter.most>>20)
	case errors.Is(err, errTooManyFields):
		return geo.Invalid("", "row %d has more than %d fields: a quotation mark may be missing", t.index, maxFields)
	case errors.As(err, &syntax) && errors.Is(err, csv.ErrQuote):
		return geo.Invalid("", "the file is not CSV at line %d, column %d: a quotation mark that opens is not closed, or one is not doubled", syntax.Line, syntax.Column)
	case errors.As(err, &syntax) && errors.Is(err, csv.ErrBareQuote):
		return geo.Invalid("", "the file is not CSV at line %d, column %d: a quotation mark inside a field without quotation marks", syntax.Line, syntax.Column)
	}
	return readError(err)
}

// decode reads one row.
func (t *table) decode(d *decoder, p piece) (Record, error) {
	row := p.text
	return d.fill(p.index, func(f *feature) {
		f.isFeature = true
		var parts [3]string
		count := 0
		for ; len(row) > 0; count++ {
			length, n := binary.Uvarint(row)
			field := row[n : n+int(length)]
			row = row[n+int(length):]
			if count < len(t.columns) {
				t.put(f, count, field, &parts)
			}
		}
		if count != len(t.columns) {
			f.record.refuse(NotAFeature, "", "the row has %d fields, the header %d", count, len(t.columns))
			return
		}
		f.readTableGeometry(parts)
	}), nil
}

// put reads the field of a column.
func (t *table) put(f *feature, column int, field []byte, parts *[3]string) {
	if !utf8.Valid(field) {
		f.record.refuse(InvalidText, t.columns[column], "is not valid UTF-8; a file in GB18030 or GBK is read with --encoding gb18030")
		return
	}
	field = unguarded(field)
	isPart := false
	for i, part := range []string{geometryColumn, longitudeColumn, latitudeColumn} {
		if at, ok := t.parts[part]; ok && at == column {
			parts[i], isPart = string(field), true
		}
	}
	switch at := t.targets[column]; {
	case at.field >= 0 && !f.layer.Fields[at.field].Kept:
		f.record.Values[at.field] = f.readLoosely(f.layer.Fields[at.field], string(field))
	case at.member >= 0:
		f.record.Members[at.member] = f.readMembersLoosely(f.layer.Members[at.member].Name, string(field))
	case at.field < 0 && !isPart:
		// Spreadsheets write columns without a name and without anything in them.
		if t.columns[column] != "" || len(field) > 0 {
			f.ignore(t.told[column])
		}
	}
}

// readTableGeometry reads the geometry of a row: WKT, hexadecimal WKB, or longitude and latitude.
func (f *feature) readTableGeometry(parts [3]string) {
	whole, x, y := strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1]), strings.TrimSpace(parts[2])
	var g orb.Geometry
	var err error
	switch {
	case whole != "":
		g, err = f.parseText(whole)
	case x != "" && y != "":
		lon, fine := shape.ParseNumber([]byte(x))
		lat, too := shape.ParseNumber([]byte(y))
		if !fine || !too {
			err = &shape.Error{Code: shape.CodeNotFinite, Message: "longitude " + quoted(x) + " and latitude " + quoted(y) + " must be numbers, in decimals of a degree"}
		}
		g = orb.Point{lon, lat}
	default:
		return
	}
	f.hasGeometry = true
	f.take(g, err)
}

// parseText reads WKT, or WKB in hexadecimal digits, which an SRID may precede.
func (f *feature) parseText(text string) (orb.Geometry, error) {
	if text[0] != '0' {
		kind, _, _ := strings.Cut(text, "(")
		f.decoder.heights = f.decoder.heights || strings.ContainsAny(kind, "zZ") // POINT Z, and no type has the letter in its name
		g, srid, err := shape.ParseWKT([]byte(text))
		if err != nil {
			return nil, err
		}
		return g, f.checkSRID(srid)
	}
	wkb, err := hex.DecodeString(text)
	if err != nil {
		return nil, &shape.Error{Code: shape.CodeInvalidWKT, Message: "neither WKT nor hexadecimal digits of WKB"}
	}
	g, srid, err := ewkb.Unmarshal(wkb)
	if err != nil {
		return nil, &shape.Error{Code: shape.CodeInvalidWKT, Message: "no two-dimensional WKB: " + err.Error()}
	}
	return g, f.checkSRID(srid)
}

// checkSRID refuses a geometry that says another reference system than the file is read in.
func (f *feature) checkSRID(srid int) error {
	if srid == 0 {
		return nil
	}
	stated, err := ParseSystem("EPSG:" + strconv.Itoa(srid))
	if err == nil && stated.equal(f.system) {
		return nil
	}
	return &shape.Error{Code: "wrong_srid", Message: "the geometry says SRID " + strconv.Itoa(srid) + ", and the file is read as " + f.system.String() + ": say which it is with --crs"}
}

func (t *table) stated() System { return t.system }

func quoted(text string) string { return strconv.Quote(text[:min(len(text), 40)]) }
