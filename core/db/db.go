// Package db is the database: SQLite in one file by default, PostgreSQL when
// it is given an address. It knows transactions, migrations and pages, and no
// entity: those are ent's, generated from the schema of core and of each
// module, and bound to a database by [Bind].
//
// # Reading and writing
//
// Everything is read through the driver that [DB.Driver] returns, and written
// inside of [DB.Write], nowhere else: outside of it the driver refuses every
// statement that is not a query. Write is where the request's guard is asked,
// so a change that nobody checked cannot be committed.
//
// # The two databases behave alike
//
// Times are stored in UTC, cut to microseconds, and come back in UTC. A
// statement that fails ends its transaction on both (PostgreSQL does so by
// itself), so that what passes on SQLite passes on PostgreSQL. Transactions
// are serialised on SQLite and READ COMMITTED on PostgreSQL: what must not be
// done twice is held by a unique index or by the version column.
//
// # What an acknowledged write survives
//
// When Write has returned nil the change survives the death of the process and
// of the machine: SQLite runs with WAL and synchronous=FULL, PostgreSQL with
// its own default, synchronous_commit=on.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"entgo.io/ent/dialect"
)

// The two databases, as [DB.Dialect] and the folders of migrations name them.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Options says which database to open. Exactly one of URL and File is set.
type Options struct {
	URL  string // of a PostgreSQL database: postgres://user:password@host/name
	File string // of a SQLite database; it is made if it does not exist

	// Conns is the largest number of connections: to PostgreSQL in all, to
	// SQLite for reading (one more writes). Defaults to 16.
	Conns int

	// StatementTimeout ends a statement that runs longer; PostgreSQL only.
	// Defaults to 30 seconds; a negative one leaves it to the server. A
	// migration may take as long as it needs.
	StatementTimeout time.Duration

	// Now is the clock. Defaults to time.Now.
	Now func() time.Time

	// Log gets what no caller can be told. Defaults to slog.Default().
	Log *slog.Logger
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	dialect string
	writer  *sql.DB
	reader  *sql.DB // the same as writer on PostgreSQL
	now     func() time.Time
	log     *slog.Logger
	locks   sync.Map // by name, of SQLite
}

// Open opens the database and asks it for a sign of life. The caller closes it.
func Open(ctx context.Context, o Options) (*DB, error) {
	if (o.URL == "") == (o.File == "") {
		return nil, errors.New("db: exactly one of a URL and a file is needed")
	}
	if o.Conns <= 0 {
		o.Conns = 16
	}
	if o.StatementTimeout == 0 {
		o.StatementTimeout = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	open := openSQLite
	if o.URL != "" {
		open = openPostgres
	}
	d, err := open(o)
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	if err := d.Ping(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Close waits for the statements under way and closes every connection.
func (d *DB) Close() error {
	if d.reader == d.writer {
		return d.writer.Close()
	}
	// The writer goes last: the last connection that closes folds the
	// write-ahead log back into the file, which a query_only one cannot.
	return errors.Join(d.reader.Close(), d.writer.Close())
}

// Dialect returns SQLite or Postgres.
func (d *DB) Dialect() string { return d.dialect }

// Now returns the time as rows keep it: in UTC, cut to microseconds.
func (d *DB) Now() time.Time { return stamp(d.now()) }

// Ping reports whether the database answers, for reading and for writing.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.writer.PingContext(ctx); err != nil {
		return fmt.Errorf("db: %w", err)
	}
	if err := d.reader.PingContext(ctx); err != nil {
		return fmt.Errorf("db: %w", err)
	}
	return nil
}

// entDialect returns the dialect as ent names it.
func (d *DB) entDialect() string {
	if d.dialect == SQLite {
		return dialect.SQLite
	}
	return dialect.Postgres
}

// stamp is the form of every time that is stored.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
