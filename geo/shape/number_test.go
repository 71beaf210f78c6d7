package shape

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

func TestAppendNumber(t *testing.T) {
	for _, test := range []struct {
		v         float64
		precision int
		want      string
	}{
		{0, 7, "0"},
		{math.Copysign(0, -1), 7, "0"},
		{-0.00000001, 7, "0"},
		{-1e-300, 15, "0"},
		{0.5, 0, "0"}, // ties go to even
		{1.5, 0, "2"},
		{2.5, 0, "2"},
		{0.125, 2, "0.12"},
		{0.375, 2, "0.38"},
		{1.005, 2, "1"}, // the double lies a little below the half
		{0.35, 1, "0.3"},
		{0.85, 1, "0.8"},
		{0.45, 1, "0.5"}, // and this one a little above
		{9.9999, 3, "10"},
		{-9.9999, 3, "-10"},
		{99.99999999, 7, "100"},
		{116.3916016, 7, "116.3916016"},
		{-116.39, 7, "-116.39"},
		{116.5, 0, "116"},
		{0.1, 15, "0.1"},
		{100.1, 15, "100.099999999999994"},
		{20037508.342789244, 2, "20037508.34"},
		{1e22, 3, "10000000000000000000000"},
		{1234567.125, 8, "1234567.125"},
	} {
		if got := string(appendNumber(nil, test.v, test.precision)); got != test.want {
			t.Errorf("appendNumber(%v, %d) = %s; want %s", test.v, test.precision, got, test.want)
		}
	}
}

func TestAppendNumberIsStrconvs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		v := (random.Float64() - 0.5) * math.Pow(10, float64(random.IntN(24)-8))
		precision := random.IntN(MaxPrecision + 1)
		requireNumber(t, v, precision)
		// Near and on a half of the last decimal is where rounding goes wrong.
		half := (math.Floor(v*100) + 0.5) / 100
		requireNumber(t, half, 2)
		requireNumber(t, math.Nextafter(half, math.Inf(1)), 2)
		requireNumber(t, math.Nextafter(half, math.Inf(-1)), 2)
	}
}

func FuzzAppendNumber(f *testing.F) {
	f.Add(116.3916016, 7)
	f.Add(-0.5, 0)
	f.Add(math.Ldexp(1, 51), 0)
	f.Add(math.Ldexp(1, 51)-0.5, 0)
	f.Fuzz(func(t *testing.T, v float64, precision int) {
		if finite(v) && precision >= 0 && precision <= MaxPrecision {
			requireNumber(t, v, precision)
		}
	})
}

func requireNumber(t *testing.T, v float64, precision int) {
	t.Helper()
	got, want := string(appendNumber([]byte("x"), v, precision)), "x"+numberText(v, precision)
	if got != want {
		t.Fatalf("appendNumber(%v, %d) = %s; want %s", v, precision, got, want)
	}
}

// numberText is appendNumber in words of the standard library.
func numberText(v float64, precision int) string {
	s := strconv.FormatFloat(v, 'f', precision, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}
