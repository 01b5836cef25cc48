package db_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"go.uber.org/goleak"

	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
)

func TestMain(m *testing.M) {
	if file := os.Getenv("LABFILMS_TEST_CRASH"); file != "" {
		crash(file)
	}
	goleak.VerifyTestMain(m)
}

// notes makes the table that these tests write to.
func notes(ctx context.Context, d *db.DB) error {
	_, err := d.Exec(ctx, `CREATE TABLE notes (
		id varchar(36) PRIMARY KEY, network_id varchar(36) NOT NULL DEFAULT '', region_id varchar(36) NOT NULL DEFAULT '',
		space_id varchar(36) NOT NULL DEFAULT '', text varchar(200) NOT NULL DEFAULT '', rank bigint NOT NULL DEFAULT 0, at `+timeType(d)+`)`)
	return err
}

// timeType is the type that ent gives a column of times.
func timeType(d *db.DB) string {
	if d.Dialect() == db.SQLite {
		return "datetime"
	}
	return "timestamptz"
}

func write(ctx context.Context, d *db.DB, id string) error {
	_, err := d.Exec(ctx, `INSERT INTO notes (id, text) VALUES (?, ?)`, id, "what is this?")
	return err
}

func count(t testing.TB, ctx context.Context, d *db.DB) int {
	t.Helper()
	var n int
	if err := d.QueryRow(ctx, `SELECT count(*) FROM notes WHERE text <> 'what?'`, nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]db.Options{
		"nothing": {},
		"both":    {URL: "postgres://127.0.0.1/x", File: "x.db"},
		"no url":  {URL: "postgres://%zz"},
		"nobody":  {URL: "postgres://127.0.0.1:1/x"},
		"no dir":  {File: filepath.Join(t.TempDir(), "missing", "x.db")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d, err := db.Open(context.Background(), o); err == nil {
				d.Close()
				t.Fatal("opened")
			}
		})
	}
	t.Run("a file with a strange name", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "été #1 50%?x=y.db")
		d, err := db.Open(context.Background(), db.Options{File: file})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if err := notes(context.Background(), d); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(file); err != nil {
			t.Fatal(err)
		}
	})
}

// A SQLite file is durable, checks its keys, and its readers cannot write.
func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := dbtest.Open(t, db.SQLite)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		err := d.Write(ctx, func(ctx context.Context) error {
			return d.QueryRow(ctx, `SELECT * FROM pragma_`+pragma, nil, &got)
		})
		if err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", pragma, got, err, want)
		}
	}
	var readOnly int
	if err := d.QueryRow(ctx, `SELECT * FROM pragma_query_only`, nil, &readOnly); err != nil || readOnly != 1 {
		t.Errorf("query_only of a reader is %d (%v)", readOnly, err)
	}
}

func TestPostgresSettings(t *testing.T) {
	t.Parallel()
	o := dbtest.Options(t, db.Postgres)
	o.StatementTimeout = 1234 * time.Millisecond
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for name, want := range map[string]string{"timezone": "UTC", "statement_timeout": "1234ms", "idle_in_transaction_session_timeout": "1min", "application_name": "labfilms"} {
		var got string
		if err := d.QueryRow(context.Background(), `SELECT current_setting(?)`, []any{name}, &got); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", name, got, err, want)
		}
	}
}

