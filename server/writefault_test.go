package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// writers are clients who make pairs of stations, each pair by one operation, and know which they were told to be made.
type writers struct {
	url, key string
	round    string

	mu   sync.Mutex
	told []string // the pairs that are acknowledged
}

// run writes by so many clients until ctx ends. What fails is given up, and the next is tried.
func (w *writers) run(ctx context.Context, clients int) {
	var running sync.WaitGroup
	for client := range clients {
		running.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				if pair := fmt.Sprintf("%s-%d-%d", w.round, client, n); w.write(ctx, pair) {
					w.mu.Lock()
					w.told = append(w.told, pair)
					w.mu.Unlock()
				} else {
					time.Sleep(50 * time.Millisecond)
				}
			}
		})
	}
	running.Wait()
}

// acknowledged is how many pairs are so far.
func (w *writers) acknowledged() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.told)
}

// write makes a pair and tells whether that is acknowledged.
func (w *writers) write(ctx context.Context, pair string) bool {
	const query = `mutation ($a: StationInput!, $b: StationInput!) { a: createStation(input: $a) { action errors { message } } b: createStation(input: $b) { action errors { message } } }`
	station := func(suffix string) map[string]any {
		return map[string]any{"code": pair + suffix, "name": "新", "villageCode": "445203104201", "townCodes": []string{"445203104"},
			"geometry": map[string]any{"geojson": map[string]any{"type": "Point", "coordinates": []float64{116.4, 23.5}}}}
	}
	body, err := json.Marshal(map[string]any{"query": query, "variables": map[string]any{"a": station("-a"), "b": station("-b")}})
	if err != nil {
		return false
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+w.key)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var answer struct {
		Errors []any
		Data   struct{ A, B struct{ Action string } }
	}
	err = json.NewDecoder(response.Body).Decode(&answer)
	return err == nil && len(answer.Errors) == 0 && answer.Data.A.Action == "CREATED" && answer.Data.B.Action == "CREATED"
}

// check holds the map, as exported, to what was acknowledged.
func (w *writers) check(t *testing.T, exported string) {
	t.Helper()
	there := make(map[string]int)
	for _, found := range regexp.MustCompile(`"code":"(`+w.round+`-\d+-\d+)-[ab]"`).FindAllStringSubmatch(exported, -1) {
		there[found[1]]++
	}
	for pair, n := range there {
		if n != 2 {
			t.Errorf("%s is there by half", pair)
		}
	}
	for _, pair := range w.told {
		if there[pair] != 2 {
			t.Errorf("%s was acknowledged and is not there", pair)
		}
	}
	if len(w.told) == 0 {
		t.Errorf("%s: nothing was written", w.round)
	}
	t.Logf("%s: %d pairs acknowledged, %d there", w.round, len(w.told), len(there))
}

// waitFor waits until enough pairs are acknowledged.
func (w *writers) waitFor(t *testing.T, n int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); w.acknowledged() < n; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: %d pairs within a minute, want %d", w.round, w.acknowledged(), n)
		}
	}
}

// freeAddress gives an address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// While 32 clients write, first the program is killed, then the database under a program that goes on: whatever was
// acknowledged is there, and nothing is there by half.
func TestWritesThatAreAcknowledgedOutliveKills(t *testing.T) {
	t.Parallel()
	const clients = 32
	binary := thisProgram(t)
	parent := t.TempDir()
	enterable(parent)
	dir, address := filepath.Join(parent, "map"), freeAddress(t)
	start := func() *process {
		server := startProgram(t, binary, "--data", dir, "--listen", address)
		server.until(t, "Map ")
		go func() { _ = server.rest() }()
		return server
	}
	server := start()
	key := regexp.MustCompile(`xt_\w+`).FindString(said(t, binary, dir, "key", "create", "writers", "--role", "editor"))
	write := func(round string, during func(w *writers)) {
		w := &writers{url: "http://" + address, key: key, round: round}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.run(ctx, clients)
		}()
		defer func() { stop(); <-done }()
		during(w)
		stop()
		<-done
		w.check(t, said(t, binary, dir, "export", "stations"))
	}
	write("P", func(w *writers) {
		w.waitFor(t, 100)
		if err := server.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = within(t, "the end of the program", server.exited)
		server = start()
		w.waitFor(t, w.acknowledged()+100)
	})
	write("D", func(w *writers) {
		w.waitFor(t, 100)
		if err := syscall.Kill(postmasterOf(t, dir), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		w.waitFor(t, w.acknowledged()+100)
	})
	if checked := said(t, binary, dir, "check", "stations"); !strings.Contains(checked, ", 0 violations") {
		t.Errorf("check: %s", checked)
	}
}

// postmasterOf reads the process number of the private database.
func postmasterOf(t *testing.T, dir string) (pid int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "cluster", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(string(text), &pid); err != nil {
		t.Fatal(err)
	}
	return pid
}
