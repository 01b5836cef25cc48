package db

import (
	"context"

	"entgo.io/ent/dialect"
)

// Store is a database seen through the client C that ent generated from a
// schema.
type Store[C any] struct {
	db   *DB
	open func(dialect.Driver) C
	read C
}

// Bind returns d seen through the client that open makes of a driver:
//
//	db.Bind(d, func(drv dialect.Driver) *ent.Client { return ent.NewClient(ent.Driver(drv)) })
func Bind[C any](d *DB, open func(dialect.Driver) C) Store[C] {
	return Store[C]{db: d, open: open, read: open(d.driver(nil))}
}

// From returns a client on the transaction of ctx, or else one that reads.
func (s Store[C]) From(ctx context.Context) C {
	if t := s.db.transaction(ctx); t != nil {
		return s.open(s.db.driver(t))
	}
	return s.read
}

// Write is [DB.Write], with the client on its transaction.
func (s Store[C]) Write(ctx context.Context, fn func(ctx context.Context, client C) error) error {
	return s.db.Write(ctx, func(ctx context.Context) error { return fn(ctx, s.From(ctx)) })
}

// DB returns the database.
func (s Store[C]) DB() *DB { return s.db }
