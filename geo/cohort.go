package geo

import "sync"

// Cohort is the features that one statement read. What is asked of one of them is asked of all its kind in the same
// query, so a relation is read for the whole cohort by one statement, whoever asks first. Hence the number of
// statements of an operation does not depend on the number of its features, and nobody waits for a batch to fill.
//
// A cohort lives as long as its request and is safe for concurrent use.
type Cohort struct {
	Features []Feature

	mu      sync.Mutex
	answers map[any]*answer
}

type answer struct {
	once  sync.Once
	value any
	err   error
}

// Codes lists the codes of the cohort's features, in their order.
func (c *Cohort) Codes() []string {
	codes := make([]string, len(c.Features))
	for i, f := range c.Features {
		codes[i] = f.Common().Code
	}
	return codes
}

// Once answers what load does for key, and calls it for the first who asks only.
func (c *Cohort) Once(key any, load func() (any, error)) (any, error) {
	c.mu.Lock()
	if c.answers == nil {
		c.answers = make(map[any]*answer)
	}
	a, ok := c.answers[key]
	if !ok {
		a = &answer{}
		c.answers[key] = a
	}
	c.mu.Unlock()
	a.once.Do(func() { a.value, a.err = load() })
	return a.value, a.err
}
