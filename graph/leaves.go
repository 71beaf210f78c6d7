package graph

import (
	"context"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
	"xiangtu/graph/model"
	"xiangtu/graph/scalar"
)

// leaves writes a page of features in one pass where nothing but their own values is selected. gqlgen would make a
// context and a goroutine for each feature and each field, which costs more than reading them did; it takes a
// Marshaler for the answer of a field, and this is one. Whatever is not plain goes gqlgen's way.
type leaves struct{ resolver *Resolver }

// ExtensionName names the extension.
func (leaves) ExtensionName() string { return "Leaves" }

// Validate has nothing to check.
func (leaves) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptField answers the field nodes of a connection.
func (l leaves) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	if fc.Field.Name != "nodes" || fc.Parent == nil {
		return next(ctx)
	}
	connection, ok := fc.Parent.Result.(interface {
		Features(ctx context.Context) ([]geo.Feature, error)
	})
	if !ok {
		return next(ctx)
	}
	page, err := connection.Features(ctx)
	if err != nil {
		return nil, err
	}
	if len(page) == 0 {
		return next(ctx)
	}
	columns, ok := leafColumns(graphql.GetOperationContext(ctx), fc.Field, page[0].Layer(), func(f graphql.CollectedField) (leafColumn, bool) {
		return l.resolver.listColumn(ctx, f, page[0])
	})
	if !ok {
		return next(ctx)
	}
	return graphql.WrapContextMarshaler(ctx, leafPage{columns, page}), nil
}

// leafPage is a page with what to write of each feature.
type leafPage struct {
	columns []leafColumn
	page    []geo.Feature
}

// leafColumn is one selected value: what comes before it, and how to append it.
type leafColumn struct {
	opener []byte // {"name": or ,"name":
	value  func(dst []byte, f geo.Feature) ([]byte, error)
	room   func(f geo.Feature) int // guesses the bytes of the value where it is a list; nil for a plain one
}

// MarshalGQLContext writes the page, straight into the response where that is a buffer.
func (l leafPage) MarshalGQLContext(_ context.Context, w io.Writer) error {
	left := math.MaxInt
	if limited, ok := w.(interface{ Left() int }); ok {
		left = limited.Left()
	}
	text, err := l.append(scalar.Room(w, l.size()), left)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// size guesses the bytes of the page, rather too many than too few.
func (l leafPage) size() int {
	size := 2
	for _, f := range l.page {
		size += len(l.columns)*48 + len(f.Common().Geometry)*3/2
		for _, c := range l.columns {
			if c.room != nil {
				size += c.room(f)
			}
		}
	}
	return size
}

// append appends the page. It stops beyond so many bytes: who bounds them refuses the answer, and should not need the
// memory for the rest first.
func (l leafPage) append(dst []byte, most int) ([]byte, error) {
	dst = append(dst, '[')
	var err error
	for i, f := range l.page {
		if i > 0 {
			dst = append(dst, ',')
		}
		for _, c := range l.columns {
			dst = append(dst, c.opener...)
			if dst, err = c.value(dst, f); err != nil {
				return nil, err
			}
		}
		if dst = append(dst, '}'); len(dst) > most {
			return dst, nil
		}
	}
	return append(dst, ']'), nil
}

// leafColumns gives the columns of a selection; ok is false if any of it is neither a plain value nor what other makes
// a column of.
func leafColumns(operation *graphql.OperationContext, field graphql.CollectedField, name geo.LayerName, other func(graphql.CollectedField) (leafColumn, bool)) ([]leafColumn, bool) {
	layer, _ := geo.LayerNamed(name)
	collected := graphql.CollectFields(operation, field.Selections, []string{typeName(layer), "Feature", "Node"})
	if len(collected) == 0 {
		return nil, false
	}
	columns := make([]leafColumn, len(collected))
	for i, f := range collected {
		if len(f.Deferrables) > 0 {
			return nil, false
		}
		var ok bool
		if columns[i].value, ok = plainValue(operation, f, layer); !ok {
			if columns[i], ok = other(f); !ok {
				return nil, false
			}
		}
		opener := []byte{','}
		if i == 0 {
			opener[0] = '{'
		}
		columns[i].opener = append(postgis.AppendString(opener, f.Alias), ':')
	}
	return columns, true
}

func plainValue(operation *graphql.OperationContext, f graphql.CollectedField, layer *geo.Layer) (func([]byte, geo.Feature) ([]byte, error), bool) {
	switch f.Name {
	case "__typename":
		return constant(typeName(layer)), true
	case "layer":
		return constant(strings.ToUpper(string(layer.Name))), true
	case "id":
		return func(dst []byte, f geo.Feature) ([]byte, error) { return postgis.AppendString(dst, f.ID()), nil }, true
	case "geometry", "labelPoint":
		return plainGeometry(operation, f)
	}
	field, ok := layer.Field(f.Name)
	if !ok {
		return nil, false
	}
	if field.Values != nil {
		return func(dst []byte, f geo.Feature) ([]byte, error) {
			return postgis.AppendString(dst, strings.ToUpper(reflect.ValueOf(field.Of(f)).Elem().String())), nil
		}, true
	}
	return func(dst []byte, f geo.Feature) ([]byte, error) { return appendValue(dst, field.Of(f)), nil }, true
}

func constant(text string) func([]byte, geo.Feature) ([]byte, error) {
	return func(dst []byte, _ geo.Feature) ([]byte, error) { return postgis.AppendString(dst, text), nil }
}

// plainGeometry writes a geometry that the page has read; one that is simplified, or whose arguments are wrong, is not
// plain.
func plainGeometry(operation *graphql.OperationContext, f graphql.CollectedField) (func([]byte, geo.Feature) ([]byte, error), bool) {
	args := f.ArgumentMap(operation.Variables)
	if args["simplify"] != nil {
		return nil, false
	}
	var precision *int
	if args["precision"] != nil {
		n, err := graphql.UnmarshalInt(args["precision"])
		if err != nil {
			return nil, false
		}
		precision = &n
	}
	system := crs.WGS84
	if args["crs"] != nil {
		var err error
		if system, err = scalar.UnmarshalCRS(args["crs"]); err != nil {
			return nil, false
		}
	}
	form, err := model.Form(nil, precision, &system)
	if err != nil {
		return nil, false
	}
	if f.Name == "labelPoint" {
		return func(dst []byte, f geo.Feature) ([]byte, error) {
			return scalar.Geometry{WKB: f.Common().LabelPoint, Form: form}.Append(dst)
		}, true
	}
	return func(dst []byte, f geo.Feature) ([]byte, error) {
		return scalar.Geometry{WKB: f.Common().Geometry, Form: form}.Append(dst)
	}, true
}

// appendValue appends what a field's pointer points to as JSON.
func appendValue(dst []byte, pointer any) []byte {
	switch p := pointer.(type) {
	case *string:
		return postgis.AppendString(dst, *p)
	case **string:
		if *p == nil {
			return append(dst, "null"...)
		}
		return postgis.AppendString(dst, **p)
	case *int:
		return strconv.AppendInt(dst, int64(*p), 10)
	case *int64:
		return strconv.AppendInt(dst, *p, 10)
	case *float64:
		return postgis.AppendNumber(dst, *p)
	case *bool:
		return strconv.AppendBool(dst, *p)
	case *time.Time:
		dst = append(dst, '"')
		dst = p.AppendFormat(dst, time.RFC3339Nano)
		return append(dst, '"')
	default:
		return append(dst, "null"...)
	}
}
