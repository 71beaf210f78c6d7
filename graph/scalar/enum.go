package scalar

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
)

// marshalEnum writes a value of the domain as a GraphQL enum value: in capitals.
func marshalEnum[T ~string](v T) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(strings.ToUpper(string(v))))
	})
}

// unmarshalEnum reads a GraphQL enum value; GraphQL itself has checked that the enum has it.
func unmarshalEnum[T ~string](v any) (T, error) {
	text, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("%v is no enum value", v)
	}
	return T(strings.ToLower(text)), nil
}

// MarshalLayerName writes the name of a layer.
func MarshalLayerName(v geo.LayerName) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalLayerName reads the name of a layer.
func UnmarshalLayerName(v any) (geo.LayerName, error) { return unmarshalEnum[geo.LayerName](v) }

// MarshalImportState writes how far an import is.
func MarshalImportState(v postgis.ImportState) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalImportState reads how far an import is.
func UnmarshalImportState(v any) (postgis.ImportState, error) {
	return unmarshalEnum[postgis.ImportState](v)
}

// MarshalTownKind writes the kind of a town.
func MarshalTownKind(v geo.TownKind) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalTownKind reads the kind of a town.
func UnmarshalTownKind(v any) (geo.TownKind, error) { return unmarshalEnum[geo.TownKind](v) }

// MarshalVillageKind writes the kind of a village.
func MarshalVillageKind(v geo.VillageKind) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalVillageKind reads the kind of a village.
func UnmarshalVillageKind(v any) (geo.VillageKind, error) { return unmarshalEnum[geo.VillageKind](v) }

// MarshalBeltStatus writes the status of a belt.
func MarshalBeltStatus(v geo.BeltStatus) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalBeltStatus reads the status of a belt.
func UnmarshalBeltStatus(v any) (geo.BeltStatus, error) { return unmarshalEnum[geo.BeltStatus](v) }

// MarshalChangeAction writes what a change did.
func MarshalChangeAction(v geo.Action) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalChangeAction reads what a change did.
func UnmarshalChangeAction(v any) (geo.Action, error) { return unmarshalEnum[geo.Action](v) }

// MarshalFieldType writes the type of a field.
func MarshalFieldType(v geo.FieldType) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalFieldType reads the type of a field.
func UnmarshalFieldType(v any) (geo.FieldType, error) { return unmarshalEnum[geo.FieldType](v) }

// MarshalCRS writes the name of a reference system.
func MarshalCRS(v crs.CRS) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(v.String())) })
}

// UnmarshalCRS reads the name of a reference system.
func UnmarshalCRS(v any) (crs.CRS, error) {
	text, ok := v.(string)
	if !ok {
		return crs.WGS84, fmt.Errorf("%v is no reference system", v)
	}
	return crs.Parse(text)
}

// MarshalGridDescentKind writes how the ground of one code came to be that of another.
func MarshalGridDescentKind(v geo.DescentKind) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalGridDescentKind reads how the ground of one code came to be that of another.
func UnmarshalGridDescentKind(v any) (geo.DescentKind, error) {
	return unmarshalEnum[geo.DescentKind](v)
}
