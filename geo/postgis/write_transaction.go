package postgis

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
)

const (
	// lockClass tells the advisory locks of layers from those that others may use in the same database.
	lockClass = 0x7874
	// mostWaiting is how long a writer waits for another.
	mostWaiting = "10s"
	// lastWord bounds the end of a transaction, which is not given up because the caller has gone.
	lastWord = 10 * time.Second
)

// transaction is what a writer does by one connection. Its beginning goes to the database with its first statements, and
// its end with the last where they are known to be the last: what is waited for least is an answer that is not needed.
type transaction struct {
	*pgxpool.Conn

	layers []*geo.Layer
	begun  bool
	over   bool
}

// batch makes a batch for the next statements, which begins the transaction if none was before.
func (t *transaction) batch() *pgx.Batch {
	if t.begun {
		return &pgx.Batch{}
	}
	batch := t.batchOfOne()
	// An import locks the table before its rows, so a writer does, too.
	batch.Queue("LOCK TABLE " + t.each(func(_ int, layer *geo.Layer) string { return "xiangtu." + string(layer.Name) }) + " IN ROW EXCLUSIVE MODE")
	return batch
}

// batchOfOne makes a batch that begins the transaction for one statement that changes a table, which locks it as such. The
// writers of a layer come one after the other, by locks of their own.
func (t *transaction) batchOfOne() *pgx.Batch {
	t.begun = true
	batch := &pgx.Batch{}
	batch.Queue("BEGIN")
	// One plan does for any number of changes, and of features when they have become more: making another costs more than a
	// change.
	batch.Queue("SELECT set_config('lock_timeout', '" + mostWaiting + "', true), " +
		"set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true), " +
		t.each(func(number int, _ *geo.Layer) string {
			return "pg_advisory_xact_lock(" + strconv.Itoa(lockClass) + ", " + strconv.Itoa(number) + ")"
		}))
	return batch
}

// each writes something of each layer of the transaction, in the order of the registry, which is that of locks.
func (t *transaction) each(write func(number int, layer *geo.Layer) string) string {
	var parts []string
	for i, layer := range geo.Layers() {
		if slices.Contains(t.layers, layer) {
			parts = append(parts, write(i, layer))
		}
	}
	return strings.Join(parts, ", ")
}

// begin begins the transaction, for statements that are no batch.
func (t *transaction) begin(ctx context.Context) error {
	if t.begun {
		return nil
	}
	return t.send(ctx, t.batch())
}

// send sends a batch and reads its results.
func (t *transaction) send(ctx context.Context, batch *pgx.Batch) error {
	return t.SendBatch(ctx, batch).Close()
}

// sendLast sends a batch and the end of the transaction with it. If it fails, nothing of the transaction is written,
// unless the connection is lost.
func (t *transaction) sendLast(ctx context.Context, batch *pgx.Batch) error {
	// The statements before the end may wait for a lock.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*lastWord)
	defer cancel()
	batch.Queue("COMMIT")
	err := t.send(ctx, batch)
	if err == nil {
		t.over = true
		return nil
	}
	return doubtful(err)
}

// commit ends the transaction, unless its last statements did.
func (t *transaction) commit(ctx context.Context) error {
	if t.over {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	if _, err := t.Exec(ctx, "COMMIT"); err != nil {
		return doubtful(err)
	}
	t.over = true
	return nil
}

// doubtful makes an error of a commit one that says whether it is known what came of it. What the database refuses is not
// written; if it ends the session, or does not answer, both may be.
func doubtful(err error) error {
	if refusal, told := errors.AsType[*pgconn.PgError](err); told && refusal.SeverityUnlocalized == "ERROR" {
		return err
	}
	return &geo.Error{Code: geo.Unavailable, Cause: err, Message: "the connection to the database was lost while the change was being committed: look whether it is written before you try again"}
}

// rollback takes back what was done, so that the transaction may begin again.
func (t *transaction) rollback(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	_, err := t.Exec(ctx, "ROLLBACK")
	t.begun = false
	return err
}

// close gives the connection back, and takes back what was not committed.
func (t *transaction) close(ctx context.Context) {
	if t.begun && !t.over {
		_ = t.rollback(ctx) // a session that cannot be rolled back is closed, and the database rolls it back
	}
	t.Release()
}
