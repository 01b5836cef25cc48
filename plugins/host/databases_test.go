package host_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/plugins/host"
)

// operated returns the address of an empty database of its own that belongs to
// an operator's role with these attributes, "" for the server's own superuser.
// The roles that hosts make there for their modules go with it.
func operated(t *testing.T, attributes string) string {
	t.Helper()
	server := os.Getenv("LABFILMS_TEST_POSTGRES")
	if server == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("LABFILMS_TEST_POSTGRES names no server")
		}
		t.Skip("LABFILMS_TEST_POSTGRES names no server")
	}
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.ReplaceAll("host_"+db.NewID(), "-", "")
	run := func(statements ...string) {
		t.Helper()
		conn, err := pgx.Connect(context.WithoutCancel(t.Context()), server)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.WithoutCancel(t.Context()))
		for _, statement := range statements {
			if _, err := conn.Exec(context.WithoutCancel(t.Context()), statement); err != nil {
				t.Errorf("%s: %v", statement, err)
			}
		}
	}
	roles := []string{name + "_rig", name + "_other"}
	if attributes != "" {
		run(`CREATE ROLE `+name+` LOGIN PASSWORD 'operator' `+attributes, `CREATE DATABASE `+name+` OWNER `+name)
		address.User = url.UserPassword(name, "operator")
		roles = append(roles, name)
	} else {
		run(`CREATE DATABASE ` + name)
	}
	t.Cleanup(func() {
		run(`DROP DATABASE ` + name + ` WITH (FORCE)`)
		for _, role := range roles {
			run(`DROP ROLE IF EXISTS ` + role)
		}
	})
	address.Path = "/" + name
	return address.String()
}

// query runs statements in the database.
func query(t *testing.T, address string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func TestAModuleOnPostgreSQLSeesItsOwnSchemaAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, attributes := range map[string]string{"superuser": "", "operator": "CREATEROLE"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := operated(t, attributes)
			query(t, address, `CREATE TABLE public.secrets (id int)`)
			databases := host.Databases{URL: address}
			if how, err := databases.Isolation(t.Context()); how != host.IsolatedByRole {
				t.Errorf("isolated by %s, %v", how, err)
			}
			p := open(t, func(o *host.Options) { o.Databases = databases }, "rig", "other")
			said := strings.Split(p.get(t, "rig/database").body, "\n")
			if !strings.HasSuffix(said[0], "_rig module_rig <nil>") {
				t.Errorf("the module is %s", said[0])
			}
			for n, want := range []string{"public.secrets", "module_other.sdk_outbox"} {
				if line := said[n+1]; !strings.Contains(line, want) || !strings.Contains(line, "permission denied") {
					t.Errorf("the module sees something of another: %s", line)
				}
			}
			if !strings.HasSuffix(said[3], "<nil>") {
				t.Errorf("the module does not see its own: %s", said[3])
			}
			// The host itself still works there, and finds its own tables.
			query(t, address, `INSERT INTO public.secrets VALUES (1)`, `CREATE TABLE public.more (id int)`, `SELECT count(*) FROM module_rig.sdk_outbox`)
			privileges(t, address)
		})
	}
}

// privileges asks PostgreSQL itself what the module's role may do.
func privileges(t *testing.T, address string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	role := conn.Config().Database + "_rig"
	rows, err := conn.Query(t.Context(), `
		SELECT 'schema ' || nspname FROM pg_namespace
		WHERE nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'module_rig') AND has_schema_privilege($1, oid, 'USAGE, CREATE')
		UNION ALL SELECT 'table ' || relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
		WHERE relkind IN ('r', 'S', 'v') AND nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'module_rig')
			AND CASE relkind WHEN 'S' THEN has_sequence_privilege($1, c.oid, 'USAGE, SELECT, UPDATE')
				ELSE has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES') END
		UNION ALL SELECT 'database ' || p FROM unnest(ARRAY['CREATE', 'TEMP']) p WHERE has_database_privilege($1, current_database(), p)
		UNION ALL SELECT 'attribute' FROM pg_roles WHERE rolname = $1 AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
		UNION ALL SELECT 'member' FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = $1`, role)
	if err != nil {
		t.Fatal(err)
	}
	may, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(may) > 0 {
		t.Errorf("the module's role may use %v, %v", may, err)
	}
}

func TestWithoutTheRightToMakeRolesSchemasAreKeptApartByCustom(t *testing.T) {
	t.Parallel()
	databases := host.Databases{URL: operated(t, "NOCREATEROLE")}
	if how, err := databases.Isolation(t.Context()); how != host.IsolatedBySchema {
		t.Errorf("isolated by %s, %v", how, err)
	}
	p := open(t, func(o *host.Options) { o.Databases = databases }, "rig")
	if said, _, _ := strings.Cut(p.get(t, "rig/database").body, "\n"); !strings.HasSuffix(said, " module_rig <nil>") || strings.Contains(said, "_rig module") {
		t.Errorf("the module is %s", said)
	}
}

func TestTwoNodesStartAtOnceOnOneDatabase(t *testing.T) {
	t.Parallel()
	databases := host.Databases{URL: operated(t, "CREATEROLE")}
	nodes := make([]*platform, 3)
	started := make(chan error)
	for n := range nodes {
		nodes[n] = prepare(t, func(o *host.Options) { o.Databases = databases }, "rig", "other")
		go func() { started <- nodes[n].Start(t.Context()) }()
	}
	for range nodes {
		if err := <-started; err != nil {
			t.Error(err)
		}
	}
	for n, p := range nodes {
		p.serve(t)
		if a := p.get(t, "rig/hello"); a.status != 200 {
			t.Errorf("node %d: %d %s", n, a.status, a.body)
		}
		// A node that starts again must not lock out the modules of the others.
		p.killed(t, "rig")
		if said := fmt.Sprint(p.get(t, "rig/database").body); strings.Contains(said, "password") {
			t.Error(said)
		}
	}
}
