// Command subscribers measures what many subscribers cost: the memory of each, and how long it takes from the sending of
// a change until all have heard of it. It runs in the root of the checkout, on bin/xiangtu:
//
//	make build && go run ./bench/subscribers -count 1000
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	subscription = `subscription { tilesChanged(layers: [GRIDS]) { at layers { layer revision tiles { z x y } } } }`
	changes      = 10
	calm         = 3 * time.Second // for the memory to settle
)

func main() {
	count := flag.Int("count", 1000, "how many subscribers of each kind")
	listen := flag.String("listen", "127.0.0.1:18600", "the address of the server that is measured")
	flag.Parse()
	if err := run(context.Background(), *count, *listen); err != nil {
		fmt.Fprintln(os.Stderr, "subscribers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, count int, listen string) error {
	fmt.Printf("| by | subscribers | memory of each | first heard | half heard | all heard | worst |\n|---|--:|--:|--:|--:|--:|--:|\n")
	for _, kind := range []struct {
		name string
		open func(context.Context, string, func()) error
	}{{"WebSocket", openSocket}, {"server-sent events", openEvents}} {
		if err := serve(ctx, count, listen, func(m measurement) error { return m.measure(ctx, kind.name, kind.open) }); err != nil {
			return fmt.Errorf("%s: %w", kind.name, err)
		}
	}
	return nil
}

// serve measures a new server, whose memory has nobody's traces.
func serve(ctx context.Context, count int, listen string, use func(measurement) error) (err error) {
	folder, err := os.MkdirTemp("", "xiangtu-subscribers-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := os.Chmod(folder, 0o755); err != nil { // the cluster runs as an unprivileged user when this is root
		return err
	}
	server := exec.CommandContext(ctx, "bin/xiangtu", "serve", "--data", folder+"/data", "--listen", listen)
	if err := server.Start(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Process.Signal(os.Interrupt), server.Wait()) }()
	m := measurement{base: "http://" + listen, pid: server.Process.Pid, count: count}
	if err := m.ready(ctx); err != nil {
		return err
	}
	printed, err := exec.CommandContext(ctx, "bin/xiangtu", "key", "create", "bench", "--role", "editor", "--data", folder+"/data").CombinedOutput()
	if err != nil {
		return fmt.Errorf("make a key: %w: %s", err, printed)
	}
	m.key = string(regexp.MustCompile(`xt_\w+`).Find(printed))
	return use(m)
}

// measurement is a server under measurement.
type measurement struct {
	base, key  string
	pid, count int
}

func (m *measurement) ready(ctx context.Context) error {
	for range 600 {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.base+"/health/ready", nil)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(request); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return ctx.Err()
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.New("the server does not become ready")
}

// measure opens subscriptions of a kind, changes the map, and prints a row.
func (m *measurement) measure(ctx context.Context, name string, open func(context.Context, string, func()) error) error {
	ctx, leave := context.WithCancel(ctx)
	var reading sync.WaitGroup
	defer reading.Wait()
	defer leave()
	heard := make(chan time.Time, m.count*changes)
	failed := make(chan error, m.count)
	if err := m.change(ctx); err != nil { // so that a first change is no part of what subscribers take
		return err
	}
	before := m.memory()
	for range m.count {
		reading.Go(func() {
			if err := open(ctx, m.base, func() { heard <- time.Now() }); err != nil && ctx.Err() == nil {
				failed <- err
			}
		})
	}
	if err := m.untilAllHear(ctx, heard); err != nil {
		return err
	}
	time.Sleep(calm)
	each := (m.memory() - before) / int64(m.count)
	var first, half, all []time.Duration
	for range changes {
		sent := time.Now()
		if err := m.change(ctx); err != nil {
			return err
		}
		times := make([]time.Duration, m.count)
		for i := range times {
			select {
			case at := <-heard:
				times[i] = at.Sub(sent)
			case err := <-failed:
				return err
			case <-time.After(20 * time.Second):
				return fmt.Errorf("%d of %d have heard", i, m.count)
			}
		}
		slices.Sort(times)
		first, half, all = append(first, times[0]), append(half, times[m.count/2]), append(all, times[m.count-1])
		time.Sleep(200 * time.Millisecond)
	}
	fmt.Printf("| %s | %d | %.1f KiB | %s | %s | %s | %s |\n", name, m.count, float64(each)/1024,
		round(median(first)), round(median(half)), round(median(all)), round(slices.Max(all)))
	return nil
}

// untilAllHear changes the map until a change is heard by all: the protocols have no word for a subscription that has begun.
func (m *measurement) untilAllHear(ctx context.Context, heard chan time.Time) error {
	for range 100 {
		if err := m.change(ctx); err != nil {
			return err
		}
		for waited := time.Duration(0); len(heard) < m.count && waited < 10*time.Second; waited += 50 * time.Millisecond {
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(200 * time.Millisecond)
		if len(heard) >= m.count && len(heard)%m.count == 0 {
			for range len(heard) {
				<-heard
			}
			return nil
		}
		for len(heard) > 0 {
			<-heard
		}
	}
	return errors.New("not all subscribers hear")
}

// change changes a grid.
func (m *measurement) change(ctx context.Context) error {
	query := fmt.Sprintf(`{"query":"mutation { updateGrid(code: \"445203001001\", input: {workers: %d}) { errors { message } } }"}`, time.Now().UnixMicro()%1_000_000)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.base+"/graphql", strings.NewReader(query))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+m.key)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if !bytes.Contains(body, []byte(`"errors":[]`)) {
		return errors.Join(err, fmt.Errorf("the change was refused: %s", body))
	}
	return err
}

// memory is the resident memory of the server in bytes; that of its database is not in it.
func (m *measurement) memory() int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.pid))
	if err != nil {
		return 0
	}
	var kilobytes int64
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	_, _ = fmt.Sscan(rest, &kilobytes)
	return kilobytes << 10
}

func openSocket(ctx context.Context, base string, heard func()) error {
	conn, _, err := websocket.Dial(ctx, strings.Replace(base, "http", "ws", 1)+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // the library closes the body of a handshake
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }()
	for _, text := range []string{`{"type":"connection_init"}`, fmt.Sprintf(`{"id":"1","type":"subscribe","payload":{"query":%q}}`, subscription)} {
		if err := conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			return err
		}
	}
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		if bytes.Contains(text, []byte(`"next"`)) {
			heard()
		}
	}
}

func openEvents(ctx context.Context, base string, heard func()) error {
	body := fmt.Sprintf(`{"query":%q}`, subscription)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/graphql", strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if lines.Text() == "event: next" {
			heard()
		}
	}
	return errors.New("the stream has ended")
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	return of[len(of)/2]
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
