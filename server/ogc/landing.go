package ogc

import "slices"

// The names of the API, for people.
const (
	title       = "Xiangtu"
	titleZh     = "乡图"
	description = "The map of a district in the country: towns, villages, grids, demonstration belts and guidance stations. " +
		"乡镇、村、网格、示范带和指导站的地图。"
)

// landingPage is the entry of the API (OGC 17-069r4, 7.2).
type landingPage struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Links       []Link `json:"links"`
}

func (a *API) landing(r *request) (content, error) {
	links := r.selfLinks()
	links = append(links,
		Link{Href: r.api + "/api?f=json", Rel: "service-desc", Type: mediaOpenAPI, Title: "The definition of the API in OpenAPI 3.0"},
		Link{Href: r.api + "/api?f=html", Rel: "service-doc", Type: mediaHTML, Title: "The definition of the API as a web page"},
	)
	links = append(links, both(r.api+"/conformance", "conformance", mediaJSON, "The conformance classes of the API")...)
	links = append(links, both(r.api+"/collections", "data", mediaJSON, "The collections of features")...)
	for _, e := range a.Extensions {
		if e.Links != nil {
			links = slices.Concat(links, e.Links(r.api))
		}
	}
	return content{
		document: landingPage{Title: title + " " + titleZh, Description: description, Links: links},
		page:     page{Template: "landing", Title: title + " OGC API", TitleZh: titleZh + " OGC API", Links: links, Body: description},
	}, nil
}
