package main

import (
	"database/sql"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"
)

// testSecret is what the nodes of a test on PostgreSQL share.
const testSecret = "a secret of thirty-two bytes or so"

// postgres returns the URL of the server that the tests may make databases on.
func postgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv("LABFILMS_TEST_POSTGRES")
	if server == "" && os.Getenv("CI") != "" {
		t.Fatal("LABFILMS_TEST_POSTGRES names no PostgreSQL; make test starts one")
	}
	if server == "" {
		t.Skip("LABFILMS_TEST_POSTGRES names no PostgreSQL; make test starts one")
	}
	return server
}

// onEachDatabase runs test on a platform with SQLite and on one with
// PostgreSQL.
func onEachDatabase(t *testing.T, test func(t *testing.T, p *platform)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newPlatform(t, Settings{}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		database, drop, err := freshDatabase(postgres(t))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := drop(); err != nil {
				t.Error(err)
			}
		})
		test(t, newPlatform(t, Settings{DatabaseURL: database, Secret: testSecret}))
	})
}

// freshDatabase makes an empty database on the server, until drop is called.
// The roles of its modules, which belong to the server, go with it.
func freshDatabase(server string) (database string, drop func() error, err error) {
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return "", nil, err
	}
	name := "labfilms_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		return "", nil, errors.Join(err, admin.Close())
	}
	u, err := url.Parse(server)
	if err != nil {
		return "", nil, errors.Join(err, admin.Close())
	}
	u.Path = "/" + name
	return u.String(), func() error {
		_, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)")
		_, roles := admin.Exec("DO $$ DECLARE r name; BEGIN FOR r IN SELECT rolname FROM pg_roles WHERE rolname LIKE '" + name + "%' LOOP EXECUTE format('DROP ROLE %I', r); END LOOP; END $$")
		return errors.Join(err, roles, admin.Close())
	}, nil
}
