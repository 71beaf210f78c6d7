// Package negotiate reads the headers by which client and server agree on a
// representation. The surfaces read them by hand where a cached answer costs
// little more than that.
package negotiate

import (
	"strconv"
	"strings"
)

// AcceptsGzip tells whether the values of Accept-Encoding take gzip (RFC 9110,
// section 12.5.3).
func AcceptsGzip(accepted []string) bool {
	const known, unnamed = "gzip", "*"
	others := false
	for _, line := range accepted {
		for item := range strings.SplitSeq(line, ",") {
			name, weight, _ := strings.Cut(item, ";")
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, known):
				return !refused(weight)
			case name == unnamed:
				others = !refused(weight)
			}
		}
	}
	return others
}

// refused tells whether a weight such as q=0.0 is zero.
func refused(weight string) bool {
	_, value, found := strings.Cut(weight, "=")
	if !found {
		return false
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return err == nil && q == 0
}

// Matches tells whether the values of If-None-Match name the ETag. The
// comparison is the weak one (RFC 9110, sections 8.8.3.2 and 13.1.2). ETags of
// this server have no comma, so one that is split is none of them.
func Matches(known []string, etag string) bool {
	const weak = "W/"
	opaque := strings.TrimPrefix(etag, weak)
	for _, line := range known {
		if line == etag || line == "*" {
			return true
		}
		for item := range strings.SplitSeq(line, ",") {
			if strings.TrimPrefix(strings.TrimSpace(item), weak) == opaque {
				return true
			}
		}
	}
	return false
}
