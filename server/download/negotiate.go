package download

import (
	"strconv"
	"strings"
)

// acceptsGzip tells whether the values of Accept-Encoding take gzip (RFC 9110, section 12.5.3).
func acceptsGzip(accepted []string) bool {
	others := false
	for _, line := range accepted {
		for item := range strings.SplitSeq(line, ",") {
			name, weight, _ := strings.Cut(item, ";")
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, "gzip"):
				return !isZero(weight)
			case name == "*":
				others = !isZero(weight)
			}
		}
	}
	return others
}

// isZero tells whether a weight such as q=0.0 is zero.
func isZero(weight string) bool {
	_, value, found := strings.Cut(weight, "=")
	if !found {
		return false
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return err == nil && q == 0
}

// matches tells whether the values of If-None-Match name the ETag, which is strong; the comparison is the weak one
// (RFC 9110, sections 8.8.3.2 and 13.1.2). The ETags of this surface have no comma in them.
func matches(known []string, etag string) bool {
	for _, line := range known {
		for item := range strings.SplitSeq(line, ",") {
			item = strings.TrimSpace(item)
			if item == "*" || strings.TrimPrefix(item, "W/") == etag {
				return true
			}
		}
	}
	return false
}
