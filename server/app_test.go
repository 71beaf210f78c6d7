package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"xiangtu/internal/fixture"
	"xiangtu/internal/pgtest"
	"xiangtu/server/middleware"
)

// asProgram is the variable that makes the program of a binary of tests.
const asProgram = "XIANGTU_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	pgtest.Main(m, fixture.Prepare)
}

// running is the program, running serve.
type running struct {
	base      string // the URL it announced
	database  string // the URL of its database
	interrupt context.CancelFunc
	exit      <-chan int
	announced []string
}

// runServe runs serve on the demonstration map and returns when it is up.
func runServe(t *testing.T, args ...string) *running {
	t.Helper()
	return runServeOn(t, demonstration(t), args...)
}

// runServeOn runs serve on a database and returns when it is up. It ends with the test.
func runServeOn(t *testing.T, database string, args ...string) *running {
	t.Helper()
	force, end := context.WithCancel(context.Background())
	drain, interrupt := context.WithCancel(force)
	out, in := io.Pipe()
	exit := make(chan int, 1) // closed when serve has ended, so that two can wait for that
	t.Cleanup(func() {
		end()
		_ = out.Close() // nobody reads on
		within(t, "the end of serve", exit)
	})
	r := &running{database: database}
	args = append([]string{"xiangtu", "--database-url", r.database, "--listen", "127.0.0.1:0", "--log-level", "error"}, args...)
	go func() {
		code := run(args, program{
			stdout:    in,
			stderr:    t.Output(),
			getenv:    func(string) string { return "" },
			interrupt: interruption{drain: drain, force: force},
		})
		_ = in.Close()
		exit <- code
		close(exit)
	}()
	r.interrupt, r.exit = interrupt, exit
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line := lines.Text()
		r.announced = append(r.announced, line)
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "Map" {
			r.base = strings.TrimSuffix(fields[1], "/")
		}
		if strings.Contains(line, "OGC API") {
			break
		}
	}
	if r.base == "" {
		t.Fatalf("serve ended with %d before it was up", within(t, "the exit code", exit))
	}
	return r
}

func (r *running) get(t *testing.T, path string) (int, string) {
	t.Helper()
	response, err := http.Get(r.base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestServe(t *testing.T) {
	r := runServeOn(t, pgtest.Empty(t))
	t.Run("prints where its surfaces are", func(t *testing.T) {
		all := strings.Join(r.announced, "\n")
		for _, path := range []string{"/", "/playground", "/docs", "/graphql", "/ogc"} {
			if !strings.Contains(all, r.base+path) {
				t.Errorf("%s is missing in\n%s", path, all)
			}
		}
	})
	t.Run("is ready on an empty database", func(t *testing.T) {
		if status, body := r.get(t, "/health/ready"); status != 200 || !strings.Contains(body, "migrations") {
			t.Errorf("%d %s", status, body)
		}
	})
	t.Run("answers the OGC API under the address that it announced", func(t *testing.T) {
		for path, want := range map[string]string{
			"/ogc": r.base + "/ogc/collections?f=json", "/ogc/collections/towns/items?skipGeometry=true": `"numberMatched":19,`, "/ogc?f=html": "<h1>Xiangtu OGC API",
		} {
			if status, body := r.get(t, path); status != 200 || !strings.Contains(body, want) {
				t.Errorf("%s: %d, without %s", path, status, want)
			}
		}
	})
	t.Run("says how long an address may be", func(t *testing.T) {
		for length, want := range map[int]int{middleware.MaxAddress: 400, middleware.MaxAddress + 1: 414, 3 * middleware.MaxAddress: 414} {
			path := "/ogc/collections/towns/items?filter="
			status, body := r.get(t, path+strings.Repeat("x", length-len(path)))
			if status != want || want == 414 && !strings.Contains(body, fmt.Sprintf("The address has %d bytes and may have 65536", length)) {
				t.Errorf("%d bytes: %d %.300s", length, status, body)
			}
		}
	})
	t.Run("answers GraphQL and counts operations by name", func(t *testing.T) {
		const query = "/graphql?operationName=Schema&query=query%20Schema%7B__typename%7D"
		if status, body := r.get(t, query); status != 200 || !strings.Contains(body, `"__typename":"Query"`) {
			t.Errorf("%d %s", status, body)
		}
		const series = `xiangtu_graphql_operations_total{operation="Schema",outcome="success"} 1`
		if _, body := r.get(t, "/metrics"); !strings.Contains(body, series) {
			t.Errorf("%s is missing", series)
		}
	})
	t.Run("counts requests, connections and the runtime", func(t *testing.T) {
		_, body := r.get(t, "/metrics")
		for _, series := range []string{
			`xiangtu_http_requests_total{method="GET",status="2xx",surface="operations"} 2`,
			"xiangtu_pool_connections_max", "go_goroutines", "process_resident_memory_bytes", "xiangtu_build_info",
		} {
			if !strings.Contains(body, series) {
				t.Errorf("%s is missing", series)
			}
		}
	})
	t.Run("ends well when interrupted", func(t *testing.T) {
		r.interrupt()
		if code := within(t, "the exit code", r.exit); code != 0 {
			t.Errorf("exit code %d", code)
		}
		if conn, err := net.Dial("tcp", strings.TrimPrefix(r.base, "http://")); err == nil {
			_ = conn.Close()
			t.Error("it still listens")
		}
	})
}

func TestServeSaysWhyItCannotStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"the address is taken", []string{"--listen", taken.Addr().String(), "--database-url", "postgres://x@127.0.0.1:1/x"}, "--listen"},
		{"the database is away", []string{"--listen", "127.0.0.1:0", "--database-url", "postgres://x:secret@127.0.0.1:1/x"}, "connect to the database"},
		{"the database URL is none", []string{"--listen", "127.0.0.1:0", "--database-url", "postgres://x:secret@h:port/x"}, "connect to the database"},
	} {
		t.Run(test.name, func(t *testing.T) {
			begun := time.Now()
			code, stdout, stderr := execute(t, test.args...)
			if code != exitFailure || stdout != "" || !strings.Contains(stderr, test.want) {
				t.Errorf("exit code %d: %s%s", code, stdout, stderr)
			}
			if strings.Contains(stderr, "secret") {
				t.Errorf("the password is shown: %s", stderr)
			}
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestMigrate(t *testing.T) {
	url := pgtest.Empty(t)
	for _, step := range []struct {
		args []string
		want string
	}{
		{[]string{"migrate", "status"}, "missing  0001"},
		{[]string{"migrate", "up"}, "applied  0001"},
		{[]string{"migrate", "status"}, "applied  0001"},
		{[]string{"migrate", "up"}, "applied  0001"},
		{[]string{"migrate", "down", "--steps", "99"}, "missing  0001"},
		{[]string{"migrate", "up"}, "applied  0001"},
	} {
		code, stdout, stderr := execute(t, append(step.args, "--database-url", url)...)
		if code != 0 || !strings.Contains(stdout, step.want) {
			t.Fatalf("%v: exit code %d: %s%s", step.args, code, stdout, stderr)
		}
	}
}
