package input

import (
	"errors"
	"math"
	"reflect"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/graph/scalar"
)

// plain takes the Go types off what gqlgen has read: pointers are what they point to, lists []any, objects
// map[string]any, texts string, whole numbers int64. Geometries, moments and reference systems stay as they are.
func plain(v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case scalar.Geometry, time.Time, crs.CRS:
		return v
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer:
		if r.IsNil() {
			return nil
		}
		return plain(r.Elem().Interface())
	case reflect.Slice:
		if r.IsNil() {
			return nil
		}
		items := make([]any, r.Len())
		for i := range items {
			items[i] = plain(r.Index(i).Interface())
		}
		return items
	case reflect.Map:
		if r.IsNil() {
			return nil
		}
		members := make(map[string]any, r.Len())
		for _, key := range r.MapKeys() {
			members[key.String()] = plain(r.MapIndex(key).Interface())
		}
		return members
	case reflect.String:
		return r.String()
	case reflect.Int, reflect.Int32, reflect.Int64:
		return r.Int()
	default:
		return v
	}
}

// object reads an input object.
func object(v any, path string) (map[string]any, error) {
	members, ok := v.(map[string]any)
	if !ok {
		return nil, geo.Invalid(path, "%v is no object", v)
	}
	return members, nil
}

// list reads a list; GraphQL takes a single value for a list of one.
func list(v any) []any {
	if items, ok := v.([]any); ok {
		return items
	}
	return []any{v}
}

// scalarOf reads a value of a field's type: string, int64, float64, bool or time.Time.
func scalarOf(field geo.Field, v any, path string) (any, error) {
	switch field.Type {
	case geo.Integer:
		return integer(v, path)
	case geo.Number:
		return number(v, path)
	case geo.Boolean:
		truth, ok := v.(bool)
		if !ok {
			return nil, geo.Invalid(path, "%v is neither true nor false", v)
		}
		return truth, nil
	case geo.Time:
		moment, ok := v.(time.Time)
		if !ok {
			return nil, geo.Invalid(path, "%v is no moment: write it as 2026-03-01T08:00:00Z", v)
		}
		return moment, nil
	default:
		text, ok := v.(string)
		if !ok {
			return nil, geo.Invalid(path, "%v is no text", v)
		}
		return text, nil
	}
}

// integer reads a whole number.
func integer(v any, path string) (int64, error) {
	i, ok := v.(int64)
	if !ok {
		return 0, geo.Invalid(path, "%v is no whole number", v)
	}
	return i, nil
}

// revision reads an Int64: a whole number, or a text of its digits.
func revision(v any, path string) (int64, error) {
	i, err := scalar.UnmarshalInt64(v)
	if e, ok := errors.AsType[*geo.Error](err); ok {
		return 0, e.At(path)
	}
	return i, err
}

// number reads a finite number.
func number(v any, path string) (float64, error) {
	var f float64
	switch v := v.(type) {
	case float64:
		f = v
	case int64:
		f = float64(v)
	default:
		return 0, geo.Invalid(path, "%v is no number", v)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, geo.Invalid(path, "%v is not finite", v)
	}
	return f, nil
}
