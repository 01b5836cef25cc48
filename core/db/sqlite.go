package db

import (
	"database/sql"
	"net/url"
	"path/filepath"

	_ "modernc.org/sqlite" // registers "sqlite"
)

// openSQLite opens one connection that writes and several that only read, so
// that a reader never waits for a writer and two writers never meet inside of
// SQLite, where the second would be refused instead of waiting its turn.
func openSQLite(o Options) (*DB, error) {
	writer, err := sql.Open("sqlite", sqliteURL(o.File,
		"busy_timeout(5000)", // first: the others may have to wait
		"journal_mode(WAL)",
		"foreign_keys(1)",
		"synchronous(FULL)", // NORMAL would lose the last writes with the power
	)+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)

	reader, err := sql.Open("sqlite", sqliteURL(o.File, "busy_timeout(5000)", "query_only(1)"))
	if err != nil {
		return nil, err
	}
	reader.SetMaxOpenConns(o.Conns)
	reader.SetMaxIdleConns(o.Conns)

	return &DB{dialect: SQLite, writer: writer, reader: reader, now: o.Now, log: o.Log}, nil
}

func sqliteURL(file string, pragmas ...string) string {
	query := url.Values{
		"_pragma":      pragmas,
		"_time_format": {"sqlite"}, // sorts as text, in UTC
		"_timezone":    {"UTC"},
	}
	escaped := (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath()
	return "file:" + escaped + "?" + query.Encode()
}
