package geo

import (
	"crypto/rand"
	"crypto/sha256"
	"regexp"
	"strings"
)

// Key is what a program shows to be taken for an actor: xt_ID_SECRET.
type Key struct {
	ID     string // eight characters, by which people speak of the key; no secret
	secret string
}

const (
	keyPrefix    = "xt_"
	keyIDLength  = 8
	secretLength = 52 // letters and digits of base 32: 260 random bits
)

// keyForm is that of the text of every key.
var keyForm = regexp.MustCompile(`^xt_[0-9a-z]{8}_[0-9a-z]{52}$`)

// NewKey makes a key that nobody can guess.
func NewKey() Key {
	text := strings.ToLower(rand.Text() + rand.Text() + rand.Text())
	return Key{ID: text[:keyIDLength], secret: text[keyIDLength : keyIDLength+secretLength]}
}

// ParseKey reads the text of a key. It is false for a text that is none.
func ParseKey(text string) (Key, bool) {
	if !keyForm.MatchString(text) {
		return Key{}, false
	}
	rest := text[len(keyPrefix):]
	return Key{ID: rest[:keyIDLength], secret: rest[keyIDLength+1:]}, true
}

// Text is the key as a client sends it. It is a secret.
func (k Key) Text() string { return keyPrefix + k.ID + "_" + k.secret }

// Hash is what is stored of the secret.
func (k Key) Hash() [sha256.Size]byte { return sha256.Sum256([]byte(k.secret)) }

// String leaves the secret out, so that no log has it.
func (k Key) String() string { return keyPrefix + k.ID + "_…" }

// scopeForm is that of the codes of a province, a city, a county, a town and a village (GB/T 2260, GB/T 10114).
var scopeForm = regexp.MustCompile(`^([0-9]{2}){0,3}$|^[0-9]{9}$|^[0-9]{12}$`)

// ParseScope reads a scope: the code of a division, or nothing for the whole map.
func ParseScope(text string) (string, *Error) {
	if !scopeForm.MatchString(text) {
		return "", Invalid("scope", "%.40q is no code of a division: it has 2, 4, 6, 9 or 12 digits, as 445203104 has; empty is the whole map", text)
	}
	return text, nil
}

// ParseRole reads a role by its name.
func ParseRole(text string) (Role, *Error) {
	if role := Role(text); rank[role] > 0 {
		return role, nil
	}
	return Nobody, Invalid("role", "there is no role %.40q; there are viewer, editor and admin", text)
}
