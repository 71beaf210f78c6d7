package imports

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strconv"

	"xiangtu/geo"
	"xiangtu/geo/jobs"
	"xiangtu/geo/postgis"
)

// receive takes the upload of a request: its whole body, or the one file of a form. Settings are in the address, and may
// be fields of the form.
func (s *Imports) receive(r *http.Request) (*postgis.ImportJob, error) {
	if err := geo.ActorOf(r.Context()).Require(geo.Editor, "an import"); err != nil {
		return nil, err
	}
	request := jobs.Request{Layer: geo.LayerName(r.PathValue("layer")), ContentType: r.Header.Get("Content-Type")}
	if _, known := geo.LayerNamed(request.Layer); !known {
		return nil, &geo.Error{Code: geo.NotFound, Message: "there is no layer " + strconv.Quote(string(request.Layer))}
	}
	if err := set(&request, r.URL.Query()); err != nil {
		return nil, err
	}
	if r.ContentLength > s.desk.MaxBytes+formOverhead {
		return nil, s.desk.TooLarge()
	}
	media, parameters, err := mime.ParseMediaType(request.ContentType)
	if err == nil && media == "multipart/form-data" {
		return s.receiveForm(r, request, parameters["boundary"])
	}
	if _, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil {
		request.File = parameters["filename"]
	}
	return s.desk.Receive(r.Context(), request, r.Body)
}

const (
	formOverhead = 64 << 10 // bytes that a form may have beside its file
	longestField = 4 << 10  // bytes of a field
)

// receiveForm takes the file of a form, which is written as it comes, and the fields before and after it.
func (s *Imports) receiveForm(r *http.Request, request jobs.Request, boundary string) (job *postgis.ImportJob, err error) {
	var file *os.File
	defer func() {
		if file != nil {
			s.desk.Discard(file)
		}
	}()
	fields := make(url.Values)
	form := multipart.NewReader(r.Body, boundary)
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, &geo.Error{Code: geo.BadInput, Cause: err, Message: "the form cannot be read to its end: send it again as multipart/form-data"}
		}
		if part.FileName() == "" {
			if err := readField(fields, part); err != nil {
				return nil, err
			}
			continue
		}
		if file != nil {
			return nil, geo.Invalid(part.FormName(), "the form has a second file: one import takes one, and several files go into a zip archive")
		}
		request.File, request.ContentType = part.FileName(), part.Header.Get("Content-Type")
		if file, err = s.desk.Keep(r.Context(), part); err != nil {
			return nil, err
		}
	}
	if file == nil {
		return nil, geo.Invalid("file", "the form has no file: send one as curl -F file=@villages.geojson does")
	}
	if err := set(&request, fields); err != nil {
		return nil, err
	}
	return s.desk.Start(r.Context(), request, file)
}

// readField keeps a field of a form, of which there can be a few.
func readField(fields url.Values, part *multipart.Part) error {
	const most = 64
	text, err := io.ReadAll(io.LimitReader(part, longestField+1))
	if err != nil || len(text) > longestField || len(fields) >= most {
		return geo.Invalid(part.FormName(), "the fields of the form are too many, or this one too long: %d bytes are enough", longestField)
	}
	fields.Add(part.FormName(), string(text))
	return nil
}

// set reads settings into a request. One that is not known is an error, lest it be misspelt.
func set(request *jobs.Request, values url.Values) error {
	s := &request.Settings
	texts := map[string]*string{"format": &s.Format, "crs": &s.CRS, "encoding": &s.Encoding, "sourceLayer": &s.SourceLayer, "name": &request.File}
	flags := map[string]*bool{"swapAxes": &s.SwapAxes, "skipInvalid": &s.SkipInvalid, "repair": &s.Repair, "dryRun": &s.DryRun}
	for name, given := range values {
		switch {
		case name == "map":
			s.Columns = append(s.Columns, given...)
			continue
		case len(given) > 1:
			return geo.Invalid(name, "it is given %d times", len(given))
		case texts[name] != nil:
			*texts[name] = given[0]
			continue
		case flags[name] == nil:
			return geo.Invalid(name, "there is no such setting: there are crs, dryRun, encoding, format, map, name, repair, skipInvalid, sourceLayer and swapAxes")
		}
		on, err := strconv.ParseBool(given[0])
		if err != nil {
			return geo.Invalid(name, "%.20q is neither true nor false", given[0])
		}
		*flags[name] = on
	}
	return request.Check()
}