// A time goes in with any zone and any precision, by hand or through ent's
// driver, and comes back in UTC to the microsecond, in the order of time.
func TestTimes(t *testing.T) {
	paris := time.FixedZone("Paris", 2*60*60)
	in := time.Date(2026, 7, 14, 23, 59, 59, 123456789, paris)
	want := time.Date(2026, 7, 14, 21, 59, 59, 123456000, time.UTC)

	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		if _, err := d.Exec(ctx, `INSERT INTO notes (id, at) VALUES ('hand', ?)`, in); err != nil {
			t.Fatal(err)
		}
		err := d.Write(ctx, func(ctx context.Context) error {
			drv := d.Driver(ctx)
			for id, at := range map[string]any{
				"pointer": &in, "null": entsql.NullTime{Time: in, Valid: true},
				"later": in.Add(900 * time.Millisecond), "even": in.Add(-123456789), "nothing": (*time.Time)(nil),
			} {
				query, args := entsql.Dialect(drv.Dialect()).Insert("notes").Columns("id", "at").Values(id, at).Query()
				if err := drv.Exec(ctx, query, args, nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"hand", "pointer", "null"} {
			var got time.Time
			if err := d.QueryRow(ctx, `SELECT at FROM notes WHERE id = ?`, []any{id}, &got); err != nil {
				t.Fatal(err)
			}
			if got != want { // the location too, which Equal would not see
				t.Errorf("%s came back as %v, want %v", id, got, want)
			}
		}
		var after int
		if err := d.QueryRow(ctx, `SELECT count(*) FROM notes WHERE at > ?`, []any{in}, &after); err != nil || after != 1 {
			t.Errorf("%d (%v) are later, want 1", after, err)
		}
		if err := d.QueryRow(ctx, `SELECT count(*) FROM notes WHERE at < ?`, []any{in}, &after); err != nil || after != 1 {
			t.Errorf("%d (%v) are earlier, want 1", after, err)
		}
	}, notes)
}

func TestNow(t *testing.T) {
	t.Parallel()
	o := dbtest.Options(t, db.SQLite)
	o.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 6789, time.FixedZone("", 3600)) }
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if got, want := d.Now(), time.Date(2026, 1, 2, 2, 4, 5, 6000, time.UTC); got != want {
		t.Errorf("Now is %v, want %v", got, want)
	}
}

func TestExec(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		for _, id := range []string{"a", "b", "c"} {
			if err := write(ctx, d, id); err != nil {
				t.Fatal(err)
			}
		}
		n, err := d.Exec(ctx, `UPDATE notes SET text = ? WHERE id <> ? AND text = 'what is this?'`, "known", "a")
		if err != nil || n != 2 {
			t.Fatalf("changed %d (%v), want 2", n, err)
		}
		var text string
		if err := d.QueryRow(ctx, `SELECT text FROM notes WHERE id = ?`, []any{"b"}, &text); err != nil || text != "known" {
			t.Fatalf("got %q (%v)", text, err)
		}
		if err := d.QueryRow(ctx, `SELECT text FROM notes WHERE id = ?`, []any{"z"}, &text); !isNoRows(err) {
			t.Fatalf("got %v, want sql.ErrNoRows", err)
		}
	}, notes)
}

func TestCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		d := open(t)
		ctx, queries := dbtest.Count(context.Background())
		if err := write(ctx, d, "a"); err != nil {
			t.Fatal(err)
		}
		count(t, ctx, d)
		count(t, context.Background(), d)
		if queries.Len() != 2 {
			t.Errorf("counted %d: %q", queries.Len(), queries.Queries())
		}
		queries.Reset()
		if queries.Len() != 0 {
			t.Error("Reset did not")
		}
	}, notes)
}

// client stands for what ent generates.
type client struct{ dialect.Driver }

func TestStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		store := db.Bind(d, func(drv dialect.Driver) client { return client{drv} })
		insert := func(ctx context.Context, c client, id string) error {
			query, args := entsql.Dialect(c.Dialect()).Insert("notes").Columns("id").Values(id).Query()
			return c.Exec(ctx, query, args, nil)
		}
		err := store.Write(ctx, func(ctx context.Context, c client) error {
			if err := insert(ctx, c, "a"); err != nil {
				return err
			}
			tx, err := c.Tx(ctx) // ent does this for a mutation with edges
			if err != nil {
				return err
			}
			if err := insert(ctx, client{tx.(interface{ dialect.Driver })}, "b"); err != nil {
				return err
			}
			if err := tx.Rollback(); err != nil {
				return err
			}
			return insert(ctx, store.From(ctx), "c")
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, ctx, d); n != 3 {
			t.Errorf("%d rows, want 3", n)
		}
		if err := insert(ctx, store.From(ctx), "d"); !isReadOnly(err) {
			t.Errorf("a write outside of Write: %v", err)
		}
		if _, err := store.From(ctx).Tx(ctx); !isReadOnly(err) {
			t.Errorf("a transaction outside of Write: %v", err)
		}
	}, notes)
}
