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

// Person is the public profile of somebody who makes films or loves them, with
// or without an account.
type Person struct{ ent.Schema }

// Mixin gives a person an id, times, a version and a home.
func (Person) Mixin() []ent.Mixin {
	return []ent.Mixin{db.ID{}, db.Times{}, db.Version{}, db.InSpace{}}
}

// Fields of a person.
func (Person) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle").NotEmpty().MaxLen(30).
			Comment("In lower case, so that no other differs by case alone."),
		field.String("name").NotEmpty().MaxRuneLen(120),
		field.String("sort_name").NotEmpty().MaxLen(120).
			Comment("The name without accents or case: the alphabetical order."),
		field.Bool("suspended").Default(false).
			Comment("Account.state says the same for sign-in and is written with it."),
	}
}

// Edges of a person.
func (Person) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("space", Space.Type).Field("space_id").Unique().Required().
			Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("account", Account.Type).Unique().Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("memberships", FilmMember.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
	}
}

// Indexes of a person: the handle, the lists at each level, and the few whom
// every list leaves out.
func (Person) Indexes() []ent.Index {
	indexes := append(db.LevelIndexes("created_at"), db.LevelIndexes("sort_name")...)
	return append(indexes,
		index.Fields("handle").Unique(),
		index.Fields("id").StorageKey("person_suspended").
			Annotations(entsql.IndexWhere("suspended")),
	)
}

// Annotations of a person.
func (Person) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("people"), entsql.Checks(map[string]string{
		"person_handle": "handle = lower(handle)",
	})}
}
