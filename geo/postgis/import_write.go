package postgis

import (
	"context"
	"slices"
	"strings"
)

// upsert brings what is staged into the layer's table and counts it. What is stored already as it is stays untouched, so
// that its revision does not grow. An INSERT … ON CONFLICT would count a revision for it, because triggers run before
// the conflict is seen.
func (i *importer) upsert(ctx context.Context) error {
	i.tell(Writing, 0)
	list := strings.Join(append(i.ownColumns(), "geom"), ", ")
	filled, err := i.fill(ctx, `INSERT INTO `+i.table()+` (`+list+`) SELECT `+list+` FROM `+staging+` ORDER BY place`)
	if err != nil {
		return err
	}
	if filled {
		return i.writeMembers(ctx)
	}
	if err := i.markChanges(ctx); err != nil {
		return err
	}
	if err := i.merge(ctx, list); err != nil {
		return err
	}
	i.report.Unchanged = i.report.Read - i.report.Refused - i.report.Inserted - i.report.Updated
	return i.writeMembers(ctx)
}

// merge updates the rows that the file changes, inserts those that are new, and takes away the lists that it changes.
func (i *importer) merge(ctx context.Context, list string) error {
	var assignments []string
	for _, column := range append(i.ownColumns(), "geom") {
		assignments = append(assignments, column+" = s."+column)
	}
	_, err := i.tx.Exec(ctx, `UPDATE `+i.table()+` AS t SET `+strings.Join(assignments, ", ")+`
FROM `+staging+` AS s JOIN pg_temp.xiangtu_changes AS c USING (code) WHERE t.code = s.code AND c.of_row`)
	if err != nil {
		return err
	}
	tag, err := i.tx.Exec(ctx, `INSERT INTO `+i.table()+` (`+list+`)
SELECT `+list+` FROM `+staging+` AS s
WHERE NOT EXISTS (SELECT FROM `+i.table()+` AS t WHERE t.code = s.code) ORDER BY place`)
	if err != nil {
		return err
	}
	i.report.Inserted = int(tag.RowsAffected())
	for _, member := range i.layer.Members {
		m := memberTables[member.Name]
		_, err := i.tx.Exec(ctx, `DELETE FROM `+m.table()+` WHERE `+m.owner+` IN (SELECT code FROM pg_temp.xiangtu_changes WHERE of_members)`)
		if err != nil {
			return err
		}
	}
	_, err = i.tx.Exec(ctx, `DROP TABLE pg_temp.xiangtu_changes`)
	return err
}

// ownFields are the indices of the fields that a feature is written to.
func (i *importer) ownFields() []int {
	return slices.DeleteFunc(stagedFields(i.layer), func(f int) bool { return i.layer.Fields[f].Derived })
}

// ownColumns are the columns of ownFields.
func (i *importer) ownColumns() []string {
	var columns []string
	for _, f := range i.ownFields() {
		columns = append(columns, i.layer.Fields[f].Column)
	}
	return columns
}

// markChanges lists the stored features that the file changes: of each the code, and whether its row or its members do.
func (i *importer) markChanges(ctx context.Context) error {
	var stored, staged []string
	for _, column := range append(i.ownColumns(), "geom") {
		stored, staged = append(stored, "t."+column), append(staged, "s."+column)
	}
	ofMembers := []string{"false"}
	for n, member := range i.layer.Members {
		m := memberTables[member.Name]
		ofMembers = append(ofMembers, m.stored(m.table())+" IS DISTINCT FROM "+m.staged("s."+memberColumn(n)))
	}
	_, err := i.tx.Exec(ctx, `CREATE TEMPORARY TABLE xiangtu_changes ON COMMIT DROP AS
SELECT * FROM (
    SELECT t.code, (`+strings.Join(stored, ", ")+`) IS DISTINCT FROM (`+strings.Join(staged, ", ")+`) AS of_row, `+strings.Join(ofMembers, " OR ")+` AS of_members
    FROM `+staging+` AS s JOIN `+i.table()+` AS t USING (code)
) AS c WHERE of_row OR of_members`)
	if err != nil {
		return err
	}
	return i.tx.QueryRow(ctx, `SELECT count(*) FROM pg_temp.xiangtu_changes`).Scan(&i.report.Updated)
}

// writeMembers writes the lists of features that have none. Of a list without an order there may be members that are not the
// actor's to take away: the others come to them.
func (i *importer) writeMembers(ctx context.Context) error {
	for n, member := range i.layer.Members {
		m := memberTables[member.Name]
		columns, values, there := m.owner+", "+m.member, "s.code, u.member", `m.`+m.owner+` = s.code`
		if m.ordered {
			columns, values = columns+", position", values+", u.position"
		} else {
			there += ` AND m.` + m.member + ` = u.member`
		}
		_, err := i.tx.Exec(ctx, `INSERT INTO `+m.table()+` (`+columns+`)
SELECT `+values+` FROM `+staging+` AS s, unnest(s.`+memberColumn(n)+`) WITH ORDINALITY AS u (member, position)
WHERE NOT EXISTS (SELECT FROM `+m.table()+` AS m WHERE `+there+`)`)
		if err != nil {
			return err
		}
	}
	return nil
}
