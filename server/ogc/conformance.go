package ogc

import (
	"slices"

	"xiangtu/geo/cql2"
)

// classes are the conformance classes of the surface's own resources.
var classes = []string{
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
	// A draft: OGC 20-002r1.
	"http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
	"http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
	"http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
	"http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
	// The standard of schemas is Part 3 of Common; QGIS knows it by the name that it had before, Part 5 of Features.
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/schemas",
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/returnables-and-receivables",
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/sortables",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
	// Two drafts: OGC 24-019 and OGC 24-030.
	"http://www.opengis.net/spec/ogcapi-features-6/1.0/conf/properties",
	"http://www.opengis.net/spec/ogcapi-features-6/1.0/conf/properties-features",
	"http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/sortables",
	"http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/sorting",
	"http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/features-sorting",
}

// declaration tells the conformance classes of the API (OGC 17-069r4, 7.4).
type declaration struct {
	Links      []Link   `json:"links"`
	ConformsTo []string `json:"conformsTo"`
}

func (a *API) conformance(r *request) (content, error) {
	conformsTo := slices.Concat(classes, cql2.ConformanceClasses())
	for _, e := range a.Extensions {
		conformsTo = append(conformsTo, e.ConformsTo...)
	}
	slices.Sort(conformsTo)
	conformsTo = slices.Compact(conformsTo)
	d := declaration{Links: r.selfLinks(), ConformsTo: conformsTo}
	return content{
		document: d,
		page:     page{Template: "conformance", Title: "Conformance", TitleZh: "符合性", Links: d.Links, Body: conformsTo},
	}, nil
}
