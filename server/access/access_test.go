package access_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/server/access"
)

// known is who may see each layer; one that is not in it cannot be told.
type known map[geo.LayerName]geo.Publication

var errAway = errors.New("the database is away")

func (k known) PublicationOf(_ context.Context, layer geo.LayerName) (geo.Publication, error) {
	p, ok := k[layer]
	if !ok {
		return p, errAway
	}
	return p, nil
}

var layers = known{geo.Towns: {Published: true, Since: 1}, geo.Villages: {Published: true, Since: 2}, geo.Grids: {Since: 4}, geo.Belts: {Since: 8}}

var (
	nobody = geo.Actor{}
	town   = geo.Actor{Name: "town", Role: geo.Viewer, Scope: "445203104"}
	editor = geo.Actor{Name: "district", Role: geo.Editor, Scope: "445203"}
	admin  = geo.Actor{Name: "office", Role: geo.Admin}
)

// refused stands for the view of who is refused.
const refused = "refused"

// Who sees what everybody sees shares it; who sees more has a view of the own scope; who may not is told which layer.
func TestViews(t *testing.T) {
	for _, test := range []struct {
		name         string
		layers       []geo.LayerName
		actor        geo.Actor
		scope        string // of Of
		since        int64
		glance       string // the scope of Glance
		glancedSince int64
	}{
		{"no layer", nil, nobody, "", 0, "", 0},
		{"published, nobody", []geo.LayerName{geo.Towns, geo.Villages}, nobody, "", 3, "", 0},
		{"published, an admin", []geo.LayerName{geo.Towns, geo.Villages}, admin, "", 3, "", 3},
		{"one that is not, nobody", []geo.LayerName{geo.Towns, geo.Grids}, nobody, refused, 0, "", 0},
		{"one that is not, a key of a town", []geo.LayerName{geo.Towns, geo.Grids}, town, "~445203104", 5, "~445203104", 5},
		{"one that is not, an editor", []geo.LayerName{geo.Grids, geo.Towns}, editor, "~445203", 5, "~445203", 5},
		{"two that are not, an admin", []geo.LayerName{geo.Grids, geo.Belts}, admin, "~", 12, "~", 12},
	} {
		ctx := geo.WithActor(t.Context(), test.actor)
		view, err := access.Of(ctx, layers, test.layers...)
		if e, ok := errors.AsType[*geo.Error](err); ok && e.Code == geo.Unauthenticated && strings.Contains(e.Message, "the layer grids is not published") {
			view.Scope = refused
		} else if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if view.Scope != test.scope || view.Since != test.since || view.Shared() != (test.scope == "") {
			t.Errorf("%s: %+v, shared: %t", test.name, view, view.Shared())
		}
		glanced, err := access.Glance(ctx, layers, test.layers...)
		if err != nil || glanced.Scope != test.glance || glanced.Since != test.glancedSince {
			t.Errorf("%s, at a glance: %+v, %v", test.name, glanced, err)
		}
	}
}

// A layer of which it cannot be told whether it is published is not taken for either.
func TestWhatCannotBeToldIsAnError(t *testing.T) {
	for _, look := range []func(context.Context, access.Publications, ...geo.LayerName) (access.View, error){access.Of, access.Glance} {
		if view, err := look(geo.WithActor(t.Context(), admin), layers, geo.Towns, geo.Stations); !errors.Is(err, errAway) || view != (access.View{}) {
			t.Errorf("%+v, %v", view, err)
		}
	}
}

// What everybody shares is read as nobody, so that what an actor sees besides never gets into it.
func TestWhoReads(t *testing.T) {
	for _, test := range []struct {
		name        string
		view        access.View
		actor, want geo.Actor
	}{
		{"shared, nobody", access.View{}, nobody, nobody},
		{"shared, an admin", access.View{Since: 3}, admin, nobody},
		{"not shared", access.View{Scope: "~445203104"}, town, town},
		{"not shared, of the whole map", access.View{Scope: "~"}, admin, admin},
	} {
		if got := geo.ActorOf(test.view.Reading(geo.WithActor(t.Context(), test.actor))); got != test.want {
			t.Errorf("%s: read as %+v, want %+v", test.name, got, test.want)
		}
	}
}

// A tag names the same content otherwise in each view, and is one of a view's own.
func TestTags(t *testing.T) {
	views := []access.View{{}, {Scope: "~"}, {Scope: "~4452"}, {Scope: "~445203"}, {Scope: "~445203104"}}
	for _, etag := range []string{`"12-a"`, `W/"12-a"`} {
		var tags []string
		for _, view := range views {
			tag := view.Tag(etag)
			if !strings.HasPrefix(tag, strings.TrimSuffix(etag, `"`)) || !strings.HasSuffix(tag, `"`) || strings.Count(tag, `"`) != 2 || strings.ContainsAny(tag, ", ") {
				t.Errorf("%s is no tag", tag)
			}
			if slices.Contains(tags, tag) {
				t.Errorf("two views have the tag %s", tag)
			}
			tags = append(tags, tag)
		}
		if tags[0] != etag {
			t.Errorf("what is shared is tagged %s", tags[0])
		}
	}
}

// What not everybody sees is kept by nobody but the client, whatever was said before; other values of Vary stay.
func TestHeaders(t *testing.T) {
	const public = "public, max-age=0, must-revalidate"
	for _, test := range []struct {
		view    access.View
		control string
		vary    []string
	}{
		{access.View{}, public, []string{"Origin"}},
		{access.View{Scope: "~"}, "private, max-age=0, must-revalidate", []string{"Origin", "Authorization"}},
	} {
		for range 2 { // a value that is shared between answers is not spoiled by one
			header := http.Header{"Cache-Control": {public}, "Vary": {"Origin"}}
			test.view.Describe(header)
			if got := header["Cache-Control"]; len(got) != 1 || got[0] != test.control || !slices.Equal(header["Vary"], test.vary) {
				t.Errorf("%+v: %v", test.view, header)
			}
			header.Add("Cache-Control", "no-transform")
		}
	}
}

func TestSignatures(t *testing.T) {
	if got := access.SignatureOf(t.Context()); got != "" {
		t.Errorf("a request without a signature has %q", got)
	}
	if got := access.SignatureOf(access.WithSignature(t.Context(), "signature=a.b.c")); got != "signature=a.b.c" {
		t.Errorf("%q", got)
	}
}
