package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

// gdalSource is a file that ogr2ogr turns into a GeoJSON text sequence.
type gdalSource struct {
	program string
	format  Format
	dataset dataset
	layer   gdalLayer
	columns columnMap
	options []string // of opening, such as the encoding
	system  System
	keep    bool // coordinates are passed on as they are, and system is what they are in
}

// dataset is a file as GDAL opens it.
type dataset struct {
	name   string   // by which GDAL opens it
	file   string   // by which the user names it
	names  Encoding // the encoding of names in a zip archive that does not say which; empty where there are none
	beside beside   // what lies by it
}

// forPeople takes out of a text where the file lies, which is the server's own business.
func (d dataset) forPeople(text string) string {
	pairs := []string{d.name, filepath.Base(d.file)}
	if folder, err := filepath.Abs(filepath.Dir(d.file)); err == nil {
		pairs = append(pairs, folder+"/", "")
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// openGDAL looks into a file and chooses what is to be read of it.
func openGDAL(ctx context.Context, layer *geo.Layer, format Format, of dataset, o Options) (*gdalSource, error) {
	program, err := gdalProgram("ogr2ogr", format)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(of.name, "/vsi") {
		// An absolute path is never one of the names by which GDAL reads databases and the web.
		if of.name, err = filepath.Abs(of.name); err != nil {
			return nil, err
		}
	}
	g := &gdalSource{program: program, format: format, dataset: of}
	if format == Shapefile {
		g.options = append(g.options, shapefileEncoding(of.beside, o.Encoding)...)
	}
	layers, err := g.describe(ctx)
	if err != nil {
		return nil, err
	}
	if g.layer, err = choose(layers, layer, o.SourceLayer); err != nil {
		return nil, err
	}
	if g.columns, err = resolve(layer, g.layer.columns, o.Columns); err != nil {
		return nil, err
	}
	for _, part := range []string{geometryColumn, longitudeColumn, latitudeColumn} {
		if o.Columns[part] != "" {
			return nil, geo.Invalid("map", "the file has its geometry, so that no column can be the %s", part)
		}
	}
	return g, g.agree(o.System)
}

// gdalProgram finds a program of GDAL.
func gdalProgram(name string, format Format) (string, error) {
	program, err := exec.LookPath(name)
	if err != nil {
		return "", geo.Invalid("", "a file of the format %s is read by %s, which is not installed: install GDAL (apt-get install gdal-bin), or convert the file to GeoJSON where it is", format, name)
	}
	return program, nil
}

// agree settles the reference system. GDAL transforms what states its own; GCJ-02 and BD-09, which no file can state and
// which mostly go as WGS 84, are passed on as they are, and so is what states nothing.
func (g *gdalSource) agree(asked *System) error {
	if g.layer.geocentric() {
		return Geocentric(g.layer.statedName())
	}
	stated := g.layer.system
	g.keep = g.layer.wkt == "" || asked != nil && asked.EPSG == 0 && (asked.CRS == crs.GCJ02 || asked.CRS == crs.BD09)
	switch {
	case g.keep && asked != nil:
		if g.layer.wkt != "" && g.layer.projected {
			return geo.Invalid("crs", "the file says that its coordinates are %s, and it is read as %v: say which it is with --crs", g.layer.statedName(), *asked)
		}
		g.system = *asked
		return nil
	case asked == nil || g.keep:
		return nil
	case stated == nil:
		return geo.Invalid("crs", "the file says that its coordinates are %s, which has no EPSG code: leave --crs out, and it is taken by that", g.layer.statedName())
	}
	_, err := agreed(*stated, asked)
	return err
}

// describe asks GDAL what layers the file has.
func (g *gdalSource) describe(ctx context.Context) ([]gdalLayer, error) {
	program, err := gdalProgram("ogrinfo", g.format)
	if err != nil {
		return nil, err
	}
	arguments := append([]string{"-ro", "-so", "-al", "-nomd"}, g.options...)
	cmd := g.command(ctx, program, append(arguments, g.dataset.name)...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &limited{w: &complaint}
	if err := runOwned(cmd); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, g.explain(complaint.String()+"\n"+out.String(), err)
	}
	// GDAL opens a file by any driver that can; ours says what the format is.
	if driver := usedDriver(out.String()); !slices.Contains(drivers[g.format], driver) {
		return nil, geo.Invalid("", "GDAL cannot read the file as %s, but as %s: leave --format out, or name the right one", g.format, driver)
	}
	return parseLayers(out.String()), nil
}

// command is a run of a program of GDAL, which ends with ctx and with this process.
func (g *gdalSource) command(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, arguments...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "CPL_DEBUG=OFF", "GDAL_HTTP_MAX_RETRY=0")
	if g.dataset.names != "" {
		cmd.Env = append(cmd.Env, "CPL_ZIP_ENCODING="+strings.ToUpper(string(g.dataset.names)))
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = time.Second
	return cmd
}

// runOwned runs a process on a thread that lives as long, for the kernel ends the process with the thread that forked it.
func runOwned(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return cmd.Run()
}

// start runs ogr2ogr. The goroutine that calls it is bound to its thread until end.
func (g *gdalSource) start(ctx context.Context) (source, func(), error) {
	arguments := []string{"-f", "GeoJSONSeq", "/vsistdout/", g.dataset.name, g.layer.name, "-dim", "XY", "-nlt", "CONVERT_TO_LINEAR",
		"-lco", "SIGNIFICANT_FIGURES=17"}
	arguments = append(arguments, g.options...)
	if g.keep {
		arguments = append(arguments, "-a_srs", "EPSG:4326") // so that the coordinates stay as they are
	}
	ctx, cancel := context.WithCancel(ctx)
	cmd := g.command(ctx, g.program, arguments...)
	complaint := &limited{w: new(bytes.Buffer)}
	cmd.Stderr = complaint
	nothing := func() { cancel() }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nothing, err
	}
	runtime.LockOSThread()
	if err := cmd.Start(); err != nil {
		runtime.UnlockOSThread()
		return nil, nothing, fmt.Errorf("start ogr2ogr: %w", err)
	}
	p := &gdalProcess{of: g, cmd: cmd, complaint: complaint}
	p.scanner = newScanner(out, &g.system, MaxFeature)
	return p, func() {
		cancel()
		_ = p.wait()
		runtime.UnlockOSThread()
	}, nil
}

// gdalProcess is the sequence that a running ogr2ogr writes.
type gdalProcess struct {
	*scanner
	of        *gdalSource
	cmd       *exec.Cmd
	complaint *limited
	waited    bool
	err       error
}

// next gives the next feature. A file without any is no fault.
func (p *gdalProcess) next() (piece, error) {
	feature, err := p.scanner.next()
	if err == nil {
		return feature, nil
	}
	if errors.Is(err, io.EOF) || p.index == 0 {
		// That the text ends says nothing until the process has said that it is whole.
		if failure := p.wait(); failure != nil {
			return piece{}, failure
		}
		if err := p.of.layer.short(p.of.format, p.index); err != nil {
			return piece{}, err
		}
		return piece{}, io.EOF
	}
	return piece{}, err
}

// wait waits for the process, and says what it has complained of if it failed.
func (p *gdalProcess) wait() error {
	if !p.waited {
		p.waited = true
		if err := p.cmd.Wait(); err != nil {
			p.err = p.of.explain(p.complaint.w.String(), err)
		}
	}
	return p.err
}

// explain makes an error that a person can act on of what GDAL complains of.
func (g *gdalSource) explain(complaint string, err error) error {
	var lines []string
	complaint = g.dataset.forPeople(complaint)
	for line := range strings.Lines(complaint) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "ERROR "); ok {
			_, rest, _ = strings.Cut(rest, ": ")
			lines = append(lines, rest)
		}
	}
	const most = 3
	if len(lines) == 0 {
		for line := range strings.Lines(complaint) {
			if line = strings.TrimSpace(line); line != "" && line != "FAILURE:" && !strings.HasPrefix(line, "->") {
				lines = append(lines, line)
			}
		}
	}
	if len(lines) == 0 {
		lines = []string{err.Error()}
	}
	return &geo.Error{Code: geo.BadInput, Cause: err, Message: fmt.Sprintf("GDAL cannot read the file as %s: %s", g.format, strings.Join(lines[:min(most, len(lines))], "; "))}
}

// limited keeps the beginning of what a process writes.
type limited struct{ w *bytes.Buffer }

func (l *limited) Write(b []byte) (int, error) {
	const most = 8 << 10
	if room := most - l.w.Len(); room > 0 {
		l.w.Write(b[:min(room, len(b))])
	}
	return len(b), nil
}
