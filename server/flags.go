package main

import "github.com/urfave/cli/v3"

// Categories of the flags in the help.
const (
	categoryServer = "Server"
	categoryStore  = "Store"
	categoryOIDC   = "Identity"
	categoryLimits = "Limits"
	categoryLog    = "Log"
)

// flags returns the settings that every command knows, written to c. A flag
// on the command line wins over its environment variable.
func (c *config) flags() []cli.Flag {
	all := c.serverFlags()
	all = append(all, c.storeFlags()...)
	all = append(all, c.identityFlags()...)
	all = append(all, c.limitFlags()...)
	return append(all, c.logFlags()...)
}

func (c *config) serverFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{
			Name: "listen", Category: categoryServer, Sources: cli.EnvVars("XIANGTU_LISTEN"),
			Usage: "serve HTTP on `HOST:PORT`; port 0 takes a free one",
			Value: c.Listen, Destination: &c.Listen,
		},
		&cli.StringFlag{
			Name: "public-url", Category: categoryServer, Sources: cli.EnvVars("XIANGTU_PUBLIC_URL"),
			Usage: "the `URL` under which clients reach the server, when a proxy stands before it",
			Value: c.PublicURL, Destination: &c.PublicURL,
		},
		&cli.StringSliceFlag{
			Name: "cors-origin", Category: categoryServer, Sources: cli.EnvVars("XIANGTU_CORS_ORIGINS"),
			Usage: "let pages of this `ORIGIN` read answers; repeat it or separate with commas; * is any, never with credentials",
			Value: c.CORSOrigins, Destination: &c.CORSOrigins,
		},
		&cli.DurationFlag{
			Name: "drain-timeout", Category: categoryServer, Sources: cli.EnvVars("XIANGTU_DRAIN_TIMEOUT"),
			Usage: "on the way down, wait this `TIME` for requests to finish",
			Value: c.Drain, Destination: &c.Drain,
		},
	}
}

func (c *config) storeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{
			Name: "data", Category: categoryStore, Sources: cli.EnvVars("XIANGTU_DATA"),
			Usage: "keep a private PostgreSQL cluster in `DIRECTORY`",
			Value: c.Data, Destination: &c.Data,
		},
		&cli.StringFlag{
			Name: "database-url", Category: categoryStore, Sources: cli.EnvVars("DATABASE_URL"),
			Usage: "use the PostgreSQL server at `URL`, and no private cluster",
			Value: c.DatabaseURL, Destination: &c.DatabaseURL,
		},
		&cli.BoolFlag{
			Name: "demo", Category: categoryStore, Sources: cli.EnvVars("XIANGTU_DEMO"),
			Usage: "load the demonstration map when the database is new; --demo=false leaves it empty",
			Value: c.Demo, Destination: &c.Demo,
		},
	}
}

func (c *config) identityFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{
			Name: "oidc-issuer", Category: categoryOIDC, Sources: cli.EnvVars("XIANGTU_OIDC_ISSUER"),
			Usage: "take bearer tokens of the OpenID Connect issuer at `URL`, besides keys",
			Value: c.OIDC.Issuer, Destination: &c.OIDC.Issuer,
		},
		&cli.StringFlag{
			Name: "oidc-audience", Category: categoryOIDC, Sources: cli.EnvVars("XIANGTU_OIDC_AUDIENCE"),
			Usage: "take only tokens that are for `AUDIENCE`, mostly the client's id at the issuer",
			Value: c.OIDC.Audience, Destination: &c.OIDC.Audience,
		},
		&cli.StringFlag{
			Name: "oidc-role-claim", Category: categoryOIDC, Sources: cli.EnvVars("XIANGTU_OIDC_ROLE_CLAIM"),
			Usage: "the `CLAIM` with viewer, editor or admin, or a list of roles; points lead into objects: realm_access.roles",
			Value: c.OIDC.RoleClaim, Destination: &c.OIDC.RoleClaim,
		},
		&cli.StringFlag{
			Name: "oidc-scope-claim", Category: categoryOIDC, Sources: cli.EnvVars("XIANGTU_OIDC_SCOPE_CLAIM"),
			Usage: "the `CLAIM` with the code of a division; without a name every token is for the whole map",
			Value: c.OIDC.ScopeClaim, Destination: &c.OIDC.ScopeClaim,
		},
		&cli.StringFlag{
			Name: "oidc-name-claim", Category: categoryOIDC, Sources: cli.EnvVars("XIANGTU_OIDC_NAME_CLAIM"),
			Usage: "the `CLAIM` that the audit log calls the holder by",
			Value: c.OIDC.NameClaim, Destination: &c.OIDC.NameClaim,
		},
	}
}

