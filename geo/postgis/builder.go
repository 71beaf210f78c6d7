package postgis

import (
	"context"
	"strconv"
	"strings"
	"time"

	"xiangtu/geo"
)

// builder collects the text of a statement and the values bound to it. Text comes from this package and the registry
// alone; what a caller gave goes through bind.
type builder struct {
	text     strings.Builder
	args     []any
	computed []geo.Arithmetic // the outermost computations of filters
	moment   geo.Moment       // of the tables that the statement reads
	asStored bool             // whether features come in no order but that of their table
	since    string           // the revision that tables between features are read at, where each row has its own; else empty
}

// newBuilder begins a statement about the context's moment.
func newBuilder(ctx context.Context) *builder { return &builder{moment: geo.MomentOf(ctx)} }

// add appends text.
func (b *builder) add(parts ...string) {
	for _, p := range parts {
		b.text.WriteString(p)
	}
}

// bind adds a value to the statement and gives the placeholder that stands for it.
func (b *builder) bind(value any) string {
	b.args = append(b.args, value)
	return "$" + strconv.Itoa(len(b.args))
}

// bindValue is bind for the value of a field or a list of such. Each is of its own type whatever the column has, so that
// one that it cannot hold is compared and not refused.
func (b *builder) bindValue(value any) string {
	switch v := value.(type) {
	case geo.Day:
		return b.bind(time.Time(v)) + "::date"
	case []geo.Day:
		days := make([]time.Time, len(v))
		for i, day := range v {
			days[i] = time.Time(day)
		}
		return b.bind(days) + "::date[]"
	case string:
		return b.bind(v) + "::text"
	case []string:
		return b.bind(v) + "::text[]"
	case int64:
		return b.bind(v) + "::int8"
	case []int64:
		return b.bind(v) + "::int8[]"
	case float64:
		return b.bind(v) + "::float8"
	case []float64:
		return b.bind(v) + "::float8[]"
	case bool:
		return b.bind(v) + "::bool"
	case []bool:
		return b.bind(v) + "::bool[]"
	case time.Time:
		return b.bind(v) + "::timestamptz"
	case []time.Time:
		return b.bind(v) + "::timestamptz[]"
	default:
		return b.bind(value)
	}
}

// join appends the items that each writes, with the separator between them.
func (b *builder) join(count int, separator string, each func(i int) error) error {
	for i := range count {
		if i > 0 {
			b.add(separator)
		}
		if err := each(i); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) String() string { return b.text.String() }
