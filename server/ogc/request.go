package ogc

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"xiangtu/geo"
	"xiangtu/server/access"
	"xiangtu/server/negotiate"
	"xiangtu/server/problem"
)

// request is a request with what every resource reads of it.
type request struct {
	*http.Request
	api      string      // the URL of the landing page
	query    url.Values  // each parameter once
	jsonType string      // the media type of the resource where it is JSON
	html     bool        // whether it is answered as a page
	view     access.View // of the layers that it reads
}

// notAcceptable is the error of a client that takes none of a resource's forms.
type notAcceptable struct{ jsonType string }

func (e notAcceptable) Error() string {
	return fmt.Sprintf("this is to be had as %s and as %s: ask for one of them by Accept, or by f=json or f=html", e.jsonType, mediaHTML)
}

// read reads the parameters of a request and agrees on the form of its answer.
func (a *API) read(r *http.Request, jsonType string) (*request, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, geo.Invalid("", "the query of the URL cannot be read: a %% is followed by two hexadecimal digits, and parameters have & between them")
	}
	for name, values := range query {
		if len(values) > 1 {
			return nil, geo.Invalid(name, "given %d times; give it once", len(values))
		}
	}
	request := &request{Request: r, api: a.BaseURL(r) + Root, query: query, jsonType: jsonType}
	switch query.Get("f") {
	case "json":
	case "html":
		request.html = true
	case "":
		if query.Has("f") {
			return nil, geo.Invalid("f", "is empty; there are json and html")
		}
		switch negotiate.Best(r.Header["Accept"], jsonType, mediaJSON, mediaHTML) {
		case 2:
			request.html = true
		case -1:
			return nil, notAcceptable{jsonType}
		}
	default:
		return nil, geo.Invalid("f", "there is no form %.40q; there are json and html", query.Get("f"))
	}
	return request, nil
}

// allow refuses parameters other than these.
func (r *request) allow(names ...string) error {
	for name := range r.query {
		if !slices.Contains(names, name) {
			return geo.Invalid(name, "there is no such parameter; there are %s", strings.Join(names, ", "))
		}
	}
	return nil
}

// layer finds the layer of the collection that the path names.
func (r *request) layer() (*geo.Layer, error) {
	name := r.PathValue("collection")
	layer, ok := geo.LayerNamed(geo.LayerName(name))
	if !ok {
		return nil, unknownCollection{name}
	}
	return layer, nil
}

// layerToRead finds the layer whose features are asked for, and lets the request read them if it may.
func (a *API) layerToRead(ctx context.Context, r *request) (*geo.Layer, error) {
	layer, err := r.layer()
	if err != nil {
		return nil, err
	}
	r.view, err = access.Of(ctx, a.Revisions, layer.Name)
	return layer, err
}

// unknownCollection is the error of a path that names no layer.
type unknownCollection struct{ name string }

func (e unknownCollection) Error() string {
	var names []string
	for _, layer := range geo.Layers() {
		names = append(names, string(layer.Name))
	}
	return fmt.Sprintf("there is no collection %.40q; there are %s", e.name, strings.Join(names, ", "))
}

// url is the URL of the request as the client reaches it, without its query.
func (r *request) url() url.URL {
	address, err := url.Parse(strings.TrimSuffix(r.api, Root) + r.URL.EscapedPath())
	if err != nil { // a Host header that is none; the links are then relative
		return url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath}
	}
	return *address
}

// selfLinks are the links of every resource to itself and to its other form.
func (r *request) selfLinks() []Link {
	forms := []Link{
		{Rel: "self", Type: r.jsonType, Title: "This document as JSON", Href: with(r.url(), r.query, "f", "json")},
		{Rel: "alternate", Type: mediaHTML, Title: "This document as a web page", Href: with(r.url(), r.query, "f", "html")},
	}
	if r.html {
		forms[0].Rel, forms[1].Rel = "alternate", "self"
	}
	return forms
}

// fail answers with the problem that an error is.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	w.Header().Del("Content-Crs") // of the features that do not come
	switch e := err.(type) {      //nolint:errorlint // both are made here and never wrapped
	case notAcceptable:
		problem.Write(w, r, problem.Problem{Status: http.StatusNotAcceptable, Code: "NOT_ACCEPTABLE", Detail: e.Error(), Path: "Accept"})
	case unknownCollection:
		p := problem.FromError(&geo.Error{Code: geo.NotFound, Message: e.Error()})
		for _, layer := range geo.Layers() {
			p.Available = append(p.Available, Root+"/collections/"+string(layer.Name))
		}
		problem.Write(w, r, p)
	default:
		problem.WriteError(w, r, err)
	}
}
