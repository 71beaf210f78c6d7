package exchange

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

func named(t testing.TB, name geo.LayerName) *geo.Layer {
	t.Helper()
	layer, known := geo.LayerNamed(name)
	if !known {
		t.Fatalf("there is no layer %s", name)
	}
	return layer
}

// rowsOf makes options for a layer of points with one column of text.
func rowsOf(t testing.TB) RowOptions {
	t.Helper()
	return RowOptions{Layer: named(t, geo.Stations), Columns: []Column{{Name: "name", Type: geo.Text}}, Shape: shape.Options{Precision: 7}}
}

func TestNoTextIsAFormula(t *testing.T) {
	for text, cell := range map[string]string{
		"=1+1": "'=1+1", "+86": "'+86", "-1号": "'-1号", "@x": "'@x", "\tx": "'\tx", "'=1": "''=1", "''=1": "'''=1",
		"村": "村", "'村'": "'村'", "1=1": "1=1", "'": "'", "": "",
	} {
		read := readCell(t, NewCSV(rowsOf(t)), text)
		if read != cell {
			t.Errorf("%q is written as %q, want %q", text, read, cell)
		}
		if back := string(unguarded([]byte(read))); back != text {
			t.Errorf("%q comes back as %q", text, back)
		}
		if piped := readCell(t, NewPiped(rowsOf(t)), text); piped != text {
			t.Errorf("%q goes to a program as %q", text, piped)
		}
	}
}

// readCell writes a text and gives what the standard library reads of it.
func readCell(t testing.TB, e RowEncoder, text string) string {
	t.Helper()
	row := Row{Values: []Value{{Text: []byte(text)}}, Geometry: shape.AppendWKB(nil, orb.Point{116.4, 23.5})}
	out, err := e.Append(e.Begin(nil), &row)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(e.End(out))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%q: %v", out, err)
	}
	return rows[1][0]
}

// FuzzCell holds that every text comes back from CSV and from KML.
func FuzzCell(f *testing.F) {
	for _, text := range []string{"村", `a "b", c`, "=1+1", " x ", "<&>", "a\nb"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
		// The reader of the standard library makes line feeds of carriage returns before them.
		want := strings.ReplaceAll(text, "\r\n", "\n")
		if read := string(unguarded([]byte(readCell(t, NewCSV(rowsOf(t)), text)))); read != want {
			t.Errorf("CSV: %q comes back as %q", text, read)
		}
		decoder := xml.NewDecoder(bytes.NewReader(appendXML([]byte("<a>"), []byte(text))))
		decoder.Strict = true
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) || err != nil && strings.Contains(err.Error(), "unexpected EOF") {
				break
			}
			if err != nil {
				t.Fatalf("KML: %q: %v", text, err)
			}
			if characters, is := token.(xml.CharData); is && !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c >= 0xfffe }) && string(characters) != text {
				t.Errorf("KML: %q comes back as %q", text, characters)
			}
		}
	})
}
