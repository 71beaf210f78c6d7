package ogc

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"xiangtu/geo"
	"xiangtu/server/negotiate"
)

// item answers GET and HEAD /ogc/collections/{collection}/items/{feature}: one feature by its code (OGC 17-069r4, 7.16).
func (a *API) item(w http.ResponseWriter, r *http.Request) {
	if err := a.answerItem(w, r); err != nil {
		fail(w, r, err)
	}
}

func (a *API) answerItem(w http.ResponseWriter, r *http.Request) error {
	request, err := a.read(r, mediaGeoJSON)
	if err != nil {
		return err
	}
	layer, err := a.layerToRead(r.Context(), request)
	if err != nil {
		return err
	}
	if err := request.allow(itemParameters...); err != nil {
		return err
	}
	s, err := selectForm(request, layer)
	if err != nil {
		return err
	}
	ctx, _, err := a.moment(request.view.Reading(r.Context()), request, layer)
	if err != nil {
		return err
	}
	feature, revision, err := a.readItem(ctx, s, r.PathValue("feature"))
	if err != nil {
		return err
	}
	etag := a.itemsTag(request, layer, revision)
	header := w.Header()
	a.describe(header, request)
	header.Set("ETag", etag)
	header.Set("Content-Crs", "<"+s.reference.URI()+">")
	if negotiate.Matches(r.Header["If-None-Match"], etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	body, err := a.renderItem(request, layer, feature)
	if err != nil {
		return err
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // fails when the client has gone
	}
	return nil
}

// readItem reads the feature with that code, as GeoJSON, and its revision. Its tag is made of that, so that it holds until
// this feature changes, whatever happens to others.
func (a *API) readItem(ctx context.Context, s *selection, code string) (feature []byte, revision int64, err error) {
	s.query.Filter = geo.Compare{Op: geo.Equal, Left: geo.Property("code"), Right: geo.Literal{Value: code}}
	s.query.Order = []geo.Order{{Field: "revision"}} // of one feature no order, but what is answered beside it
	_, err = a.Store.EachOfPage(ctx, s.query, s.form, func(read []byte, at geo.Position) bool {
		feature = append(feature, read...)
		revision, _ = at.Values[0].(int64)
		return true
	})
	if err != nil {
		return nil, 0, err
	}
	if feature == nil {
		return nil, 0, &geo.Error{Code: geo.NotFound, Message: fmt.Sprintf("there is no %s with the code %.40q", s.query.Layer.Singular, code)}
	}
	return feature, revision, nil
}

// renderItem writes a feature with its links.
func (a *API) renderItem(r *request, layer *geo.Layer, feature []byte) ([]byte, error) {
	links := append(r.selfLinks(), both(r.api+"/collections/"+string(layer.Name), "collection", mediaJSON, layer.Title)...)
	if r.html {
		return a.itemPage(r, layer, feature, links)
	}
	text, err := json.Marshal(links)
	if err != nil {
		return nil, fmt.Errorf("write links: %w", err)
	}
	body := append(feature[:len(feature)-1], `,"links":`...)
	return append(append(body, text...), "}\n"...), nil
}
