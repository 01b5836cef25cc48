package db_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
)

// files makes the files of one migration each.
func files(scripts ...string) fstest.MapFS {
	fsys := fstest.MapFS{"atlas.sum": {Data: []byte("not SQL")}}
	for i, script := range scripts {
		name := "2026112200000" + string(rune('0'+i)) + "_step.sql"
		fsys[name] = &fstest.MapFile{Data: []byte(script)}
	}
	return fsys
}

const (
	first  = "CREATE TABLE a (id integer PRIMARY KEY);\nINSERT INTO a VALUES (1);"
	second = "CREATE TABLE b (id integer PRIMARY KEY);\n-- a comment; with a semicolon\nINSERT INTO b VALUES (1); INSERT INTO b VALUES (2);"
)

func TestMigrate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)

		plan, err := d.Plan(ctx, files(first), "migrations")
		if err != nil || len(plan) != 1 {
			t.Fatalf("planned %q (%v)", plan, err)
		}
		applied, err := d.Migrate(ctx, files(first), "migrations")
		if err != nil || !slices.Equal(applied, plan) {
			t.Fatalf("applied %q (%v), planned %q", applied, err, plan)
		}
		if applied, err = d.Migrate(ctx, files(first, second), "migrations"); err != nil || len(applied) != 1 {
			t.Fatalf("applied %q (%v)", applied, err)
		}
		if applied, err = d.Migrate(ctx, files(first, second), "migrations"); err != nil || len(applied) != 0 {
			t.Fatalf("applied %q (%v) again", applied, err)
		}
		if applied, err = d.Migrate(ctx, files(first), "migrations"); err != nil || len(applied) != 0 {
			t.Fatalf("the version before: applied %q (%v)", applied, err)
		}
		if applied, err = d.Migrate(ctx, files(`CREATE TABLE c (id integer)`), "other_migrations"); err != nil || len(applied) != 1 {
			t.Fatalf("another history: applied %q (%v)", applied, err)
		}
		var n int
		if err := d.QueryRow(ctx, `SELECT count(*) FROM b`, nil, &n); err != nil || n != 2 {
			t.Errorf("%d rows (%v), want 2", n, err)
		}
	})
}

func TestMigrateRefuses(t *testing.T) {
	gone := files(first, second)
	delete(gone, "20261122000000_step.sql")
	for name, test := range map[string]struct {
		files   fstest.MapFS
		history string
		want    string
	}{
		"an edited file":      {files(first+" ", second), "migrations", "20261122000000_step.sql was edited"},
		"a file that is gone": {gone, "migrations", "20261122000000_step.sql was applied, but its file is gone"},
		"a file from before": {
			fstest.MapFS{
				"20261122000000_step.sql": {Data: []byte(first)}, "20261122000001_step.sql": {Data: []byte(second)},
				"20261121000000_late.sql": {Data: []byte(`CREATE TABLE late (id integer)`)},
			}, "migrations", "comes before",
		},
		"no files":           {fstest.MapFS{}, "migrations", "no *.sql"},
		"a bad history name": {files(first, second), "a; DROP TABLE a", "no name for a table"},
		"broken SQL":         {files(first, second, `CREATE TABLE c (id integer); INSERT INTO nowhere VALUES (1)`), "migrations", "20261122000002_step.sql"},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
				ctx, d := context.Background(), open(t)
				if _, err := d.Migrate(ctx, files(first, second), "migrations"); err != nil {
					t.Fatal(err)
				}
				_, err := d.Migrate(ctx, test.files, test.history)
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Fatalf("got %v, want %q", err, test.want)
				}
				// A file is applied whole or not at all.
				var n int
				if err := d.QueryRow(ctx, `SELECT count(*) FROM c`, nil, &n); err == nil {
					t.Error("half a file was applied")
				}
				// The connection that failed is not used again.
				for range 4 {
					if _, err := d.Exec(ctx, `INSERT INTO a VALUES (7)`); err != nil {
						t.Fatal(err)
					}
					if _, err := d.Exec(ctx, `DELETE FROM a WHERE id = 7`); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

// Nodes that start at once migrate once.
func TestMigrateTogether(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			o := dbtest.Options(t, dialect)
			var nodes []*db.DB
			for range 4 {
				d, err := db.Open(context.Background(), o)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { d.Close() })
				nodes = append(nodes, d)
			}
			for round := range 10 {
				steps := files(fmt.Sprintf(`CREATE TABLE a%d (id integer)`, round), fmt.Sprintf(`ALTER TABLE a%d ADD COLUMN b integer`, round))
				var (
					wg    sync.WaitGroup
					start = make(chan struct{})
					total = make(chan string, 4*len(steps))
				)
				for _, d := range nodes {
					wg.Go(func() {
						<-start
						applied, err := d.Migrate(context.Background(), steps, fmt.Sprintf("history%d", round))
						if err != nil {
							t.Error(err)
						}
						for _, name := range applied {
							total <- name
						}
					})
				}
				close(start)
				wg.Wait()
				if len(total) != 2 {
					t.Fatalf("applied %d files, want 2", len(total))
				}
			}
		})
	}
}

const family = `CREATE TABLE parents (id integer PRIMARY KEY);
CREATE TABLE children (id integer PRIMARY KEY, parent integer NOT NULL REFERENCES parents (id) ON DELETE CASCADE);
INSERT INTO parents VALUES (1), (2);
INSERT INTO children VALUES (10, 1), (20, 2);`

// rebuild alters a table as SQLite's migrations do.
const rebuild = `PRAGMA foreign_keys = off;
CREATE TABLE new_parents (id integer PRIMARY KEY, name text NOT NULL DEFAULT '');
INSERT INTO new_parents (id) SELECT id FROM parents;
DROP TABLE parents;
ALTER TABLE new_parents RENAME TO parents;
PRAGMA foreign_keys = on;`

// On SQLite a table is altered by dropping it. Its children survive that.
func TestMigrateRebuild(t *testing.T) {
	t.Parallel()
	ctx, d := context.Background(), dbtest.Open(t, db.SQLite)
	if _, err := d.Migrate(ctx, files(family, rebuild), "migrations"); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := d.QueryRow(ctx, `SELECT count(*) FROM children`, nil, &n); err != nil || n != 2 {
		t.Fatalf("%d children (%v), want 2", n, err)
	}
	if _, err := d.Exec(ctx, `INSERT INTO children VALUES (30, 3)`); err == nil {
		t.Error("foreign keys stayed off")
	}
	orphan := files(family, rebuild, `DELETE FROM parents WHERE id = 1`)
	if _, err := d.Migrate(ctx, orphan, "migrations"); err == nil || !strings.Contains(err.Error(), "children row 10 has no parents") {
		t.Errorf("a migration that leaves an orphan: %v", err)
	}
	if err := d.QueryRow(ctx, `SELECT count(*) FROM parents`, nil, &n); err != nil || n != 2 {
		t.Errorf("%d parents (%v), want 2", n, err)
	}
}
