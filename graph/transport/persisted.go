package transport

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// persistedQuery is the extension that names a document by the SHA-256 of its text.
const persistedQuery = "persistedQuery"

// persisted keeps the texts of automatic persisted queries by their hash. A
// caller sends the hash alone; if that is not known, the hash with the text.
// The protocol is that of Apollo's clients.
type persisted struct {
	texts *otter.Cache[string, string]
}

func newPersisted(maxBytes int) persisted {
	return persisted{otter.Must(&otter.Options[string, string]{
		MaximumWeight: uint64(maxBytes),
		Weigher:       func(hash, text string) uint32 { return uint32(len(hash) + len(text)) },
		Executor:      onCaller,
	})}
}

// resolve fills in the text of a query that came as its hash, and keeps the
// text that came with its hash.
func (p persisted) resolve(params *graphql.RawParams) *gqlerror.Error {
	extension := params.Extensions[persistedQuery]
	if extension == nil {
		return nil
	}
	hash, refusal := readHash(extension)
	if refusal != nil {
		return refusal
	}
	text, known := p.texts.GetIfPresent(hash)
	switch {
	case params.Query == "" && known:
		params.Query = text
	case params.Query == "":
		// The clients know this very message.
		return refuse(CodePersistedQueryNotFound, "PersistedQueryNotFound")
	case params.Query != text:
		sum := sha256.Sum256([]byte(params.Query))
		if hex.EncodeToString(sum[:]) != hash {
			return refuse(CodePersistedQueryMismatch, "sha256Hash is not the SHA-256 of the query: hash the very text that is sent, in UTF-8, as 64 lower-case hexadecimal digits")
		}
		p.texts.Set(hash, params.Query)
	}
	return nil
}

func readHash(extension any) (string, *gqlerror.Error) {
	fields, _ := extension.(map[string]any)
	hash, _ := fields["sha256Hash"].(string)
	if fields["version"] != json.Number("1") || hash == "" {
		return "", refuse(CodeBadRequest, `the extension persistedQuery must be {"version": 1, "sha256Hash": "…"}`)
	}
	return hash, nil
}
