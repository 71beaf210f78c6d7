package main

import (
	"bytes"
	"fmt"
	"slices"
)

// drawRatios draws the ratio of each outcome as a bar, with a stroke at what it should reach, in SVG.
func drawRatios(outcomes []outcome) []byte {
	const (
		width, left, right = 780, 350, 60
		row, bar, top      = 26, 16, 14
	)
	most := 1.0
	for _, o := range outcomes {
		most = max(most, o.Ratio(), o.Bar)
	}
	x := func(ratio float64) float64 { return left + ratio/most*(width-left-right) }
	bottom := top + row*len(outcomes)
	var svg bytes.Buffer
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", width, bottom+top)
	svg.WriteString("<title>Xiangtu's answers a second as a share of the limit program's; a stroke is the bar to reach</title>\n")
	svg.WriteString(`<rect width="100%" height="100%" fill="#fff"/>` + "\n")
	fmt.Fprintf(&svg, `<path d="M%.1f %d V%d" stroke="#bbb" stroke-dasharray="3 3"/>`+"\n", x(1), top/2, bottom)
	for i, o := range outcomes {
		y := top + row*i
		colour := "#3b7a57"
		if !o.Met() {
			colour = "#b5523b"
		}
		base := y + bar - 4
		fmt.Fprintf(&svg, `<text x="%d" y="%d" text-anchor="end">%s, %s</text>`+"\n", left-8, base, o.Workload, counted(o.Connections))
		fmt.Fprintf(&svg, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n", left, y, x(o.Ratio())-left, bar, colour)
		fmt.Fprintf(&svg, `<path d="M%.1f %d v%d" stroke="#000" stroke-width="2"/>`+"\n", x(o.Bar), y-3, bar+6)
		fmt.Fprintf(&svg, `<text x="%.1f" y="%d">%.2f</text>`+"\n", x(slices.Max([]float64{o.Ratio(), o.Bar}))+6, base, o.Ratio())
	}
	svg.WriteString("</svg>\n")
	return svg.Bytes()
}

func counted(connections int) string {
	if connections == 1 {
		return "1 connection"
	}
	return fmt.Sprintf("%d connections", connections)
}
