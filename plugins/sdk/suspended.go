package sdk

import (
	"context"

	"entgo.io/ent/dialect/sql"
)

// The events that the SDK itself listens to in every module. Their subject is
// the person.
const (
	personSuspended  = "person.suspended.v1"
	personReinstated = "person.reinstated.v1"
)

// keepSuspended remembers who is suspended, so that lists leave their rows out.
func (i *instance) keepSuspended(ctx context.Context, e Event) error {
	var err error
	switch e.Type {
	case personSuspended:
		_, err = i.host.DB.Exec(ctx, `INSERT INTO sdk_suspended (person_id, since) VALUES (?, ?) ON CONFLICT (person_id) DO NOTHING`, e.Subject, e.At)
	case personReinstated:
		_, err = i.host.DB.Exec(ctx, `DELETE FROM sdk_suspended WHERE person_id = ?`, e.Subject)
	}
	return err
}

// notSuspended is the predicate of a row whose column names nobody who is
// suspended. A row without a person is nobody's.
func notSuspended(column string) *sql.Predicate {
	t := sql.Table("sdk_suspended")
	return sql.NotExists(sql.Select(t.C("person_id")).From(t).Where(sql.ColumnsEQ(t.C("person_id"), column)))
}
