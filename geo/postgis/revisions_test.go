package postgis

import (
	"context"
	"slices"
	"testing"

	"xiangtu/geo"
)

// Who waits for the database, and is asked in the moment in which it is over, is not to wait for the same once more: it has
// happened.
func TestWhatIsOverIsNotWaitedForAgain(t *testing.T) {
	var r Revisions
	defer r.log.leave()
	r.log.begin(geo.Moment{geo.Towns: 1}, func() {})
	waits := 0
	err := r.attend(t.Context(), nil, func(asked context.Context) (bool, error) {
		waits++
		r.log.add([]*geo.Transaction{{Changes: []*geo.LayerChange{{Layer: geo.Layers()[0], Revision: 2}}}}, func() {})
		if _, more, ok := r.log.find(geo.Towns, 1, 2); more == nil || !ok {
			t.Error("a change that is not told is not waited for")
		}
		<-asked.Done()
		return true, nil
	})
	if err != nil || waits != 1 {
		t.Errorf("%d waits: %v", waits, err)
	}
}

// What ids say to be two transactions of the same two layers, each before the other, is told all the same, layer by layer in
// the order of its revisions.
func TestTransactionsThatCross(t *testing.T) {
	a, b := geo.Layers()[0], geo.Layers()[1]
	change := func(layer *geo.Layer, revision int64) *geo.LayerChange {
		return &geo.LayerChange{Layer: layer, Revision: revision}
	}
	first := &geo.Transaction{Changes: []*geo.LayerChange{change(a, 1), change(b, 2)}}
	second := &geo.Transaction{Changes: []*geo.LayerChange{change(a, 2), change(b, 1)}}
	ordered := inOrder(map[geo.LayerName][]*geo.Transaction{a.Name: {first, second}, b.Name: {second, first}})
	told := make(map[*geo.Layer][]int64)
	for _, t := range ordered {
		for _, c := range t.Changes {
			told[c.Layer] = append(told[c.Layer], c.Revision)
		}
	}
	if !slices.Equal(told[a], []int64{1, 2}) || !slices.Equal(told[b], []int64{1, 2}) {
		t.Errorf("told are %v", told)
	}
}
