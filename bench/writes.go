package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// writeBar is the least ratio of Xiangtu's updates a second to those of the bare table.
const writeBar = 0.5

// writers are the numbers of clients that write at a time.
var writers = []int{1, 4, 8, 16, 32, 64}

// writeOutcome is how many updates of one geometry a second so many clients made.
type writeOutcome struct {
	Clients          int
	bare, kept, ours []float64
}

// Bare is pgbench's UPDATE of a table with the same rows, a key and a GiST index.
func (o writeOutcome) Bare() float64 { return median(o.bare) }

// Kept is pgbench's UPDATE of the layer's own table: checked, derived, signed, kept as history and notified.
func (o writeOutcome) Kept() float64 { return median(o.kept) }

// Ours is Xiangtu's mutation over HTTP.
func (o writeOutcome) Ours() float64 { return median(o.ours) }

// bareTable has what of the grids an update of a geometry touches, and nothing that watches over it.
const bareTable = `
CREATE SCHEMA bench;
CREATE TABLE bench.grids AS SELECT row_number() OVER (ORDER BY code) AS n, code, name, workers, geom FROM xiangtu.grids;
ALTER TABLE bench.grids ADD PRIMARY KEY (n);
CREATE INDEX ON bench.grids USING gist (geom);
CREATE TABLE bench.codes AS SELECT n, code FROM bench.grids;
ALTER TABLE bench.codes ADD PRIMARY KEY (n);
ANALYZE bench.grids, bench.codes`

// The rows that pgbench updates, of the bare table and of the layer's, by a number that it draws.
const (
	bareRow = "UPDATE bench.grids SET geom = ST_Translate(geom, 0, :d * 1e-8) WHERE n = :n"
	keptRow = "UPDATE xiangtu.grids SET geom = ST_Translate(geom, 0, :d * 1e-8) WHERE code = (SELECT code FROM bench.codes WHERE n = :n)"
)

// measureWrites measures updates of single features, the contestants in turn.
func (m *meter) measureWrites(ctx context.Context, g *ground) ([]writeOutcome, error) {
	g.xiangtuCold.stop() // it would hear of every change, too
	if _, err := g.database.Exec(ctx, bareTable); err != nil {
		return nil, err
	}
	key, err := g.editorKey(ctx)
	if err != nil {
		return nil, err
	}
	requests, err := g.updates(ctx)
	if err != nil {
		return nil, err
	}
	e := entry{server: g.xiangtu, requests: requests, key: key}
	var outcomes []writeOutcome
	for _, clients := range writers {
		o := writeOutcome{Clients: clients}
		for range m.effort.Rounds {
			for _, part := range []struct {
				rates   *[]float64
				measure func() (float64, error)
			}{
				{&o.bare, func() (float64, error) { return m.updates(ctx, g, bareRow, clients) }},
				{&o.kept, func() (float64, error) { return m.updates(ctx, g, keptRow, clients) }},
				{&o.ours, func() (float64, error) {
					s, err := m.run(ctx, e, clients)
					return s.rate, err
				}},
			} {
				rate, err := part.measure()
				if err != nil {
					return nil, err
				}
				*part.rates = append(*part.rates, rate)
			}
		}
		fmt.Fprintf(os.Stderr, "%d writers: %.0f bare, %.0f kept, %.0f by Xiangtu a second\n", clients, o.Bare(), o.Kept(), o.Ours())
		outcomes = append(outcomes, o)
	}
	return outcomes, nil
}

// editorKey makes a key that may change the map.
func (g *ground) editorKey(ctx context.Context) (string, error) {
	output, err := exec.CommandContext(ctx, "bin/xiangtu", "--database-url", g.cluster.URL(), "key", "create", "bench", "--role", "editor").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("make a key: %w: %s", err, output)
	}
	key := regexp.MustCompile(`xt_[0-9a-z]+_[0-9A-Za-z]+`).FindString(string(output))
	if key == "" {
		return "", fmt.Errorf("no key is in: %s", output)
	}
	return key, nil
}

// updates gives requests that move each grid of the finest level by a centimetre, and then back. Each changes something:
// the two threads of wrk begin half the list apart, and what one of them has moved it also moves back, before the other
// comes to it.
func (g *ground) updates(ctx context.Context) ([]request, error) {
	const mutation = `mutation U($code: String!, $g: GeometryInput!) { updateGrid(code: $code, input: {geometry: $g}) { revision errors { message } } }`
	const statement = `
SELECT code, ST_AsGeoJSON(ST_Translate(geom, 0, d), 9)
FROM (SELECT code, geom, ntile(2) OVER (ORDER BY code) AS half FROM xiangtu.grids WHERE level = 3) AS grids, unnest(ARRAY[1e-7, 0]) AS d
ORDER BY half, d DESC, code`
	rows, err := g.database.Query(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var requests []request
	for rows.Next() {
		var code, geometry string
		if err := rows.Scan(&code, &geometry); err != nil {
			return nil, err
		}
		requests = append(requests, graphQLWith(mutation, `{"code":"`+code+`","g":{"geojson":`+geometry+`}}`))
	}
	return requests, rows.Err()
}

// updates gives how many updates a second pgbench makes by a statement.
func (m *meter) updates(ctx context.Context, g *ground, statement string, clients int) (float64, error) {
	program, err := findPgbench()
	if err != nil {
		return 0, err
	}
	text := "\\set n random(1, 3013)\n\\set d random(-9, 9)\n" + statement + ";\n"
	script := filepath.Join(g.folder, "update.pgbench")
	if err := os.WriteFile(script, []byte(text), 0o644); err != nil {
		return 0, err
	}
	output, err := exec.CommandContext(ctx, program, "--no-vacuum", "--protocol", "prepared", "--client", strconv.Itoa(clients),
		"--jobs", strconv.Itoa(min(clients, runtime.NumCPU())), "--time", strconv.Itoa(int(max(m.effort.Run, time.Second).Seconds())),
		"--file", script, g.cluster.URL()).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, output)
	}
	var rate float64
	_, found, _ := strings.Cut(string(output), "tps = ")
	if _, err := fmt.Sscanf(found, "%f", &rate); err != nil {
		return 0, fmt.Errorf("read the result of pgbench: %w: %s", err, output)
	}
	return rate, nil
}

// Writes is the table of updates; its last line has the most that each made, with whatever number of clients.
func (r report) Writes() string {
	t := table{head: []string{"clients", "bare table, pgbench", "the layer, pgbench", "of bare", "Xiangtu, GraphQL", "of bare", "bar", ""}}
	add := func(clients string, bare, kept, ours float64) {
		ratio := ours / bare
		t.add(clients, figure(bare), figure(kept), fmt.Sprintf("%.2f", kept/bare),
			figure(ours), fmt.Sprintf("**%.2f**", ratio), fmt.Sprintf("≥ %.1f", writeBar), met(ratio >= writeBar))
	}
	var bare, kept, ours float64
	for _, o := range r.WriteOutcomes {
		add(strconv.Itoa(o.Clients), o.Bare(), o.Kept(), o.Ours())
		bare, kept, ours = max(bare, o.Bare()), max(kept, o.Kept()), max(ours, o.Ours())
	}
	add("most", bare, kept, ours)
	return t.String()
}
