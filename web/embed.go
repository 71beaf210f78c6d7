// Package web holds the pages of the map, built by Vite: the map at index.html, the playground at
// playground.html and the documentation at docs.html, with their assets.
package web

import (
	"embed"
	"io/fs"
)

// A fresh clone has no built pages: dist/.gitkeep lets it compile before `npm run build`.
//
//go:embed all:dist
var dist embed.FS

// FS returns the built pages. Everything under assets/ has a hash of its content in its name, so it can
// be cached for good; the pages themselves cannot. Before the first build only .gitkeep is there.
func FS() fs.FS {
	pages, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the path is a constant: it is valid
	}
	return pages
}
