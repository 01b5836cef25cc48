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
		field.Int("position").Immutable(),
		field.Time("from").Immutable(),
		field.Time("until").Optional().Nillable().
			Comment("When it left the screen; null while it is on."),
		field.Enum("state").Values("on_screen", "ended").Default("on_screen"),
		field.Time("recognised_at").Optional().Nillable().
			Comment("When the film was told; null while the selection is a draft."),
	}
}

// Edges of a pick.
func (Pick) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("selection", Selection.Type).Ref("picks").Field("selection_id").Unique().Required().Immutable(),
	}
}

// Indexes of a pick: the order of its selection, the picks of a film, and that
// a film is on screen once in a selection.
func (Pick) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("selection_id", "state", "position", "id"),
		index.Fields("film_id"),
		index.Fields("selection_id", "film_id").Unique().StorageKey("pick_on_screen").
			Annotations(entsql.IndexWhere("state = 'on_screen'")),
	}
}

// Annotations of a pick.
func (Pick) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"pick_state": "state IN ('on_screen', 'ended')",
		"pick_ended": "(state = 'ended') = (until IS NOT NULL)",
	})}
}
