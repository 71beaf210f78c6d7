package tiles

import (
	"strconv"
	"strings"
)

// acceptsGzip tells whether the values of Accept-Encoding take gzip (RFC 9110,
// section 12.5.3).
func acceptsGzip(accepted []string) bool {
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

// matches tells whether the values of If-None-Match name the ETag, which is
// weak (RFC 9110, section 13.1.2).
func matches(known []string, etag string) bool {
	const weak = "W/"
	for _, line := range known {
		if line == etag || line == "*" {
			return true
		}
		// ETags of this surface have no comma, so one that is split is none of
		// them.
		for item := range strings.SplitSeq(line, ",") {
			if strings.TrimPrefix(strings.TrimSpace(item), weak) == etag[len(weak):] {
				return true
			}
		}
	}
	return false
}
