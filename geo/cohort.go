package geo

// Cohort is the features that one statement read. What is asked of one of them is asked of all its kind in the same
// query, so a relation is read for the whole cohort by one statement, whoever asks first. Hence the number of
// statements of an operation does not depend on the number of its features, and nobody waits for a batch to fill.
//
// A cohort lives as long as its request and is safe for concurrent use.
type Cohort struct {
	Features []Feature
	Memo
}

// Codes lists the codes of the cohort's features, in their order.
func (c *Cohort) Codes() []string {
	codes := make([]string, len(c.Features))
	for i, f := range c.Features {
		codes[i] = f.Common().Code
	}
	return codes
}
