// Package sheet is what a web page of the OGC APIs shows, as data. A surface that has resources there fills it in, and
// the one that has the look of the pages writes it.
package sheet

// Page is a page: what it is of, a map, what there is to say of it, and where it leads.
type Page struct {
	Title Label
	Above []Crumb // the pages above, but the landing page
	// TileJSON is the URL of the TileJSON of the tiles that the map of the page shows; empty for no map.
	TileJSON string
	Facts    []Fact
	Tables   []Table
	Links    []Link
}

// Label is a text in both languages of the pages; Zh may be empty.
type Label struct{ En, Zh string }

// Crumb is a page above another, with its path below the landing page.
type Crumb struct {
	Label
	Path string
}

// Fact is a name with what it stands for.
type Fact struct {
	Name  Label
	Value Cell
}

// Table is a table under a heading, which may be empty.
type Table struct {
	Heading Label
	Columns []Label
	Rows    [][]Cell
}

// Cell is a text, which leads to Href unless that is empty.
type Cell struct {
	Text, Href string
	Code       bool // whether it is written as code
}

// Link is a link of the resource, as its JSON has it.
type Link struct {
	Href, Rel, Type, Title string
	Templated              bool // whether Href is a URI template (RFC 6570)
}
