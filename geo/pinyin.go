package geo

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// Pinyin writes a name in pinyin: a syllable for each Chinese character, without tones, in lower case, a space
// between; what is not Chinese stays in one piece, in lower case. A character with several readings has its commonest.
func Pinyin(name string) string { return NewSpeller().Pinyin(name) }

// Speller writes many names in pinyin. It looks each character up once. It is not safe for concurrent use.
type Speller struct {
	syllables map[rune]string // empty for what is not Chinese
	arguments pinyin.Args
}

// NewSpeller makes a speller that knows no character yet.
func NewSpeller() *Speller {
	return &Speller{syllables: make(map[rune]string), arguments: pinyin.NewArgs()}
}

// Pinyin is the function Pinyin.
func (s *Speller) Pinyin(name string) string {
	var text strings.Builder
	inWord := false // in a piece that is not Chinese
	for _, r := range name {
		syllable := s.syllable(r)
		isWord := syllable == "" && (unicode.IsLetter(r) || unicode.IsDigit(r))
		if (syllable != "" || isWord && !inWord) && text.Len() > 0 {
			text.WriteByte(' ')
		}
		if text.WriteString(syllable); isWord {
			text.WriteRune(unicode.ToLower(r))
		}
		inWord = isWord
	}
	return text.String()
}

func (s *Speller) syllable(r rune) string {
	if r < utf8.RuneSelf {
		return ""
	}
	syllable, known := s.syllables[r]
	if !known {
		if readings := pinyin.SinglePinyin(r, s.arguments); len(readings) > 0 {
			syllable = readings[0]
		}
		s.syllables[r] = syllable
	}
	return syllable
}
