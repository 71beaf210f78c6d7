// Package toy is a small executable schema, made by gqlgen, that the tests of the
// transport run on.
package toy

// Item is a node of an endless tree.
type Item struct {
	ID string
}
