// Command migratediff writes the migrations that bring the databases to what
// the ent schemas say, for SQLite and for PostgreSQL:
//
//	go run ./cmd/migratediff -postgres postgres://postgres@127.0.0.1/postgres add_credits
//	go run ./cmd/migratediff -postgres … -check
//
// The existing migrations are replayed into an empty database and compared
// with the schema; the difference becomes one more file, for people to review.
// A migration is never edited after its release. On the PostgreSQL server a
// database of its own is made for that and dropped.
package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"ariga.io/atlas/sql/migrate"
	_ "ariga.io/atlas/sql/postgres" // opens postgres:// for atlas
	_ "ariga.io/atlas/sql/sqlite"   // opens sqlite:// for atlas
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"

	core "github.com/labfilms/labfilms/ent/migrate"
	ecran "github.com/labfilms/labfilms/plugins/ecran/ent/migrate"
)

// schemas are all the ent schemas of the tree and where their migrations live.
var schemas = []struct {
	dir    string
	tables []*schema.Table
}{
	{"ent/migrations", core.Tables},
	{"plugins/ecran/migrations", ecran.Tables},
}

func init() {
	// Atlas looks the drivers up under these names.
	sql.Register("sqlite3", &sqlite.Driver{})
	sql.Register("postgres", stdlib.GetDefaultDriver())
}

func main() {
	postgres := flag.String("postgres", "", "address of a PostgreSQL server on which a database may be made and dropped")
	check := flag.Bool("check", false, "write nothing; fail if a schema and its migrations differ")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: migratediff -postgres URL (-check | NAME)")
		flag.PrintDefaults()
	}
	flag.Parse()
	if *postgres == "" || *check == (flag.NArg() == 1) {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *postgres, flag.Arg(0), *check); err != nil {
		fmt.Fprintln(os.Stderr, "migratediff:", err)
		os.Exit(1)
	}
}

// run compares every schema with its migrations on both databases and reports
// all differences, not only the first.
func run(ctx context.Context, postgres, name string, check bool) error {
	var all error
	for i, s := range schemas {
		bracket(s.tables)
		// A name of its own keeps the databases in memory apart.
		memory := fmt.Sprintf("sqlite://dev%d?mode=memory&_pragma=foreign_keys(1)", i)
		all = errors.Join(all, diff(ctx, filepath.Join(s.dir, "sqlite"), dialect.SQLite, memory, name, s.tables, check))

		err := withDatabase(ctx, postgres, func(dev string) error {
			return diff(ctx, filepath.Join(s.dir, "postgres"), dialect.Postgres, dev, name, s.tables, check)
		})
		all = errors.Join(all, err)
	}
	return all
}

// bracket puts every CHECK into brackets. Atlas leaves them out for SQLite
// where the expression begins with one and ends with another: (a) = (b).
func bracket(tables []*schema.Table) {
	for _, t := range tables {
		if t.Annotation == nil {
			continue
		}
		for name, check := range t.Annotation.Checks {
			t.Annotation.Checks[name] = "(" + check + ")"
		}
	}
}

// collate makes PostgreSQL compare text byte by byte, as SQLite and Go do: then
// pages of a list have one order everywhere, whatever the locale of a server,
// and no upgrade of its C library breaks an index.
func collate(tables []*schema.Table, to string) {
	for _, t := range tables {
		for _, c := range t.Columns {
			c.Collation = ""
			if to == dialect.Postgres && (c.Type == field.TypeString || c.Type == field.TypeEnum) {
				c.Collation = "C"
			}
		}
	}
}

// diff writes the next migration of the folder dir, or if it must only check,
// returns an error that holds the statements that are missing.
func diff(ctx context.Context, dir, to, dev, name string, tables []*schema.Table, check bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	local, err := migrate.NewLocalDir(dir)
	if err != nil {
		return err
	}
	var files migrate.Dir = local
	if check {
		name = "missing"
		if files, err = copied(local); err != nil {
			return err
		}
	}
	before, err := files.Files()
	if err != nil {
		return err
	}
	collate(tables, to)
	err = schema.Diff(ctx, dev, name, tables,
		schema.WithDir(files),
		schema.WithFormatter(migrate.DefaultFormatter),
		schema.WithMigrationMode(schema.ModeReplay),
		schema.WithDialect(to),
		schema.WithDropColumn(true),
		schema.WithDropIndex(true),
		schema.WithErrNoPlan(true),
	)
	if errors.Is(err, migrate.ErrNoPlan) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	after, err := files.Files()
	if err != nil {
		return err
	}
	for _, file := range after[len(before):] {
		if check {
			return fmt.Errorf("%s: the schema wants what no migration does:\n%s", dir, file.Bytes())
		}
		fmt.Fprintln(os.Stdout, filepath.Join(dir, file.Name()))
	}
	return nil
}

// copied returns the folder in memory, so that a check leaves nothing behind.
func copied(dir *migrate.LocalDir) (migrate.Dir, error) {
	files, err := dir.Files()
	if err != nil {
		return nil, err
	}
	memory := &migrate.MemDir{}
	for _, file := range files {
		if err := memory.WriteFile(file.Name(), file.Bytes()); err != nil {
			return nil, err
		}
	}
	// The sums go along, so that an edited migration is found as well.
	sums, err := os.ReadFile(filepath.Join(dir.Path(), migrate.HashFileName))
	if err != nil {
		return nil, err
	}
	return memory, memory.WriteFile(migrate.HashFileName, sums)
}

// withDatabase calls fn with the address of an empty database on the server.
func withDatabase(ctx context.Context, server string, fn func(dev string) error) (err error) {
	u, err := url.Parse(server)
	if err != nil {
		return errors.New("-postgres is no address")
	}
	admin, err := sql.Open("postgres", server)
	if err != nil {
		return err
	}
	defer admin.Close()
	name := "migratediff_" + strings.ToLower(rand.Text())
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return err
	}
	defer func() {
		_, drop := admin.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)")
		err = errors.Join(err, drop)
	}()
	u.Path = "/" + name
	dev := u.Query()
	if !dev.Has("sslmode") {
		dev.Set("sslmode", "disable") // atlas insists on one
	}
	dev.Set("search_path", "public")
	u.RawQuery = dev.Encode()
	return fn(u.String())
}
