package main

import (
	"net/http"

	"xiangtu/geo"
	"xiangtu/server/middleware"
	"xiangtu/server/ogc"
	"xiangtu/server/page"
	"xiangtu/server/tiles"
)

// features builds the surface of the OGC APIs, whose pages look like the built ones.
func (a *app) features(pages *page.Pages, tiles *tiles.Tiles) ([]ogc.Route, error) {
	head, err := pages.Head("ogc")
	if err != nil {
		return nil, err
	}
	api, err := ogc.New(ogc.Options{
		Store:       a.store,
		Revisions:   a.revisions,
		BaseURL:     a.config.baseURL,
		Origin:      a.origin,
		MaxBody:     int64(a.config.Limits.Body),
		MaxResponse: int64(a.config.Limits.Response),
		Version:     version(),
		Head:        head,
		Protect:     page.MapPolicy().Protect(),
		Extensions:  []ogc.Extension{tilesExtension()},
	})
	if err != nil {
		return nil, err
	}
	routes := api.Routes()
	for i, route := range routes {
		if routes[i].Handler, err = middleware.Compress(route.Handler); err != nil {
			return nil, err
		}
	}
	for _, route := range tiles.OGCRoutes(api.WriteSheet) {
		if !route.Tile {
			if route.Handler, err = middleware.Compress(route.Handler); err != nil {
				return nil, err
			}
		}
		routes = append(routes, ogc.Route{Method: http.MethodGet, Path: route.Path, Handler: route.Handler})
	}
	for i := range routes {
		routes[i].Handler = a.authority.On(geo.SurfaceOGC, routes[i].Handler)
	}
	return routes, nil
}

// tilesExtension is what the surface of tiles adds to the OGC API.
func tilesExtension() ogc.Extension {
	return ogc.Extension{
		ConformsTo: tiles.OGCClasses(),
		Links:      func(api string) []ogc.Link { return ogcLinks(tiles.OGCLinks(api)) },
		CollectionLinks: func(api string, layer *geo.Layer) []ogc.Link {
			return ogcLinks(tiles.OGCCollectionLinks(api, layer))
		},
		Tag: tiles.OGCTag, Description: "Vector tiles. 矢量瓦片。",
		Paths: tiles.OGCPaths(),
	}
}

func ogcLinks(links []tiles.Link) []ogc.Link {
	converted := make([]ogc.Link, len(links))
	for i, link := range links {
		converted[i] = ogc.Link{Href: link.Href, Rel: link.Rel, Type: link.Type, Title: link.Title, Templated: link.Templated}
	}
	return converted
}
