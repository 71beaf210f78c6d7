package geo

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// Pinyin writes a name in pinyin: a syllable for each Chinese character, without tones, in lower case, a space
// between; what is not Chinese stays in one piece, in lower case. A character with several readings has its commonest.
func Pinyin(name string) string {
	args := pinyin.NewArgs()
	var words []string
	var other strings.Builder
	flush := func() {
		if other.Len() > 0 {
			words = append(words, other.String())
			other.Reset()
		}
	}
	for _, r := range name {
		if syllables := pinyin.SinglePinyin(r, args); len(syllables) > 0 {
			flush()
			words = append(words, syllables[0])
			continue
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			other.WriteRune(unicode.ToLower(r))
			continue
		}
		flush()
	}
	flush()
	return strings.Join(words, " ")
}
