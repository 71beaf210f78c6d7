package geo_test

import (
	"fmt"
	"strings"
	"testing"

	"xiangtu/geo"
)

func TestAKeyIsReadAsItWasMade(t *testing.T) {
	key := geo.NewKey()
	read, ok := geo.ParseKey(key.Text())
	if !ok || read != key || read.Hash() != key.Hash() {
		t.Errorf("%q is read as %+v", key.Text(), read)
	}
	if geo.NewKey().Hash() == key.Hash() {
		t.Error("two keys are one")
	}
	secret := key.Text()[strings.LastIndex(key.Text(), "_")+1:]
	for _, text := range []string{key.String(), fmt.Sprint(key), fmt.Sprintf("%v", key)} {
		if strings.Contains(text, secret) || !strings.Contains(text, key.ID) {
			t.Errorf("a log would have %q", text)
		}
	}
}

func TestTextsThatAreNoKeys(t *testing.T) {
	good := geo.NewKey().Text()
	for _, text := range []string{"", "xt_", good[1:], good + "a", good[:len(good)-1], strings.ToUpper(good), good + "\n", "\x00" + good[1:]} {
		if _, ok := geo.ParseKey(text); ok {
			t.Errorf("%q is taken for a key", text)
		}
	}
}

func TestScopes(t *testing.T) {
	for _, text := range []string{"", "44", "4452", "445203", "445203104", "445203104201"} {
		if scope, err := geo.ParseScope(text); err != nil || scope != text {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"4", "44520", "4452031", "44520310420", "4452031042011", "%", "44520310x", "44\n"} {
		if _, err := geo.ParseScope(text); err == nil {
			t.Errorf("%q is taken for a scope", text)
		}
	}
}

func TestWhatARoleNeeds(t *testing.T) {
	for _, test := range []struct {
		role, needed geo.Role
		want         geo.Code
	}{
		{geo.Nobody, geo.Viewer, geo.Unauthenticated},
		{geo.Viewer, geo.Viewer, ""},
		{geo.Viewer, geo.Editor, geo.Forbidden},
		{geo.Editor, geo.Editor, ""},
		{geo.Editor, geo.Admin, geo.Forbidden},
		{geo.Admin, geo.Editor, ""},
		{"owner", geo.Viewer, geo.Forbidden},
	} {
		err := geo.Actor{Role: test.role}.Require(test.needed, "a mutation")
		if code := codeOf(err); code != test.want {
			t.Errorf("%q for what needs %q: %v", test.role, test.needed, err)
		}
	}
}

func codeOf(err error) geo.Code {
	if known, ok := err.(*geo.Error); ok { //nolint:errorlint // it is made unwrapped
		return known.Code
	}
	return ""
}
