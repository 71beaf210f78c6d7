package postgis

import (
	"context"
	"iter"
	"strconv"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
)

// staging is the temporary table that a file is copied into. It has the columns of its layer under their own names, so
// that the rules of the layer's table can be asked of it, and then place, the feature's index in the file.
const staging = "pg_temp.xiangtu_staging"

// stagingTypes are wide enough for whatever a file holds, so that a rule refuses it and not the type.
var stagingTypes = map[geo.FieldType]string{
	geo.Text:    `text COLLATE "C"`,
	geo.Integer: "bigint",
	geo.Number:  "double precision",
	geo.Boolean: "boolean",
	geo.Time:    "timestamptz",
}

// stagedFields are the indices of the fields that are staged: all but those that the database alone keeps.
func stagedFields(layer *geo.Layer) []int {
	var staged []int
	for i, f := range layer.Fields {
		if !f.Kept {
			staged = append(staged, i)
		}
	}
	return staged
}

// memberColumn is the staging column of a layer's i-th list of members.
func memberColumn(i int) string { return "members_" + strconv.Itoa(i) }

// stage copies the features of the file that are right by themselves, and reports the others.
func (i *importer) stage(ctx context.Context, file *exchange.Reader) error {
	b := &builder{}
	b.add("CREATE TEMPORARY TABLE xiangtu_staging (place bigint, geom geometry")
	columns := []string{"place", "geom"}
	fields := stagedFields(i.layer)
	for _, f := range fields {
		field := i.layer.Fields[f]
		b.add(", ", field.Column, " ", stagingTypes[field.Type])
		columns = append(columns, field.Column)
	}
	for m := range i.layer.Members {
		b.add(", ", memberColumn(m), ` text[] COLLATE "C"`)
		columns = append(columns, memberColumn(m))
	}
	b.add(") ON COMMIT DROP")
	if _, err := i.tx.Exec(ctx, b.String()); err != nil {
		return err
	}
	i.tell(i.reading, 0)
	next, stop := iter.Pull2(file.Records(ctx))
	defer stop()
	rows := stagingRows{report: &i.report, next: next, fields: fields, progress: func(count int) { i.tell(i.reading, count) }, values: make([]any, len(columns))}
	if _, err := copyRows(ctx, i.tx, staging, false, columns, &rows); err != nil {
		return err
	}
	// The joins need to know how many rows there are and how many codes; to look at the geometries would take longer
	// than the joins.
	_, err := i.tx.Exec(ctx, "ANALYZE "+staging+" (code)")
	return err
}

// stagingRows gives the records of a file to the driver.
type stagingRows struct {
	report   *ImportReport
	next     func() (*exchange.Record, error, bool)
	fields   []int
	progress func(count int)
	values   []any
	err      error
}

// Next moves to the next record that is not refused.
func (r *stagingRows) Next() bool {
	for {
		record, err, ok := r.next()
		if !ok || err != nil {
			r.err = err
			return false
		}
		r.report.Read++
		if r.report.Read%1000 == 0 {
			r.progress(r.report.Read)
		}
		if record.Refusal != nil {
			r.report.refuse(*record.Refusal)
			continue
		}
		r.values[0], r.values[1] = int64(record.Index), record.Geometry
		for i, f := range r.fields {
			r.values[2+i] = record.Values[f]
		}
		for i, list := range record.Members {
			if list == nil {
				list = []string{}
			}
			r.values[2+len(r.fields)+i] = list
		}
		return true
	}
}

// Values gives the record's columns.
func (r *stagingRows) Values() ([]any, error) { return r.values, nil }

// Err says why there are no more.
func (r *stagingRows) Err() error { return r.err }
