package toy

// Item is a node of an endless tree.
type Item struct {
	ID string
}
