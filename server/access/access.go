// Package access tells surfaces how a request reads layers of which some may not be published: whether it may at all,
// what of its answer others may share, and in whose name it is read. The database decides the same once more, row by row;
// this package knows it early, for a clear error and for caches.
package access

import (
	"context"
	"fmt"
	"net/http"

	"xiangtu/geo"
)

// Publications knows who may see each layer.
type Publications interface {
	PublicationOf(ctx context.Context, layer geo.LayerName) (geo.Publication, error)
}

// View is how somebody sees some layers. The zero value is how everybody does.
type View struct {
	// Scope tells the views of layers that are not published from each other: a mark, and the scope of the actor. It is
	// empty for what everybody sees, so that one answer serves all.
	Scope string
	// Since grows whenever one of the layers is published or ceases to be. What was kept of an answer before is no longer
	// asked for by whoever compares it.
	Since int64
}

// mark begins every Scope, so that the one of the whole map is not empty. It may stand in an ETag.
const mark = "~"

// Of gives the view that the context's actor has of layers. If one of them is not published and the actor is nobody, it
// is geo.Unauthenticated.
func Of(ctx context.Context, from Publications, layers ...geo.LayerName) (view View, err error) {
	for _, layer := range layers {
		p, err := from.PublicationOf(ctx, layer)
		if err != nil {
			return View{}, err
		}
		view.Since += p.Since
		if p.Published || view.Scope != "" {
			continue
		}
		actor := geo.ActorOf(ctx)
		if !actor.May(geo.Viewer) {
			return View{}, &geo.Error{Code: geo.Unauthenticated, Message: fmt.Sprintf(
				"the layer %s is not published: send a key, as Authorization: Bearer xt_…", layer)}
		}
		view.Scope = mark + actor.Scope
	}
	return view, nil
}

// Glance is Of for what nobody is refused: a list of layers, which tells of one that is not published no more than that
// it is there.
func Glance(ctx context.Context, from Publications, layers ...geo.LayerName) (View, error) {
	if !geo.ActorOf(ctx).May(geo.Viewer) {
		return View{}, nil
	}
	return Of(ctx, from, layers...)
}

// Shared tells whether everybody sees the same.
func (v View) Shared() bool { return v.Scope == "" }

// Reading is the context to read the layers in. What everybody shares is read as nobody, so that nothing else can get
// into it, whatever the layers come to be meanwhile.
func (v View) Reading(ctx context.Context) context.Context {
	if v.Shared() && geo.ActorOf(ctx) != (geo.Actor{}) {
		return geo.WithActor(ctx, geo.Actor{})
	}
	return ctx
}

// Tag is an ETag of what everybody sees as one of this view.
func (v View) Tag(etag string) string {
	if v.Shared() {
		return etag
	}
	return etag[:len(etag)-1] + v.Scope + `"`
}

// Describe says in the header of an answer, whose Cache-Control lets everybody share it, if the client alone may. What
// others share needs no Vary: a cache asks before each use, and whoever may not see it now is then refused.
func (v View) Describe(header http.Header) {
	if v.Shared() {
		return
	}
	header["Cache-Control"] = private
	header.Add("Vary", "Authorization")
}

// private is shared between answers: net/http only reads it.
var private = []string{"private, max-age=0, must-revalidate"}
