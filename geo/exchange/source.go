package exchange

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"

	"xiangtu/geo"
)

// MaxFeature is the most bytes that one feature of a file may have, unless Options say otherwise: a polygon of a million vertices has about 40 MB.
const MaxFeature = 64 << 20

const bufferSize = 256 << 10

func newGzip(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }

// sequence gives the JSON texts of a file with white space between, also where it is a GeoJSON text sequence.
func sequence(text *bufio.Reader) io.Reader {
	if first, _ := text.Peek(1); bytes.Equal(first, []byte{recordSeparator}) {
		return separated{text}
	}
	return text
}

// readError says what is wrong with a file that cannot be read.
func readError(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return geo.Invalid("", "the file is cut short")
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return geo.Invalid("", "the file is damaged: its gzip checksum or header is wrong")
	}
	return err
}

// recordSeparator begins each text of a GeoJSON text sequence (RFC 8142).
const recordSeparator = 0x1e

// separated reads a GeoJSON text sequence as JSON texts with white space between. Inside a JSON string the separator
// would be an error, for control characters are escaped there, so that its place does not matter.
type separated struct{ r io.Reader }

func (s separated) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	for i, c := range b[:n] {
		if c == recordSeparator {
			b[i] = ' '
		}
	}
	return n, err
}

// meter bounds what is read for one feature, so that memory is bounded whatever a file unpacks to.
type meter struct {
	r    io.Reader
	most int // bytes
	used int
}

func newMeter(r io.Reader, most int) *meter { return &meter{r: r, most: cmp.Or(most, MaxFeature)} }

var errTooLarge = errors.New("a feature is too large")

func (m *meter) Read(b []byte) (int, error) {
	if m.used > m.most {
		return 0, errTooLarge
	}
	n, err := m.r.Read(b)
	m.used += n
	return n, err
}
