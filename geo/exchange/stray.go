package exchange

import (
	"errors"

	"github.com/paulmach/orb"

	"xiangtu/geo/shape"
)

// Stray is what features have in common whose coordinates are out of range: it tells what the file may be in truth.
type Stray struct {
	Count   int
	Swapped int       // of them, those that would be in range with the axes swapped
	Place   orb.Point // a position of one of them, as it stands in the file
}

// see counts a geometry that was refused.
func (s *Stray) see(g orb.Geometry, err error) {
	var fault *shape.Error
	if g == nil || !errors.As(err, &fault) || fault.Code != shape.CodeOutOfRange {
		return
	}
	// The bound of a geometry has a position of it at each side, and is never an empty one here.
	bound := g.Bound()
	s.Place = orb.Point{bound.Max[0], bound.Max[1]}
	s.Count++
	const longitudes, latitudes = 180, 90
	if bound.Max[0] <= latitudes && bound.Min[0] >= -latitudes && bound.Max[1] <= longitudes && bound.Min[1] >= -longitudes {
		s.Swapped++
	}
}

func (s *Stray) add(t Stray) {
	if t.Count > 0 {
		s.Place = t.Place
	}
	s.Count += t.Count
	s.Swapped += t.Swapped
}

// firstZone3 and the like are the codes of CGCS2000 / Gauss-Krüger in the EPSG register, which run in order.
const (
	zone3     = 4513 // 3-degree zone 25, the number before the easting
	cm3       = 4534 // 3-degree, central meridian 75E, no number before the easting
	zone6     = 4491 // 6-degree zone 13
	cm6       = 4502 // 6-degree, central meridian 75E
	utmNorth  = 32643
	mercator  = 3857
	million   = 1e6
	worldHalf = 20037509
)

// Candidates lists EPSG codes whose coordinates could look like that of a position in China: CGCS2000 in Gauss-Krüger
// zones of three and of six degrees, UTM, Web Mercator. Which of them puts the position near the map is the database's
// to say.
func Candidates(p orb.Point) []int {
	var codes []int
	x, y := p[0], p[1]
	if y < 0 || y > worldHalf {
		return nil
	}
	switch zone := int(x / million); {
	case x < 0:
	case zone >= 25 && zone <= 45:
		codes = append(codes, zone3+zone-25)
	case zone >= 13 && zone <= 23:
		codes = append(codes, zone6+zone-13)
	case x < million:
		for i := range 21 { // central meridians 75E to 135E
			codes = append(codes, cm3+i)
		}
		for i := range 11 {
			codes = append(codes, cm6+i, utmNorth+i)
		}
	}
	if x >= -worldHalf && x <= worldHalf && y > 0 {
		codes = append(codes, mercator)
	}
	return codes
}
