// Package progress shows how far a long task has come: as a bar on a terminal,
// as plain lines elsewhere, so that logs of scripts stay readable.
package progress

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// interval is the time between two plain lines.
const interval = 5 * time.Second

// Unit is what a task counts.
type Unit int

// The units of tasks.
const (
	Items Unit = iota // features, tiles
	Bytes             // of a file
)

// Progress is how far one task has come. It is not safe for concurrent use.
type Progress struct {
	w     io.Writer
	label string
	total int64
	unit  Unit
	now   func() time.Time

	done   int64
	bar    *progressbar.ProgressBar // nil where there is no terminal
	spoken time.Time                // of the last plain line
}

// Start shows a task on w, which is the standard error of commands. The label
// says what is done, such as "grids"; total is its amount, or -1 when that is
// not known.
func Start(w io.Writer, label string, total int64, unit Unit) *Progress {
	p := &Progress{w: w, label: label, total: total, unit: unit, now: time.Now}
	p.spoken = p.now()
	if file, ok := w.(*os.File); ok && isatty.IsTerminal(file.Fd()) {
		p.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(w),
			progressbar.OptionSetDescription(label),
			progressbar.OptionShowCount(),
			progressbar.OptionShowBytes(unit == Bytes),
			progressbar.OptionUseIECUnits(true),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetWidth(30),
			progressbar.OptionClearOnFinish(),
		)
	}
	return p
}

// Add says that n more are done.
func (p *Progress) Add(n int) {
	p.done += int64(n)
	if p.bar != nil {
		_ = p.bar.Add(n) // a bar that cannot be drawn must not stop the task
		return
	}
	if now := p.now(); now.Sub(p.spoken) >= interval {
		p.spoken = now
		p.line("")
	}
}

// Expect says that the amount is n more than was known, of a task that learns on
// its way how much it has to do.
func (p *Progress) Expect(n int) {
	p.total = max(p.total, 0) + int64(n)
	if p.bar != nil {
		p.bar.ChangeMax64(p.total)
	}
}

// Write counts the bytes of b, so that an io.TeeReader or io.MultiWriter can
// show how far a file has come. It never fails.
func (p *Progress) Write(b []byte) (int, error) {
	p.Add(len(b))
	return len(b), nil
}

// Done ends the task with one line that stays.
func (p *Progress) Done() {
	if p.bar != nil {
		_ = p.bar.Finish()
		_ = p.bar.Clear()
	}
	p.line(", done")
}

// Stop ends a task that has failed: what says why follows, so it says nothing.
func (p *Progress) Stop() {
	if p.bar != nil {
		_ = p.bar.Exit()
	}
}

func (p *Progress) line(end string) {
	amount := p.format(p.done)
	if p.total > 0 && p.done < p.total {
		amount += fmt.Sprintf(" of %s (%d %%)", p.format(p.total), p.done*100/p.total)
	}
	_, _ = fmt.Fprintf(p.w, "%s: %s%s\n", p.label, amount, end)
}

func (p *Progress) format(n int64) string {
	if p.unit == Bytes {
		return humanize.IBytes(uint64(max(n, 0)))
	}
	return humanize.Comma(n)
}
