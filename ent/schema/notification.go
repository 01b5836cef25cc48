package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/core/db"
)

// Notification tells a person that something waits for them or has happened to
// what is theirs. It holds no text: what it is about is read again, under the
// rights of who reads it.
type Notification struct{ ent.Schema }

// Mixin gives a notification its id.
func (Notification) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}} }

// Fields of a notification.
func (Notification) Fields() []ent.Field {
	return []ent.Field{
		field.Time("at").Immutable(),
		field.String("person_id").Immutable(),
		field.String("type").NotEmpty().MaxLen(64).Immutable().Comment("credit.proposed"),
		field.String("subject").NotEmpty().MaxLen(64).Immutable().Comment("noun:id of what it is about: credit:0192…"),
		field.String("within").Default("").MaxLen(64).Immutable().Comment("noun:id of what that belongs to: film:0192…"),
		field.String("by").Default("").MaxLen(36).Immutable().Comment("The person who did it; empty for the platform itself."),
		field.Time("read_at").Optional().Nillable(),
	}
}

// Edges of a notification.
func (Notification) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("person", Person.Type).Ref("notifications").Field("person_id").Unique().Required().Immutable(),
	}
}

// Indexes of a notification: a person's, and those not read.
func (Notification) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("person_id", "at", "id"),
		index.Fields("person_id", "at", "id").StorageKey("notification_unread").
			Annotations(entsql.IndexWhere("read_at IS NULL")),
	}
}
