package postgis_test

import (
	"bytes"
	"testing"

	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// Arrays of bytes come to the database as they are.
func TestArraysOfBytes(t *testing.T) {
	t.Parallel()
	pool, err := postgis.Connect(t.Context(), pgtest.URL(t), postgis.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, list := range [][][]byte{nil, {}, {nil}, {{}}, {{1, 2}}, {{0}, nil, {}, bytes.Repeat([]byte{0xff}, 1000)}} {
		var count *int
		var texts, back [][]byte
		if err := pool.QueryRow(t.Context(), `SELECT cardinality($1::bytea[]), $1::bytea[], ARRAY(SELECT e FROM unnest($1::bytea[]) WITH ORDINALITY AS u (e, n) ORDER BY n)`, list).Scan(&count, &texts, &back); err != nil {
			t.Fatal(err)
		}
		if (count == nil) != (list == nil) || count != nil && *count != len(list) || (texts == nil) != (list == nil) || len(back) != len(list) {
			t.Fatalf("%v came as %v", list, texts)
		}
		for i := range list {
			if !bytes.Equal(list[i], back[i]) || (list[i] == nil) != (back[i] == nil) {
				t.Errorf("%v came as %v", list, back)
			}
		}
	}
}
