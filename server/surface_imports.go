package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/jobs"
	"xiangtu/geo/postgis"
	"xiangtu/server/imports"
	"xiangtu/server/middleware"
)

// deskConnections are those that the books of import jobs are kept by: one says that the server is there.
const deskConnections = 3

// openDesk makes what takes uploads and imports them into the map that is named so. What is returned closes it.
func (g ground) openDesk(ctx context.Context, surface *postgis.Store, name string) (*jobs.Desk, func(), error) {
	base, remove := g.config.Data, func() {}
	if base == "" {
		temporary, err := os.MkdirTemp("", "xiangtu-")
		if err != nil {
			return nil, nil, fmt.Errorf("make a directory for uploads (or name one with --data): %w", err)
		}
		base, remove = temporary, func() { _ = os.RemoveAll(temporary) } // what is left is the system's to remove
	}
	books, err := postgis.Connect(ctx, g.database.url, postgis.Options{Owner: true, MaxConnections: deskConnections, Tracer: g.tracing.QueryTracer()})
	if err != nil {
		remove()
		return nil, nil, err
	}
	worker, err := postgis.Connect(ctx, g.database.url, postgis.Options{MaxConnections: jobs.AtOnce, Tracer: g.tracing.QueryTracer()})
	if err != nil {
		books.Close()
		remove()
		return nil, nil, err
	}
	desk := jobs.New(jobs.Config{
		Surface: surface, Worker: postgis.New(worker), Books: postgis.NewImportDesk(books),
		Dir: filepath.Join(base, "uploads", name), MaxBytes: int64(g.config.Limits.Upload), Log: g.log,
	})
	return desk, func() {
		worker.Close()
		books.Close()
		remove()
	}, nil
}

// imports builds the surface at /imports.
func (a *app) imports() []imports.Route {
	routes := imports.New(a.desk).Routes()
	for i := range routes {
		routes[i].Handler = a.authority.On(geo.SurfaceImport, routes[i].Handler)
	}
	return routes
}

// patientForms lets forms, which may have files in them, take as long to send as they need.
func patientForms(next http.Handler) http.Handler {
	patient := middleware.PatientUploads(stallTimeout, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			patient.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
