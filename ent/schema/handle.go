package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/core/db"
)

// Handle is a name that was given once and is never given to anybody else. What
// is unique is its key, in which letters that look alike are one.
type Handle struct{ ent.Schema }

// Mixin gives a handle its id and times.
func (Handle) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}} }

// Fields of a handle.
func (Handle) Fields() []ent.Field {
	return []ent.Field{
		field.String("key").NotEmpty().MaxLen(64).Immutable().
			Comment("See core/text: the handle without separators, look-alikes made one."),
		field.String("handle").NotEmpty().MaxLen(30),
		field.String("person_id").Optional().Nillable(),
		field.String("registration_id").Optional().Nillable().
			Comment("Whom it waits for; it is free again when that has expired."),
	}
}

// Edges of a handle.
func (Handle) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("person", Person.Type).Ref("handles").Field("person_id").Unique(),
		edge.From("registration", Registration.Type).Ref("reserved").Field("registration_id").Unique(),
	}
}

// Indexes of a handle.
func (Handle) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("key").Unique(),
		index.Fields("handle"),
	}
}

// Annotations of a handle.
func (Handle) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"handle_lower": "handle = lower(handle)",
	})}
}
