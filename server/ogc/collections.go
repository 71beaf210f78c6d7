package ogc

import (
	"slices"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
)

// collectionDocument describes a layer (OGC 17-069r4, 7.14; OGC 18-058r1, 6.2).
type collectionDocument struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Links       []Link   `json:"links"`
	Extent      *extent  `json:"extent,omitempty"`
	ItemType    string   `json:"itemType"`
	CRS         []string `json:"crs"`
	StorageCRS  string   `json:"storageCrs"`
	Published   bool     `json:"published"` // whether everybody sees its features
}

type extent struct {
	Spatial spatialExtent `json:"spatial"`
}

type spatialExtent struct {
	BBox [][]float64 `json:"bbox"`
	CRS  string      `json:"crs"`
}

// collectionsDocument lists the layers (OGC 17-069r4, 7.13).
type collectionsDocument struct {
	Links       []Link               `json:"links"`
	Collections []collectionDocument `json:"collections"`
}

func (a *API) collections(r *request) (content, error) {
	states, err := a.state.get(r)
	if err != nil {
		return content{}, err
	}
	all := collectionsDocument{Links: r.selfLinks()}
	for _, layer := range geo.Layers() {
		all.Collections = append(all.Collections, a.describeLayer(r, layer, states[layer.Name], nil))
	}
	return content{
		document: all,
		page:     page{Template: "collections", Title: "Collections", TitleZh: "图层", Links: all.Links, Body: layerRows(states)},
	}, nil
}

// layerRow is a layer in the page of all.
type layerRow struct {
	*geo.Layer
	Count int
}

func layerRows(states map[geo.LayerName]postgis.LayerState) []layerRow {
	var rows []layerRow
	for _, layer := range geo.Layers() {
		rows = append(rows, layerRow{layer, states[layer.Name].Count})
	}
	return rows
}

func (a *API) collection(r *request) (content, error) {
	layer, err := r.layer()
	if err != nil {
		return content{}, err
	}
	states, err := a.state.get(r)
	if err != nil {
		return content{}, err
	}
	c := a.describeLayer(r, layer, states[layer.Name], r.selfLinks())
	return content{
		document: c,
		page: page{
			Template: "collection", Title: layer.Title, TitleZh: layer.TitleZh, Crumbs: []crumb{crumbCollections},
			Links: c.Links, Layer: layer, Body: struct {
				collectionDocument
				Count int
			}{c, states[layer.Name].Count},
		},
	}, nil
}

// describeLayer describes a layer, with links besides those that it has in every place.
func (a *API) describeLayer(r *request, layer *geo.Layer, state postgis.LayerState, links []Link) collectionDocument {
	self := r.api + "/collections/" + string(layer.Name)
	c := collectionDocument{
		ID:          string(layer.Name),
		Published:   state.Published,
		Title:       layer.Title + " " + layer.TitleZh,
		Description: "The " + layerWords(layer) + " of the map. " + layer.CodeMeaning,
		ItemType:    "feature",
		CRS:         referenceURIs(),
		StorageCRS:  crs.Reference{}.URI(),
		Links:       slices.Clone(links),
	}
	if links == nil {
		c.Links = both(self, "self", mediaJSON, layer.Title)
	}
	c.Links = append(c.Links,
		Link{Href: self + "/items?f=json", Rel: "items", Type: mediaGeoJSON, Title: layer.Title + " as GeoJSON"},
		Link{Href: self + "/items?f=html", Rel: "items", Type: mediaHTML, Title: layer.Title + " as web pages"},
	)
	c.Links = append(c.Links, both(self+"/schema", relSchema, mediaSchema, "The properties that features have")...)
	c.Links = append(c.Links, both(self+"/geojson-schema", relDescribedBy, mediaSchema, "What a feature looks like in GeoJSON")...)
	c.Links = append(c.Links, both(self+"/queryables", relQueryables, mediaSchema, "The properties that filters can use")...)
	c.Links = append(c.Links, both(self+"/sortables", relSortables, mediaSchema, "The properties that features can be sorted by")...)
	for _, e := range a.Extensions {
		if e.CollectionLinks != nil {
			c.Links = append(c.Links, e.CollectionLinks(r.api, layer)...)
		}
	}
	if state.BBox != nil {
		c.Extent = &extent{spatialExtent{BBox: [][]float64{state.BBox}, CRS: crs.Reference{}.URI()}}
	}
	return c
}

// referenceURIs lists the reference systems that features are to be had in.
func referenceURIs() []string {
	var uris []string
	for _, reference := range crs.References() {
		uris = append(uris, reference.URI())
	}
	return uris
}
