package shape

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
)

// MaxPrecision is the greatest number of decimals that can be asked for: what
// a double holds of a coordinate in degrees.
const MaxPrecision = 15

// powers are the powers of ten up to MaxPrecision, each exact as a double.
var powers = [MaxPrecision + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

const (
	// block is the number of decimals that are turned into digits at once.
	block      = 8
	blockPower = 100_000_000
	// maxScaled bounds the integers in which a half still shows in a double.
	maxScaled = 1 << 51
)

// appendNumber appends v with at most precision decimals, rounded as strconv
// does (exactly, ties to even), without trailing zeros and without a minus
// before zero. v is finite and precision within 0 and MaxPrecision.
//
// A coordinate that has at most eight decimals and fits in 51 bits when scaled
// is written by integer arithmetic; strconv writes the rest.
func appendNumber(dst []byte, v float64, precision int) []byte {
	magnitude := math.Abs(v)
	scaled := magnitude * powers[precision]
	if precision > block || scaled >= maxScaled {
		return appendNumberSlow(dst, v, precision)
	}
	n := uint64(roundScaled(scaled, magnitude, powers[precision]))
	if n == 0 {
		return append(dst, '0')
	}
	if v < 0 {
		dst = append(dst, '-')
	}
	power := uint64(powers[precision])
	whole, fraction := n/power, n%power*uint64(powers[block-precision])
	dst = appendWhole(dst, whole)
	if fraction == 0 {
		return dst
	}
	digits := eightDigits(fraction)
	end := len(dst) + 1 + block - bits.LeadingZeros64(digits)/8
	dst = append(dst, '.')
	dst = binary.LittleEndian.AppendUint64(dst, digits|zeros)
	return dst[:end]
}

// roundScaled rounds scaled, which is the rounded product of magnitude and
// power, to the integer that the exact product is nearest to. Below maxScaled
// the rounding of the product cannot carry it over a half, only onto it: then
// the error of the product, which FMA gives exactly, decides.
func roundScaled(scaled, magnitude, power float64) int64 {
	n := int64(scaled)
	switch rest := scaled - float64(n); {
	case rest > 0.5:
		n++
	case rest == 0.5:
		err := math.FMA(magnitude, power, -scaled)
		if err > 0 || err == 0 && n&1 == 1 {
			n++
		}
	}
	return n
}

// zeros is the text of eight digits 0.
const zeros = 0x3030303030303030

// eightDigits spreads the eight decimal digits of n over the bytes of a word,
// the first in the lowest byte. It halves the number three times, all halves
// of a step at once; the divisions by 100 and by 10 are multiplications that
// are exact for four and for two digits.
func eightDigits(n uint64) uint64 {
	const by100, by10 = 10486, 103 // 2^20/100 and 2^10/10, rounded up
	n = n/10000 | n%10000<<32
	high := n * by100 >> 20 & 0x0000007f_0000007f
	n = high | (n-100*high)<<16
	high = n * by10 >> 10 & 0x000f_000f_000f_000f
	return high | (n-10*high)<<8
}

func appendWhole(dst []byte, n uint64) []byte {
	switch {
	case n < 10:
		return append(dst, byte('0'+n))
	case n < 100:
		return append(dst, byte('0'+n/10), byte('0'+n%10))
	case n < 1000:
		return append(dst, byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
	}
	return strconv.AppendUint(dst, n, 10)
}

func appendNumberSlow(dst []byte, v float64, precision int) []byte {
	start := len(dst)
	dst = strconv.AppendFloat(dst, v, 'f', precision, 64)
	if precision > 0 {
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
		if dst[len(dst)-1] == '.' {
			dst = dst[:len(dst)-1]
		}
	}
	if string(dst[start:]) == "-0" {
		return append(dst[:start], '0')
	}
	return dst
}
