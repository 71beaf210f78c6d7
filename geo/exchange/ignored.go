package exchange

// A file may have values where names should be, each feature another: of such names a few are kept, however large the file is.
const (
	mostIgnored = 100  // names that a layer does not have
	mostSeen    = 1000 // names that there are, where columns are asked for
	longestName = 60   // characters of a name that are told
)

// ignore notes a property that the layer does not have.
func (d *decoder) ignore(name string) {
	if len(d.ignored) <= mostIgnored && !d.ignored[name] {
		d.ignored[shortened(name)] = true
	}
}

// shortened is a name as it is told.
func shortened(name string) string {
	count := 0
	for i := range name {
		if count++; count > longestName {
			return name[:i] + "…"
		}
	}
	return name
}
