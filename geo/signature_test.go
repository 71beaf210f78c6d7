package geo_test

import (
	"strings"
	"testing"
	"time"

	"xiangtu/geo"
)

func TestSignatures(t *testing.T) {
	signer := geo.NewSigner([]byte("a secret"))
	now := time.Unix(1_800_000_000, 0)
	layers := []geo.LayerName{geo.Towns, geo.Grids}
	since := []geo.Publication{{Published: true}, {Since: 7}}
	good := signer.Sign(geo.Grant{Layers: layers, Since: since, Scope: "445203104", Expires: now.Add(time.Minute)})
	parts := strings.Split(good, ".")
	for _, test := range []struct {
		name, signature string
		layers          []geo.LayerName
		since           []geo.Publication
		at              time.Time
		good            bool
	}{
		{"a signature", good, layers, since, now, true},
		{"in its last second", good, layers, since, now.Add(59 * time.Second), true},
		{"when its time is over", good, layers, since, now.Add(time.Minute), false},
		{"of other layers", good, layers[:1], since[:1], now, false},
		{"of as many others", good, []geo.LayerName{geo.Towns, geo.Belts}, since, now, false},
		{"after a layer was published", good, layers, []geo.Publication{{Published: true}, {Published: true, Since: 8}}, now, false},
		{"after it was unpublished once more", good, layers, []geo.Publication{{Published: true}, {Since: 9}}, now, false},
		{"with a larger scope", parts[0] + ".4452." + parts[2], layers, since, now, false},
		{"with a later end", "zzzzzz." + parts[1] + "." + parts[2], layers, since, now, false},
		{"cut off", good[:len(good)-1], layers, since, now, false},
		{"empty", "", layers, since, now, false},
		{"of points", "..", layers, since, now, false},
		{"by another secret", geo.NewSigner([]byte("another")).Sign(geo.Grant{Layers: layers, Since: since, Scope: "445203104", Expires: now.Add(time.Minute)}), layers, since, now, false},
	} {
		scope, err := signer.Verify(test.signature, test.layers, test.since, test.at)
		if test.good && (err != nil || scope != "445203104") || !test.good && (codeOf(err) != geo.Unauthenticated || scope != "") {
			t.Errorf("%s: %q, %v", test.name, scope, err)
		}
	}
}
