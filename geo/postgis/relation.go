package postgis

// link says in SQL how a relation leads from keys k to features t.
type link struct {
	join  string // a table between them, as l; empty if none
	on    string // how it is joined to t
	where string
	order string // the natural order of the list, before the code; empty if that is the code alone
}

// links has a link for every relation of geo, by its name.
var links = map[string]link{
	"towns.villages": {where: "t.town_code = k.key"},
	"towns.stations": {
		join:  "station_towns",
		on:    "l.station_code = t.code",
		where: "l.town_code = k.key",
	},
	"villages.town":  {where: "t.code = k.key"},
	"villages.grids": {where: "t.village_code = k.key"},
	"villages.belts": {
		join:  "belt_villages",
		on:    "l.belt_code = t.code",
		where: "l.village_code = k.key",
	},
	"villages.station": {
		join:  "station_towns",
		on:    "l.station_code = t.code",
		where: "l.town_code = k.key",
	},
	"grids.village":  {where: "t.code = k.key"},
	"grids.parent":   {where: "t.code = k.key"},
	"grids.children": {where: "t.parent_code = k.key"},
	"grids.ancestors": {
		where: "t.code = ANY (ARRAY[left(k.key, 12), left(k.key, 14)])",
	},
	"grids.descendants": {
		where: "t.village_code = left(k.key, 12) AND t.code > k.key AND t.code < k.key || 'a'",
	},
	"belts.villages": {
		join:  "belt_villages",
		on:    "l.village_code = t.code",
		where: "l.belt_code = k.key",
		order: "l.position",
	},
	"stations.village": {
		join:  "stations",
		on:    "l.village_code = t.code",
		where: "l.code = k.key",
	},
	"stations.towns": {
		join:  "station_towns",
		on:    "l.town_code = t.code",
		where: "l.station_code = k.key",
	},
	"stations.villages": {
		join:  "station_towns",
		on:    "l.town_code = t.town_code",
		where: "l.station_code = k.key",
	},
}

// joined appends the table between keys and features, if a relation has one.
func (b *builder) joined(l link) {
	if l.join != "" {
		b.add(" JOIN ", b.relation(l.join), " AS l ON ", l.on)
	}
}
