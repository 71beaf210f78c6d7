package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v3"
)

// parse returns the settings that a command line and an environment make.
func parse(t *testing.T, env map[string]string, args ...string) (config, error) {
	t.Helper()
	for name, value := range env {
		t.Setenv(name, value)
	}
	c := defaultConfig(func(name string) string { return map[string]string{"HOME": "/home/li"}[name] })
	c.Data = "/home/li/.local/share/xiangtu"
	cmd := &cli.Command{
		Flags:     c.flags(),
		Writer:    &bytes.Buffer{},
		ErrWriter: &bytes.Buffer{},
		Action:    func(context.Context, *cli.Command) error { return c.validate() },
	}
	err := cmd.Run(context.Background(), append([]string{"xiangtu"}, args...))
	return c, err
}

func TestConfigReads(t *testing.T) {
	for _, test := range []struct {
		name string
		env  map[string]string
		args []string
		want func(config) bool
	}{
		{"the defaults", nil, nil, func(c config) bool {
			return c.Listen == "127.0.0.1:8080" && c.DatabaseURL == "" && c.Demo && c.Limits.Body == 4<<20 && c.Cache == 32<<20
		}},
		{"an address", nil, []string{"--listen", "[::1]:0"}, func(c config) bool { return c.Listen == "[::1]:0" }},
		{"an address from the environment", map[string]string{"XIANGTU_LISTEN": ":81"}, nil, func(c config) bool { return c.Listen == ":81" }},
		{"the flag before the environment", map[string]string{"XIANGTU_LISTEN": ":81"}, []string{"--listen=:82"}, func(c config) bool { return c.Listen == ":82" }},
		{"a data directory", map[string]string{"XIANGTU_DATA": "/srv/map"}, nil, func(c config) bool { return c.Data == "/srv/map" }},
		{"a server", map[string]string{"DATABASE_URL": "postgres://db/map"}, nil, func(c config) bool { return c.DatabaseURL == "postgres://db/map" }},
		{"no demonstration", nil, []string{"--demo=false"}, func(c config) bool { return !c.Demo }},
		{"sizes with units", nil, []string{"--max-body", "512KiB", "--cache-size", "1GB"}, func(c config) bool {
			return c.Limits.Body == 512<<10 && c.Cache == 1_000_000_000
		}},
		{"times", nil, []string{"--statement-timeout", "1m30s"}, func(c config) bool { return c.Limits.Statement == 90*time.Second }},
		{"origins with commas", map[string]string{"XIANGTU_CORS_ORIGINS": "https://a.cn,https://b.cn:8443"}, nil, func(c config) bool {
			return len(c.CORSOrigins) == 2 && c.CORSOrigins[1] == "https://b.cn:8443"
		}},
		{"a public URL without its last slash", nil, []string{"--public-url", "https://map.cn/xiangtu/"}, func(c config) bool { return c.PublicURL == "https://map.cn/xiangtu" }},
		{"no issuer", nil, nil, func(c config) bool { return c.tokens() == nil && c.OIDC.RoleClaim == "roles" }},
		{"an issuer", map[string]string{"XIANGTU_OIDC_AUDIENCE": "map"}, []string{"--oidc-issuer", "https://id.cn/realms/map", "--oidc-scope-claim="}, func(c config) bool {
			return c.tokens() != nil && c.OIDC.Audience == "map" && c.OIDC.ScopeClaim == ""
		}},
		{"an issuer on this machine", nil, []string{"--oidc-issuer", "http://127.0.0.1:9000", "--oidc-audience", "map"}, func(c config) bool { return c.tokens() != nil }},
		{"a log level", nil, []string{"--log-level", "debug", "--log-format", "json"}, func(c config) bool { return c.LogLevel < 0 && c.LogFormat == "json" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := parse(t, test.env, test.args...)
			if err != nil {
				t.Fatal(err)
			}
			if !test.want(c) {
				t.Errorf("got %+v", c)
			}
		})
	}
}

func TestConfigRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		env  map[string]string
		args []string
		want string // in the message
	}{
		{"an unknown flag", nil, []string{"--port", "80"}, "port"},
		{"an address without a port", nil, []string{"--listen", "localhost"}, "--listen"},
		{"a port out of range", nil, []string{"--listen", ":65536"}, "--listen"},
		{"a port that is a name", nil, []string{"--listen", ":http"}, "--listen"},
		{"a size that is none", nil, []string{"--max-body", "much"}, "64MiB"},
		{"a size of nothing", nil, []string{"--cache-size", "0"}, "--cache-size"},
		{"a negative limit", nil, []string{"--max-depth", "-1"}, "--max-depth"},
		{"a time without a unit", nil, []string{"--statement-timeout", "30"}, "statement-timeout"},
		{"a number from the environment", map[string]string{"XIANGTU_MAX_DEPTH": "deep"}, nil, "XIANGTU_MAX_DEPTH"},
		{"an origin with a path", nil, []string{"--cors-origin", "https://a.cn/map"}, "--cors-origin"},
		{"an origin without a scheme", nil, []string{"--cors-origin", "a.cn"}, "--cors-origin"},
		{"a public URL of another scheme", nil, []string{"--public-url", "ftp://a.cn"}, "--public-url"},
		{"a public URL with a query", nil, []string{"--public-url", "https://a.cn?x=1"}, "--public-url"},
		{"an unknown log level", nil, []string{"--log-level", "loud"}, "loud"},
		{"an unknown log format", nil, []string{"--log-format", "xml"}, "--log-format"},
		{"an issuer without an audience", nil, []string{"--oidc-issuer", "https://id.cn"}, "--oidc-audience"},
		{"an audience without an issuer", nil, []string{"--oidc-audience", "map"}, "--oidc-issuer"},
		{"an issuer that others can pretend to be", nil, []string{"--oidc-issuer", "http://id.cn", "--oidc-audience", "map"}, "https://"},
		{"tokens without a role", nil, []string{"--oidc-issuer", "https://id.cn", "--oidc-audience", "map", "--oidc-role-claim="}, "--oidc-role-claim"},
		{"no place for data", nil, []string{"--data", ""}, "--data"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := parse(t, test.env, test.args...)
			if err == nil {
				t.Fatal("was taken")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q does not name %q", err, test.want)
			}
		})
	}
}

func TestDefaultData(t *testing.T) {
	for _, test := range []struct {
		name string
		uid  int
		env  map[string]string
		want string
	}{
		{"root", 0, map[string]string{"HOME": "/root"}, "/var/lib/xiangtu"},
		{"a user", 1000, map[string]string{"HOME": "/home/li"}, "/home/li/.local/share/xiangtu"},
		{"a user with an XDG data home", 1000, map[string]string{"HOME": "/home/li", "XDG_DATA_HOME": "/data"}, "/data/xiangtu"},
		{"a relative XDG data home counts for nothing", 1000, map[string]string{"HOME": "/home/li", "XDG_DATA_HOME": "data"}, "/home/li/.local/share/xiangtu"},
		{"nobody", 65534, nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := defaultData(test.uid, func(name string) string { return test.env[name] }); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
