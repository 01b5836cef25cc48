package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// ErrReadOnly is the defect of a statement that would write outside of Write.
var ErrReadOnly = errors.New("db: a change outside of Write")

// Driver returns what an ent client speaks to: the transaction of ctx, or the
// reading side of the database, which refuses changes with ErrReadOnly. It is
// valid as long as that transaction is. Its Tx joins and commits nothing.
func (d *DB) Driver(ctx context.Context) dialect.Driver {
	return d.driver(d.transaction(ctx))
}

func (d *DB) driver(t *transaction) joined {
	s := statements{from: d.reader}
	if t != nil {
		s = statements{from: t.tx, transaction: t}
	}
	return joined{entsql.NewDriver(d.entDialect(), entsql.Conn{ExecQuerier: s}), t != nil}
}

// joined is an ent driver that never begins a transaction of its own.
type joined struct {
	*entsql.Driver
	writes bool
}

// Tx returns the transaction that Write opened; ending it does nothing.
func (j joined) Tx(context.Context) (dialect.Tx, error) {
	if !j.writes {
		return nil, ErrReadOnly
	}
	return dialect.NopTx(j), nil
}

// BeginTx is Tx: the isolation is Write's.
func (j joined) BeginTx(ctx context.Context, _ *entsql.TxOptions) (dialect.Tx, error) {
	return j.Tx(ctx)
}

// Close does nothing: the database is closed by who opened it.
func (j joined) Close() error { return nil }

// statements runs SQL on a transaction or on the reading side. Every statement
// of an area or a module passes here.
type statements struct {
	from        entsql.ExecQuerier
	transaction *transaction // nil: reading only
}

// ExecContext runs a change.
func (s statements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := s.before(ctx, query, args); err != nil {
		return nil, err
	}
	result, err := s.from.ExecContext(ctx, query, args...)
	return result, s.after(err)
}

// QueryContext runs a query, or inside of Write a change that returns rows.
func (s statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := s.before(ctx, query, args); err != nil {
		return nil, err
	}
	rows, err := s.from.QueryContext(ctx, query, args...)
	return rows, s.after(err)
}

func (s statements) before(ctx context.Context, query string, args []any) error {
	if s.transaction == nil && !reads(query) {
		return fmt.Errorf("%w: %s", ErrReadOnly, verb(query))
	}
	if s.transaction != nil {
		if err := s.transaction.err(); err != nil {
			return fmt.Errorf("db: the transaction has failed: %w", err)
		}
	}
	counterFrom(ctx).add(query)
	for i, arg := range args {
		switch t := arg.(type) {
		case time.Time:
			args[i] = stamp(t)
		case *time.Time:
			if t != nil {
				args[i] = stamp(*t)
			}
		case sql.NullTime:
			t.Time = stamp(t.Time)
			args[i] = t
		}
	}
	return nil
}

// after dooms the transaction of a statement that failed. PostgreSQL does so
// by itself; SQLite does it for some errors, and would then run what follows
// outside of any transaction.
func (s statements) after(err error) error {
	if err != nil && s.transaction != nil {
		s.transaction.fail(err)
	}
	return err
}

func reads(query string) bool {
	switch verb(query) {
	case "SELECT", "WITH", "EXPLAIN":
		return true
	default:
		return false
	}
}

// verb returns the first word of a statement in capitals.
func verb(query string) string {
	query = strings.TrimLeft(query, " \t\r\n(")
	end := strings.IndexFunc(query, func(r rune) bool { return (r|0x20) < 'a' || (r|0x20) > 'z' })
	if end < 0 {
		end = len(query)
	}
	return strings.ToUpper(query[:end])
}

var (
	_ dialect.Driver     = joined{}
	_ entsql.ExecQuerier = statements{}
)
