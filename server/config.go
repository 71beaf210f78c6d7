package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"xiangtu/server/identity"
)

// config is every setting of the program, from flags and the environment.
type config struct {
	Listen      string   // host:port of the HTTP server
	PublicURL   string   // the URL under which clients reach it, without a trailing slash; empty: derived from each request
	CORSOrigins []string // origins whose pages may read answers; "*" is any
	Drain       time.Duration

	Data        string // directory of the private PostgreSQL cluster
	DatabaseURL string // a PostgreSQL server to use instead of it; empty: none
	Demo        bool   // load the demonstration map into an empty database

	OIDC identity.Provider // of bearer tokens; none without an issuer

	Limits limits
	Cache  byteSize // memory for encoded tiles

	LogLevel  slog.Level
	LogFormat string // auto, text or json
}

// limits bound what one request may cost.
type limits struct {
	Depth      int           // nested selections of a GraphQL operation
	Complexity int           // cost of a GraphQL operation
	Batch      int           // GraphQL operations in one request
	Body       byteSize      // a request's body
	Response   byteSize      // a GraphQL answer
	Upload     byteSize      // a file that is uploaded to be imported
	Operation  time.Duration // one GraphQL operation
	Statement  time.Duration // one SQL statement
}

// defaultConfig returns the settings that hold where nothing else is said.
func defaultConfig(getenv func(string) string) config {
	return config{
		Listen:      "127.0.0.1:8080",
		CORSOrigins: []string{"*"},
		Drain:       20 * time.Second,
		Data:        defaultData(os.Geteuid(), getenv),
		Demo:        true,
		OIDC:        identity.Provider{RoleClaim: "roles", ScopeClaim: "division", NameClaim: "sub"},
		Limits: limits{
			Depth:      15,
			Complexity: 250_000,
			Batch:      10,
			Body:       4 << 20,
			Response:   16 << 20,
			Upload:     512 << 20,
			Operation:  30 * time.Second,
			Statement:  15 * time.Second,
		},
		Cache:     32 << 20,
		LogLevel:  slog.LevelInfo,
		LogFormat: "auto",
	}
}

// defaultData is where a user's programs keep their data: /var/lib for root,
// the XDG data home for everybody else. It is empty when there is no home.
func defaultData(uid int, getenv func(string) string) string {
	if uid == 0 {
		return "/var/lib/xiangtu"
	}
	if home := getenv("XDG_DATA_HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, "xiangtu")
	}
	if home := getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "share", "xiangtu")
	}
	return ""
}

// validate names every setting that cannot work, each with the flag to change.
func (c *config) validate() error {
	var problems []error
	refuse := func(flag, format string, args ...any) {
		problems = append(problems, fmt.Errorf("--%s: %s", flag, fmt.Sprintf(format, args...)))
	}
	if reason := badAddress(c.Listen); reason != "" {
		refuse("listen", "%q %s", c.Listen, reason)
	}
	if c.PublicURL != "" {
		if reason := badPublicURL(c.PublicURL); reason != "" {
			refuse("public-url", "%q %s", c.PublicURL, reason)
		}
		c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	}
	for _, origin := range c.CORSOrigins {
		if reason := badOrigin(origin); reason != "" {
			refuse("cors-origin", "%q %s", origin, reason)
		}
	}
	if c.DatabaseURL == "" && c.Data == "" {
		refuse("data", "no home directory is known: name a directory, or a server with --database-url")
	}
	c.validateOIDC(refuse)
	switch c.LogFormat {
	case "auto", "text", "json":
	default:
		refuse("log-format", "%q is none of auto, text, json", c.LogFormat)
	}
	for _, limit := range []struct {
		flag  string
		value int64
	}{
		{"max-depth", int64(c.Limits.Depth)},
		{"max-complexity", int64(c.Limits.Complexity)},
		{"max-batch", int64(c.Limits.Batch)},
		{"max-body", int64(c.Limits.Body)},
		{"max-response", int64(c.Limits.Response)},
		{"max-upload", int64(c.Limits.Upload)},
		{"operation-timeout", int64(c.Limits.Operation / time.Millisecond)},
		{"statement-timeout", int64(c.Limits.Statement / time.Millisecond)},
		{"cache-size", int64(c.Cache)},
		{"drain-timeout", int64(c.Drain)},
	} {
		if limit.value <= 0 {
			refuse(limit.flag, "must be more than nothing")
		}
	}
	return errors.Join(problems...)
}

func (c *config) validateOIDC(refuse func(flag, format string, args ...any)) {
	if c.OIDC.Issuer == "" {
		if c.OIDC.Audience != "" {
			refuse("oidc-issuer", "is needed where --oidc-audience is given")
		}
		return
	}
	u, err := url.Parse(c.OIDC.Issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		refuse("oidc-issuer", "%q is no URL that begins with https:// (http:// is for this machine alone)", c.OIDC.Issuer)
	}
	if c.OIDC.Audience == "" {
		refuse("oidc-audience", "is needed where --oidc-issuer is given: tokens for other programs must not be good here")
	}
	if c.OIDC.RoleClaim == "" || c.OIDC.NameClaim == "" {
		refuse("oidc-role-claim", "it and --oidc-name-claim name a claim")
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// tokens verifies those of the issuer; nil where there is none.
func (c *config) tokens() *identity.Tokens {
	if c.OIDC.Issuer == "" {
		return nil
	}
	return identity.NewTokens(c.OIDC, time.Now)
}

func badAddress(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return "is not host:port"
	}
	if number, err := strconv.Atoi(port); err != nil || number < 0 || number > 65535 {
		return "has no port between 0 and 65535"
	}
	return ""
}

func badPublicURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "is not a URL"
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return "does not begin with http://host or https://host"
	case u.RawQuery != "", u.Fragment != "", u.User != nil:
		return "has more than scheme, host and path"
	}
	return ""
}

func badOrigin(text string) string {
	if text == "*" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != text {
		return "is not an origin such as https://map.example.cn"
	}
	return ""
}

// byteSize is a number of bytes that is written with a unit: 512KiB, 4MiB, 1GB.
type byteSize int64

// MarshalText writes the size with the largest binary unit that fits.
func (b *byteSize) MarshalText() ([]byte, error) {
	return []byte(strings.ReplaceAll(humanize.IBytes(uint64(*b)), " ", "")), nil
}

// UnmarshalText reads a size with an optional unit.
func (b *byteSize) UnmarshalText(text []byte) error {
	size, err := humanize.ParseBytes(string(text))
	if err != nil || size > 1<<50 {
		return fmt.Errorf("%q is not a size such as 64MiB", text)
	}
	*b = byteSize(size)
	return nil
}
