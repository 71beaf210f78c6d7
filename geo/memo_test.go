package geo_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"xiangtu/geo"
)

// Many who ask at once get one answer, and errors are answers.
func TestOnce(t *testing.T) {
	t.Parallel()
	var memo geo.Memo
	var calls atomic.Int32
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			value, err := geo.Once(&memo, "key", func() (int, error) { calls.Add(1); return 7, nil })
			if value != 7 || err != nil {
				t.Errorf("got %d, %v", value, err)
			}
		})
	}
	group.Wait()
	fault := errors.New("fault")
	for range 2 {
		if _, err := geo.Once(&memo, "other", func() (string, error) { calls.Add(1); return "", fault }); !errors.Is(err, fault) {
			t.Errorf("got %v", err)
		}
	}
	if calls.Load() != 2 {
		t.Errorf("%d calls, want one a key", calls.Load())
	}
}
