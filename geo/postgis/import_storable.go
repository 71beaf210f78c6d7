package postgis

import (
	"slices"
	"strings"
)

// storable shows the characters of a file's text that PostgreSQL does not hold: U+0000 as the escape by which JSON has
// it, and bytes that are no UTF-8 as U+FFFD.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", `\u0000`)
}

func storableTexts(texts []string) []string {
	shown := slices.Clone(texts)
	for i, text := range shown {
		shown[i] = storable(text)
	}
	return shown
}

// storable is the report with all that it tells of the file's texts as they can be stored.
func (r *ImportReport) storable() *ImportReport {
	if r == nil {
		return nil
	}
	shown := *r
	shown.Refusals = slices.Clone(r.Refusals)
	for i := range shown.Refusals {
		refusal := &shown.Refusals[i]
		showTexts(&refusal.Code, &refusal.Rule, &refusal.Field, &refusal.Reason)
	}
	shown.Repairs = slices.Clone(r.Repairs)
	for i := range shown.Repairs {
		showTexts(&shown.Repairs[i].Code, &shown.Repairs[i].Reason)
	}
	shown.Ignored, shown.Notes = storableTexts(r.Ignored), storableTexts(r.Notes)
	return &shown
}

// storable is the error with its texts as they can be stored.
func (e *ImportError) storable() *ImportError {
	if e == nil {
		return nil
	}
	shown := *e
	showTexts(&shown.Message, &shown.Path)
	return &shown
}

func showTexts(texts ...*string) {
	for _, text := range texts {
		*text = storable(*text)
	}
}
