package ogc

import (
	"net/http"

	"xiangtu/server/sheet"
)

// WriteSheet writes the page of another surface below Root in the look of the others, and sets the headers that pages
// are protected with.
func (a *API) WriteSheet(header http.Header, r *http.Request, s *sheet.Page) ([]byte, error) {
	crumbs := make([]crumb, len(s.Above))
	for i, above := range s.Above {
		crumbs[i] = crumb{above.En, above.Zh, above.Path}
	}
	if a.Protect != nil {
		a.Protect(header)
	}
	return a.renderPage(&request{Request: r, api: a.BaseURL(r) + Root, query: r.URL.Query(), html: true}, page{
		Template: "sheet", Title: s.Title.En, TitleZh: s.Title.Zh, Crumbs: crumbs, Body: s,
	})
}
