package identity_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"xiangtu/geo"
	"xiangtu/server/identity"
)

// drawer is keys of which some are good, and counts how often it is asked.
type drawer struct {
	good  sync.Map
	asked atomic.Int32
}

func (d *drawer) Holder(ctx context.Context, key geo.Key) (geo.Actor, error) {
	d.asked.Add(1)
	time.Sleep(time.Millisecond)
	if ctx.Err() != nil {
		return geo.Actor{}, ctx.Err()
	}
	if _, ok := d.good.Load(key); !ok {
		return geo.Actor{}, &geo.Error{Code: geo.Unauthenticated, Message: "not good"}
	}
	return geo.Actor{Name: key.ID, Role: geo.Editor}, nil
}

// A key that is good is looked up once a second at the most, however many requests come with it.
func TestGoodKeysAreRememberedForASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := &drawer{}
		authority := identity.New(keys, nil)
		key := geo.NewKey()
		enter := func(ctx context.Context) error {
			actor, err := authority.Actor(ctx, "Bearer "+key.Text())
			if err == nil && actor.Name != key.ID {
				t.Errorf("the key %s is of %q", key.ID, actor.Name)
			}
			return err
		}
		expect := func(when string, good bool, asked int32) {
			t.Helper()
			err := enter(t.Context())
			if refusal, _ := errors.AsType[*geo.Error](err); (err == nil) != good || !good && refusal.Code != geo.Unauthenticated {
				t.Errorf("%s: %v", when, err)
			}
			if n := keys.asked.Load(); n != asked {
				t.Errorf("%s: looked up %d times, want %d", when, n, asked)
			}
		}
		expect("before it is made", false, 1)
		keys.good.Store(key, true)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if err := enter(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		expect("twenty at once, and another", true, 2)
		keys.good.Delete(key)
		time.Sleep(500 * time.Millisecond)
		expect("just revoked", true, 2)
		time.Sleep(501 * time.Millisecond)
		expect("a second later", false, 3)
		expect("and again", false, 4)
	})
}

// Whoever asks first may leave: those who wait for the same look-up are answered all the same.
func TestALookUpOutlivesWhoAskedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := &drawer{}
		authority := identity.New(keys, nil)
		key := geo.NewKey()
		keys.good.Store(key, true)
		first, leave := context.WithCancel(t.Context())
		var both sync.WaitGroup
		both.Go(func() { _, _ = authority.Actor(first, "Bearer "+key.Text()) })
		synctest.Wait()
		both.Go(func() {
			if _, err := authority.Actor(t.Context(), "Bearer "+key.Text()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		leave()
		both.Wait()
		if n := keys.asked.Load(); n != 1 {
			t.Errorf("looked up %d times", n)
		}
	})
}
