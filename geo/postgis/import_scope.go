package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
)

// knowRights learns whether the import works as the owner of the layer's table, which policies do not confine and who
// alone may do what fills a table in bulk.
func (i *importer) knowRights(ctx context.Context) error {
	const statement = `SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = $1::regclass`
	if err := i.tx.QueryRow(ctx, statement, i.table()).Scan(&i.owner); err != nil || i.owner {
		return err
	}
	return geo.ActorOf(ctx).Require(geo.Editor, "an import")
}

// checkScope refuses features that lie outside the actor's scope, or did so far. The policies would pass over some of
// them without a word and refuse others without a name.
func (i *importer) checkScope(ctx context.Context) error {
	scope := geo.ActorOf(ctx).Scope
	if i.owner || scope == "" {
		return nil
	}
	outside := `(SELECT min(code) FROM (` + i.scopeCodes() + `) AS c (code) WHERE NOT starts_with(code, (SELECT xiangtu.scope_to_edit())))`
	statement := `DELETE FROM ` + staging + ` AS s WHERE ` + outside + ` IS NOT NULL RETURNING s.place, s.code, ` + outside
	err := i.takeOut(ctx, statement, func(r *exchange.Refusal, rows pgx.Rows) error {
		var code string
		err := rows.Scan(&r.Index, &r.Code, &code)
		r.Rule, r.Field = exchange.OutsideScope, "code"
		what := fmt.Sprintf("%.40q", code)
		if code == "" {
			what = "a belt without villages"
		}
		r.Reason = fmt.Sprintf("%s lies outside your scope: your key holds for codes that begin with %s", what, scope)
		return err
	})
	if err != nil {
		return err
	}
	return i.checkHidden(ctx)
}

// checkHidden refuses new features with the codes of such as the actor does not see: these are not to be changed, and the
// index of codes would refuse the file as a whole.
func (i *importer) checkHidden(ctx context.Context) error {
	statement := `DELETE FROM ` + staging + ` AS s
USING xiangtu.taken_codes('` + string(i.layer.Name) + `', (SELECT array_agg(code) FROM ` + staging + `)) AS c
WHERE s.code = c AND NOT EXISTS (SELECT FROM ` + i.table() + ` AS t WHERE t.code = s.code)
RETURNING s.place, s.code`
	return i.takeOut(ctx, statement, func(r *exchange.Refusal, rows pgx.Rows) error {
		err := rows.Scan(&r.Index, &r.Code)
		r.Rule, r.Field, r.Reason = exchange.OutsideScope, "code", fmt.Sprintf("a %s outside your scope has it: take another", i.layer.Singular)
		return err
	})
}

// scopeCodes is a query for the codes that decide whether the staged feature s lies within a scope: its own code, or
// those of the divisions that it is of, as the file has them and as they are stored. Of a list without an order it is those that
// come or go. A belt that has no villages, by either, has the empty code, which lies within no scope.
func (i *importer) scopeCodes() string {
	query := `SELECT s.code`
	switch i.layer.Name {
	case geo.Belts:
		list := memberTables["villageCodes"]
		query = `SELECT '' WHERE coalesce(cardinality(s.` + memberColumn(0) + `), 0) = 0 UNION ALL SELECT '' FROM ` + i.table() + ` AS t
WHERE t.code = s.code AND NOT EXISTS (SELECT FROM ` + list.table() + ` AS m WHERE m.` + list.owner + ` = t.code)`
	case geo.Stations:
		query = `SELECT s.village_code UNION ALL SELECT village_code FROM ` + i.table() + ` WHERE code = s.code`
	}
	for n, member := range i.layer.Members {
		m := memberTables[member.Name]
		staged, stored := `SELECT unnest(s.`+memberColumn(n)+`)`, m.membersOf("s.code")
		if m.ordered {
			query += ` UNION ALL ` + staged + ` UNION ALL ` + stored
		} else {
			query += ` UNION ALL (` + staged + ` EXCEPT ` + stored + `) UNION ALL (` + stored + ` EXCEPT ` + staged + `)`
		}
	}
	return query
}
