package scalar

import "encoding/json"

// written is a value as the caller wrote it, or the beginning of that.
func written(v any) string {
	const most = 60
	text, err := json.Marshal(v)
	if err != nil {
		return "what is no JSON"
	}
	if runes := []rune(string(text)); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(text)
}
