package mvt

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"xiangtu/geo/crs"
	"xiangtu/geo/shape"
)

// vertex is a position on the tile's grid: x to the east, y to the south.
type vertex struct{ x, y int64 }

// projection takes longitude and latitude to the grid of one tile.
//
// In the geographic quad y is linear in latitude, a polynomial that ends early.
// The logarithm and sine of Web Mercator cost more than all else that is done
// to a vertex. Near the tile, y is therefore a Taylor polynomial in latitude
// about the tile's middle, with an error that is proven to stay below
// tolerance; farther away it is the formula itself. One latitude has one y in a
// tile whichever feature it belongs to, so neighbours keep meeting.
type projection struct {
	quad   Quad
	shift  crs.CRS
	moved  bool
	scaleX float64 // units a degree of longitude
	zeroX  float64 // x of longitude 0
	scaleY float64 // units a radian of Mercator, or a radian of latitude
	zeroY  float64 // y of the equator

	middle float64 // latitude in degrees that the polynomial is about
	reach  float64 // how many degrees around it the polynomial holds
	series [degree + 1]float64
}

const (
	degree = 6
	// tolerance is the greatest error of the polynomial, in units.
	tolerance = 0.001
	// farthest bounds the grid, so that every position fits in an integer.
	farthest = 1 << 40
	// maxLatitude is where the Web Mercator square ends: atan(sinh(π)).
	maxLatitude = 85.051128779806604

	radian = math.Pi / 180
)

func newProjection(z, x, y uint32, o Options) projection {
	extent := float64(o.Extent)
	world := math.Ldexp(extent, int(min(z, 30)))
	p := projection{
		quad:   o.Quad,
		shift:  o.CRS,
		moved:  o.CRS == crs.GCJ02 || o.CRS == crs.BD09,
		scaleX: world / 360,
		zeroX:  world/2 - float64(x)*extent,
		scaleY: world / (2 * math.Pi),
		zeroY:  world/2 - float64(y)*extent,
	}
	buffer := float64(o.Buffer)
	if o.Quad == GeographicQuad {
		p.zeroY = world/4 - float64(y)*extent
		p.fitLine(p.latitude(extent / 2))
		return p
	}
	north, middle, south := p.latitude(-buffer), p.latitude(extent/2), p.latitude(extent+buffer)
	p.fit(middle, max(north-middle, middle-south))
	return p
}

// latitude gives the latitude in radians of a y.
func (p *projection) latitude(y float64) float64 {
	if p.quad == GeographicQuad {
		return (p.zeroY - y) / p.scaleY
	}
	return math.Atan(math.Sinh((p.zeroY - y) / p.scaleY))
}

// longitude gives the longitude in degrees of an x.
func (p *projection) longitude(x float64) float64 { return (x - p.zeroX) / p.scaleX }

// origin gives a box in WGS 84 that holds all that is moved into box. It goes
// by the corners: over the width of a box a shift changes by less than
// unevenness of that width.
func (p *projection) origin(box orb.Bound) orb.Bound {
	const unevenness = 0.03
	around := orb.Bound{Min: orb.Point{180, 90}, Max: orb.Point{-180, -90}}
	for _, corner := range box.ToRing() {
		lon, lat := p.shift.ToWGS84(corner[0], corner[1])
		around = around.Extend(orb.Point{lon, lat})
	}
	return around.Pad(unevenness * max(around.Max[0]-around.Min[0], around.Max[1]-around.Min[1]))
}

// fit sets the polynomial about middle, to hold over reach if its error lets
// it, else over the largest half, quarter … of it; all in radians.
//
// All derivatives of the Mercator ordinate are polynomials in secant and
// tangent without a negative coefficient. They are thus greatest at the end
// towards the pole, and Lagrange's remainder is at most what the first
// coefficient left out is there, times the power of the reach.
func (p *projection) fit(middle, reach float64) {
	const halvings = 10
	p.middle, p.reach = middle/radian, -1
	for range halvings {
		if pole := math.Abs(middle) + reach; pole < math.Pi/2 {
			next := mercatorSeries(pole)[degree+1]
			if p.scaleY*next*math.Pow(reach, degree+1) < tolerance {
				p.reach = reach / radian
				break
			}
		}
		reach /= 2
	}
	coefficients := mercatorSeries(middle)
	p.series[0] = p.zeroY - p.scaleY*math.Atanh(math.Sin(middle))
	for k := 1; k <= degree; k++ {
		p.series[k] = -p.scaleY * coefficients[k] * math.Pow(radian, float64(k))
	}
}

// fitLine sets the polynomial to the line that y is of latitude, which holds
// everywhere.
func (p *projection) fitLine(middle float64) {
	p.middle, p.reach = middle/radian, math.Inf(1)
	p.series[0], p.series[1] = p.zeroY-p.scaleY*middle, -p.scaleY*radian
}

// mercatorSeries gives the Taylor coefficients of atanh(sin φ) about φ, but for
// the first, which is left 0. They follow from its derivative being sec φ, and
// sec' = sec·tan, tan' = sec².
func mercatorSeries(latitude float64) [degree + 2]float64 {
	var sec, tan, series [degree + 2]float64
	sec[0], tan[0] = 1/math.Cos(latitude), math.Tan(latitude)
	for k := range degree + 1 {
		series[k+1] = sec[k] / float64(k+1)
		for i := range k + 1 {
			sec[k+1] += sec[i] * tan[k-i]
			tan[k+1] += sec[i] * sec[k-i]
		}
		sec[k+1] /= float64(k + 1)
		tan[k+1] /= float64(k + 1)
	}
	return series
}

// y gives the unrounded y of a latitude in degrees.
func (p *projection) y(lat float64) float64 {
	d := lat - p.middle
	if d > p.reach || -d > p.reach {
		return p.exactY(lat)
	}
	c := &p.series
	return c[0] + d*(c[1]+d*(c[2]+d*(c[3]+d*(c[4]+d*(c[5]+d*c[6])))))
}

func (p *projection) exactY(lat float64) float64 {
	lat = max(-maxLatitude, min(maxLatitude, lat))
	return p.zeroY - p.scaleY*math.Atanh(math.Sin(lat*radian))
}

// run appends the vertices of a point, line or ring to dst, leaving out those
// that repeat the one before, and gives the box around them.
func (p *projection) run(dst []vertex, points shape.Points) ([]vertex, box, error) {
	around := emptyBox()
	for i := range points.Len() {
		lon, lat := points.X(i), points.Y(i)
		if p.moved {
			lon, lat = p.shift.FromWGS84(lon, lat)
		}
		x, y := p.zeroX+p.scaleX*lon, p.y(lat)
		if !(x > -farthest && x < farthest && y > -farthest && y < farthest) {
			if !(math.Abs(lon) <= math.MaxFloat64 && math.Abs(lat) <= math.MaxFloat64) {
				return dst, around, fmt.Errorf("wkb: vertex %d is not finite: %v, %v", i, points.X(i), points.Y(i))
			}
			x, y = clamp(x), clamp(y)
		}
		v := vertex{round(x), round(y)}
		if len(dst) > 0 && v == dst[len(dst)-1] {
			continue
		}
		dst = append(dst, v)
		around.add(v)
	}
	return dst, around, nil
}

// round gives the nearest integer of a value within ±farthest, halves up, by
// truncating a positive number.
func round(v float64) int64 { return int64(v+(farthest+0.5)) - farthest }

func clamp(v float64) float64 { return max(-farthest, min(farthest, v)) }
