package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	entsql "entgo.io/ent/dialect/sql"
)

// migration is one file of SQL.
type migration struct {
	name     string
	script   string
	checksum string
}

var tableName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// Migrate brings the schema to the newest of files, *.sql in the order of
// their names, each in a transaction of its own, and returns the names of those
// that it applied. The table history, which it makes, remembers them with
// their checksums. Files that were applied are never edited: a changed one is
// an error, and so is a new one whose name sorts before one that was applied.
// A database that is ahead of files is left as it is, so that a node of the
// version before can still start.
//
// Several nodes may call it at once; one applies, the others wait. On SQLite
// foreign keys are checked at the end of each file and not while it runs, for
// there a table is altered by dropping it, which would take its children along.
func (d *DB) Migrate(ctx context.Context, files fs.FS, history string) (applied []string, err error) {
	migrations, err := read(files, history)
	if err != nil {
		return nil, err
	}
	conn, err := d.writer.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("db: migrate: %w", err)
	}
	// The connection is set up for migrating and never goes back to the pool;
	// with it goes the lock.
	defer conn.Close()
	defer discard(conn)

	setup := []string{`PRAGMA foreign_keys = off`} // inside of a transaction it would do nothing
	if d.dialect == Postgres {
		setup = []string{`SET statement_timeout = 0`, fmt.Sprintf(`SELECT pg_advisory_lock(%d)`, lockKey("migrate "+history))}
	}
	setup = append(setup, createHistory(history))
	for _, statement := range setup {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return nil, fmt.Errorf("db: migrate: %w", err)
		}
	}
	done, err := checksums(ctx, conn, history)
	if err != nil {
		return nil, err
	}
	pending, err := plan(migrations, done)
	if err != nil {
		return nil, err
	}
	for _, m := range pending {
		ours, err := d.apply(ctx, conn, m, history)
		if err != nil {
			return applied, fmt.Errorf("db: migrate %s: %w", m.name, err)
		}
		if ours {
			applied = append(applied, m.name)
		}
	}
	return applied, nil
}

// Plan returns the names of the files that Migrate would apply. It changes
// nothing and fails as Migrate would.
func (d *DB) Plan(ctx context.Context, files fs.FS, history string) ([]string, error) {
	migrations, err := read(files, history)
	if err != nil {
		return nil, err
	}
	known, err := d.hasTable(ctx, history)
	if err != nil {
		return nil, err
	}
	done := map[string]string{}
	if known {
		if done, err = checksums(ctx, d.reader, history); err != nil {
			return nil, err
		}
	}
	pending, err := plan(migrations, done)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(pending))
	for i, m := range pending {
		names[i] = m.name
	}
	return names, nil
}

// apply runs one file, unless another process did in the meantime.
func (d *DB) apply(ctx context.Context, conn *sql.Conn, m migration, history string) (ours bool, err error) {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer tx.Rollback() // does nothing once it is committed

	// The name goes in first: it waits for, and then sees, whoever was faster.
	insert := fmt.Sprintf(`INSERT INTO %s (name, checksum, applied_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING`, history)
	result, err := tx.ExecContext(ctx, d.rebind(insert), m.name, m.checksum, d.Now())
	if err != nil {
		return false, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, m.script); err != nil {
		return false, err
	}
	if d.dialect == SQLite {
		if err := foreignKeys(ctx, tx); err != nil {
			return false, err
		}
	}
	if err := tx.Commit(); err != nil {
		return false, err
	}
	return true, nil
}

// foreignKeys fails if a row points at nothing.
func foreignKeys(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, `PRAGMA foreign_key_check`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var dangling []string
	for rows.Next() {
		var (
			table, parent string
			row, key      sql.NullInt64
		)
		if err := rows.Scan(&table, &row, &parent, &key); err != nil {
			return err
		}
		dangling = append(dangling, fmt.Sprintf("%s row %d has no %s", table, row.Int64, parent))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(dangling) > 0 {
		return fmt.Errorf("foreign keys are broken: %s", strings.Join(dangling, "; "))
	}
	return nil
}

// plan returns the migrations that are not done, or says why the two do not
// belong together.
func plan(migrations []migration, done map[string]string) ([]migration, error) {
	var pending []migration
	last := ""
	for name := range done {
		last = max(last, name)
	}
	for _, m := range migrations {
		checksum, ok := done[m.name]
		delete(done, m.name)
		switch {
		case !ok && m.name < last:
			return nil, fmt.Errorf("db: migration %s is new, but comes before %s, which was applied", m.name, last)
		case !ok:
			pending = append(pending, m)
		case checksum != m.checksum:
			return nil, fmt.Errorf("db: migration %s was edited after it was applied", m.name)
		}
	}
	for name := range done {
		if len(migrations) > 0 && name < migrations[len(migrations)-1].name {
			return nil, fmt.Errorf("db: migration %s was applied, but its file is gone", name)
		}
	}
	return pending, nil
}

// read returns the migrations in files, in order.
func read(files fs.FS, history string) ([]migration, error) {
	if !tableName.MatchString(history) {
		return nil, fmt.Errorf("db: migrate: %q is no name for a table", history)
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("db: migrate: %w", err)
	}
	if len(names) == 0 {
		return nil, errors.New("db: migrate: there are no *.sql files")
	}
	slices.Sort(names)
	migrations := make([]migration, len(names))
	for i, name := range names {
		script, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("db: migrate: %w", err)
		}
		sum := sha256.Sum256(script)
		migrations[i] = migration{name, string(script), hex.EncodeToString(sum[:])}
	}
	return migrations, nil
}

func createHistory(history string) string {
	return fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL)`, history)
}

// checksums returns what history says, by name.
func checksums(ctx context.Context, from entsql.ExecQuerier, history string) (map[string]string, error) {
	rows, err := from.QueryContext(ctx, `SELECT name, checksum FROM `+history)
	if err != nil {
		return nil, fmt.Errorf("db: migrate: %w", err)
	}
	defer rows.Close()
	done := map[string]string{}
	for rows.Next() {
		var name, checksum string
		if err := rows.Scan(&name, &checksum); err != nil {
			return nil, fmt.Errorf("db: migrate: %w", err)
		}
		done[name] = checksum
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("db: migrate: %w", err)
	}
	return done, nil
}

func (d *DB) hasTable(ctx context.Context, name string) (bool, error) {
	query := `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?`
	if d.dialect == Postgres {
		query = `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?`
	}
	var n int
	if err := d.QueryRow(ctx, query, []any{name}, &n); err != nil {
		return false, fmt.Errorf("db: migrate: %w", err)
	}
	return n > 0, nil
}
