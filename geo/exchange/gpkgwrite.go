package exchange

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

// gpkgSystems are the reference systems that a GeoPackage can name by number.
var gpkgSystems = map[crs.CRS]string{crs.WGS84: "EPSG:4326", crs.CGCS2000: "EPSG:4490", crs.WebMercator: "EPSG:3857"}

// anyLineLength lets GDAL read rows of CSV beyond its 10 MB, which a polygon of half a million vertices has.
const anyLineLength = "OGR_CSV_MAX_LINE_SIZE=-1"

// CheckGPKG says why a GeoPackage cannot be written in a reference system, or not on this machine.
func CheckGPKG(system crs.CRS) error {
	if gpkgSystems[system] == "" {
		return geo.Invalid("crs", "a GeoPackage has a number for its reference system, and %v has none: it can have wgs84, cgcs2000 or web_mercator; GeoJSON and CSV can have any", system)
	}
	if _, err := exec.LookPath("ogr2ogr"); err != nil {
		return &geo.Error{Code: geo.Unavailable, Cause: err, Message: "a GeoPackage is written by ogr2ogr, which is not installed: install GDAL (apt-get install gdal-bin), or take GeoJSON and convert it where GDAL is"}
	}
	return nil
}

// WriteGPKG makes a GeoPackage at path, with one table that has the name of the layer. write gives the rows, in the form
// of NewPiped, to ogr2ogr, which has ended when WriteGPKG returns. What it has begun is left at path if there is an error.
func WriteGPKG(ctx context.Context, path string, o RowOptions, write func(io.Writer) error) error {
	if err := CheckGPKG(o.Shape.CRS); err != nil {
		return err
	}
	source, err := pipedSource(o)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ogr2ogr", "-f", "GPKG", "-lco", "GEOMETRY_NAME=geom", path, source)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "CPL_DEBUG=OFF", anyLineLength)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	cmd.WaitDelay = time.Second
	// It ends with this process, that is, with the thread that has started it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start ogr2ogr: %w", err)
	}
	written := write(pipe)
	// A pipe that breaks is not the reason: what ogr2ogr has to say of it is.
	if written != nil && !errors.Is(written, syscall.EPIPE) {
		cancel()
		_ = cmd.Wait() // it was killed
		return written
	}
	_ = pipe.Close() // Wait tells
	if err := cmd.Wait(); err != nil || written != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		reason := firstLine(complaint.String())
		if strings.Contains(reason, "disk is full") { // in the words of SQLite
			err = syscall.ENOSPC
		}
		return fmt.Errorf("ogr2ogr cannot write the GeoPackage: %s: %w", reason, err)
	}
	return nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// NewPiped makes an encoder of the rows that WriteGPKG takes: CSV with nothing done for spreadsheets.
func NewPiped(o RowOptions) RowEncoder { return csvEncoder{RowOptions: o, piped: true} }

// Elements of the VRT driver of GDAL (gdal.org/drivers/vector/vrt.html), which gives the columns their types.
type (
	vrtDataSource struct {
		XMLName xml.Name `xml:"OGRVRTDataSource"`
		Layer   vrtLayer `xml:"OGRVRTLayer"`
	}
	vrtLayer struct {
		Name     string      `xml:"name,attr"`
		Source   string      `xml:"SrcDataSource"`
		Options  []vrtOption `xml:"OpenOptions>OOI"`
		Layer    string      `xml:"SrcLayer"`
		Type     string      `xml:"GeometryType"`
		System   string      `xml:"LayerSRS"`
		Geometry vrtGeometry `xml:"GeometryField"`
		Fields   []vrtField  `xml:"Field"`
	}
	vrtOption struct {
		Key   string `xml:"key,attr"`
		Value string `xml:",chardata"`
	}
	vrtGeometry struct {
		Encoding string `xml:"encoding,attr"`
		Field    string `xml:"field,attr"`
		Name     string `xml:"name,attr"`
	}
	vrtField struct {
		Name    string `xml:"name,attr"`
		Source  string `xml:"src,attr"`
		Type    string `xml:"type,attr"`
		Subtype string `xml:"subtype,attr,omitempty"`
	}
)

var vrtTypes = map[geo.FieldType]string{geo.Text: "String", geo.Integer: "Integer64", geo.Number: "Real", geo.Boolean: "Integer", geo.Time: "DateTime"}

// pipedSource describes to GDAL what comes by the pipe. GDAL takes the text in the place of a file's name.
func pipedSource(o RowOptions) (string, error) {
	layer := vrtLayer{
		Name: string(o.Layer.Name), Source: "CSV:/vsistdin/",
		Options: []vrtOption{{"EMPTY_STRING_AS_NULL", "YES"}},
		Layer:   "layer", // what GDAL calls a CSV that has no name
		Type:    "wkb" + string(o.Layer.Geometry), System: gpkgSystems[o.Shape.CRS],
		Geometry: vrtGeometry{Encoding: "WKT", Field: geometryName, Name: "geom"},
	}
	for _, c := range o.Columns {
		field := vrtField{Name: c.Name, Source: c.Name, Type: vrtTypes[c.Type]}
		if c.Type == geo.Boolean {
			field.Subtype = "Boolean"
		}
		layer.Fields = append(layer.Fields, field)
	}
	text, err := xml.Marshal(vrtDataSource{Layer: layer})
	return string(text), err
}
