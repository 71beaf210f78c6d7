package cluster

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Attach gives the URL of the cluster in config.Dir that another program runs,
// for a command that works beside it. The cluster stays that program's: when it
// stops, the connections of the command end.
func Attach(ctx context.Context, config Config) (string, error) {
	config, err := config.withDefaults()
	if err != nil {
		return "", err
	}
	url := (&Cluster{config: config, layout: layoutIn(config.Dir)}).URL()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", fmt.Errorf("connect to the running cluster in %s: %w", config.Dir, err)
	}
	return url, conn.Close(ctx)
}
