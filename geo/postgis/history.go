package postgis

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// HistoryForm says what of a feature's versions is read.
type HistoryForm struct {
	Before      int64 // only versions that began before this revision; 0 for all
	Limit       int   // so many of them, the latest first
	Differences bool  // whether the differences of their geometries are computed
}

// History gives the versions of a feature, the latest first, also of one that is gone. more tells whether there are
// earlier ones. Before the keeping of history began there are none.
func (s *Store) History(ctx context.Context, layer *geo.Layer, code string, form HistoryForm) (versions []geo.Version, more bool, err error) {
	w := newFeatureWriter(geo.Query{Layer: layer}, FeatureForm{})
	b := w.versions(layer, code, form)
	rows, err := s.pool.Query(ctx, b.String(), b.args...)
	if err != nil {
		return nil, false, fail(err)
	}
	defer rows.Close()
	r := versionReader{writer: w, layer: layer.Name, differences: form.Differences}
	for rows.Next() {
		if len(r.versions) == form.Limit {
			r.compare(rows.RawValues()) // the last one that is answered
			return r.versions, true, nil
		}
		if err := r.read(rows); err != nil {
			return nil, false, fail(err)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, false, fail(err)
	}
	return r.versions, false, nil
}

// versions makes the statement of History: what the writer reads of each version, then what versionReader does.
func (w *featureWriter) versions(layer *geo.Layer, code string, form HistoryForm) *builder {
	b := &builder{since: "t.revision"}
	table, columns := "xiangtu."+string(layer.Name), strings.Join(versionColumns(layer), ", ")
	key, name := b.bind(code), b.bind(string(layer.Name))
	b.add("WITH stored AS (SELECT ", columns, ", NULL::bigint AS until_revision FROM ", table, " WHERE code = ", key,
		" UNION ALL SELECT ", columns, ", until_revision FROM ", table, "_history WHERE code = ", key,
		"), t AS (SELECT *, lag(until_revision) OVER w AS earlier_until, lag(geom) OVER w AS earlier, lead(revision) OVER w AS later",
		" FROM stored WINDOW w AS (ORDER BY revision)) SELECT ", strings.Join(w.columns(b), ", "),
		", c.at, c.actor, c.surface, t.until_revision, e.at, e.actor, e.surface",
		", t.earlier_until IS NOT DISTINCT FROM t.revision, t.until_revision IS DISTINCT FROM t.later")
	if form.Differences {
		b.difference(layer)
	}
	b.add(" FROM t LEFT JOIN LATERAL xiangtu.signature(", name, ", t.revision) AS c ON true",
		" LEFT JOIN LATERAL xiangtu.signature(", name, ", t.until_revision) AS e ON true")
	if form.Before > 0 {
		b.add(" WHERE t.revision < ", b.bind(form.Before))
	}
	b.add(" ORDER BY t.revision DESC LIMIT ", b.bind(form.Limit+1))
	return b
}

// versionColumns are the columns that a version is made of.
func versionColumns(layer *geo.Layer) []string {
	columns := []string{"geom"}
	for _, f := range layer.Fields {
		columns = append(columns, f.Column)
	}
	return columns
}

// difference appends the difference of a version's geometry from the earlier one's. Areas are geodesic.
func (b *builder) difference(layer *geo.Layer) {
	difference := func(of, from string) string {
		d := "ST_Difference(" + of + ", " + from + ")"
		if layer.Geometry == geo.MultiPolygon {
			return "ST_ForcePolygonCCW(ST_Multi(ST_CollectionExtract(" + d + ", 3)))"
		}
		return d
	}
	gained, lost := difference("t.geom", "t.earlier"), difference("t.earlier", "t.geom")
	b.add(", t.earlier IS NOT NULL AND t.earlier IS DISTINCT FROM t.geom, ST_AsBinary(", gained, ", 'NDR'), ST_AsBinary(", lost,
		", 'NDR'), ST_Area(", gained, "::geography), ST_Area(", lost, "::geography)")
}

// versionReader reads the rows of versions, the latest first.
type versionReader struct {
	writer      *featureWriter
	layer       geo.LayerName
	differences bool
	versions    []geo.Version
	later       [][]byte // the values of the version before in the list, which is the later one
}

// versionRow is what of a version follows the values that the writer reads.
type versionRow struct {
	beganAt, endedAt           *time.Time
	beganBy, endedBy           *string
	beganSurface, endedSurface *string
	until                      *int64
	follows, removed, differs  bool
	difference                 geo.Difference
}

func (r *versionReader) read(rows pgx.Rows) error {
	values, row, err := r.scan(rows)
	if err != nil {
		return err
	}
	r.compare(values)
	revision := rawInteger(values[r.writer.indexOf("revision")])
	v := geo.Version{
		State: r.writer.state(values), Action: geo.Created, Removed: row.until != nil && row.removed,
		Began: signature(r.layer, revision, row.beganAt, row.beganBy, row.beganSurface),
	}
	if v.Began.At.IsZero() { // it is older than the keeping of history
		v.Began.At = rawTime(values[r.writer.indexOf("updatedAt")])
	}
	if row.follows {
		v.Action = geo.Updated
	}
	if row.until != nil {
		ended := signature(r.layer, *row.until, row.endedAt, row.endedBy, row.endedSurface)
		v.Ended = &ended
	}
	if row.follows && row.differs {
		v.Difference = &row.difference
	}
	r.versions = append(r.versions, v)
	r.later = values
	return nil
}

// scan reads a row; the values are copies.
func (r *versionReader) scan(rows pgx.Rows) (values [][]byte, row versionRow, err error) {
	targets := []any{&row.beganAt, &row.beganBy, &row.beganSurface, &row.until, &row.endedAt, &row.endedBy, &row.endedSurface, &row.follows, &row.removed}
	var gained, lost *float64
	if r.differences {
		targets = append(targets, &row.differs, &row.difference.Gained, &row.difference.Lost, &gained, &lost)
	}
	values, err = cut(rows, r.writer.width(), targets)
	if gained != nil && lost != nil {
		row.difference.GainedSquareMetres, row.difference.LostSquareMetres = *gained, *lost
	}
	return values, row, err
}

// cut gives copies of the first so many values of a row, as the database sent them, and scans the others.
func cut(rows pgx.Rows, width int, targets []any) ([][]byte, error) {
	raw, fields, types := rows.RawValues(), rows.FieldDescriptions(), rows.Conn().TypeMap()
	for i, target := range targets {
		f := fields[width+i]
		if err := types.Scan(f.DataTypeOID, f.Format, raw[width+i], target); err != nil {
			return nil, fmt.Errorf("read column %s: %w", f.Name, err)
		}
	}
	values := make([][]byte, width)
	for i := range values {
		values[i] = bytes.Clone(raw[i])
	}
	return values, nil
}

// compare tells of the last version that was read in what it differs from the one before it in time.
func (r *versionReader) compare(earlier [][]byte) {
	if r.later == nil {
		return
	}
	last := &r.versions[len(r.versions)-1]
	for _, p := range r.writer.properties {
		if p.name != "revision" && p.name != "updatedAt" && !bytes.Equal(r.later[p.index], earlier[p.index]) && last.Action == geo.Updated {
			last.Changed = append(last.Changed, p.name)
		}
	}
}

func signature(layer geo.LayerName, revision int64, at *time.Time, actor, surface *string) geo.Signature {
	s := geo.Signature{Layer: layer, Revision: revision, Actor: actor, Surface: surface}
	if at != nil {
		s.At = at.UTC()
	}
	return s
}

// width is how many columns the writer reads.
func (w *featureWriter) width() int {
	width := w.code + 1
	for _, p := range w.properties {
		width = max(width, p.index+1)
	}
	return width
}

// indexOf gives the index of a property in a row; the writer must have it.
func (w *featureWriter) indexOf(name string) int {
	return w.properties[slices.IndexFunc(w.properties, func(p writtenProperty) bool { return p.name == name })].index
}

// state gives a row as a state of its own memory.
func (w *featureWriter) state(values [][]byte) geo.State {
	return geo.State{Code: string(values[w.code]), Properties: w.appendProperties(nil, values), Geometry: values[0]}
}
