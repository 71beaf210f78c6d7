package exchange

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"xiangtu/geo"
)

// gdalLayer is a layer of a file, as ogrinfo describes it.
type gdalLayer struct {
	name      string
	geometry  string
	count     string
	wkt       string  // of the reference system; empty if the file states none
	system    *System // nil if it has no EPSG code
	projected bool
	columns   []string
}

var (
	layerLine  = regexp.MustCompile(`^Layer name: (.*)$`)
	columnLine = regexp.MustCompile(`^(.+): (?:String|Integer|Integer64|Real|Date|Time|DateTime|Binary|StringList|IntegerList|Integer64List|RealList)\b.*\(\d+\.\d+\)`)
	lastID     = regexp.MustCompile(`ID\["EPSG",(\d+)\]\]$`)
	wktName    = regexp.MustCompile(`^\w+\["([^"]*)"`)
)

// usedDriver finds in what ogrinfo prints by which driver it has opened a file.
func usedDriver(text string) string {
	_, after, _ := strings.Cut(text, "using driver `")
	driver, _, _ := strings.Cut(after, "'")
	return driver
}

// parseLayers reads what ogrinfo -so -al prints.
func parseLayers(text string) []gdalLayer {
	var layers []gdalLayer
	inWKT := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if match := layerLine.FindStringSubmatch(line); match != nil {
			layers, inWKT = append(layers, gdalLayer{name: match[1]}), false
			continue
		}
		if len(layers) == 0 {
			continue
		}
		l := &layers[len(layers)-1]
		switch {
		case line == "Layer SRS WKT:":
			inWKT = true
		case strings.HasPrefix(line, "Data axis to CRS axis mapping:"):
			inWKT = false
		case inWKT && line == "(unknown)":
			inWKT = false
		case inWKT:
			l.wkt += strings.TrimSpace(line)
		case strings.HasPrefix(line, "Geometry: "):
			l.geometry = strings.TrimPrefix(line, "Geometry: ")
		case strings.HasPrefix(line, "Feature Count: "):
			l.count = strings.TrimPrefix(line, "Feature Count: ")
		default:
			if match := columnLine.FindStringSubmatch(line); match != nil {
				l.columns = append(l.columns, match[1])
			}
		}
	}
	for i := range layers {
		layers[i].readSystem()
	}
	return layers
}

// readSystem finds the code of the reference system, which stands at the end of its WKT.
func (l *gdalLayer) readSystem() {
	l.projected = strings.HasPrefix(l.wkt, "PROJCRS") || strings.HasPrefix(l.wkt, "BOUNDCRS[SOURCECRS[PROJCRS")
	match := lastID.FindStringSubmatch(l.wkt)
	if match == nil {
		return
	}
	code, err := strconv.Atoi(match[1])
	if err != nil {
		return
	}
	if system, err := ParseSystem("EPSG:" + strconv.Itoa(code)); err == nil {
		l.system = &system
	}
}

// geocentric tells whether the file states a system of coordinates from the centre of the earth.
func (l *gdalLayer) geocentric() bool {
	return strings.HasPrefix(l.wkt, "GEODCRS") && strings.Contains(l.wkt, "CS[Cartesian")
}

// statedName names the reference system for people.
func (l *gdalLayer) statedName() string {
	if l.system != nil {
		return l.system.String()
	}
	if match := wktName.FindStringSubmatch(l.wkt); match != nil {
		return match[1]
	}
	return "of another system"
}

// short is the error of a FlatGeobuf that has fewer features than its beginning says: GDAL takes the end of one that is
// cut in its index for the end of its features. Other formats have GDAL count the features, or fail.
func (l *gdalLayer) short(format Format, read int) error {
	if count, err := strconv.Atoi(l.count); format == FlatGeobuf && err == nil && read < count {
		return geo.Invalid("", "the file is damaged or cut short: it says that it has %d features, and %d can be read", count, read)
	}
	return nil
}

// choose finds the layer of the file that is asked for; without a name the only one, or the one that is named like ours.
func choose(layers []gdalLayer, layer *geo.Layer, asked string) (gdalLayer, error) {
	var list []string
	for _, l := range layers {
		list = append(list, l.name+" ("+l.geometry+", "+l.count+" features)")
	}
	find := func(name string) int {
		return slices.IndexFunc(layers, func(l gdalLayer) bool { return l.name == name })
	}
	switch i := find(asked); {
	case asked != "" && i >= 0:
		return layers[i], nil
	case asked != "":
		return gdalLayer{}, geo.Invalid("source-layer", "the file has no layer %.80q; it has %s", asked, listed(list))
	case len(layers) == 0:
		return gdalLayer{}, geo.Invalid("", "the file has no layer with features")
	case len(layers) == 1:
		return layers[0], nil
	}
	if i := find(string(layer.Name)); i >= 0 {
		return layers[i], nil
	}
	return gdalLayer{}, geo.Invalid("source-layer", "the file has several layers, name one with --source-layer: %s", listed(list))
}
