package postgis

import (
	"encoding/binary"
	"slices"

	"github.com/jackc/pgx/v5/pgtype"
)

// byteArrays is the driver's codec of bytea[], but for how it encodes texts of bytes: into memory of their size, where the
// driver has it grow geometry by geometry, which makes garbage of four times their size.
type byteArrays struct{ *pgtype.ArrayCodec }

// registerByteArrays makes a session's arrays of bytes byteArrays.
func registerByteArrays(types *pgtype.Map) {
	if bytes, ok := types.TypeForOID(pgtype.ByteaOID); ok {
		codec := byteArrays{&pgtype.ArrayCodec{ElementType: bytes}}
		types.RegisterType(&pgtype.Type{Name: "_bytea", OID: pgtype.ByteaArrayOID, Codec: codec})
	}
}

// PlanEncode implements pgtype.Codec.
func (c byteArrays) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.([][]byte); ok && format == pgtype.BinaryFormatCode {
		return byteArrayPlan{}
	}
	return c.ArrayCodec.PlanEncode(m, oid, format, value)
}

type byteArrayPlan struct{}

// Encode appends an array in the form that PostgreSQL has for it (array_recv): its dimensions, here one that counts from
// 1, and each element after its length, -1 for null.
func (byteArrayPlan) Encode(value any, buf []byte) ([]byte, error) {
	list := value.([][]byte)
	if list == nil {
		return nil, nil
	}
	const head = 5 * 4
	size := head
	for _, element := range list {
		size += 4 + len(element)
	}
	buf = slices.Grow(buf, size)
	hasNull := uint32(0)
	if slices.ContainsFunc(list, func(element []byte) bool { return element == nil }) {
		hasNull = 1
	}
	for _, word := range [...]uint32{1, hasNull, pgtype.ByteaOID, uint32(len(list)), 1} {
		buf = binary.BigEndian.AppendUint32(buf, word)
	}
	for _, element := range list {
		buf = appendValue(buf, element)
	}
	return buf, nil
}

// appendValue appends a value as PostgreSQL sends and takes it: after its length, which is -1 for null.
func appendValue(buf, value []byte) []byte {
	length := int32(-1)
	if value != nil {
		length = int32(len(value))
	}
	return append(binary.BigEndian.AppendUint32(buf, uint32(length)), value...)
}
