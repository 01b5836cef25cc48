package db

import (
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Alone is a predicate that refuses nothing and locks the rows that are read
// against all others who want them so, until the transaction ends. Who makes a
// row that refers to one of them need not wait, as they would for FOR UPDATE:
// two who lock different rows, and refer to each other's, would wait for ever.
// On SQLite one transaction writes at a time anyway.
func Alone(s *entsql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For("NO KEY UPDATE")
	}
}
