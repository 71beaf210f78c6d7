package geo

// FieldType is the type of a scalar field.
type FieldType string

// The types of scalar fields.
const (
	Text    FieldType = "text"
	Integer FieldType = "integer"
	Number  FieldType = "number"
	Boolean FieldType = "boolean"
	Time    FieldType = "time"
)

// Field describes a scalar field of a layer.
type Field struct {
	Name        string // in GraphQL, GeoJSON and tiles: officialName
	Column      string // in the table: official_name
	Type        FieldType
	Nullable    bool
	Derived     bool     // computed by the database from the geometry or the code
	Kept        bool     // kept by the database alone: imports pass it over
	Values      []string // the values of an enumeration; nil if any
	Description string   // with its unit
	InTiles     bool     // whether vector tiles carry it
	// Derive gives the value of a field that follows from the code, as string, int64 or nil for null: imports may give
	// it, and it must agree. It is nil for every other field.
	Derive func(code string) any
	// Of points to the field in a feature of the layer: *string, **string, *int, *int64, *float64, *time.Time,
	// or a pointer to a named string.
	Of func(Feature) any
}

// FieldSet is a set of parts of a feature: bit i stands for Layer.Fields[i], the highest bits for what is not scalar.
type FieldSet uint64

// The parts of a feature that are not scalar fields.
const (
	WithGeometry   FieldSet = 1 << 63
	WithBBox       FieldSet = 1 << 62
	WithLabelPoint FieldSet = 1 << 61
)

// Has says whether the set has the field of that index in Layer.Fields.
func (s FieldSet) Has(index int) bool { return s&(1<<index) != 0 }

// commonFields are the fields that every feature has.
func commonFields(codeMeaning string) []Field {
	return []Field{
		{Name: "code", Column: "code", Type: Text, InTiles: true, Description: codeMeaning,
			Of: func(f Feature) any { return &f.Common().Code }},
		{Name: "name", Column: "name", Type: Text, InTiles: true, Description: "Name.",
			Of: func(f Feature) any { return &f.Common().Name }},
		{Name: "pinyin", Column: "pinyin", Type: Text, InTiles: true, Description: "Name in pinyin: syllables without tones, lower case, a space between.",
			Of: func(f Feature) any { return &f.Common().Pinyin }},
	}
}

// recordFields are the fields that tell of the record itself; every feature has them, after its own.
func recordFields() []Field {
	return []Field{
		{Name: "provenance", Column: "provenance", Type: Text, Nullable: true, Description: "Where the record comes from.",
			Of: func(f Feature) any { return &f.Common().Provenance }},
		{Name: "revision", Column: "revision", Type: Integer, Kept: true, Description: "The layer's revision at the feature's last change.",
			Of: func(f Feature) any { return &f.Common().Revision }},
		{Name: "updatedAt", Column: "updated_at", Type: Time, Kept: true, Description: "When the feature last changed, UTC, in whole milliseconds.",
			Of: func(f Feature) any { return &f.Common().UpdatedAt }},
	}
}

// fields puts a layer's own fields between those that every feature has.
func fields(codeMeaning string, own ...Field) []Field {
	return append(append(commonFields(codeMeaning), own...), recordFields()...)
}

// codePrefix derives the beginning of a code, so many characters of it.
func codePrefix(length int) func(code string) any {
	return func(code string) any { return code[:min(length, len(code))] }
}
