// Command bench measures Xiangtu beside the limit of what is attainable and beside peers: on the demonstration map, in
// one run on one database, turn by turn. It prints tables; a full run keeps them in bench/README.md.
//
// It runs in the root of the checkout, on bin/xiangtu and bin/limit, which «make bench» builds first. The variable
// BENCH chooses the effort: full, quick, files, which is import and export alone, or writes, which is that alone. BENCH_FILES chooses how many grids
// are imported and exported: 100k or 1m.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Getenv("BENCH"), os.Getenv("BENCH_FILES"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, effortName, sizesName string) (err error) {
	effort, err := effortNamed(effortName)
	if err != nil {
		return err
	}
	sizes, err := fileSizes(sizesName)
	if err != nil {
		return err
	}
	r := report{Effort: effort, Begun: time.Now()}
	g, err := prepare(ctx, effort)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.close(ctx)) }()
	r.Machine = g.machine
	if !effort.FilesOnly {
		if err := r.measureServers(ctx, g); err != nil {
			return err
		}
	}
	if effort.WritesOnly {
		sizes = nil
	}
	for _, grids := range sizes {
		outcome, err := g.measureFiles(ctx, grids, effort.FileRounds)
		if err != nil {
			return fmt.Errorf("files of %d grids: %w", grids, err)
		}
		r.FileOutcomes = append(r.FileOutcomes, outcome)
	}
	r.Took = time.Since(r.Begun)
	return r.publish(os.Stdout)
}

// measureServers measures what answers requests.
func (r *report) measureServers(ctx context.Context, g *ground) (err error) {
	m := meter{effort: r.Effort, database: g.postmaster, folder: g.folder}
	if !r.Effort.WritesOnly {
		if err := r.measureReads(ctx, g, m); err != nil {
			return err
		}
	}
	if r.WriteOutcomes, err = m.measureWrites(ctx, g); err != nil {
		return fmt.Errorf("writes: %w", err)
	}
	g.stopServers() // files are measured on a machine that does nothing else
	return nil
}

// measureReads measures what answers requests for the map.
func (r *report) measureReads(ctx context.Context, g *ground, m meter) error {
	workloads, err := g.workloads(ctx)
	if err != nil {
		return err
	}
	if r.Agreed, err = agree(ctx, workloads); err != nil {
		return fmt.Errorf("the answers differ: %w", err)
	}
	for _, w := range workloads {
		outcomes, err := m.measure(ctx, w)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		r.Outcomes = append(r.Outcomes, outcomes...)
	}
	if r.Overview, err = m.measureOverview(ctx, g); err != nil {
		return fmt.Errorf("the tile of zoom 10: %w", err)
	}
	r.Memory, err = g.memory()
	return err
}
