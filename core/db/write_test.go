package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
)

var errNo = errors.New("no")

func isNoRows(err error) bool   { return errors.Is(err, sql.ErrNoRows) }
func isReadOnly(err error) bool { return errors.Is(err, db.ErrReadOnly) }

func TestWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		for name, test := range map[string]struct {
			fn   func(ctx context.Context, d *db.DB) error
			want error // nil: it commits
			rows int
		}{
			"commits": {
				fn:   func(ctx context.Context, d *db.DB) error { return write(ctx, d, "a") },
				rows: 1,
			},
			"an error rolls back": {
				fn: func(ctx context.Context, d *db.DB) error {
					return errors.Join(write(ctx, d, "a"), errNo)
				},
				want: errNo,
			},
			"a joined Write commits with the outer one": {
				fn: func(ctx context.Context, d *db.DB) error {
					err := d.Write(ctx, func(ctx context.Context) error { return write(ctx, d, "a") })
					return errors.Join(err, write(ctx, d, "b"))
				},
				rows: 2,
			},
			"a joined Write goes with the outer one": {
				fn: func(ctx context.Context, d *db.DB) error {
					err := d.Write(ctx, func(ctx context.Context) error { return write(ctx, d, "a") })
					return errors.Join(err, errNo)
				},
				want: errNo,
			},
			"an ignored error of a joined Write": {
				fn: func(ctx context.Context, d *db.DB) error {
					_ = d.Write(ctx, func(ctx context.Context) error { return errors.Join(write(ctx, d, "a"), errNo) })
					return nil
				},
				want: errNo,
			},
			"an ignored error of a statement": {
				fn: func(ctx context.Context, d *db.DB) error {
					if err := write(ctx, d, "a"); err != nil {
						return err
					}
					drv := d.Driver(ctx)
					var rows entsql.Rows
					if drv.Exec(ctx, `INSERT INTO notes (id) VALUES ('a')`, []any{}, nil) == nil {
						return nil // inserted twice: the row count will tell
					}
					if drv.Query(ctx, `SELECT 1`, []any{}, &rows) == nil {
						return rows.Close() // went on after a failure
					}
					return errNo
				},
				want: errNo,
			},
			"an ignored error of a statement, and nothing else": {
				fn: func(ctx context.Context, d *db.DB) error {
					err := write(ctx, d, "a")
					_ = d.Driver(ctx).Exec(ctx, `INSERT INTO notes (id) VALUES ('a')`, []any{}, nil)
					return err
				},
				want: errAny,
			},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				ctx, d := context.Background(), open(t)
				err := d.Write(ctx, func(ctx context.Context) error { return test.fn(ctx, d) })
				if (err == nil) != (test.want == nil) || test.want != errAny && !errors.Is(err, test.want) {
					t.Errorf("returned %v, want %v", err, test.want)
				}
				if n := count(t, ctx, d); n != test.rows {
					t.Errorf("%d rows, want %d", n, test.rows)
				}
				if err := write(ctx, d, "afterwards"); err != nil {
					t.Errorf("the next transaction: %v", err)
				}
			})
		}
	}, notes)
}

// errAny stands for any error.
var errAny = errors.New("any error")

func TestWriteSeesItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		err := d.Write(ctx, func(inside context.Context) error {
			if err := write(inside, d, "a"); err != nil {
				return err
			}
			if n := count(t, inside, d); n != 1 {
				t.Errorf("inside: %d rows, want 1", n)
			}
			if n := count(t, ctx, d); n != 0 { // another reader, who does not wait
				t.Errorf("outside: %d rows, want 0", n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}, notes)
}

func TestWritePanic(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		func() {
			defer func() {
				if p := recover(); p != "ouch" {
					t.Errorf("recovered %v", p)
				}
			}()
			_ = d.Write(ctx, func(ctx context.Context) error {
				d.AfterCommit(ctx, func() { t.Error("a hook ran") })
				if err := write(ctx, d, "a"); err != nil {
					t.Error(err)
				}
				panic("ouch")
			})
		}()
		if n := count(t, ctx, d); n != 0 {
			t.Errorf("%d rows, want 0", n)
		}
		if err := write(ctx, d, "b"); err != nil {
			t.Error(err)
		}
	}, notes)
}

// A Write of another database has its own transaction.
func TestWriteOfAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, one, other := context.Background(), open(t), open(t)
		err := one.Write(ctx, func(ctx context.Context) error {
			if err := errors.Join(write(ctx, one, "a"), write(ctx, other, "a")); err != nil {
				t.Error(err)
			}
			return errNo
		})
		if !errors.Is(err, errNo) {
			t.Fatal(err)
		}
		if a, b := count(t, ctx, one), count(t, ctx, other); a != 0 || b != 1 {
			t.Errorf("%d and %d rows, want 0 and 1", a, b)
		}
	}, notes)
}

func TestGuard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		d := open(t)
		ctx, guard := core.WithGuard(context.Background())
		guard.Expect("film.create")
		try := func() error {
			return d.Write(ctx, func(ctx context.Context) error {
				return d.Write(ctx, func(ctx context.Context) error { return write(ctx, d, "a") })
			})
		}
		if err := try(); !errors.Is(err, core.ErrUnchecked) {
			t.Errorf("unchecked: %v", err)
		}
		if _, err := d.Exec(ctx, `INSERT INTO notes (id) VALUES ('b')`); !errors.Is(err, core.ErrUnchecked) {
			t.Errorf("unchecked Exec: %v", err)
		}
		guard.Asked("film.read")
		if err := try(); !errors.Is(err, core.ErrUnchecked) {
			t.Errorf("another action was checked: %v", err)
		}
		if n := count(t, ctx, d); n != 0 {
			t.Errorf("%d rows, want 0", n)
		}
		// The check may come inside of the transaction: it often needs a row.
		err := d.Write(ctx, func(ctx context.Context) error {
			core.GuardFrom(ctx).Asked("film.create")
			return write(ctx, d, "a")
		})
		if err != nil || count(t, ctx, d) != 1 {
			t.Errorf("checked: %v", err)
		}
	}, notes)
}

func TestAfterCommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx := context.Background()
		o := dbtest.Options(t, open(t).Dialect())
		var logged strings.Builder
		o.Log = slog.New(slog.NewTextHandler(&logged, nil))
		d, err := db.Open(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		if err := notes(ctx, d); err != nil {
			t.Fatal(err)
		}
		var ran []string
		hook := func(ctx context.Context, name string) {
			d.AfterCommit(ctx, func() {
				ran = append(ran, fmt.Sprint(name, count(t, context.Background(), d)))
			})
		}
		hook(ctx, "now")
		err = d.Write(ctx, func(ctx context.Context) error {
			hook(ctx, "first")
			err := d.Write(ctx, func(ctx context.Context) error {
				hook(ctx, "second")
				return write(ctx, d, "a")
			})
			if len(ran) != 1 {
				t.Errorf("ran before the commit: %q", ran)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Write(ctx, func(ctx context.Context) error {
			d.AfterCommit(ctx, func() { panic("in a hook") })
			hook(ctx, "still")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = d.Write(ctx, func(ctx context.Context) error {
			hook(ctx, "never")
			return errNo
		})
		if got := fmt.Sprint(ran); got != "[now0 first1 second1 still1]" {
			t.Errorf("ran %s", got)
		}
		if !strings.Contains(logged.String(), "in a hook") {
			t.Errorf("logged %q", logged.String())
		}
	}, notes)
}

// A transaction whose request goes away is rolled back, and nobody inherits it.
func TestCancel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		background, d := context.Background(), open(t)
		for i := range 50 {
			ctx, cancel := context.WithCancel(background)
			err := d.Write(ctx, func(ctx context.Context) error {
				if err := write(ctx, d, "a"); err != nil {
					return err
				}
				if i%2 == 0 {
					cancel()
				} else {
					go cancel() // somewhere around the commit
				}
				return nil
			})
			cancel()
			if i%2 == 0 && !errors.Is(err, context.Canceled) {
				t.Fatalf("cancelled, and returned %v", err)
			}
			want := 0
			if err == nil {
				want = 1
			}
			if n := count(t, background, d); n != want {
				t.Fatalf("Write returned %v and left %d rows", err, n)
			}
			if _, err := d.Exec(background, `DELETE FROM notes`); err != nil {
				t.Fatalf("the next transaction: %v", err)
			}
		}
	}, notes)
}

// A context that outlives its transaction is of no use.
func TestWriteAfterTheEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		d := open(t)
		var leaked context.Context
		for _, outcome := range []error{nil, errNo} {
			_ = d.Write(context.Background(), func(ctx context.Context) error { leaked = ctx; return outcome })
			if err := d.Write(leaked, func(context.Context) error { return nil }); err == nil {
				t.Errorf("joined a transaction that had ended with %v", outcome)
			}
			if err := write(leaked, d, "a"); err == nil {
				t.Errorf("wrote after the transaction had ended with %v", outcome)
			}
		}
	}, notes)
}

// Writers wait their turn: no "database is locked", no lost update.
func TestWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		if err := write(ctx, d, "counter"); err != nil {
			t.Fatal(err)
		}
		const writers, each = 16, 20
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range each {
					err := d.Write(ctx, func(ctx context.Context) error {
						_, err := d.Exec(ctx, `UPDATE notes SET rank = rank + 1 WHERE id = 'counter'`)
						return err
					})
					if err != nil {
						t.Error(err)
						return
					}
					count(t, ctx, d)
				}
			})
		}
		wg.Wait()
		var rank int
		if err := d.QueryRow(ctx, `SELECT rank FROM notes`, nil, &rank); err != nil || rank != writers*each {
			t.Errorf("counted to %d (%v), want %d", rank, err, writers*each)
		}
	}, notes)
}

// Two processes on one file wait for each other too, even where a transaction
// reads before it writes.
func TestWritersOfTwoProcesses(t *testing.T) {
	t.Parallel()
	ctx, o := context.Background(), dbtest.Options(t, db.SQLite)
	var wg sync.WaitGroup
	const each = 100
	for i := range 2 {
		d, err := db.Open(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		if i == 0 {
			if err := errors.Join(notes(ctx, d), write(ctx, d, "counter")); err != nil {
				t.Fatal(err)
			}
		}
		wg.Go(func() {
			for range each {
				err := d.Write(ctx, func(ctx context.Context) error {
					var rank int
					if err := d.QueryRow(ctx, `SELECT rank FROM notes`, nil, &rank); err != nil {
						return err
					}
					_, err := d.Exec(ctx, `UPDATE notes SET rank = ?`, rank+1)
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	d, err := db.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var rank int
	if err := d.QueryRow(ctx, `SELECT rank FROM notes`, nil, &rank); err != nil || rank != 2*each {
		t.Errorf("counted to %d (%v), want %d", rank, err, 2*each)
	}
}
