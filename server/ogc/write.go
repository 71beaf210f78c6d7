package ogc

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"xiangtu/geo"
	"xiangtu/server/problem"
)

// writing answers requests that change one feature (OGC 20-002r1): POST makes one, PUT replaces one, PATCH changes what
// its body names (RFC 7396), DELETE takes one away.
func (a *API) writing(operation geo.Operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.write(w, r, operation); err != nil {
			failWrite(w, r, err)
		}
	})
}

func (a *API) write(w http.ResponseWriter, r *http.Request, operation geo.Operation) error {
	request := &request{Request: r, api: a.BaseURL(r) + Root, jsonType: mediaGeoJSON}
	layer, err := request.layer()
	if err != nil {
		return err
	}
	if err := geo.ActorOf(r.Context()).Require(geo.Editor, "a change of "+layerWords(layer)); err != nil {
		return err //nolint:wrapcheck // it is a geo.Error
	}
	change, err := a.readChange(w, request, layer, operation)
	if err != nil {
		return err
	}
	outcomes, err := a.Store.Write(r.Context(), []geo.Change{change}, geo.WriteOptions{})
	if err != nil {
		return err
	}
	if operation == geo.Delete {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	// The tag of what GET answers without parameters.
	address := request.api + "/collections/" + string(layer.Name) + "/items/" + url.PathEscape(change.Code)
	r.SetPathValue("feature", change.Code)
	w.Header().Set("ETag", a.itemsTag(request, layer, outcomes[0].Feature.Common().Revision))
	if operation == geo.Create {
		w.Header().Set("Location", address)
		w.WriteHeader(http.StatusCreated)
		return nil
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// readChange reads what a request wants changed.
func (a *API) readChange(w http.ResponseWriter, r *request, layer *geo.Layer, operation geo.Operation) (geo.Change, error) {
	change := geo.Change{Layer: layer, Operation: operation, Code: r.PathValue("feature"), Fields: layer.Set("revision"), PathOf: pathOf(operation)}
	if r.URL.RawQuery != "" {
		return change, geo.Invalid("", "a change has no parameters; the reference system of its coordinates is named by the header Content-Crs")
	}
	var err error
	if change.IfRevision, err = precondition(r, operation); err != nil || operation == geo.Delete {
		return change, err
	}
	body, err := a.readBody(w, r, operation)
	if err != nil {
		return change, err
	}
	return change, body.into(&change)
}

// pathOf gives the paths to the parts of a feature in a request.
func pathOf(operation geo.Operation) func(string) string {
	return func(part string) string {
		switch {
		case part == "ifRevision":
			return ifMatch
		case part == "geometry":
			return part
		case part == "code" && operation != geo.Create:
			return "" // the path of the URL
		}
		return "properties." + part
	}
}

const ifMatch = "If-Match"

// preconditionMissing is the error of a request that would overwrite what it does not name.
type preconditionMissing struct{}

func (preconditionMissing) Error() string {
	return "PUT replaces the whole feature, also what somebody else has changed since you read it: send the header If-Match with the ETag that you read, or * to replace it whatever it is by now; PATCH changes what you name, and needs none"
}

// precondition reads the revision that the feature must have. A tag of the feature begins with it, in whatever form it
// was read; one that is none of ours is the tag of nothing.
func precondition(r *request, operation geo.Operation) (*int64, error) {
	given := r.Header.Values(ifMatch)
	switch {
	case r.Header.Get("If-None-Match") != "":
		return nil, geo.Invalid("If-None-Match", "a change is made of a feature that is there, or makes one with a code that nobody has: send If-Match, or none")
	case operation == geo.Create:
		return nil, nil //nolint:nilnil // any revision
	case len(given) == 0 && operation == geo.Replace:
		return nil, preconditionMissing{}
	case len(given) == 0 || len(given) == 1 && strings.TrimSpace(given[0]) == "*":
		return nil, nil //nolint:nilnil // any revision
	case len(given) > 1 || strings.Contains(given[0], ","):
		return nil, geo.Invalid(ifMatch, "names several tags; name the one that you read")
	}
	tag := strings.Trim(strings.TrimPrefix(strings.TrimSpace(given[0]), "W/"), `"`)
	number, _, _ := strings.Cut(tag, "-")
	revision, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return nil, &geo.Error{Code: geo.Conflict, Path: ifMatch, Message: fmt.Sprintf("%.40q is the tag of no feature: send the ETag that you read", given[0])}
	}
	return &revision, nil
}

// unsupportedMedia is the error of a body of another media type.
type unsupportedMedia struct {
	given string
	taken []string
}

func (e unsupportedMedia) Error() string {
	return fmt.Sprintf("the body is said to be %.60q; it is to be %s", e.given, strings.Join(e.taken, " or "))
}

// failWrite answers with the problem that the error of a change is.
func failWrite(w http.ResponseWriter, r *http.Request, err error) {
	if media, ok := errors.AsType[unsupportedMedia](err); ok {
		w.Header().Set("Accept-"+strings.ToUpper(r.Method[:1])+strings.ToLower(r.Method[1:]), strings.Join(media.taken, ", "))
		problem.Write(w, r, problem.Problem{Status: http.StatusUnsupportedMediaType, Code: "UNSUPPORTED_MEDIA_TYPE", Detail: err.Error(), Path: "Content-Type"})
		return
	}
	if missing, ok := errors.AsType[preconditionMissing](err); ok {
		problem.Write(w, r, problem.Problem{Status: http.StatusPreconditionRequired, Code: "PRECONDITION_REQUIRED", Detail: missing.Error(), Path: ifMatch})
		return
	}
	if e, ok := errors.AsType[*geo.Error](err); ok && e.Code == geo.Conflict && e.Path == ifMatch {
		p := problem.FromError(e)
		p.Status, p.Code = http.StatusPreconditionFailed, "PRECONDITION_FAILED"
		problem.Write(w, r, p)
		return
	}
	fail(w, r, err)
}
