package postgis

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"xiangtu/geo"
)

// postgresEpoch is the zero of PostgreSQL's binary timestamps, in microseconds of Unix time (2000-01-01).
const postgresEpoch = 946684800_000_000

// appendProperty appends the value of a field as JSON, straight from the bytes that the database sent: text as it is,
// the rest in PostgreSQL's binary format.
func appendProperty(dst []byte, field geo.Field, raw []byte) []byte {
	if raw == nil {
		return append(dst, "null"...)
	}
	switch field.Type {
	case geo.Integer:
		return strconv.AppendInt(dst, rawInteger(raw), 10)
	case geo.Number:
		return AppendNumber(dst, rawNumber(raw))
	case geo.Boolean:
		return strconv.AppendBool(dst, rawBoolean(raw))
	case geo.Time:
		dst = append(dst, '"')
		dst = rawTime(raw).AppendFormat(dst, time.RFC3339Nano)
		return append(dst, '"')
	default:
		return AppendString(dst, raw)
	}
}

func rawBoolean(raw []byte) bool { return len(raw) == 1 && raw[0] != 0 }

func rawInteger(raw []byte) int64 {
	switch len(raw) {
	case 2:
		return int64(int16(binary.BigEndian.Uint16(raw)))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(raw)))
	case 8:
		return int64(binary.BigEndian.Uint64(raw))
	default:
		return 0
	}
}

func rawNumber(raw []byte) float64 {
	if len(raw) != 8 {
		return 0
	}
	return math.Float64frombits(binary.BigEndian.Uint64(raw))
}

func rawTime(raw []byte) time.Time {
	return time.UnixMicro(rawInteger(raw) + postgresEpoch).UTC()
}

// AppendNumber appends a finite number as JSON: plain digits, no exponent.
func AppendNumber(dst []byte, v float64) []byte {
	return strconv.AppendFloat(dst, v, 'f', -1, 64)
}

// AppendString appends text as a JSON string (RFC 8259, section 7).
func AppendString[T ~string | ~[]byte](dst []byte, s T) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' { // the bytes of other letters, too: the database holds valid UTF-8 only
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
		start = i + 1
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
