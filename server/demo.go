package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"xiangtu/demo"
	"xiangtu/geo/postgis"
)

// loadDemonstration fills a database that has never held a feature with the
// demonstration map. Who has emptied a map keeps it empty: its layers have
// revisions.
func loadDemonstration(ctx context.Context, c config, url string, log *slog.Logger) error {
	if !c.Demo {
		return nil
	}
	return withStore(ctx, url, func(store *postgis.Store) error {
		revisions, err := store.Revisions(ctx)
		if err != nil {
			return fmt.Errorf("look for a map: %w", err)
		}
		for _, revision := range revisions {
			if revision > 0 {
				return nil
			}
		}
		begun := time.Now()
		reports, err := demo.Load(ctx, store)
		if err != nil {
			return err
		}
		features := 0
		for _, r := range reports {
			features += r.Inserted
		}
		log.Info("the demonstration map is loaded", "features", features, "took", time.Since(begun).Round(time.Millisecond))
		return nil
	})
}
