package main

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// table is a table in Markdown. Its first column is set to the left, the others to the right.
type table struct {
	head []string
	rows [][]string
}

// add appends a row; cells that are left out are empty.
func (t *table) add(cells ...string) {
	t.rows = append(t.rows, append(cells, make([]string, len(t.head)-len(cells))...))
}

// String is the table with its columns aligned, so that it reads well on a terminal; without rows it is empty.
func (t *table) String() string {
	if len(t.rows) == 0 {
		return ""
	}
	widths := make([]int, len(t.head))
	for _, row := range slices.Concat([][]string{t.head}, t.rows) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell), 3)
		}
	}
	var text strings.Builder
	line := func(row []string) {
		for i, cell := range row {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				text.WriteString("| " + cell + space + " ")
			} else {
				text.WriteString("| " + space + cell + " ")
			}
		}
		text.WriteString("|\n")
	}
	line(t.head)
	for i, width := range widths {
		if i == 0 {
			text.WriteString("| " + strings.Repeat("-", width) + " ")
		} else {
			text.WriteString("| " + strings.Repeat("-", width-1) + ": ")
		}
	}
	text.WriteString("|\n")
	for _, row := range t.rows {
		line(row)
	}
	return text.String()
}
