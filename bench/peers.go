package main

import (
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// peerFiles are the configurations of peers.
//
//go:embed peers
var peerFiles embed.FS

// startPeers starts the peers that can be had here, and says which cannot: they are welcome, not needed.
func (g *ground) startPeers(ctx context.Context) {
	g.tryPeer("nginx", func() error { return g.startNginx(ctx) })
	for _, version := range []string{"4", "5"} {
		g.tryPeer("PostGraphile "+version, func() error { return g.startPostGraphile(ctx, version) })
	}
}

func (g *ground) tryPeer(name string, start func() error) {
	if err := start(); err != nil {
		fmt.Fprintf(os.Stderr, "%s takes no part: %v\n", name, err)
	}
}

// enter gives a peer a part in a workload.
func (g *ground) enter(server *process, workload string, requests []request) {
	g.peers[workload] = append(g.peers[workload], entry{server: server, requests: requests, peer: true})
}

// startNginx serves the tiles of Xiangtu as files.
func (g *ground) startNginx(ctx context.Context) error {
	text, err := peerFiles.ReadFile("peers/nginx.conf")
	if err != nil {
		return err
	}
	server, err := g.start(ctx, program{name: "nginx", probe: request{path: g.tiles[0].path()}, arguments: func(port string) []string {
		file := filepath.Join(g.folder, "nginx.conf")
		text := strings.NewReplacer("@FOLDER@", g.folder, "@PORT@", port, "@ROOT@", g.tileFolder()).Replace(string(text))
		// Where it cannot be written nginx tells that it is missing.
		_ = os.WriteFile(file, []byte(text), 0o644)
		return []string{"/usr/sbin/nginx", "-c", file}
	}})
	if err != nil {
		return err
	}
	var requests []request
	for _, tile := range g.tiles {
		requests = append(requests, request{path: tile.path()})
	}
	g.enter(server, "tiles z10–z14, hot", requests)
	return nil
}

// postGraphileQueries ask PostGraphile for what Xiangtu is asked for, by the name of the workload.
func postGraphileQueries() map[string]string {
	return map[string]string{
		"20 villages and their grids, GraphQL": "{ allVillages(first: 20, orderBy: CODE_ASC) { nodes { name gridsByVillageCode(orderBy: CODE_ASC) { nodes { code name } } } } }",
		"100 villages with geometry, GraphQL":  "{ allVillages(first: 100, orderBy: CODE_ASC) { nodes { code name geom { geojson } } } }",
		"3,013 grids with geometry, GraphQL":   "{ allGrids(orderBy: CODE_ASC) { nodes { code name geom { geojson } } } }",
	}
}

func (g *ground) startPostGraphile(ctx context.Context, version string) error {
	// PostGraphile finds relations by foreign keys, of which the one to the village stands on a column that most grids have
	// empty; so it is told of this one in its own way.
	const relation = `COMMENT ON TABLE xiangtu.grids IS '@foreignKey (village_code) references xiangtu.villages (code)'`
	if _, err := g.database.Exec(ctx, relation); err != nil {
		return fmt.Errorf("tell PostGraphile of the villages of grids: %w", err)
	}
	folder, err := installed(ctx, "postgraphile"+version)
	if err != nil {
		return err
	}
	// Version 5 wants a newer Node than Debian's, and brings it from npm.
	node := filepath.Join(folder, "node_modules/.bin/node")
	if _, err := os.Stat(node); err != nil {
		node = "node"
	}
	server, err := g.start(ctx, program{
		name: "PostGraphile " + version, folder: folder, probe: graphQL("{ __typename }"),
		arguments: func(string) []string { return []string{node, "server.mjs"} },
		env: func(port string) []string {
			return []string{"NODE_ENV=production", "GRAPHILE_TURBO=1", "PORT=" + port, "DATABASE_URL=" + g.cluster.URL()}
		},
	})
	if err != nil {
		return err
	}
	for workload, query := range postGraphileQueries() {
		g.enter(server, workload, []request{graphQL(query)})
	}
	codes, _, err := g.samples(ctx)
	if err != nil {
		return err
	}
	var requests []request
	for _, code := range codes {
		requests = append(requests, graphQLWith("query G($code: String!) { gridByCode(code: $code) { code name level workers } }", `{"code":"`+code+`"}`))
	}
	g.enter(server, "one grid by code, GraphQL", requests)
	return nil
}

// installed gives a folder with a peer and its packages from npm, which stay for the next run.
func installed(ctx context.Context, name string) (string, error) {
	folder, err := filepath.Abs(filepath.Join("var/bench", name))
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	for _, file := range []string{"package.json", "server.mjs"} {
		text, err := peerFiles.ReadFile("peers/" + name + "/" + file)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(folder, file), text, 0o644); err != nil {
			return "", err
		}
	}
	command := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
	command.Dir = folder
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm: %w: %s", err, output)
	}
	return folder, nil
}
