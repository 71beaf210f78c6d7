package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"xiangtu/geo/jobs"
	"xiangtu/geo/postgis"
	"xiangtu/migrations"
	"xiangtu/server/health"
	"xiangtu/server/identity"
	"xiangtu/server/metrics"
	"xiangtu/server/middleware"
	"xiangtu/server/telemetry"
)

// slowRequest is the duration from which a request is worth a line in the log.
const slowRequest = time.Second

// downloadConnections is how many downloads are sent at a time; more wait for
// each other, and nothing else waits for them.
const downloadConnections = 8

// serve runs the server until it is interrupted. It starts what the server
// stands on from the ground up; the deferred calls take it down in reverse
// order, after the last request has finished.
func serve(ctx context.Context, p program, c config) (err error) {
	tuneMemory(p.getenv)
	log := newLogger(p.stderr, c.LogLevel, c.LogFormat)
	// The address comes first: the likeliest thing to be wrong should not
	// show only after the database has started.
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s (another address: --listen): %w", c.Listen, err)
	}
	defer listener.Close()

	tracing, err := telemetry.Start(ctx, p.getenv, version())
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := tracing.Stop(ctx); err != nil {
			log.Warn("traces are lost", "error", err)
		}
	}()

	db, err := openDatabase(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close(ctx)) }()

	if err := withConnection(ctx, db.url, migrations.Up); err != nil {
		return err
	}
	if err := loadDemonstration(ctx, c, db.url, log); err != nil {
		return err
	}
	return serveMap(ctx, p, ground{config: c, log: log, tracing: tracing, database: db, listener: listener})
}

// ground is what the map is served on.
type ground struct {
	config   config
	log      *slog.Logger
	tracing  *telemetry.Tracing
	database *database
	listener net.Listener
}

// serveMap serves the map until the server is interrupted.
func serveMap(ctx context.Context, p program, g ground) error {
	pool, err := postgis.Connect(ctx, g.database.url, postgis.Options{
		StatementTimeout: g.config.Limits.Statement,
		Tracer:           g.tracing.QueryTracer(),
	})
	if err != nil {
		return err
	}
	defer pool.Close()
	downloads, err := postgis.Connect(ctx, g.database.url, postgis.Options{
		MaxConnections: downloadConnections,
		Tracer:         g.tracing.QueryTracer(),
	})
	if err != nil {
		return err
	}
	defer downloads.Close()

	store := postgis.New(pool)
	origin, err := store.Identity(ctx)
	if err != nil {
		return err
	}
	revisions := postgis.NewRevisions(store, g.log)
	defer runBeside(ctx, revisions.Run)()

	a := app{
		config: g.config, log: g.log, tracing: g.tracing,
		store: store, downloads: postgis.New(downloads), revisions: revisions, origin: version() + " " + origin,
		authority: identity.New(store, g.config.tokens()), signatures: identity.NewSignatures(store, revisions, time.Now),
	}
	desk, closeDesk, err := g.openDesk(ctx, store, origin)
	if err != nil {
		return err
	}
	defer closeDesk()
	defer runBeside(ctx, desk.Run)()
	a.desk = desk
	lifetime, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	a.lifetime = lifetime
	handler, readiness, err := a.handler()
	if err != nil {
		return err
	}
	if err := announce(p.stdout, g.config.PublicURL, g.listener.Addr()); err != nil {
		return err
	}
	s := server{handler: handler, log: g.log, drain: g.config.Drain, onDrain: func() { readiness.Drain(); end() }}
	err = s.run(ctx, p.interrupt.force, g.listener, g.database.lost())
	if errors.Is(err, errDatabaseLost) {
		err = errors.Join(err, g.database.whyLost())
	}
	return err
}

// runBeside runs work beside the caller until the returned function is called,
// which waits for work to end. The end of ctx alone does not end it: requests
// that finish after an interrupt still need it.
func runBeside(ctx context.Context, work func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() { work(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

// app holds what the surfaces are made of.
type app struct {
	config     config
	log        *slog.Logger
	tracing    *telemetry.Tracing
	store      *postgis.Store
	downloads  *postgis.Store // with connections of its own: a download holds one for as long as its client reads
	revisions  *postgis.Revisions
	authority  *identity.Authority
	signatures *identity.Signatures
	desk       *jobs.Desk      // of import jobs
	origin     string          // what answers depend on besides revisions: the program and the map
	lifetime   context.Context // of connections that stay open; it ends when the server begins to stop
}

// handler builds the surfaces, and around them what every request passes
// through.
func (a *app) handler() (http.Handler, *health.Health, error) {
	pool := a.store.Pool()
	registry := metrics.NewRegistry(version())
	registry.MustRegister(metrics.NewPool(pool))
	readiness := health.New(
		health.Check{Name: "database", Holds: pool.Ping},
		health.Check{Name: "migrations", Holds: migrated(pool)},
	)
	surfaces, err := a.surfaces(registry)
	if err != nil {
		return nil, nil, err
	}
	surfaces.Health = readiness
	surfaces.Metrics = metrics.Handler(registry)
	return newRoutes(surfaces, routesConfig{
		Observer: middleware.Observer{Metrics: metrics.NewHTTP(registry), Log: a.log, Slow: slowRequest},
		Tracing:  a.tracing,
		Origins:  a.config.CORSOrigins,
	}), readiness, nil
}

// announce prints where a person finds the server's surfaces.
func announce(w io.Writer, publicURL string, address net.Addr) error {
	base := publicURL
	if base == "" {
		base = localURL(address)
	}
	var lines strings.Builder
	lines.WriteString("Xiangtu is ready.\n")
	for _, surface := range []struct{ name, path string }{
		{"Map", "/"},
		{"Playground", "/playground"},
		{"Docs", "/docs"},
		{"GraphQL", "/graphql"},
		{"Tiles", "/tiles/towns,villages,grids.json"},
		{"GeoJSON", "/layers/villages.geojson"},
		{"OGC API", "/ogc"},
	} {
		fmt.Fprintf(&lines, "  %-11s %s%s\n", surface.name, base, surface.path)
	}
	_, err := io.WriteString(w, lines.String())
	return err
}

// localURL is the URL of a listening address as this machine reaches it.
func localURL(address net.Addr) string {
	host, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return "http://" + address.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return (&url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}).String()
}
