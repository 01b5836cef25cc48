package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/core/db"
)

// AuditEntry says who did what to what, where and why. It is written once, by
// core/audit, in the transaction of the deed, and never changed.
type AuditEntry struct{ ent.Schema }

// Annotations names the table.
func (AuditEntry) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("audit_entries")}
}

// Mixin gives it an id and a place.
func (AuditEntry) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.InSpace{}} }

// Fields are the deed.
func (AuditEntry) Fields() []ent.Field {
	return []ent.Field{
		field.Time("at").Immutable(),
		field.String("actor").MaxLen(36).Default("").Immutable(),       // the account; empty for the platform itself
		field.String("action").MaxLen(128).NotEmpty().Immutable(),      // "module.switch"
		field.String("object").MaxLen(128).Default("").Immutable(),     // noun:id, "film:0192…"
		field.String("reason").MaxLen(1000).Default("").Immutable(),    // in the words of who did it
		field.JSON("data", json.RawMessage{}).Optional().Immutable(),   // what else belongs to it
		field.String("request_id").MaxLen(128).Default("").Immutable(), // of the request that did it
	}
}

// Indexes serve the lists of a space, the history of one thing, and the deeds
// of one account.
func (AuditEntry) Indexes() []ent.Index {
	return append(db.LevelIndexes("at"),
		index.Fields("object", "at", "id"),
		index.Fields("actor", "at", "id"),
	)
}
