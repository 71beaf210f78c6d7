package pmtiles

// ID numbers a tile as the specification does (section 4.1): level after level from 0, within a level along a Hilbert
// curve. The four tiles below a tile follow each other, in the order of the tiles above.
func ID(z, x, y uint32) uint64 {
	side := uint64(1) << z
	id := (side*side - 1) / 3 // how many tiles the levels above have
	column, row := uint64(x), uint64(y)
	for half := side / 2; half > 0; half /= 2 {
		east, south := column&half != 0, row&half != 0
		switch {
		case east && south:
			id += 2 * half * half
		case south:
			id += half * half
		case east:
			id += 3 * half * half
		}
		// The curve runs through the northern quarters mirrored, so that its ends meet those of the others.
		if !south {
			if east {
				column, row = side-1-column, side-1-row
			}
			column, row = row, column
		}
	}
	return id
}
