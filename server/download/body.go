package download

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// chunk is how many bytes are gathered before they are sent: what is smaller has a Content-Length, and a failure before
// it is answered as a problem.
const chunk = 64 << 10

// body is the body of an answer while it is written: gathered into chunks, and packed if the client takes it so.
type body struct {
	w     http.ResponseWriter
	in    io.Writer    // gathered, or what packs into it
	gzip  *gzip.Writer // nil for a body as it is
	begun bool         // whether anything was sent

	gathered bytes.Buffer
}

// Write gathers bytes, and sends them when there are enough.
func (b *body) Write(p []byte) (int, error) {
	if _, err := b.in.Write(p); err != nil {
		return 0, err
	}
	if b.gathered.Len() < chunk {
		return len(p), nil
	}
	return len(p), b.send()
}

func (b *body) send() error {
	b.begun = true
	_, err := b.w.Write(b.gathered.Bytes())
	b.gathered.Reset()
	return err
}

// close sends what is left, and before a body of one chunk its length.
func (b *body) close() error {
	if b.gzip != nil {
		if err := b.gzip.Close(); err != nil {
			return err
		}
	}
	if !b.begun {
		b.w.Header().Set("Content-Length", strconv.Itoa(b.gathered.Len()))
	}
	return b.send()
}

// bodies makes bodies out of those that are done with, whose buffers are larger than many an answer.
type bodies struct{ plain, packed sync.Pool }

func (p *bodies) pool(packed bool) *sync.Pool {
	if packed {
		return &p.packed
	}
	return &p.plain
}

func (p *bodies) take(w http.ResponseWriter, packed bool) (*body, error) {
	b, known := p.pool(packed).Get().(*body)
	if !known {
		b = &body{}
		b.gathered.Grow(chunk + chunk/2)
		b.in = &b.gathered
	}
	b.w, b.begun = w, false
	b.gathered.Reset()
	switch {
	case packed && !known:
		var err error
		if b.gzip, err = gzip.NewWriterLevel(&b.gathered, gzip.BestSpeed); err != nil {
			return nil, fmt.Errorf("make a gzip writer: %w", err)
		}
		b.in = b.gzip
	case packed:
		b.gzip.Reset(&b.gathered)
	}
	return b, nil
}

// giveBack keeps a body for another answer, unless a huge feature has made it large.
func (p *bodies) giveBack(b *body) {
	if b.w = nil; b.gathered.Cap() <= 4*chunk {
		p.pool(b.gzip != nil).Put(b)
	}
}
