package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/core/db"
)

// DeadLetter is an event that a consumer did not take. As long as next_at is
// set it is tried again, and later events of its subject wait behind it; when
// next_at is null it was given up, and is kept to be looked at and replayed.
type DeadLetter struct{ ent.Schema }

// Annotations names the table.
func (DeadLetter) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("dead_letters")}
}

// Mixin gives it an id.
func (DeadLetter) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}} }

// Fields are the consumer, the event, and what became of the attempts.
func (DeadLetter) Fields() []ent.Field {
	return []ent.Field{
		field.String("consumer").MaxLen(64).NotEmpty().Immutable(),
		field.Int64("position").Immutable(), // of the event in the outbox
		field.String("event_id").MaxLen(64).Immutable(),
		field.String("subject").MaxLen(64).Immutable(),
		field.Int("attempts").Default(0).NonNegative(),
		field.Text("last_error").Default(""),
		field.Time("at").Immutable(), // of the first failure
		field.Time("next_at").Optional().Nillable(),
	}
}

// Indexes keep one letter an event and consumer, and find those that are due.
func (DeadLetter) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("consumer", "position").Unique(),
		index.Fields("consumer", "next_at"),
		index.Fields("at", "id"),
	}
}
