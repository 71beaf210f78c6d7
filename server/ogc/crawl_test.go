package ogc_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"xiangtu/server/ogc"
)

// Every link of every page and document, from the landing page on, leads to what it promises. Of each list some pages are
// followed, forth and back, and of each page one feature: all would say no more, and TestEveryCollectionIsReadWholeByItsLinks
// reads all pages.
func TestEveryLinkLeadsWhereItSays(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	c := crawler{api: a, seen: map[string]bool{}, pages: map[string]int{}, kinds: map[string]int{}}
	c.visit(ogc.Link{Href: a.url + "?f=json", Type: "application/json"}, "the start")
	c.visit(ogc.Link{Href: a.url + "?f=html", Type: "text/html"}, "the start")
	for len(c.waiting) > 0 {
		next := c.waiting[0]
		c.waiting = c.waiting[1:]
		c.follow(next)
	}
	for kind, least := range map[string]int{"text/html": 50, "application/geo+json": 20, "application/schema+json": 15, "application/json": 8} {
		if c.kinds[kind] < least {
			t.Errorf("%d resources of %s were found, want %d or more", c.kinds[kind], kind, least)
		}
	}
}

// crawler follows links that it has not seen.
type crawler struct {
	*api
	seen    map[string]bool
	pages   map[string]int // of each list
	waiting []ogc.Link
	kinds   map[string]int
}

func (c *crawler) visit(link ogc.Link, from string) {
	if link.Templated || c.seen[link.Href] {
		return
	}
	c.seen[link.Href] = true
	if cursor.MatchString(link.Href) {
		list := cursor.ReplaceAllString(link.Href, "")
		if c.pages[list]++; c.pages[list] > 4 {
			return
		}
	}
	if !strings.HasPrefix(link.Href, c.url) {
		if link.Href != strings.TrimSuffix(c.url, ogc.Root)+"/" {
			c.t.Errorf("%s links to %s", from, link.Href)
		}
		return
	}
	c.waiting = append(c.waiting, link)
}

var (
	href     = regexp.MustCompile(`(?:href|data-geojson)="([^"]*)"`)
	cursor   = regexp.MustCompile(`cursor=[^&]*&`)
	itemPath = regexp.MustCompile(`/collections/\w+/items/`)
)

func (c *crawler) follow(link ogc.Link) {
	response := c.request("GET", link.Href, "Accept", "image/png") // so that the form is that of the link, or none
	mediaType := response.header.Get("Content-Type")
	if response.status != http.StatusOK || link.Type != "" && !strings.HasPrefix(mediaType, link.Type) {
		c.t.Errorf("%s (%s, %s): %d %s", link.Href, link.Rel, link.Type, response.status, mediaType)
		return
	}
	kind, _, _ := strings.Cut(mediaType, ";")
	c.kinds[kind]++
	if kind == "text/html" {
		items := 0
		for _, found := range href.FindAllSubmatch(response.body, -1) {
			address := strings.ReplaceAll(string(found[1]), "&amp;", "&")
			if itemPath.MatchString(address) && !itemPath.MatchString(link.Href) {
				if items++; items > 1 {
					continue
				}
			}
			c.visit(ogc.Link{Href: address}, link.Href)
		}
		return
	}
	var document struct {
		Links       []ogc.Link
		Collections []struct{ Links []ogc.Link }
	}
	if err := json.Unmarshal(response.body, &document); err != nil {
		c.t.Errorf("%s: %v", link.Href, err)
	}
	for _, collection := range document.Collections {
		document.Links = append(document.Links, collection.Links...)
	}
	for _, l := range document.Links {
		c.visit(l, link.Href)
	}
}
