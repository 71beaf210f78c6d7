package postgis

import (
	"context"
	"slices"
	"strconv"
	"testing"

	"xiangtu/geo"
)

// Who is wrong among many who write together is left to himself, after so many transactions as it takes to find him.
func TestTheWrongAreFoundByHalves(t *testing.T) {
	for name, test := range map[string]struct {
		writers  int
		wrong    []int
		attempts int
	}{
		"nobody":            {32, nil, 1},
		"the first of 32":   {32, []int{0}, 9},
		"one in the middle": {32, []int{17}, 9},
		"one of three":      {3, []int{2}, 2},
		"both":              {2, []int{0, 1}, 1},
	} {
		all := make([]*writer, test.writers)
		for i := range all {
			all[i] = &writer{turn: make(chan bool, 1)}
			for range i%3 + 1 { // each makes another number of changes
				all[i].changes = append(all[i].changes, geo.Change{Code: strconv.Itoa(i)})
			}
		}
		attempts := 0
		share(t.Context(), all, func(_ context.Context, changes []geo.Change) ([]geo.Outcome, error) {
			attempts++
			var outcomes []geo.Outcome
			for _, c := range changes {
				number, err := strconv.Atoi(c.Code)
				if err != nil || slices.Contains(test.wrong, number) {
					return nil, geo.Errors{{Code: geo.BadInput, Message: "wrong"}}
				}
				outcomes = append(outcomes, geo.Outcome{Revision: int64(number)})
			}
			return outcomes, nil
		})
		if attempts != test.attempts {
			t.Errorf("%s: %d transactions, want %d", name, attempts, test.attempts)
		}
		for i, w := range all {
			if i > 0 {
				<-w.turn
			}
			if w.alone {
				continue // he makes his changes himself, and is told then what is wrong
			}
			if slices.Contains(test.wrong, i) || w.err != nil || len(w.outcomes) != len(w.changes) || w.outcomes[0].Revision != int64(i) {
				t.Errorf("%s: writer %d is told %v, %v", name, i, w.outcomes, w.err)
			}
		}
		if alone := slices.ContainsFunc(test.wrong, func(i int) bool { return !all[i].alone }); alone {
			t.Errorf("%s: who is wrong wrote with others", name)
		}
	}
}
