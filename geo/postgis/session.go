package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// webRole is the role that the policies of the tables hold for, whoever owns them.
const webRole = "xiangtu_web"

// sessionKey is where a connection remembers whose session it is.
const sessionKey = "xiangtu.actor"

// begin readies a new connection, and remembers that its session is nobody's.
func begin(_ context.Context, conn *pgx.Conn) error {
	registerByteArrays(conn.TypeMap())
	conn.PgConn().CustomData()[sessionKey] = geo.Actor{}
	return nil
}

// introduce tells the session whose it is before it is used, if it was somebody else's; a session that cannot be told is
// not used. Most requests are nobody's, so that most of the time there is nothing to tell.
func introduce(ctx context.Context, conn *pgx.Conn) (bool, error) {
	remembered := conn.PgConn().CustomData()
	actor := geo.ActorOf(ctx)
	if remembered[sessionKey] == actor || ctx.Value(anybodyKey{}) != nil {
		return true, nil
	}
	delete(remembered, sessionKey) // until it is known to be told
	const statement = `SELECT set_config('xiangtu.actor', $1, false), set_config('xiangtu.role', $2, false),
set_config('xiangtu.scope', $3, false), set_config('xiangtu.surface', $4, false)`
	if _, err := conn.Exec(ctx, statement, actor.Name, string(actor.Role), actor.Scope, string(actor.Surface)); err != nil {
		return false, fmt.Errorf("tell the session whose it is: %w", err)
	}
	remembered[sessionKey] = actor
	return true, nil
}

type anybodyKey struct{}

// asAnybody is a context for what every session is answered alike, whosever it is.
func asAnybody(ctx context.Context) context.Context {
	return context.WithValue(ctx, anybodyKey{}, true)
}
