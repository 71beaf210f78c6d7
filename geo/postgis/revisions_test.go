package postgis

import (
	"context"
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
