package crs

import "math"

const (
	// earthRadius is the radius of the sphere of EPSG:3857, in metres.
	earthRadius = 6378137.0
	// maxLatitude is where the square of Web Mercator ends: atan(sinh(π)).
	maxLatitude = 85.051128779806604
)

// toMercator is the spherical Mercator of EPSG method 1024 (IOGP guidance note
// 7-2). Latitudes beyond the square are clamped to its edge.
func toMercator(lon, lat float64) (x, y float64) {
	lat = max(-maxLatitude, min(maxLatitude, lat))
	radius := earthRadius * math.Pi / 180
	return lon * radius, earthRadius * math.Atanh(math.Sin(lat*math.Pi/180))
}

func fromMercator(x, y float64) (lon, lat float64) {
	return x / earthRadius * 180 / math.Pi, math.Asin(math.Tanh(y/earthRadius)) * 180 / math.Pi
}
