package graph_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"xiangtu/geo"
)

// walk reads a list page by page, forwards or backwards, and gives the codes in the list's order.
func walk(t *testing.T, c *client, orderBy string, size int, backward bool, between func(page int)) []string {
	t.Helper()
	const forwards = `query($cursor: Cursor) { villages(orderBy: %s, first: %d, after: $cursor) { nodes { code } pageInfo { more: hasNextPage cursor: endCursor } } }`
	const backwards = `query($cursor: Cursor) { villages(orderBy: %s, last: %d, before: $cursor) { nodes { code } pageInfo { more: hasPreviousPage cursor: startCursor } } }`
	query := fmt.Sprintf(forwards, orderBy, size)
	if backward {
		query = fmt.Sprintf(backwards, orderBy, size)
	}
	var codes []string
	var cursor any
	for page := 0; ; page++ {
		if page > 1000 {
			t.Fatal("the list does not end")
		}
		data := c.data(t, query, map[string]any{"cursor": cursor})
		var read []string
		nodes, _ := at(data, "villages", "nodes").([]any)
		for _, n := range nodes {
			read = append(read, fmt.Sprint(at(n, "code")))
		}
		if backward {
			codes = append(read, codes...)
		} else {
			codes = append(codes, read...)
		}
		if at(data, "villages", "pageInfo", "more") != true {
			return codes
		}
		cursor = at(data, "villages", "pageInfo", "cursor")
		if between != nil {
			between(page)
		}
	}
}

// Pages of any size, in any order and both ways, are the list without gap or repetition.
func TestPagesCoverTheList(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for _, orderBy := range []string{
		`[]`,
		`[{field: CODE, direction: DESC}]`,
		`[{field: KIND}, {field: PINYIN, direction: DESC}]`,
		`[{field: AREA_SQUARE_METRES, direction: DESC}]`,
		`[{field: UPDATED_AT}, {field: REVISION, direction: DESC}]`,
		`[{distanceFrom: {longitude: 116.4, latitude: 23.57}}]`,
		`[{distanceFrom: {longitude: 116.4, latitude: 23.57}, direction: DESC}]`,
	} {
		whole := walk(t, c, orderBy, 1000, false, nil)
		if len(whole) != 217 {
			t.Fatalf("%s: %d villages, want 217", orderBy, len(whole))
		}
		for _, size := range []int{1, 50, 217} {
			if size == 1 && orderBy != `[]` {
				continue
			}
			for _, backward := range []bool{false, true} {
				if pages := walk(t, c, orderBy, size, backward, nil); !reflect.DeepEqual(pages, whole) {
					t.Errorf("orderBy %s, pages of %d, backward %v: not the list", orderBy, size, backward)
				}
			}
		}
	}
}

// Features that are inserted while somebody turns the pages neither repeat nor hide what was there.
func TestPagesStayRightWhileFeaturesAreInserted(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	before := walk(t, c, `[]`, 1000, false, nil)
	during := walk(t, c, `[]`, 20, false, func(page int) {
		const insert = `
INSERT INTO xiangtu.villages (code, name, pinyin, kind, geom)
SELECT $1, 'new', 'new', 'village', geom FROM xiangtu.villages LIMIT 1`
		if page > 0 {
			return
		}
		// One before every page that was read, one after all that are to come.
		for _, code := range []string{"445203001000", "445203406999"} {
			if _, err := c.pool.Exec(geo.WithActor(t.Context(), geo.Actor{Role: geo.Editor}), insert, code); err != nil {
				t.Fatal(err)
			}
		}
	})
	for _, code := range before {
		if n := len(slices.DeleteFunc(slices.Clone(during), func(c string) bool { return c != code })); n != 1 {
			t.Errorf("%s was seen %d times", code, n)
		}
	}
}
