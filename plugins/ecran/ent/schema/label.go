// Package schema says what Écran remembers: labels and their curators,
// selections and their picks, votes, consents, proposals, pages and their pins.
// People and films are ids of the core.
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
		field.String("name_key").NotEmpty().MaxRuneLen(400).
			Comment("What every name has in common that reads like this one."),
		field.Text("manifesto").Default("").MaxRuneLen(10_000),
		field.String("holder_id").
			Comment("The person who answers for the label."),
		field.Enum("state").Values("requested", "active", "closed").Default("active"),
		field.Time("acted_at").
			Comment("When it last chose something; a label that has not for a year is dormant."),
		field.Int("max_pins").Default(3).
			Comment("How many of its things may be put forward at one instant, on all pages together."),
		field.Enum("own_films").Values("declared", "forbidden").Default("declared").
			Comment("Whether its people may pick what they have a part in, if they say so."),
		field.Int("max_family").Default(0).
			Comment("How many films of one family a selection holds at a time; 0: as many as it likes."),
		field.Bool("note_required").Default(false),
		field.Int("votes_needed").Default(0).
			Comment("How many of its people have to be for a film; none: who picks decides."),
	}
}

// Edges of a label.
func (Label) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("curators", Curator.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("selections", Selection.Type),
		edge.To("proposals", Proposal.Type),
		edge.To("consents", Consent.Type),
	}
}

// Indexes of a label: its lists at each level, whose it is, and its name,
// which no other label of the space may bear, nor one of the network that
// people know by its name alone.
func (Label) Indexes() []ent.Index {
	indexes := append(sdk.LevelIndexes("created_at"), sdk.LevelIndexes("slug")...)
	return append(indexes,
		index.Fields("holder_id"),
		index.Fields("space_id", "name_key").Unique().StorageKey("label_of_space"),
		index.Fields("network_id", "name_key").Unique().StorageKey("label_of_network").
			Annotations(entsql.IndexWhere("kind <> 'personal' AND kind <> 'committee'")),
	)
}

// Annotations of a label.
func (Label) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"label_kind":      "kind IN ('personal', 'personality', 'committee', 'festival', 'institution', 'region', 'platform')",
		"label_state":     "state IN ('requested', 'active', 'closed')",
		"label_own_films": "own_films IN ('declared', 'forbidden')",
		"label_rules":     "max_pins >= 0 AND votes_needed >= 0 AND max_family >= 0",
	})}
}
