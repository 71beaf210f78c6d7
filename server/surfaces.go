package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"xiangtu/geo"
	"xiangtu/server/download"
	"xiangtu/server/metrics"
	"xiangtu/server/middleware"
	"xiangtu/server/page"
	"xiangtu/server/tiles"
	"xiangtu/web"
)

// surfaces builds the surfaces on the store.
func (a *app) surfaces(registry prometheus.Registerer) (surfaces, error) {
	pages, err := page.New(web.FS())
	if err != nil {
		return surfaces{}, err
	}
	graphQL, err := middleware.Compress(patientForms(a.graphQL(metrics.NewOperations(registry))))
	if err != nil {
		return surfaces{}, err
	}
	tiles, err := tiles.New(tiles.Options{
		Store:      a.store,
		Revisions:  a.revisions,
		CacheBytes: int64(a.config.Cache),
		BaseURL:    a.config.baseURL,
		Registry:   registry,
	})
	if err != nil {
		return surfaces{}, err
	}
	features, err := a.features(pages, tiles)
	if err != nil {
		return surfaces{}, err
	}
	return surfaces{
		GraphQL:  graphQL,
		Tile:     a.authority.On(geo.SurfaceTiles, a.signatures.On(http.HandlerFunc(tiles.Tile))),
		TileJSON: a.authority.On(geo.SurfaceTiles, a.signatures.On(http.HandlerFunc(tiles.TileJSON))),
		Layer: a.authority.On(geo.SurfaceLayers, download.New(download.Options{
			Store:     a.downloads,
			Revisions: a.revisions,
			Log:       a.log,
			Origin:    a.origin,
		})),
		OGC:     features,
		Imports: a.imports(),
		Pages:   pages,
	}, nil
}
