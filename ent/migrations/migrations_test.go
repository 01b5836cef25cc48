package migrations_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/ent/migrations"
)

// first is how the first migration is called; the rest of the name is when it
// was written.
const first = "_initial.sql"

// TestAnUpgradeLosesNothing fills the database of the first release and brings
// it to this one: what was there is there, children included, and in the form
// that the new rules want.
func TestAnUpgradeLosesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		d := open(t)
		ctx := t.Context()
		if _, err := d.Migrate(ctx, only(t, d.Dialect(), first), "core_migrations"); err != nil {
			t.Fatal(err)
		}
		exec := func(query string, args ...any) {
			t.Helper()
			if _, err := d.Exec(ctx, query, args...); err != nil {
				t.Fatalf("%s: %v", query, err)
			}
		}
		then := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
		exec(`INSERT INTO spaces (id, created_at, updated_at, kind, network_id, path, slug, name) VALUES ('n', ?, ?, 'network', 'n', '/fr/', 'france', 'France')`, then, then)
		exec(`INSERT INTO people (id, created_at, updated_at, network_id, space_id, handle, name, sort_name, suspended) VALUES ('ines', ?, ?, 'n', 'n', 'ines.m', 'Inès', 'ines', false)`, then, then)
		exec(`INSERT INTO people (id, created_at, updated_at, network_id, space_id, handle, name, sort_name, suspended) VALUES ('paul', ?, ?, 'n', 'n', 'paul', 'Paul', 'paul', true)`, then, then)
		exec(`INSERT INTO people (id, created_at, updated_at, network_id, space_id, handle, name, sort_name, suspended) VALUES ('double', ?, ?, 'n', 'n', 'inesm', 'Inès', 'ines', false)`, then, then)
		exec(`INSERT INTO accounts (id, created_at, updated_at, email, password_hash, person_id) VALUES ('a', ?, ?, 'ines@example.org', 'x', 'ines')`, then, then)
		exec(`INSERT INTO sessions (id, created_at, updated_at, account_id, token_hash, last_seen_at, expires_at) VALUES ('s', ?, ?, 'a', ?, ?, ?)`, then, then, strings.Repeat("0", 64), then, then)
		exec(`INSERT INTO tokens (id, created_at, updated_at, account_id, name, prefix, hash) VALUES ('t', ?, ?, 'a', 'x', 'x', ?)`, then, then, strings.Repeat("0", 64))
		exec(`INSERT INTO grants (id, created_at, updated_at, account_id, role, space_id, path) VALUES ('g', ?, ?, 'a', 'member', 'n', '/fr/')`, then, then)
		exec(`INSERT INTO space_modules (id, created_at, updated_at, space_id, module, state) VALUES ('m', ?, ?, 'n', 'ecran', 'off')`, then, then)
		exec(`INSERT INTO films (id, created_at, updated_at, network_id, space_id, title, slug, maker_id) VALUES ('f', ?, ?, 'n', 'n', 'Marée basse', 'maree-basse', 'ines')`, then, then)
		exec(`INSERT INTO film_members (id, created_at, updated_at, film_id, person_id, role) VALUES ('fm', ?, ?, 'f', 'ines', 'owner')`, then, then)
		exec(`INSERT INTO recognitions (id, created_at, updated_at, film_id, "by", title, "from", source, source_id) VALUES ('r', ?, ?, 'f', 'x', 'x', ?, 'ecran', '1')`, then, then, then)
		exec(`INSERT INTO audit_entries (id, network_id, space_id, at, action, object) VALUES ('e', 'n', 'n', ?, 'film.release', 'film:f')`, then)

		if _, err := d.Migrate(ctx, migrations.FS(d.Dialect()), "core_migrations"); err != nil {
			t.Fatal(err)
		}
		for query, want := range map[string]string{
			`SELECT count(*) FROM spaces WHERE joining = 'open'`:                             "1",
			`SELECT count(*) FROM people WHERE claim = 'claimed'`:                            "3",
			`SELECT id FROM people WHERE NOT listed`:                                         "paul",
			`SELECT count(*) FROM accounts WHERE time_zone = 'Europe/Paris'`:                 "1",
			`SELECT count(*) FROM sessions`:                                                  "1",
			`SELECT count(*) FROM tokens`:                                                    "1",
			`SELECT count(*) FROM grants`:                                                    "1",
			`SELECT count(*) FROM space_modules`:                                             "1",
			`SELECT owner_id FROM films WHERE title = 'Marée basse' AND origin = 'made'`:     "ines",
			`SELECT count(*) FROM film_members`:                                              "1",
			`SELECT count(*) FROM recognitions`:                                              "1",
			`SELECT count(*) FROM audit_entries`:                                             "1",
			`SELECT key FROM handles WHERE person_id IN ('ines', 'double')`:                  "inesrn", // they look alike: one has the key
			`SELECT count(*) FROM handles`:                                                   "2",
			`SELECT handle FROM people WHERE id = 'double'`:                                  "inesm",
			`SELECT created_at = (SELECT created_at FROM films) FROM people WHERE id='ines'`: map[string]string{db.SQLite: "1", db.Postgres: "true"}[d.Dialect()],
		} {
			var got string
			if err := d.QueryRow(ctx, query, nil, &got); err != nil {
				t.Errorf("%s: %v", query, err)
			} else if got != want {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
	})
}

// only returns the migration whose name ends like this.
func only(t *testing.T, dialect, ending string) fs.FS {
	t.Helper()
	all, kept := migrations.FS(dialect), fstest.MapFS{}
	names, err := fs.Glob(all, "*"+ending)
	if err != nil || len(names) != 1 {
		t.Fatalf("%d files end in %s: %v", len(names), ending, err)
	}
	content, err := fs.ReadFile(all, names[0])
	if err != nil {
		t.Fatal(err)
	}
	kept[names[0]] = &fstest.MapFile{Data: content}
	return kept
}
