package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// Vote is what one of the label's people thinks of a film that was picked under
// a label that votes. It is a part of the pick and has no place of its own.
type Vote struct{ ent.Schema }

// Mixin gives a vote its id and times.
func (Vote) Mixin() []ent.Mixin { return []ent.Mixin{sdk.ID{}, sdk.Times{}} }

// Fields of a vote.
func (Vote) Fields() []ent.Field {
	return []ent.Field{
		field.String("pick_id").Immutable(),
		field.String("person_id").Immutable(),
		field.Enum("choice").Values("yes", "no", "veto"),
	}
}

// Edges of a vote.
func (Vote) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("pick", Pick.Type).Ref("votes").Field("pick_id").Unique().Required().Immutable(),
	}
}

// Indexes of a vote: one a person.
func (Vote) Indexes() []ent.Index {
	return []ent.Index{index.Fields("pick_id", "person_id").Unique()}
}

// Annotations of a vote.
func (Vote) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"vote_choice": "choice IN ('yes', 'no', 'veto')",
	})}
}
