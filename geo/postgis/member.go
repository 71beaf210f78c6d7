package postgis

// memberTable keeps a list of members: a row for each, of a feature, in an order if that means something.
type memberTable struct {
	name, owner, member string
	ordered             bool
}

// memberTables are the tables of the lists, by the name of the member.
var memberTables = map[string]memberTable{
	"villageCodes": {name: "belt_villages", owner: "belt_code", member: "village_code", ordered: true},
	"townCodes":    {name: "station_towns", owner: "station_code", member: "town_code"},
}

// table is the table as it stands now.
func (m memberTable) table() string { return "xiangtu." + m.name }

// stored is the list that the feature t has in the table, as an array.
func (m memberTable) stored(table string) string {
	order := m.member
	if m.ordered {
		order = "position"
	}
	return `(SELECT coalesce(array_agg(m.` + m.member + ` ORDER BY m.` + order + `), '{}') FROM ` + table + ` AS m WHERE m.` + m.owner + ` = t.code)`
}

// membersOf is a query for the stored members of an owner.
func (m memberTable) membersOf(owner string) string {
	return `SELECT m.` + m.member + ` FROM ` + m.table() + ` AS m WHERE m.` + m.owner + ` = ` + owner
}

// staged is a list as it will be stored: one without an order is sorted.
func (m memberTable) staged(list string) string {
	if m.ordered {
		return list
	}
	return `(SELECT coalesce(array_agg(m ORDER BY m), '{}') FROM unnest(` + list + `) AS m)`
}

// column is the column that reads the stored list of the feature t as JSON.
func (m memberTable) column(b *builder) string {
	return "array_to_json(" + m.stored(b.relation(m.name)) + ")::text"
}

// textColumn is the column that reads the same list as a text with commas between; codes of members have none.
func (m memberTable) textColumn(b *builder) string {
	return "array_to_string(" + m.stored(b.relation(m.name)) + ", ',')"
}
