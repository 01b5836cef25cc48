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

// Selection is a list of films that a label publishes. It lives where its
// label lives.
type Selection struct{ ent.Schema }

// Mixin gives a selection its id, times, version and place.
func (Selection) Mixin() []ent.Mixin {
	return []ent.Mixin{sdk.ID{}, sdk.Times{}, sdk.Version{}, sdk.InSpace{}}
}

// Fields of a selection.
func (Selection) Fields() []ent.Field {
	return []ent.Field{
		field.String("label_id").Immutable(),
		field.String("title").NotEmpty().MaxRuneLen(200),
		field.String("slug").NotEmpty().MaxRuneLen(100).
			Comment("The title as an address; also the alphabetical order, without accents or case."),
		field.Text("text").Default("").MaxRuneLen(20_000),
		field.Enum("kind").Values("playlist", "permanent", "cycle", "carte_blanche").Default("playlist"),
		field.Enum("ordering").Values("manual", "chronological").Default("manual").
			Comment("By hand, or in the order in which the films came on screen."),
		field.Int("edition").Optional().Nillable().Comment("The how-manyeth of its kind: a festival's 12th."),
		field.String("guest_id").Optional().Nillable().
			Comment("Who was given this carte blanche: they alone pick in it, and in no other selection of the label."),
		field.Enum("invitation").Values("open", "accepted", "declined").Optional().Nillable().
			Comment("What the guest says to it; null where there is none."),
		field.Int("max_words").Default(0).Comment("How long a note in it is at most; 0: as long as a note may be."),
		field.Time("from").Optional().Nillable().Comment("When it comes on screen; null: when it is published."),
		field.Time("until").Optional().Nillable().Comment("When it leaves the screen; null: not before somebody ends it."),
		field.Enum("visibility").Values("public", "unlisted", "private").Default("public").
			Comment("Unlisted: for whoever has the address, in no list. Private: for the label's people."),
		field.Enum("state").Values("draft", "published").Default("draft"),
		field.Time("published_at").Optional().Nillable(),
		field.Int("next_position").Default(0).
			Comment("The position of the next pick. Taking one locks the selection."),
	}
}

// Edges of a selection.
func (Selection) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("label", Label.Type).Ref("selections").Field("label_id").Unique().Required().Immutable(),
		edge.To("picks", Pick.Type),
		edge.To("changes", Change.Type),
	}
}

// Indexes of a selection: its lists at each level and under its label.
func (Selection) Indexes() []ent.Index {
	indexes := append(sdk.LevelIndexes("created_at"), sdk.LevelIndexes("slug")...)
	return append(indexes, index.Fields("label_id", "created_at", "id"))
}

// Annotations of a selection.
func (Selection) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"selection_kind":       "kind IN ('playlist', 'permanent', 'cycle', 'carte_blanche')",
		"selection_ordering":   "ordering IN ('manual', 'chronological')",
		"selection_guest":      "(guest_id IS NULL) = (invitation IS NULL)",
		"selection_invitation": "invitation IN ('open', 'accepted', 'declined')",
		"selection_max_words":  "max_words >= 0",
		"selection_dates":      "until > \"from\"",
		"selection_visibility": "visibility IN ('public', 'unlisted', 'private')",
		"selection_state":      "state IN ('draft', 'published')",
		"selection_published":  "(state = 'published') = (published_at IS NOT NULL)",
	})}
}
