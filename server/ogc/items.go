package ogc

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"time"

	"xiangtu/geo"
	"xiangtu/server/negotiate"
)

// items answers GET and HEAD /ogc/collections/{collection}/items: a page of the features of a layer (OGC 17-069r4, 7.15).
func (a *API) items(w http.ResponseWriter, r *http.Request) {
	if err := a.answerItems(w, r); err != nil {
		fail(w, r, err)
	}
}

func (a *API) answerItems(w http.ResponseWriter, r *http.Request) error {
	request, err := a.read(r, mediaGeoJSON)
	if err != nil {
		return err
	}
	layer, err := a.layerToRead(r.Context(), request)
	if err != nil {
		return err
	}
	ctx, revision, err := a.moment(request.view.Reading(r.Context()), request, layer)
	if err != nil {
		return err
	}
	l, err := listOf(request, layer, revision)
	if err != nil {
		return err
	}
	etag := a.itemsTag(request, layer, l.revision)
	header := w.Header()
	a.describe(header, request)
	header.Set("ETag", etag)
	header.Set("Content-Crs", "<"+l.reference.URI()+">")
	if negotiate.Matches(r.Header["If-None-Match"], etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if r.Method == http.MethodHead {
		return nil
	}
	if request.html {
		return a.sendItemsPage(ctx, w, request, l)
	}
	if err := l.readPage(ctx, a); err != nil {
		return err
	}
	return l.send(w, request)
}

// itemsTag names a page of features: by what was asked and the revision. That is read before the features, which can so
// be newer than their tag says, never older; hence it is weak.
func (a *API) itemsTag(r *request, layer *geo.Layer, revision int64) string {
	asked := fmt.Sprintln(a.Origin, r.api, layer.Name, r.PathValue("feature"), r.query.Encode())
	if r.html {
		asked += "html " + string(a.Head) // a page names scripts that another build does not have
	}
	return r.view.Tag(`W/"` + strconv.FormatInt(revision, 10) + "-" + fingerprint([]byte(asked)) + `"`)
}

// list is a page of the features of a layer, as it is read.
type list struct {
	*selection
	revision int64
	bound    string  // fingerprint of the query
	cursor   *cursor // where the page goes on from; nil for the first
	backward bool

	features    []byte // as the database sent them
	ends        []int  // of each in features
	first, last geo.Position
	more        bool // whether the list goes on in the direction of the page
	matched     int
}

// listOf reads the parameters of a list.
func listOf(r *request, layer *geo.Layer, revision int64) (*list, error) {
	s, err := selectItems(r, layer)
	if err != nil {
		return nil, err
	}
	l := &list{selection: s, revision: revision, bound: queryFingerprint(layer, r.query)}
	if text, given := r.query["cursor"]; given {
		c, at, e := parseCursor(text[0], l.bound, s.query)
		if e != nil {
			return nil, e
		}
		l.cursor, l.backward = &c, c.Backward
		l.query.Window.Backward = c.Backward
		if c.Backward {
			l.query.Window.Before = &at
		} else {
			l.query.Window.After = &at
		}
		l.first, l.last = at, at
	}
	return l, nil
}

// readPage reads the features, by one statement, and how many there are on all pages, by a second one unless the page or
// its cursor tells it.
func (l *list) readPage(ctx context.Context, a *API) error {
	query, err := a.Store.Resolve(ctx, l.query)
	if err != nil {
		return err
	}
	l.more, err = a.Store.EachOfPage(ctx, query, l.form, func(feature []byte, at geo.Position) bool {
		if len(l.ends) == 0 {
			l.first = at
		}
		l.last = at
		l.features = append(l.features, feature...)
		l.ends = append(l.ends, len(l.features))
		return int64(len(l.features)) < a.MaxResponse
	})
	if err != nil {
		return err
	}
	if l.backward {
		l.first, l.last = l.last, l.first
	}
	switch {
	case l.cursor == nil && !l.more:
		l.matched = len(l.ends)
	case l.cursor != nil && l.cursor.Revision == l.revision:
		l.matched = l.cursor.Matched
	default:
		summaries, err := a.Store.Summarise(ctx, query, nil, false)
		if err != nil {
			return err
		}
		l.matched = summaries[0].Count
	}
	return nil
}

// each visits the features of the page in the order of the list.
func (l *list) each(visit func(feature []byte)) {
	for i := range l.ends {
		if l.backward {
			i = len(l.ends) - 1 - i
		}
		begin := 0
		if i > 0 {
			begin = l.ends[i-1]
		}
		visit(l.features[begin:l.ends[i]])
	}
}

// links are those of the page: to itself, its other form, and the pages around it.
func (l *list) links(r *request) ([]Link, error) {
	links := r.selfLinks()
	around := []struct {
		rel, title string
		is         bool
		at         geo.Position
	}{
		{"next", "The next page", l.backward || l.more, l.last},
		{"prev", "The page before", l.cursor != nil && !l.backward || l.backward && l.more, l.first},
	}
	mediaType, query := r.jsonType, maps.Clone(r.query)
	query.Set("f", "json")
	if r.html {
		mediaType = mediaHTML
		query.Set("f", "html")
	}
	for _, page := range around {
		if !page.is || len(l.ends) == 0 {
			continue
		}
		c := cursor{Query: l.bound, Backward: page.rel == "prev", Matched: l.matched, Revision: l.revision}
		text, err := c.encode(page.at)
		if err != nil {
			return nil, fmt.Errorf("write a cursor: %w", err)
		}
		links = append(links, Link{Href: with(r.url(), query, "cursor", text), Rel: page.rel, Type: mediaType, Title: page.title})
	}
	if len(l.ends) == 0 && l.cursor != nil { // what was around the cursor is gone
		links = append(links, Link{Href: with(r.url(), query, "cursor", ""), Rel: "first", Type: mediaType, Title: "The first page"})
	}
	layer := r.api + "/collections/" + string(l.query.Layer.Name)
	return append(links, both(layer, "collection", mediaJSON, l.query.Layer.Title)...), nil
}

// send writes the page as GeoJSON.
func (l *list) send(w http.ResponseWriter, r *request) error {
	links, err := l.links(r)
	if err != nil {
		return err
	}
	linksJSON, err := marshal(links)
	if err != nil {
		return err
	}
	head := fmt.Appendf(nil, `{"type":"FeatureCollection","numberMatched":%d,"numberReturned":%d,"timeStamp":"%s","links":%s,"features":[`,
		l.matched, len(l.ends), time.Now().UTC().Format(time.RFC3339), linksJSON[:len(linksJSON)-1])
	const tail = "]}\n"
	w.Header().Set("Content-Length", strconv.Itoa(len(head)+len(l.features)+max(0, len(l.ends)-1)+len(tail)))
	_, _ = w.Write(head) // fails when the client has gone
	separator := []byte{}
	l.each(func(feature []byte) {
		_, _ = w.Write(separator)
		_, _ = w.Write(feature)
		separator = []byte{','}
	})
	_, _ = w.Write([]byte(tail))
	return nil
}
