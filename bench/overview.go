package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// tileStatement is that of the limit program: it draws the tile $1/$2/$3.
//
//go:embed limit/tile.sql
var tileStatement string

// overview is what the tile of zoom 10 with the most grids takes, cold and alone, in milliseconds.
type overview struct {
	Tile     string
	Features int
	Ours     float64 // Xiangtu, HTTP included
	Bare     float64 // the statement of the limit program by pgbench
}

// Ratio is that of Xiangtu's time to the bare statement's.
func (o overview) Ratio() float64 { return o.Ours / o.Bare }

// measureOverview measures the tile of zoom 10, Xiangtu and pgbench in turn.
func (m *meter) measureOverview(ctx context.Context, g *ground) (overview, error) {
	o := overview{Tile: g.overview.path()}
	r := request{path: "/tiles/grids" + g.overview.path()}
	body, err := g.xiangtuCold.fetch(ctx, r)
	if err != nil {
		return o, err
	}
	features, err := drawn(body)
	if err != nil {
		return o, err
	}
	o.Features = len(features)
	script, err := g.overviewScript()
	if err != nil {
		return o, err
	}
	var ours, bare []float64
	for range m.effort.Rounds {
		s, err := m.run(ctx, entry{server: g.xiangtuCold, requests: []request{r}}, 1)
		if err != nil {
			return o, err
		}
		latency, err := m.pgbench(ctx, g.cluster.URL(), script)
		if err != nil {
			return o, err
		}
		ours, bare = append(ours, 1000/s.rate), append(bare, latency)
	}
	o.Ours, o.Bare = median(ours), median(bare)
	return o, nil
}

// overviewScript writes the statement that draws a tile as a script of pgbench.
func (g *ground) overviewScript() (string, error) {
	t := g.overview
	text := fmt.Sprintf("\\set z %d\n\\set x %d\n\\set y %d\n", t.Z, t.X, t.Y) +
		strings.NewReplacer("$1", ":z", "$2", ":x", "$3", ":y").Replace(tileStatement) + ";\n"
	script := filepath.Join(g.folder, "tile.pgbench")
	return script, os.WriteFile(script, []byte(text), 0o644)
}

// pgbench gives the mean latency of a script at one connection, in milliseconds.
func (m *meter) pgbench(ctx context.Context, url, script string) (float64, error) {
	program, err := findPgbench()
	if err != nil {
		return 0, err
	}
	output, err := exec.CommandContext(ctx, program, "--no-vacuum", "--protocol", "prepared", "--client", "1",
		"--time", strconv.Itoa(int(m.effort.Run.Seconds())), "--file", script, url).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, output)
	}
	var latency float64
	_, text, _ := strings.Cut(string(output), "latency average = ")
	if _, err := fmt.Sscanf(text, "%f ms", &latency); err != nil {
		return 0, fmt.Errorf("read the result of pgbench: %w: %s", err, output)
	}
	return latency, nil
}

// findPgbench finds it on the path or, of the newest version, where Debian keeps it.
func findPgbench() (string, error) {
	if found, err := exec.LookPath("pgbench"); err == nil {
		return found, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if err != nil || len(found) == 0 {
		return "", errors.New("pgbench is missing: it comes with PostgreSQL's server")
	}
	return slices.Max(found), nil
}
