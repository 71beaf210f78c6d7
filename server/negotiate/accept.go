package negotiate

import (
	"strconv"
	"strings"
)

// Best gives the index of the media type, among those offered, that the values of Accept like best (RFC 9110, section
// 12.5.1); of equals the one that is offered first. It is -1 where none is acceptable, and 0 where nothing is asked.
// Parameters of media types but the weight are left out of account.
func Best(accepted []string, offered ...string) int {
	if strings.TrimSpace(strings.Join(accepted, "")) == "" {
		return 0
	}
	best, bestWeight := -1, 0.0
	for i, mediaType := range offered {
		if weight := weightOf(accepted, mediaType); weight > bestWeight {
			best, bestWeight = i, weight
		}
	}
	return best
}

// weightOf gives the weight of the most specific range that holds a media type.
func weightOf(accepted []string, mediaType string) float64 {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	group, _, _ := strings.Cut(mediaType, "/")
	weight, precision := 0.0, 0
	for _, line := range accepted {
		for item := range strings.SplitSeq(line, ",") {
			name, parameters, _ := strings.Cut(item, ";")
			fits := 0
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, mediaType):
				fits = 3
			case strings.EqualFold(name, group+"/*"):
				fits = 2
			case name == "*/*":
				fits = 1
			}
			if fits > precision {
				weight, precision = quality(parameters), fits
			}
		}
	}
	return weight
}

// quality reads the weight among the parameters of a media range; it is 1 where there is none.
func quality(parameters string) float64 {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if !strings.EqualFold(name, "q") {
			continue
		}
		if q, err := strconv.ParseFloat(value, 64); err == nil && q >= 0 && q <= 1 {
			return q
		}
		return 0
	}
	return 1
}
