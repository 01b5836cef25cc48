package host

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Databases says where the modules keep their rows. The zero Databases gives
// each a SQLite file in the data folder.
type Databases struct {
	URL string // of a PostgreSQL database, in which each module gets a schema
}

// database is what one module is given: one of the two.
type database struct {
	url  string
	file string
}

// Isolation is how modules are kept apart in the database.
type Isolation string

// The ways in which modules are kept apart.
const (
	IsolatedByFile   Isolation = "file"   // a SQLite file each
	IsolatedByRole   Isolation = "role"   // a PostgreSQL role each, which sees its own schema and nothing else
	IsolatedBySchema Isolation = "schema" // a schema each, but the host's own role: apart by custom only
)

// Isolation returns how modules are kept apart, by what the host's own role
// may do there.
func (d Databases) Isolation(ctx context.Context) (Isolation, error) {
	if d.URL == "" {
		return IsolatedByFile, nil
	}
	conn, err := pgx.Connect(ctx, d.URL)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	return isolation(ctx, conn)
}

// provide makes a database for each module where there is none, and returns
// all of them. It may be called again and again, and by several nodes at once.
func (d Databases) provide(ctx context.Context, opts Options, modules []string) (map[string]database, error) {
	if d.URL == "" {
		return files(opts.Dir, modules)
	}
	return d.schemas(ctx, opts.Secret, modules)
}

func files(dir string, modules []string) (map[string]database, error) {
	given := map[string]database{}
	for _, name := range modules {
		folder := filepath.Join(dir, "modules", name)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
		file, err := filepath.Abs(filepath.Join(folder, name+".db"))
		if err != nil {
			return nil, err
		}
		given[name] = database{file: file}
	}
	return given, nil
}

// schemas makes a schema for each module, and a role that owns it if the
// host's own role may make roles.
func (d Databases) schemas(ctx context.Context, secret []byte, modules []string) (map[string]database, error) {
	address, err := url.Parse(d.URL)
	if err != nil || address.Scheme != "postgres" && address.Scheme != "postgresql" {
		return nil, errors.New("the address of the database must begin with postgres://")
	}
	conn, err := pgx.Connect(ctx, d.URL)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	how, err := isolation(ctx, conn)
	if err != nil {
		return nil, err
	}
	given := map[string]database{}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// Nodes that start together would trip over each other's statements.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('labfilms modules', 0))`); err != nil {
			return err
		}
		var name string
		if err := tx.QueryRow(ctx, `SELECT current_database()`).Scan(&name); err != nil {
			return err
		}
		if how == IsolatedByRole {
			if err := closeToStrangers(ctx, tx, name); err != nil {
				return err
			}
		}
		for _, module := range modules {
			own, err := provideSchema(ctx, tx, how, *address, name, secret, module)
			if err != nil {
				return fmt.Errorf("the schema of module %s: %w", module, err)
			}
			given[module] = own
		}
		return nil
	})
	return given, err
}

func isolation(ctx context.Context, conn *pgx.Conn) (Isolation, error) {
	var mayMakeRoles bool
	err := conn.QueryRow(ctx, `SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&mayMakeRoles)
	if err != nil {
		return "", err
	}
	if mayMakeRoles {
		return IsolatedByRole, nil
	}
	return IsolatedBySchema, nil
}

// closeToStrangers takes from PUBLIC, and so from the modules' roles, what
// every new database gives to it. The host's own role keeps what it has. What
// is not the host's to rule stays as it is; the rows are kept apart all the
// same.
func closeToStrangers(ctx context.Context, tx pgx.Tx, name string) error {
	database := pgx.Identifier{name}.Sanitize()
	for _, thing := range []struct {
		owned      string // whether the host's role owns it; no row if it is not there
		statements []string
	}{
		{`SELECT pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = current_database()`, []string{
			`GRANT CONNECT, TEMPORARY ON DATABASE ` + database + ` TO CURRENT_USER`,
			`REVOKE CONNECT, TEMPORARY ON DATABASE ` + database + ` FROM PUBLIC`,
		}},
		{`SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'public'`, []string{
			`GRANT USAGE, CREATE ON SCHEMA public TO CURRENT_USER`,
			`REVOKE ALL ON SCHEMA public FROM PUBLIC`,
		}},
	} {
		var owned bool
		if err := tx.QueryRow(ctx, thing.owned).Scan(&owned); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if !owned {
			continue
		}
		for _, statement := range thing.statements {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
	}
	return nil
}

// provideSchema makes the module's schema, and its role in the mode of that
// name, and returns how the module reaches them.
func provideSchema(ctx context.Context, tx pgx.Tx, how Isolation, address url.URL, name string, secret []byte, module string) (database, error) {
	schema := "module_" + module
	if how == IsolatedBySchema {
		_, err := tx.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS `+pgx.Identifier{schema}.Sanitize())
		return database{url: withParameters(address, "search_path", schema)}, err
	}
	role := roleName(name, module)
	// The same on every node and at every start: one node's start must not
	// lock out the modules of another.
	password := hex.EncodeToString(derive(secret, "database role "+role))
	quoted := pgx.Identifier{role}.Sanitize()

	var exists bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, role).Scan(&exists); err != nil {
		return database{}, err
	}
	verb := "CREATE"
	if exists {
		verb = "ALTER"
	}
	for _, statement := range []string{
		verb + ` ROLE ` + quoted + ` LOGIN PASSWORD '` + password + `' CONNECTION LIMIT 100`,
		// Who makes a role may not make things that belong to it, before
		// PostgreSQL 16 nor after.
		`GRANT ` + quoted + ` TO CURRENT_USER`,
		`GRANT CONNECT ON DATABASE ` + pgx.Identifier{name}.Sanitize() + ` TO ` + quoted,
		`CREATE SCHEMA IF NOT EXISTS ` + pgx.Identifier{schema}.Sanitize() + ` AUTHORIZATION ` + quoted,
		`ALTER ROLE ` + quoted + ` IN DATABASE ` + pgx.Identifier{name}.Sanitize() + ` SET search_path = ` + pgx.Identifier{schema}.Sanitize(),
		`ALTER ROLE ` + quoted + ` IN DATABASE ` + pgx.Identifier{name}.Sanitize() + ` SET statement_timeout = '30s'`,
	} {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return database{}, err
		}
	}
	address.User = url.UserPassword(role, password)
	return database{url: withParameters(address)}, nil
}

// roleName names the module's role. Roles belong to the whole server, so that
// the database is part of it.
func roleName(database, module string) string {
	name := database + "_" + module
	if len(name) <= 63 {
		return name
	}
	sum := hex.EncodeToString(derive(nil, name))[:16]
	return database[:min(len(database), 63-1-16-1-len(module))] + "_" + sum + "_" + module
}

// withParameters returns the address with these parameters, and without those
// that say who the host is.
func withParameters(address url.URL, pairs ...string) string {
	query := address.Query()
	for _, own := range []string{"user", "password", "options", "search_path"} {
		query.Del(own)
	}
	for pair := range slices.Chunk(pairs, 2) {
		query.Set(pair[0], pair[1])
	}
	// A space is %20 here: not every reader of such an address takes "+".
	address.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	return address.String()
}
