package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"
)

// compressFrom is the size in bytes below which gzip saves no packet.
const compressFrom = 1024

// file is one file in the forms in which it can be sent.
type file struct {
	mediaType string
	etag      string // of the content, without quotes
	// plain returns the content; packed returns it in gzip, or nothing where
	// that does not pay. Each makes what the folder lacks at its first call,
	// so that a start does not wait for it.
	plain, packed func() ([]byte, error)
}

// files are the files of a folder by their slash-separated names.
type files map[string]*file

// load reads the files of folder but hidden ones. What is embedded in the program is a view
// of it and takes no further memory.
func load(folder fs.FS) (files, error) {
	all := files{}
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(entry.Name(), ".") && name != "."
		if err != nil || hidden || entry.IsDir() || strings.HasSuffix(name, ".gz") {
			return err
		}
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		all[name] = newFile(name, content)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(folder, ".", func(path string, entry fs.DirEntry, err error) error {
		name, isPacked := strings.CutSuffix(path, ".gz")
		if err != nil || entry.IsDir() || !isPacked {
			return err
		}
		packed, err := fs.ReadFile(folder, path)
		if err != nil {
			return err
		}
		if all[name] == nil {
			all[name] = newPackedFile(name, packed)
		}
		all[name].packed = always(packed)
		return nil
	})
	return all, err
}

// newFile is a file of which the folder has the content.
func newFile(name string, content []byte) *file {
	f := &file{mediaType: mediaType(name), etag: digest(content), plain: always(content), packed: always(nil)}
	if len(content) >= compressFrom && compressible(f.mediaType) {
		f.packed = sync.OnceValues(func() ([]byte, error) { return compress(content) })
	}
	return f
}

// newPackedFile is a file of which the folder has the gzip form only.
func newPackedFile(name string, packed []byte) *file {
	return &file{
		mediaType: mediaType(name),
		etag:      digest(packed),
		plain:     sync.OnceValues(func() ([]byte, error) { return decompress(packed) }),
		packed:    always(packed),
	}
}

func always(content []byte) func() ([]byte, error) {
	return func() ([]byte, error) { return content, nil }
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:12])
}

func mediaType(name string) string {
	switch ext := path.Ext(name); ext {
	// The system's own tables differ between machines; these must not.
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".map", ".json":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".woff2":
		return "font/woff2"
	default:
		if found := mime.TypeByExtension(ext); found != "" {
			return found
		}
		return "application/octet-stream"
	}
}

func compressible(mediaType string) bool {
	return strings.HasPrefix(mediaType, "text/") || strings.HasPrefix(mediaType, "application/json") ||
		strings.Contains(mediaType, "svg") || strings.Contains(mediaType, "manifest")
}

func compress(content []byte) ([]byte, error) {
	var packed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&packed, gzip.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if _, err := writer.Write(content); err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return bytes.Clone(packed.Bytes()), nil
}

func decompress(packed []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}
