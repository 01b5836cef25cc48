package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/core/db"
)

// SpaceSlug is an address that a space had before: it goes on leading there,
// and no other space gets it.
type SpaceSlug struct{ ent.Schema }

// Mixin gives it an id and times.
func (SpaceSlug) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}} }

// Fields of an old slug.
func (SpaceSlug) Fields() []ent.Field {
	return []ent.Field{
		field.String("slug").NotEmpty().MaxLen(64).Immutable(),
		field.String("space_id").Immutable(),
	}
}

// Edges of an old slug.
func (SpaceSlug) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("space", Space.Type).Ref("slugs").Field("space_id").Unique().Required().Immutable(),
	}
}

// Indexes of an old slug.
func (SpaceSlug) Indexes() []ent.Index {
	return []ent.Index{index.Fields("slug").Unique()}
}
