package identity

import (
	"context"
	"time"

	"github.com/maypok86/otter/v2"

	"xiangtu/geo"
)

const (
	// goodFor is how long a key that was found good is taken for good: so long at the most does one that is revoked, or
	// expires, still open anything.
	goodFor = time.Second
	// mostRemembered bounds the keys that are remembered.
	mostRemembered = 10_000
	// lookUpTimeout bounds a look-up.
	lookUpTimeout = 10 * time.Second
)

// memory remembers the holders of keys for a moment, so that a client that asks often costs the database one look-up a
// second. A key that is not good is looked up each time: one that was just made is good at once.
type memory struct {
	holders *otter.Cache[geo.Key, holder]
	look    otter.LoaderFunc[geo.Key, holder]
}

// holder is the actor of a key, as long as the key is taken for good.
type holder struct {
	geo.Actor
	until time.Time
}

func newMemory(keys Keys) *memory {
	return &memory{
		holders: otter.Must(&otter.Options[geo.Key, holder]{MaximumSize: mostRemembered}),
		look: func(ctx context.Context, key geo.Key) (holder, error) {
			until := time.Now().Add(goodFor)
			// Others may wait for it, too: it does not end with whoever asked first.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookUpTimeout)
			defer cancel()
			actor, err := keys.Holder(ctx, key)
			return holder{actor, until}, err
		},
	}
}

// Holder implements Keys.
func (m *memory) Holder(ctx context.Context, key geo.Key) (geo.Actor, error) {
	if h, ok := m.holders.GetIfPresent(key); ok && time.Now().After(h.until) {
		m.holders.Invalidate(key)
	}
	h, err := m.holders.Get(ctx, key, m.look)
	return h.Actor, err
}
