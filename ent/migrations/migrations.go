// Package migrations holds the steps by which the core's database came to be
// what the ent schema says, for SQLite and for PostgreSQL. They are written by
// cmd/migratediff, read by people, and never edited after their release.
package migrations

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// FS returns the migrations for a dialect: "sqlite" or "postgres". It panics
// at any other.
func FS(dialect string) fs.FS {
	if dialect != "sqlite" && dialect != "postgres" {
		panic("migrations: no dialect " + dialect)
	}
	sub, err := fs.Sub(files, dialect)
	if err != nil {
		panic(err) // the folders are in the binary
	}
	return sub
}