func (c *config) limitFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{
			Name: "max-depth", Category: categoryLimits, Sources: cli.EnvVars("XIANGTU_MAX_DEPTH"),
			Usage: "refuse GraphQL operations that nest deeper than `N`",
			Value: c.Limits.Depth, Destination: &c.Limits.Depth,
		},
		&cli.IntFlag{
			Name: "max-complexity", Category: categoryLimits, Sources: cli.EnvVars("XIANGTU_MAX_COMPLEXITY"),
			Usage: "refuse GraphQL operations that cost more than `N`",
			Value: c.Limits.Complexity, Destination: &c.Limits.Complexity,
		},
		&cli.IntFlag{
			Name: "max-batch", Category: categoryLimits, Sources: cli.EnvVars("XIANGTU_MAX_BATCH"),
			Usage: "refuse requests with more than `N` GraphQL operations",
			Value: c.Limits.Batch, Destination: &c.Limits.Batch,
		},
		sizeFlag(&c.Limits.Body, &cli.TextFlag{
			Name: "max-body", Category: categoryLimits, Sources: cli.EnvVars("XIANGTU_MAX_BODY"),
			Usage: "refuse request bodies of more than `SIZE`",
		}),
		sizeFlag(&c.Limits.Response, &cli.TextFlag{
			Name: "max-response", Category: categoryLimits, Sources: cli.EnvVars("XIANGTU_MAX_RESPONSE"),
			Usage: "refuse GraphQL answers of more than `SIZE`",
		}),
		sizeFlag(&c.Limits.Upload, &cli.TextFlag{
			Name: "max-upload", Category: categoryLimits, Sources: cli.EnvVars("XIANGTU_MAX_UPLOAD"),
			Usage: "refuse files of more than `SIZE` that are uploaded to be imported",
		}),
		&cli.DurationFlag{
			Name: "operation-timeout", Category: categoryLimits, Sources: cli.EnvVars("XIANGTU_OPERATION_TIMEOUT"),
			Usage: "stop a GraphQL operation after this `TIME`",
			Value: c.Limits.Operation, Destination: &c.Limits.Operation,
		},
		&cli.DurationFlag{
			Name: "statement-timeout", Category: categoryLimits, Sources: cli.EnvVars("XIANGTU_STATEMENT_TIMEOUT"),
			Usage: "stop an SQL statement after this `TIME`",
			Value: c.Limits.Statement, Destination: &c.Limits.Statement,
		},
		sizeFlag(&c.Cache, &cli.TextFlag{
			Name: "cache-size", Category: categoryLimits, Sources: cli.EnvVars("XIANGTU_CACHE_SIZE"),
			Usage: "keep encoded tiles in at most `SIZE` of memory",
		}),
	}
}

func (c *config) logFlags() []cli.Flag {
	return []cli.Flag{
		&cli.TextFlag{
			Name: "log-level", Category: categoryLog, Sources: cli.EnvVars("XIANGTU_LOG_LEVEL"),
			Usage: "log from this `LEVEL` up: debug (with every request), info, warn, error",
			Value: &c.LogLevel,
		},
		&cli.StringFlag{
			Name: "log-format", Category: categoryLog, Sources: cli.EnvVars("XIANGTU_LOG_FORMAT"),
			Usage: "`FORMAT` of the log: text, json, or auto, which is text on a terminal",
			Value: c.LogFormat, Destination: &c.LogFormat,
		},
	}
}

// sizeFlag makes flag read and show the size it is given.
func sizeFlag(size *byteSize, flag *cli.TextFlag) cli.Flag {
	flag.Value = size
	return flag
}
