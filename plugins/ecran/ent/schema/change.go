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

// Change is what somebody did to a selection, for those who make it together.
// It is a part of the selection, and has no place of its own.
type Change struct{ ent.Schema }

// Mixin gives a change its id.
func (Change) Mixin() []ent.Mixin { return []ent.Mixin{sdk.ID{}} }

// Fields of a change.
func (Change) Fields() []ent.Field {
	return []ent.Field{
		field.String("selection_id").Immutable(),
		field.Time("at").Immutable(),
		field.String("person_id").Immutable().Optional().Nillable().
			Comment("Who did it; null where a date or the platform did."),
		field.Enum("kind").Immutable().
			Values("made", "changed", "ordered", "published", "accepted", "declined", "picked", "ended", "removed", "withdrawn", "refused"),
		field.Strings("fields").Immutable().Optional().Comment("What was changed of the selection."),
		field.String("pick_id").Immutable().Optional().Nillable(),
		field.String("film_id").Immutable().Optional().Nillable().Comment("Of the pick."),
	}
}

// Edges of a change.
func (Change) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("selection", Selection.Type).Ref("changes").Field("selection_id").Unique().Required().Immutable(),
	}
}

// Indexes of a change: the history of a selection.
func (Change) Indexes() []ent.Index {
	return []ent.Index{index.Fields("selection_id", "at", "id")}
}

// Annotations of a change.
func (Change) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"change_kind": "kind IN ('made', 'changed', 'ordered', 'published', 'accepted', 'declined', 'picked', 'ended', 'removed', 'withdrawn', 'refused')",
		"change_pick": "(pick_id IS NULL) = (film_id IS NULL)",
	})}
}
