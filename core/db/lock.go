package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"

	"github.com/jackc/pgx/v5/stdlib"
)

// Lock is a name that one process at a time holds, among all that use the
// database: the right to be the one that does something. On PostgreSQL it is
// an advisory lock, which is lost with its connection; what the holder does
// must not rely on the lock alone. SQLite serves one process, and the lock
// holds within it.
type Lock struct {
	name string
	conn *sql.Conn // nil on SQLite
	db   *DB
	once sync.Once
}

// TryLock returns the lock, or nil if somebody else holds it. The caller
// releases it.
func (d *DB) TryLock(ctx context.Context, name string) (*Lock, error) {
	l := &Lock{name: name, db: d}
	if d.dialect == SQLite {
		if _, held := d.locks.LoadOrStore(name, l); held {
			return nil, nil
		}
		return l, nil
	}
	conn, err := d.writer.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("db: lock %s: %w", name, err)
	}
	l.conn = conn
	var ours bool
	if err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, lockKey(name)).Scan(&ours); err != nil {
		l.Release()
		return nil, fmt.Errorf("db: lock %s: %w", name, err)
	}
	if !ours {
		return nil, conn.Close()
	}
	if _, err := conn.ExecContext(ctx, `LISTEN `+channel(name)); err != nil {
		l.Release()
		return nil, fmt.Errorf("db: lock %s: %w", name, err)
	}
	return l, nil
}

// Wait returns nil when another process has called Wake, and an error when ctx
// is done or the lock is lost. On SQLite there is no other process. One
// goroutine at a time may call it.
func (l *Lock) Wait(ctx context.Context) error {
	if l.conn == nil {
		<-ctx.Done()
		return ctx.Err()
	}
	err := l.conn.Raw(func(c any) error {
		_, err := c.(*stdlib.Conn).Conn().WaitForNotification(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("db: lock %s: %w", l.name, err)
	}
	return nil
}

// Release gives the lock up. Wait must have returned.
func (l *Lock) Release() {
	l.once.Do(func() {
		if l.conn == nil {
			l.db.locks.Delete(l.name)
			return
		}
		discard(l.conn) // the lock and the listening end with the connection
		_ = l.conn.Close()
	})
}

// Wake makes the Wait of the process that holds the lock return. It carries
// nothing else, and is lost if nobody holds it.
func (d *DB) Wake(ctx context.Context, name string) error {
	if d.dialect == SQLite {
		return nil
	}
	_, err := d.reader.ExecContext(ctx, `SELECT pg_notify($1, '')`, channel(name))
	if err != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("db: wake %s: %w", name, err)
	}
	return err
}

// channel returns the name of the channel on which a lock's holder is woken.
func channel(name string) string { return fmt.Sprintf("labfilms_%x", uint64(lockKey(name))) }

// lockKey returns the number of a lock of PostgreSQL by name.
func lockKey(name string) int64 {
	h := fnv.New64a()
	h.Write([]byte("labfilms " + name))
	return int64(h.Sum64())
}
