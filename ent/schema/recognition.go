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

// Recognition is what a film keeps of having been chosen: a pick of a label, a
// prize. It is the text of that day; what happens to its source later changes
// it only by an event.
type Recognition struct{ ent.Schema }

// Mixin gives a recognition its id and times.
func (Recognition) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}} }

// Fields of a recognition.
func (Recognition) Fields() []ent.Field {
	return []ent.Field{
		field.String("film_id").Immutable(),
		field.String("by").NotEmpty().MaxRuneLen(200).Immutable().
			Comment("Who recognised it: the label's name."),
		field.String("title").NotEmpty().MaxRuneLen(200).Immutable().
			Comment("What for: the selection's title."),
		field.Text("note").Default("").MaxRuneLen(5000).Immutable(),
		field.String("url").Default("").MaxLen(2000).Immutable(),
		field.Time("from").Immutable(),
		field.Time("until").Optional().Nillable().Immutable().
			Comment("The end that was known from the beginning."),
		field.Time("ended_at").Optional().Nillable(),
		field.String("reason").Default("").MaxRuneLen(500).
			Comment("Why it ended; empty while it has not."),
		field.Time("removed_at").Optional().Nillable().
			Comment("When the film's owner wanted it forgotten; the row stays, so that it is not told anew."),
		field.String("source").NotEmpty().MaxLen(40).Immutable().
			Comment("The module that told us."),
		field.String("source_id").NotEmpty().MaxLen(64).Immutable().
			Comment("What the module calls it."),
	}
}

// Edges of a recognition.
func (Recognition) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("film", Film.Type).Ref("recognitions").Field("film_id").Unique().Required().Immutable(),
	}
}

// Indexes of a recognition: told once, however often it is told; and the
// recognitions of a film in their order.
func (Recognition) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("source", "source_id").Unique(),
		index.Fields("film_id", "from", "id"),
	}
}

// Annotations of a recognition.
func (Recognition) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"recognition_ended":   "ended_at IS NOT NULL OR reason = ''",
		"recognition_removed": "removed_at IS NULL OR ended_at IS NOT NULL OR until IS NOT NULL",
	})}
}
