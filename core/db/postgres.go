package db

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
)

// openPostgres opens one pool. What the URL says of a session wins over what
// is set here.
func openPostgres(o Options) (*DB, error) {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return nil, err
	}
	session := map[string]string{
		"application_name": "labfilms",
		"timezone":         "UTC",
		// A transaction that a stuck process leaves open holds its locks.
		"idle_in_transaction_session_timeout": milliseconds(time.Minute),
	}
	if o.StatementTimeout > 0 {
		session["statement_timeout"] = milliseconds(o.StatementTimeout)
	}
	for name, value := range session {
		if _, ok := config.RuntimeParams[name]; !ok {
			config.RuntimeParams[name] = value
		}
	}
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(inUTC))
	pool.SetMaxOpenConns(o.Conns)
	pool.SetMaxIdleConns(o.Conns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(time.Hour) // so that a failed-over server is left in the end
	return &DB{dialect: Postgres, writer: pool, reader: pool, now: o.Now, log: o.Log}, nil
}

// inUTC makes times come back in UTC and not in the zone of the machine.
func inUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name:  "timestamptz",
		OID:   pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
