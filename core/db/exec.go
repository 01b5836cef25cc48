package db

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// Exec runs one change written by hand, with "?" for each argument, in the
// transaction of ctx or in one of its own. It returns how many rows changed.
func (d *DB) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	var changed int64
	err := d.Write(ctx, func(ctx context.Context) error {
		result, err := d.driver(d.transaction(ctx)).ExecContext(ctx, d.rebind(query), args...)
		if err != nil {
			return err
		}
		changed, err = result.RowsAffected()
		return err
	})
	return changed, err
}

// QueryRow runs one query written by hand, with "?" for each argument, in the
// transaction of ctx or on the reading side, and scans its first row into
// dest. It returns sql.ErrNoRows if there is none.
func (d *DB) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	rows, err := d.driver(d.transaction(ctx)).QueryContext(ctx, d.rebind(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	return rows.Close()
}

// rebind writes the placeholders as the database wants them: PostgreSQL
// numbers them. A "?" inside of quotes is left alone.
func (d *DB) rebind(query string) string {
	if d.dialect == SQLite {
		return query
	}
	var (
		b     strings.Builder
		n     int
		quote rune
	)
	for _, r := range query {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == '?':
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
