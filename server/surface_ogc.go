package main

import (
	"xiangtu/server/middleware"
	"xiangtu/server/ogc"
	"xiangtu/server/page"
)

// features builds the surface of the OGC APIs, whose pages look like the built ones.
func (a *app) features(pages *page.Pages) ([]ogc.Route, error) {
	head, err := pages.Head("ogc")
	if err != nil {
		return nil, err
	}
	api, err := ogc.New(ogc.Options{
		Store:       a.store,
		Revisions:   a.revisions,
		BaseURL:     a.config.baseURL,
		Origin:      a.origin,
		MaxResponse: int64(a.config.Limits.Response),
		Version:     version(),
		Head:        head,
		Protect:     page.MapPolicy().Protect(),
		Extensions:  a.extensions(),
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
	return routes, nil
}

// extensions lists what other surfaces add to the OGC API.
func (a *app) extensions() []ogc.Extension { return nil }
