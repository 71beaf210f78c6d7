package postgis

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"xiangtu/geo"
)

// Violation is a rule of the map that a stored feature breaks. The tables refuse such features, so there is one only
// where somebody went round them: restored by hand, with triggers off, or by rules that were looser once.
type Violation struct {
	Layer  geo.LayerName
	Code   string
	Rule   string // the name of the rule, such as self_intersection or grids_workers_check
	Reason string
	Place  *orb.Point // longitude and latitude where it breaks, or where the feature is
}

// String gives the violation as one line.
func (v *Violation) String() string {
	text := fmt.Sprintf("%s %s: %s: %s", v.Layer, v.Code, v.Rule, v.Reason)
	if v.Place != nil {
		text += fmt.Sprintf(" (at %.7f, %.7f)", v.Place[0], v.Place[1])
	}
	return text
}

// Check holds every stored feature of the layers to the rules of the map, and tells each violation as it is found. It
// sees the map as it was at one moment, and keeps nobody from writing. It gives the number of features of each layer.
func (s *Store) Check(ctx context.Context, layers []*geo.Layer, each func(Violation) error) (map[geo.LayerName]int, error) {
	features := make(map[geo.LayerName]int)
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0"); err != nil {
			return err
		}
		for _, layer := range layers {
			c := checker{tx: tx, layer: layer, each: each}
			var count int
			if err := tx.QueryRow(ctx, "SELECT count(*) FROM "+c.table()).Scan(&count); err != nil {
				return err
			}
			features[layer.Name] = count
			if err := c.run(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fail(err)
	}
	return features, nil
}

// checker holds one layer to its rules.
type checker struct {
	tx    pgx.Tx
	layer *geo.Layer
	each  func(Violation) error
}

func (c *checker) table() string { return "xiangtu." + string(c.layer.Name) }

func (c *checker) run(ctx context.Context) error {
	rules := []func(context.Context) error{c.geometries, c.bounds, c.derived, c.references, c.names, c.members}
	if c.layer.Name == geo.Grids {
		rules = append(rules, c.coverage)
	}
	for _, rule := range rules {
		if err := rule(ctx); err != nil {
			return err
		}
	}
	return nil
}

// find tells a violation for each feature t that meets the condition. value is an expression of text that explain puts
// into words; from adds tables.
func (c *checker) find(ctx context.Context, rule, value, from, condition string, explain func(value string) string) error {
	rows, err := c.tx.Query(ctx, "SELECT t.code, coalesce(left(("+value+")::text, 80), 'null'), ST_X(t.label_point), ST_Y(t.label_point) FROM "+
		c.table()+" AS t"+from+" WHERE "+condition+" ORDER BY t.code")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v := Violation{Layer: c.layer.Name, Rule: rule, Place: new(orb.Point)}
		var value string
		if err := rows.Scan(&v.Code, &value, &v.Place[0], &v.Place[1]); err != nil {
			return err
		}
		v.Reason = explain(value)
		if err := c.each(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// bounds finds values that a constraint of the table does not let pass.
func (c *checker) bounds(ctx context.Context) error {
	list, err := constraints(ctx, c.tx, c.table())
	if err != nil {
		return err
	}
	for _, rule := range list {
		explain := func(value string) string {
			return fmt.Sprintf("%s is %s, but the rule is %s", rule.Column, value, rule.words(rule.Column))
		}
		if err := c.find(ctx, rule.Name, "t."+rule.Column, "", "NOT ("+rule.Expression+")", explain); err != nil {
			return err
		}
	}
	return nil
}

// references finds features that name others which are not on the map.
func (c *checker) references(ctx context.Context) error {
	list, err := references(ctx, c.tx, c.table())
	if err != nil {
		return err
	}
	for _, ref := range list {
		explain := func(value string) string {
			return fmt.Sprintf("%s names %s, which %s does not have", ref.Column, value, strings.TrimPrefix(ref.Table, "xiangtu."))
		}
		column := "t." + ref.Column
		condition := column + " IS NOT NULL AND NOT EXISTS (SELECT FROM " + ref.Table + " AS r WHERE r." + ref.Key + " = " + column + ")"
		if err := c.find(ctx, "missing_parent", column, "", condition, explain); err != nil {
			return err
		}
	}
	return nil
}

// names finds names whose pinyin cannot be one. It may differ from what geo.Pinyin gives, for a character has several
// readings.
func (c *checker) names(ctx context.Context) error {
	const condition = `t.pinyin <> lower(t.pinyin) OR t.pinyin ~ '^ | $|  ' OR (t.pinyin = '' AND t.name ~ '[[:alnum:]]')`
	return c.find(ctx, "pinyin", "t.pinyin", "", condition, func(value string) string {
		return fmt.Sprintf("%q is no pinyin: lower case, one space between syllables", value)
	})
}
