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

// Curator is a person who chooses for a label. It is a part of the label and
// has no place of its own.
type Curator struct{ ent.Schema }

// Mixin gives a curator its id.
func (Curator) Mixin() []ent.Mixin { return []ent.Mixin{sdk.ID{}} }

// Fields of a curator.
func (Curator) Fields() []ent.Field {
	return []ent.Field{
		field.String("label_id").Immutable(),
		field.String("person_id").Immutable(),
		field.Enum("role").Values("director", "curator", "contributor").
			Comment("A director also answers for the label itself; a contributor votes and reads along, and does not pick."),
	}
}

// Edges of a curator.
func (Curator) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("label", Label.Type).Ref("curators").Field("label_id").Unique().Required().Immutable(),
	}
}

// Indexes of a curator: once in a label, and the labels of a person.
func (Curator) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("label_id", "person_id").Unique(),
		index.Fields("person_id"),
	}
}

// Annotations of a curator.
func (Curator) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"curator_role": "role IN ('director', 'curator', 'contributor')",
	})}
}
