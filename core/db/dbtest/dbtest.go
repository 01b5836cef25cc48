// Package dbtest gives tests databases of their own: a new SQLite file, or a
// new database on the PostgreSQL that LABFILMS_TEST_POSTGRES names. Nothing is
// mocked and nothing is shared, so tests run in parallel.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core/db"
)

// Each runs the test as two subtests, "sqlite" and "postgres". open gives a
// new, migrated database each time it is called, closed and gone when its test
// ends.
func Each(t *testing.T, run func(t *testing.T, open func(testing.TB) *db.DB), migrate ...func(context.Context, *db.DB) error) {
	t.Helper()
	for _, dialect := range []string{db.SQLite, db.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			if dialect == db.Postgres {
				server(t)
			}
			run(t, func(t testing.TB) *db.DB { return Open(t, dialect, migrate...) })
		})
	}
}

// Open returns a new database of the dialect, with migrate run on it. Without
// a PostgreSQL to make one on, the test is skipped; in CI it fails.
func Open(t testing.TB, dialect string, migrate ...func(context.Context, *db.DB) error) *db.DB {
	t.Helper()
	o := Options(t, dialect)
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	for _, migrate := range migrate {
		if err := migrate(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// Options returns how to open a new, empty database of the dialect, for tests
// that open it several times or in another process. It is gone when the test
// ends.
func Options(t testing.TB, dialect string) db.Options {
	t.Helper()
	if dialect == db.SQLite {
		return db.Options{File: filepath.Join(t.TempDir(), "labfilms.db")}
	}
	return db.Options{URL: create(t), Conns: 8}
}

// Count returns a context whose statements are counted, to hold how many an
// operation takes:
//
//	ctx, queries := dbtest.Count(ctx)
//
// Over HTTP the server's BaseContext is the place for it.
func Count(ctx context.Context) (context.Context, *db.Counter) { return db.WithCounter(ctx) }

// server returns the URL of the PostgreSQL for tests.
func server(t testing.TB) *url.URL {
	t.Helper()
	text := os.Getenv("LABFILMS_TEST_POSTGRES")
	if text == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("LABFILMS_TEST_POSTGRES is not set, and CI skips nothing")
		}
		t.Skip("LABFILMS_TEST_POSTGRES is not set; make test starts a PostgreSQL")
	}
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal("LABFILMS_TEST_POSTGRES is no URL")
	}
	return u
}

// create makes a database and returns its URL.
func create(t testing.TB) string {
	t.Helper()
	u := server(t)
	admin, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	admin.SetMaxOpenConns(1)
	admin.SetConnMaxIdleTime(time.Second)

	name := "labfilms_test_" + strings.ToLower(rand.Text())
	if _, err := admin.Exec(`CREATE DATABASE ` + name + ` TEMPLATE template0`); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(`DROP DATABASE ` + name + ` WITH (FORCE)`); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	u.Path = "/" + name
	return u.String()
}
