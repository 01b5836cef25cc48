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

// FilmMember is a person's part in the making of a film on the platform: the
// source of the relations own, team and crew. The titles name Credits, which
// are another thing.
type FilmMember struct{ ent.Schema }

// Mixin gives a member its id and times.
func (FilmMember) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}} }

// Fields of a member.
func (FilmMember) Fields() []ent.Field {
	return []ent.Field{
		field.String("film_id").Immutable(),
		field.String("person_id").Immutable(),
		field.Enum("role").Values("owner", "editor", "crew").
			Comment("An owner decides, an editor also writes, the crew also reads."),
	}
}

// Edges of a member.
func (FilmMember) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("film", Film.Type).Ref("members").Field("film_id").Unique().Required().Immutable(),
		edge.From("person", Person.Type).Ref("memberships").Field("person_id").Unique().Required().Immutable(),
	}
}

// Indexes of a member: once in a film, and the films of a person.
func (FilmMember) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("film_id", "person_id").Unique(),
		index.Fields("person_id", "film_id"),
	}
}

// Annotations of a member.
func (FilmMember) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"film_member_role": "role IN ('owner', 'editor', 'crew')",
	})}
}
