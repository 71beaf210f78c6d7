package geo

import "sync"

// Memo remembers answers by their key, for as long as a request lives. The zero value is ready, and safe for
// concurrent use; it must not be copied.
type Memo struct {
	mu      sync.Mutex
	answers map[any]*answer
}

type answer struct {
	once  sync.Once
	value any
	err   error
}

// Once answers what load does for key, and calls it for the first who asks only. Others wait for that answer.
func Once[T any](m *Memo, key any, load func() (T, error)) (T, error) {
	m.mu.Lock()
	if m.answers == nil {
		m.answers = make(map[any]*answer)
	}
	a, ok := m.answers[key]
	if !ok {
		a = &answer{}
		m.answers[key] = a
	}
	m.mu.Unlock()
	a.once.Do(func() { a.value, a.err = load() })
	value, _ := a.value.(T)
	return value, a.err
}
