package crs

import "math"

// The rectangle in which the shifts apply, as published with GCJ-02.
const (
	chinaWest, chinaEast   = 72.004, 137.8347
	chinaSouth, chinaNorth = 0.8293, 55.8271
)

// shift moves a position of WGS 84 into a shifted system, with no regard to
// the rectangle: the formulas are smooth across its border.
type shift func(lon, lat float64) (x, y float64)

// inChina tells whether a position is in the rectangle widened by margin, in
// degrees.
func inChina(lon, lat, margin float64) bool {
	return lon >= chinaWest-margin && lon <= chinaEast+margin &&
		lat >= chinaSouth-margin && lat <= chinaNorth+margin
}

func toShifted(f shift, lon, lat float64) (x, y float64) {
	if !inChina(lon, lat, 0) {
		return lon, lat
	}
	return f(lon, lat)
}

// fromShifted inverts toShifted. The shift ends abruptly at the rectangle's
// border, so just outside it one shifted position can have two origins: the
// one inside the rectangle is given. Where there is none on either side, the
// inverse of the formula is.
func fromShifted(f shift, x, y float64) (lon, lat float64) {
	const reach, rounding = 0.1, 1e-9 // more than any shift; the inverse's accuracy
	if !inChina(x, y, reach) {
		return x, y
	}
	lon, lat = invert(f, x, y)
	if !inChina(lon, lat, rounding) && !inChina(x, y, 0) {
		return x, y
	}
	return lon, lat
}

// invert solves f(lon, lat) = (x, y) by fixed-point iteration. The shifts
// change by at most some percent of a step, so that every round gains more
// than one digit and ten are enough for the last bit.
func invert(f shift, x, y float64) (lon, lat float64) {
	const rounds, enough = 20, 1e-13
	lon, lat = x, y
	for range rounds {
		fx, fy := f(lon, lat)
		dx, dy := fx-x, fy-y
		lon, lat = lon-dx, lat-dy
		if math.Abs(dx) < enough && math.Abs(dy) < enough {
			break
		}
	}
	return lon, lat
}

// gcj02 is the shift of GCJ-02 on the Krasovsky 1940 ellipsoid. China does not
// publish it; the formula is the one that became known in 2010 and is recorded
// in github.com/googollee/eviltransform and in OpenStreetMap's wiki
// ("Restrictions on geographic data in China"). It agrees with the official
// service to about a metre.
func gcj02(lon, lat float64) (x, y float64) {
	const (
		semiMajor    = 6378245.0
		eccentricity = 0.00669342162296594323 // squared
		metres       = 180 / (semiMajor * math.Pi)
	)
	east, north := gcj02Offset(lon-105, lat-35)
	sin, cos := math.Sincos(lat * math.Pi / 180)
	w := 1 - eccentricity*sin*sin
	root := math.Sqrt(w)
	return lon + east*metres*root/cos, lat + north*metres*w*root/(1-eccentricity)
}

// gcj02Offset gives the shift in metres at a position in degrees relative to
// 105° E, 35° N.
func gcj02Offset(x, y float64) (east, north float64) {
	wx, wy := wavesAt(x), wavesAt(y)
	root := math.Sqrt(math.Abs(x))
	ripple := 20*wx.six + 20*wx.two

	eastWaves := ripple + 20*wx.one + 40*wx.third + 150*wx.twelfth + 300*wx.thirtieth
	northWaves := ripple + 20*wy.one + 40*wy.third + 160*wy.twelfth + 320*wy.thirtieth

	east = 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + eastWaves*2/3
	north = -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + northWaves*2/3
	return east, north
}

// waves are the sines of GCJ-02 along one axis, named by the multiple or the
// part of πt that they are of.
type waves struct {
	six, two, one             float64 // sin 6πt, sin 2πt, sin πt
	third, twelfth, thirtieth float64 // sin πt/3, sin πt/12, sin πt/30
}

// wavesAt takes five of the six sines from one by doubling and tripling the
// angle: they are most of what a conversion costs.
func wavesAt(t float64) waves {
	sin12, cos12 := math.Sincos(math.Pi * t / 12)
	sin3, cos3 := double(double(sin12, cos12))
	sin1, cos1 := triple(sin3, cos3)
	sin2, cos2 := double(sin1, cos1)
	sin6, _ := triple(sin2, cos2)
	return waves{sin6, sin2, sin1, sin3, sin12, math.Sin(math.Pi * t / 30)}
}

func double(sin, cos float64) (sin2, cos2 float64) {
	return 2 * sin * cos, 1 - 2*sin*sin
}

func triple(sin, cos float64) (sin3, cos3 float64) {
	return sin * (3 - 4*sin*sin), cos * (4*cos*cos - 3)
}

// bd09 is Baidu's shift: GCJ-02, turned and stretched a little in polar
// coordinates, then moved. The formula became known with the one of GCJ-02,
// from the same sources.
func bd09(lon, lat float64) (x, y float64) {
	return baidu(gcj02(lon, lat))
}

// baidu takes a position from GCJ-02 to BD-09.
func baidu(gcjX, gcjY float64) (x, y float64) {
	const frequency = math.Pi * 3000 / 180
	radius := math.Hypot(gcjX, gcjY) + 0.00002*math.Sin(gcjY*frequency)
	angle := math.Atan2(gcjY, gcjX) + 0.000003*math.Cos(gcjX*frequency)
	sin, cos := math.Sincos(angle)
	return radius*cos + 0.0065, radius*sin + 0.006
}
