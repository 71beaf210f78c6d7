package geo

import "time"

// Transaction is what was done to the map at once: a change of each layer that it touched.
type Transaction struct{ Changes []*LayerChange }

// LayerChange is what a transaction did to a layer. It must not be changed by who hears of it: all share it.
type LayerChange struct {
	Layer     *Layer
	Revision  int64
	At        time.Time
	Published bool // whether everybody saw the layer when the change was read
	Turned    bool // whether with it everybody came to see the layer, or no longer did
	// Whole says that the change is too large to be told: any feature may have changed. Features is then empty, and the
	// change may stand for several.
	Whole bool
	// Tell gives the features, always the same; nil if there are none.
	Tell  func() []Transition
	Bytes int // about how much memory they take

	Memo // of what follows from the change, for all who ask
}

// Features gives what happened to features, by their codes.
func (c *LayerChange) Features() []Transition {
	if c.Tell == nil {
		return nil
	}
	return c.Tell()
}

// Transition is what a change did to a feature: from one state to another. Both have all fields, geometry, box and label
// point.
type Transition struct {
	Was Feature // nil where the feature was created
	Is  Feature // nil where it was deleted
}

// Latest gives the feature as it is, or as it was until it was deleted.
func (c Transition) Latest() Feature {
	if c.Is != nil {
		return c.Is
	}
	return c.Was
}

// States gives what there is of both states, the earlier first.
func (c Transition) States() []Feature {
	switch {
	case c.Was == nil:
		return []Feature{c.Is}
	case c.Is == nil:
		return []Feature{c.Was}
	}
	return []Feature{c.Was, c.Is}
}

// Action says what the transition is: Created, Updated or Deleted.
func (c Transition) Action() Action {
	switch {
	case c.Was == nil:
		return Created
	case c.Is == nil:
		return Deleted
	}
	return Updated
}

// Reloaded is the action of a change that is told as a whole.
const Reloaded Action = "reloaded"
