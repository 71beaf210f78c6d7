package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
	"xiangtu/internal/progress"
)

func runImport(ctx context.Context, p program, url string, layer *geo.Layer, request importRequest, o exchange.Options) error {
	reader, err := openImport(ctx, layer, request.File, o)
	if err != nil {
		return fmt.Errorf("import %s: %w", request.File, flagError(err))
	}
	defer func() { _ = reader.Close() }() // it was only read
	// A pipe that nobody writes to keeps its reader waiting, also when the user wants to stop.
	defer context.AfterFunc(ctx, func() { _ = reader.Close() })()

	defer debug.SetMemoryLimit(debug.SetMemoryLimit(importMemory))
	p.leaveProcessor()
	shown := &phases{w: p.stderr, reader: reader}
	var report postgis.ImportReport
	err = withStore(ctx, url, func(store *postgis.Store) error {
		reports, err := store.Import(ctx, []*exchange.Reader{reader}, postgis.ImportOptions{
			SkipInvalid: request.SkipInvalid, Repair: request.Repair, DryRun: request.DryRun, Progress: shown.show,
		})
		if err == nil {
			report = reports[0]
		}
		return err
	})
	if err != nil {
		shown.stop()
		return fmt.Errorf("import %s: %w", request.File, flagError(err))
	}
	shown.done()
	if err := writeReport(request.Report, report); err != nil {
		return err
	}
	return printImport(p.stdout, report, request)
}

// importMemory is the heap from which on memory is collected more often than time alone would ask for.
const importMemory = 128 << 20

// openImport opens the file that is to be read, or the standard input for -.
func openImport(ctx context.Context, layer *geo.Layer, name string, o exchange.Options) (*exchange.Reader, error) {
	if name == "-" {
		return exchange.NewStream(layer, os.Stdin, "", o), nil
	}
	return exchange.Open(ctx, layer, name, o)
}

// flagError names the flag where an error's path is that of an option.
func flagError(err error) error {
	var known *geo.Error
	if !errors.As(err, &known) {
		return err
	}
	if slices.Contains([]string{"format", "crs", "map", "encoding", "source-layer"}, known.Path) {
		return fmt.Errorf("--%w", err)
	}
	return err
}

// phases shows how far the phases of an import have come, one after the other.
type phases struct {
	w      io.Writer
	reader *exchange.Reader
	phase  postgis.Phase
	bar    *progress.Progress
	byByte bool
	shown  int64 // how much of the phase
	read   int   // features
}

// show takes what an import tells.
func (s *phases) show(phase postgis.Phase, count int) {
	if phase != s.phase {
		s.done()
		s.phase, s.shown = phase, 0
		label, size, unit := string(s.reader.Layer().Name)+": "+string(phase), int64(-1), progress.Items
		if phase == postgis.Writing {
			size = int64(s.read)
		}
		if s.byByte = (phase == postgis.Reading || phase == postgis.Rereading) && s.reader.Size() > 0; s.byByte {
			size, unit = s.reader.Size(), progress.Bytes
		}
		s.bar = progress.Start(s.w, label, size, unit)
	}
	if phase == postgis.Reading || phase == postgis.Rereading {
		s.read = count
	}
	s.advance(count)
}

func (s *phases) advance(count int) {
	now := int64(count)
	if s.byByte {
		now = s.reader.Consumed()
	}
	s.bar.Add(int(now - s.shown))
	s.shown = now
}

// done ends the phase that is shown.
func (s *phases) done() {
	if s.bar != nil {
		s.advance(s.read)
		s.bar.Done()
		s.bar = nil
	}
}

// stop ends the phase that has failed.
func (s *phases) stop() {
	if s.bar != nil {
		s.bar.Stop()
	}
}

// writeReport writes the report of an import to a file, if there is a name.
func writeReport(name string, report postgis.ImportReport) error {
	if name == "" {
		return nil
	}
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("--report: %w", err)
	}
	if err := os.WriteFile(name, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("--report: %w; the import itself is done: %s", err, summary(report))
	}
	return nil
}

// printImport says what came of an import. That features were refused is an error unless the user foresaw it.
func printImport(w io.Writer, report postgis.ImportReport, request importRequest) error {
	var text strings.Builder
	for i := range report.Repairs {
		fmt.Fprintln(&text, report.Repairs[i].String())
	}
	text.WriteString(andMore(report.Repaired - len(report.Repairs)))
	for i := range report.Refusals {
		fmt.Fprintln(&text, report.Refusals[i].String())
	}
	text.WriteString(andMore(report.Refused - len(report.Refusals)))
	if len(report.Ignored) > 0 {
		fmt.Fprintf(&text, "ignored: %s has no %s\n", report.Layer, strings.Join(report.Ignored, ", "))
	}
	for _, note := range report.Notes {
		fmt.Fprintf(&text, "note: %s\n", note)
	}
	if report.Refused > 0 && !request.SkipInvalid {
		fmt.Fprintf(&text, "%s: %d read, %d refused\n", report.Layer, report.Read, report.Refused)
	} else {
		fmt.Fprintln(&text, summary(report))
	}
	if request.DryRun {
		text.WriteString("dry run: nothing is written\n")
	}
	if _, err := io.WriteString(w, text.String()); err != nil {
		return err
	}
	if report.Refused > 0 && !request.SkipInvalid {
		return fmt.Errorf("nothing is written, because %d of %d features are refused; --skip-invalid writes the others", report.Refused, report.Read)
	}
	return nil
}

// andMore says how many are not listed.
func andMore(more int) string {
	if more <= 0 {
		return ""
	}
	return fmt.Sprintf("… and %d more\n", more)
}

// summary says the counts of an import in a line.
func summary(r postgis.ImportReport) string {
	text := fmt.Sprintf("%s: %d read, %d inserted, %d updated, %d unchanged, %d refused", r.Layer, r.Read, r.Inserted, r.Updated, r.Unchanged, r.Refused)
	if r.Repaired > 0 {
		text += fmt.Sprintf(", %d repaired", r.Repaired)
	}
	return text
}
