package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/labfilms/labfilms/core"
)

// transaction is what a context carries inside of Write.
type transaction struct {
	tx *sql.Tx

	mu     sync.Mutex
	failed error    // why it cannot be committed
	hooks  []func() // what AfterCommit was given
}

// transactionKey holds the database, so that a Write of another database does
// not join.
type transactionKey struct{ db *DB }

func (d *DB) transaction(ctx context.Context) *transaction {
	t, _ := ctx.Value(transactionKey{d}).(*transaction)
	return t
}

// Write runs fn in a transaction and commits it if fn returns nil. It may be
// called by any area, for any change.
//
// A ctx that is already in a transaction of this database joins it: then the
// outermost Write commits, everything or nothing. An error of a joined Write,
// or of a statement, cannot be undone by ignoring it: the outermost Write then
// returns that error and commits nothing.
//
// It returns fn's error as it is; [core.ErrUnchecked] if the request's guard
// was not asked, with nothing committed; the database's error, as it is, for
// a statement or a commit that fails. Deadlocks and serialization failures of
// PostgreSQL are among these and are not retried: fn may have done things that
// no rollback undoes. A panic of fn rolls back and goes on.
//
// On SQLite one transaction writes at a time. fn must not wait for another
// Write that has not this ctx, nor for the network.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context) error) error {
	if t := d.transaction(ctx); t != nil {
		return t.join(ctx, fn)
	}
	t := &transaction{}
	if err := d.commit(ctx, t, fn); err != nil {
		return err
	}
	for _, hook := range t.hooks {
		d.run(ctx, hook)
	}
	return nil
}

// AfterCommit runs fn once the outermost Write of ctx has committed, and never
// if it has not; at once if ctx is in no transaction. fn must be quick: the
// caller of Write waits for it. A panic is logged: the change is committed.
func (d *DB) AfterCommit(ctx context.Context, fn func()) {
	t := d.transaction(ctx)
	if t == nil {
		d.run(ctx, fn)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hooks = append(t.hooks, fn)
}

func (d *DB) run(ctx context.Context, hook func()) {
	defer func() {
		if p := recover(); p != nil {
			d.log.ErrorContext(ctx, "panic after a commit", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	hook()
}

func (d *DB) commit(ctx context.Context, t *transaction, fn func(ctx context.Context) error) (err error) {
	conn, err := d.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("db: connect: %w", err)
	}
	defer conn.Close() // hands the connection back

	// The transaction itself does not end with ctx: its statements do, and a
	// commit under way must not be left half answered.
	t.tx, err = conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return fmt.Errorf("db: begin: %w", err)
	}
	committed := false
	defer func() {
		if committed {
			return
		}
		t.fail(sql.ErrTxDone)
		if rollback := t.tx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			d.log.WarnContext(ctx, "a transaction could not be rolled back; its connection is closed", "error", rollback)
			discard(conn) // nobody may inherit an open transaction
		}
	}()

	if err := fn(context.WithValue(ctx, transactionKey{d}, t)); err != nil {
		return err
	}
	if err := core.GuardFrom(ctx).Err(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := t.err(); err != nil {
		return err
	}
	if err := t.tx.Commit(); err != nil {
		return fmt.Errorf("db: commit: %w", err)
	}
	committed = true
	t.fail(sql.ErrTxDone)
	return nil
}

// join runs fn in t, which somebody else commits.
func (t *transaction) join(ctx context.Context, fn func(ctx context.Context) error) error {
	if err := t.err(); err != nil {
		return err
	}
	err := fn(ctx)
	if err != nil {
		t.fail(err)
	}
	return err
}

// fail keeps the first error after which t cannot be committed.
func (t *transaction) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed == nil {
		t.failed = err
	}
}

func (t *transaction) err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

// discard closes the connection instead of handing it back to the pool.
func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
}
