// Package schema says what Écran remembers: labels and their curators,
// selections, picks. People and films are ids of the core.
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

// Label is an editorial signature: the name under which people select films
// and answer for it.
type Label struct{ ent.Schema }

// Mixin gives a label its id, times, version and place.
func (Label) Mixin() []ent.Mixin {
	return []ent.Mixin{sdk.ID{}, sdk.Times{}, sdk.Version{}, sdk.InSpace{}}
}

// Fields of a label.
func (Label) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").Immutable().
			Values("personal", "personality", "committee", "festival", "institution", "region", "platform"),
		field.String("name").NotEmpty().MaxRuneLen(120),
		field.String("slug").NotEmpty().MaxRuneLen(100).
			Comment("The name as an address; also the alphabetical order, without accents or case."),
		field.Text("manifesto").Default("").MaxRuneLen(10_000),
		field.String("holder_id").Immutable().
			Comment("The person who answers for the label."),
	}
}

// Edges of a label.
func (Label) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("curators", Curator.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("selections", Selection.Type),
	}
}

// Indexes of a label: its lists at each level, whose it is, and its name,
// which no other label of the space may bear.
func (Label) Indexes() []ent.Index {
	indexes := append(sdk.LevelIndexes("created_at"), sdk.LevelIndexes("slug")...)
	return append(indexes,
		index.Fields("holder_id"),
		index.Fields("space_id", "slug").Unique().StorageKey("label_of_space"),
	)
}

// Annotations of a label.
func (Label) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"label_kind": "kind IN ('personal', 'personality', 'committee', 'festival', 'institution', 'region', 'platform')",
	})}
}
