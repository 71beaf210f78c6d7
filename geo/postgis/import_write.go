package postgis

import (
	"context"
	"slices"
	"strings"
)

// upsert brings what is staged into the layer's table and counts it.
func (i *importer) upsert(ctx context.Context) error {
	i.tell(Writing, 0)
	i.report.Inserted, i.report.Updated = 0, 0
	if filled, err := i.fill(ctx); err != nil || filled {
		return err
	}
	_, err := i.tx.Exec(ctx, `CREATE TEMPORARY TABLE xiangtu_changes (code text COLLATE "C", of_row boolean, of_members boolean) ON COMMIT DROP`)
	if err != nil {
		return err
	}
	if err := i.inPortions(ctx, func(p portion) error { return i.merge(ctx, p) }); err != nil {
		return err
	}
	i.report.Unchanged = i.report.Read - i.report.Refused - i.report.Inserted - i.report.Updated
	_, err = i.tx.Exec(ctx, "DROP TABLE "+marked)
	return err
}

// marked is the temporary table of the stored features that a portion of the file changes: of each the code, and whether its
// row or its members do.
const marked = "pg_temp.xiangtu_changes"

// merge updates the rows that a portion changes, inserts those that are new, and writes the lists of both anew. What is stored
// already as it is stays untouched, so that its revision does not grow. An INSERT … ON CONFLICT would count a revision for
// it, because triggers run before the conflict is seen.
func (i *importer) merge(ctx context.Context, p portion) error {
	if err := i.markChanges(ctx, p); err != nil {
		return err
	}
	var assignments []string
	for _, column := range append(i.ownColumns(), "geom") {
		assignments = append(assignments, column+" = s."+column)
	}
	_, err := i.tx.Exec(ctx, `UPDATE `+i.table()+` AS t SET `+strings.Join(assignments, ", ")+`
FROM `+staging+` AS s JOIN `+marked+` AS c USING (code) WHERE t.code = s.code AND c.of_row AND `+within, p.after, p.upTo)
	if err != nil {
		return err
	}
	if err := i.insert(ctx, p, ` AND NOT EXISTS (SELECT FROM `+i.table()+` AS t WHERE t.code = s.code)`); err != nil {
		return err
	}
	for _, member := range i.layer.Members {
		m := memberTables[member.Name]
		_, err := i.tx.Exec(ctx, `DELETE FROM `+m.table()+` WHERE `+m.owner+` IN (SELECT code FROM `+marked+` WHERE of_members)`)
		if err != nil {
			return err
		}
	}
	return i.writeMembers(ctx, p)
}

// insert inserts those of a portion that keep a further condition, in the order of the file, and counts them.
func (i *importer) insert(ctx context.Context, p portion, condition string) error {
	list := strings.Join(append(i.ownColumns(), "geom"), ", ")
	tag, err := i.tx.Exec(ctx, `INSERT INTO `+i.table()+` (`+list+`)
SELECT `+list+` FROM `+staging+` AS s WHERE `+within+condition+` ORDER BY place`, p.after, p.upTo)
	i.report.Inserted += int(tag.RowsAffected())
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

// markChanges marks the stored features that a portion changes, and counts them.
func (i *importer) markChanges(ctx context.Context, p portion) error {
	var stored, staged []string
	for _, column := range append(i.ownColumns(), "geom") {
		stored, staged = append(stored, "t."+column), append(staged, "s."+column)
	}
	ofMembers := []string{"false"}
	for n, member := range i.layer.Members {
		m := memberTables[member.Name]
		ofMembers = append(ofMembers, m.stored(m.table())+" IS DISTINCT FROM "+m.staged("s."+memberColumn(n)))
	}
	if _, err := i.tx.Exec(ctx, "TRUNCATE "+marked); err != nil {
		return err
	}
	tag, err := i.tx.Exec(ctx, `INSERT INTO `+marked+`
SELECT * FROM (
    SELECT t.code, (`+strings.Join(stored, ", ")+`) IS DISTINCT FROM (`+strings.Join(staged, ", ")+`) AS of_row, `+strings.Join(ofMembers, " OR ")+` AS of_members
    FROM `+staging+` AS s JOIN `+i.table()+` AS t USING (code)
    WHERE `+within+`
) AS c WHERE of_row OR of_members`, p.after, p.upTo)
	i.report.Updated += int(tag.RowsAffected())
	return err
}

// writeMembers writes the lists of the features of a portion that have none. Of a list without an order there may be members
// that are not the actor's to take away: the others come to them.
func (i *importer) writeMembers(ctx context.Context, p portion) error {
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
WHERE `+within+` AND NOT EXISTS (SELECT FROM `+m.table()+` AS m WHERE `+there+`)`, p.after, p.upTo)
		if err != nil {
			return err
		}
	}
	return nil
}
