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

// Pick is one film in a selection, signed and dated, with a note. It is never
// deleted: it ends and is remembered, and the same film picked again is a new
// pick.
type Pick struct{ ent.Schema }

// Mixin gives a pick its id, times, version and place.
func (Pick) Mixin() []ent.Mixin {
	return []ent.Mixin{sdk.ID{}, sdk.Times{}, sdk.Version{}, sdk.InSpace{}}
}

// Fields of a pick.
func (Pick) Fields() []ent.Field {
	return []ent.Field{
		field.String("selection_id").Immutable(),
		field.String("film_id").Immutable(),
		field.Text("note").Immutable().Default("").MaxRuneLen(5_000),
		field.String("signer_id").Immutable().
			Comment("The person who signed."),
		field.String("signer_name").Immutable().
			Comment("Their name on the day they signed."),
		field.String("conflict").Immutable().Default("").MaxRuneLen(500).
			Comment("What the signer has to do with the film, in their words; empty where that is nothing."),
		field.Strings("families").Immutable().Optional().
			Comment("Who stood behind the film when it was picked: films that share one are of one family."),
		field.Int("position"),
		field.Time("from").Comment("When it came on screen, or will."),
		field.Time("until").Optional().Nillable().Comment("When it is to leave the screen; null: not by itself."),
		field.Time("ended_at").Optional().Nillable().Comment("When it left, in whatever way; null while it is current."),
		field.String("reason").Default("").MaxRuneLen(500).Comment("Why it left, if that is to be known."),
		field.Enum("state").
			Values("under_vote", "asked", "scheduled", "on_screen", "ended", "withdrawn", "removed", "refused").
			Default("on_screen"),
		field.Time("recognised_at").Optional().Nillable().
			Comment("When the film was told; null while nobody else can see the pick."),
		field.String("recognition").Default("").
			Comment("What the film knows it by: the pick's id if empty. Another one each time it comes back into public view."),
	}
}

// Edges of a pick.
func (Pick) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("selection", Selection.Type).Ref("picks").Field("selection_id").Unique().Required().Immutable(),
		edge.To("votes", Vote.Type),
	}
}

// Indexes of a pick: the orders of its selection, the picks of a film, and that
// a film is in a selection once at a time.
func (Pick) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("selection_id", "state", "position", "id"),
		index.Fields("selection_id", "state", "from", "id"),
		index.Fields("film_id"),
		index.Fields("selection_id", "film_id").Unique().StorageKey("pick_current").
			Annotations(entsql.IndexWhere("ended_at IS NULL")),
	}
}

// Annotations of a pick.
func (Pick) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"pick_state": "state IN ('under_vote', 'asked', 'scheduled', 'on_screen', 'ended', 'withdrawn', 'removed', 'refused')",
		"pick_ended": "(state IN ('ended', 'withdrawn', 'removed', 'refused')) = (ended_at IS NOT NULL)",
	})}
}
