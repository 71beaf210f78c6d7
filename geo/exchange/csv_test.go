package exchange

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"xiangtu/geo"
)

func readTable(t testing.TB, text string, o Options) ([]Record, error) {
	t.Helper()
	var records []Record
	for r, err := range NewStream(stations(t), strings.NewReader(text), "", o).Records(t.Context()) {
		if err != nil {
			return records, err
		}
		records = append(records, *r)
	}
	return records, nil
}

const plainTable = "code,name,villageCode,townCodes,longitude,latitude\nS1,\"站, \"\"东\"\"\",445203001001,445203001;445203002,116.4,23.5\n"

// encode writes a text in another encoding.
func encode(t testing.TB, text string, e interface{ String(string) (string, error) }) string {
	t.Helper()
	encoded, err := e.String(text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func TestEveryTableGivesTheSameRecord(t *testing.T) {
	point := orb.Point{116.4, 23.5}
	hexadecimal := hex.EncodeToString(ewkb.MustMarshal(point, 4326))
	for name, test := range map[string]struct {
		text string
		o    Options
	}{
		"commas":         {plainTable, Options{}},
		"semicolons":     {"code;name;villageCode;townCodes;lon;lat\nS1;\"站, \"\"东\"\"\";445203001001;445203001 445203002;116.4;23.5", Options{}},
		"tabs":           {"code\tname\tvillage_code\ttownCodes\tx\ty\nS1\t\"站, \"\"东\"\"\"\t445203001001\t[\"445203001\",\"445203002\"]\t116.4\t23.5\n", Options{}},
		"CRLF and a BOM": {"\xef\xbb\xbf" + strings.ReplaceAll(plainTable, "\n", "\r\n"), Options{}},
		"gzip":           {pack(t, plainTable), Options{}},
		"snake case":     {strings.NewReplacer("villageCode", "village_code", "townCodes", "town_codes").Replace(plainTable), Options{}},
		"empty columns":  {strings.NewReplacer("latitude\n", "latitude,,\n", "23.5\n", "23.5,,445203009\n").Replace(plainTable), Options{}},
		"capitals":       {strings.Replace(plainTable, "code,name", "CODE,Name", 1), Options{}},
		"Chinese names":  {strings.Replace(plainTable, "longitude,latitude", "经度,纬度", 1), Options{}},
		"WKT":            {"code,name,villageCode,townCodes,geom\nS1,\"站, \"\"东\"\"\",445203001001,\"445203001,445203002\",POINT(116.4 23.5)\n", Options{}},
		"EWKT":           {"code,name,villageCode,townCodes,wkt\nS1,\"站, \"\"东\"\"\",445203001001,445203001|445203002,SRID=4490;POINT Z (116.4 23.5 8)\n", Options{}},
		"hexadecimal":    {"code,name,villageCode,townCodes,几何\nS1,\"站, \"\"东\"\"\",445203001001,445203001|445203002," + hexadecimal + "\n", Options{}},
		"mapped": {strings.Replace(plainTable, "code,name,villageCode,townCodes,longitude,latitude", "编号,站名,村,乡镇,东,北", 1), Options{Columns: map[string]string{
			"code": "编号", "name": "站名", "villageCode": "村", "townCodes": "乡镇", "longitude": "东", "latitude": "北"}}},
		"swapped":          {strings.Replace(plainTable, "116.4,23.5", "23.5,116.4", 1), Options{SwapAxes: true}},
		"GB18030":          {encode(t, plainTable, simplifiedchinese.GB18030.NewEncoder()), Options{}},
		"GB18030, as said": {encode(t, plainTable, simplifiedchinese.GB18030.NewEncoder()), Options{Encoding: GB18030}},
		"UTF-16":           {encode(t, plainTable, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()), Options{}},
		"codes as numbers": {strings.Replace(plainTable, "445203001001", "445203001001.0", 1), Options{}},
	} {
		records, err := readTable(t, test.text, test.o)
		if err != nil || len(records) != 1 {
			t.Errorf("%s: %d records, %v", name, len(records), err)
			continue
		}
		r := records[0]
		if r.Refusal != nil {
			t.Errorf("%s: %s", name, r.Refusal)
			continue
		}
		g, _, err := ewkb.Unmarshal(r.Geometry)
		if err != nil || !orb.Equal(g, point) || r.Code != "S1" || r.Values[1] != `站, "东"` || fmt.Sprint(r.Members) != "[[445203001 445203002]]" || r.Values[3] != "445203001001" {
			t.Errorf("%s: %v %v %v (%v)", name, r.Values, r.Members, g, err)
		}
	}
}

func TestWhatIsWrongWithARowIsItsRefusal(t *testing.T) {
	const header = "code,name,villageCode,longitude,latitude\n"
	for row, want := range map[string]string{
		"S1,站,445203001001,116.4":             "not_a_feature: the row has 4 fields, the header 5",
		"S1,站,445203001001,116°24′,23.5":      `not_finite: geometry: longitude "116°24′" and latitude "23.5" must be numbers`,
		"S1,站,445203001001,NaN,23.5":          "not_finite",
		"S1,站,445203001001,,":                 "missing_field: geometry: there is none",
		"S1,站,445203001001,23.5,116.4":        "out_of_range: geometry.coordinates: latitude 116.4",
		"S1,\xff\xff,445203001001,116.4,23.5": "invalid_text: name: is not valid UTF-8; a file in GB18030",
		"S1,站\x00,445203001001,116.4,23.5":    "invalid_text: name: has the character U+0000",
		",站,445203001001,116.4,23.5":          "missing_field: code",
	} {
		records, err := readTable(t, header+row+"\n", Options{})
		if err != nil || len(records) != 1 || records[0].Refusal == nil || !strings.Contains(records[0].Refusal.String(), want) {
			t.Errorf("%q: %+v, %v; want %q", row, records, err, want)
		}
	}
}

func TestWhatIsWrongWithATableEndsItsReading(t *testing.T) {
	for text, want := range map[string]string{
		"code,name,name,lon,lat\nS1,站,店,1,1\n":         "the columns 2 and 3 are both called \"name\": which of them counts is not said; give them different names",
		"code,name\nS1,站\n":                            "no column holds the geometry: name one of WKT with --map geometry=COLUMN, or two with --map longitude=COLUMN --map latitude=COLUMN; the file has code, name",
		"code,lon,lat\n\"S1,1,2\nS2,1,2\n":             "the file is not CSV at line",
		"code,lon,lat\nS\"1,1,2\n":                     "the file is not CSV at line 2, column 2",
		"code,lon,lat\n" + strings.Repeat("x", 70<<20): "row 0 has more than 64 MB",
		"code,lon,lat\n" + strings.Repeat(",", 1<<20):  "row 0 has more than 10000 fields",
	} {
		_, err := readTable(t, text, Options{})
		var known *geo.Error
		if !errors.As(err, &known) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
	_, err := readTable(t, plainTable, Options{Columns: map[string]string{"name": "站名"}})
	if err == nil || err.Error() != `map: name=站名: the file has no column "站名"; it has code, name, villageCode, townCodes, longitude, latitude` {
		t.Errorf("%v", err)
	}
}

func TestCodesOfOtherFormsAreDescribed(t *testing.T) {
	layer, _ := geo.LayerNamed(geo.Villages)
	for code, want := range map[string]string{
		"445203001":      "It has 9 digits, like a town's code.",
		"44520300100101": "It has 14 digits, like a grid's of level 2 code.",
		"45203001001":    "It has 11 digits: a leading zero may be lost, as in a number.",
		"445203001001.5": "write the digits alone",
		"4.45203E+11":    "It is a number that a spreadsheet has rounded (445203000000)",
		"揭东001":          "is not of the form",
	} {
		if got := layer.DescribeCode(code); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %q", code, got, want)
		}
	}
}

func FuzzCSV(f *testing.F) {
	f.Add(plainTable)
	f.Add("code;name;geom\nS1;站;POINT(1 2)\n")
	f.Add("\xef\xbb\xbfcode\tlon\tlat\r\n\"a\"\"b\"\t1\t2\r\n")
	f.Add("code,geom\nx,0101000000000000000000F03F0000000000000040\n")
	f.Fuzz(func(t *testing.T, text string) {
		records, _ := readTable(t, text, Options{Format: CSV})
		for _, r := range records {
			if r.Refusal == nil && r.Geometry == nil {
				t.Errorf("%q: neither refused nor taken: %+v", text, r)
			}
		}
	})
}
