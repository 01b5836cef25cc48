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

// Consent is the word of a film's maker to being chosen by one label, where the
// film says that it wants to be asked.
type Consent struct{ ent.Schema }

// Mixin gives a consent its id, times, version and place: the label's.
func (Consent) Mixin() []ent.Mixin {
	return []ent.Mixin{sdk.ID{}, sdk.Times{}, sdk.Version{}, sdk.InSpace{}}
}

// Fields of a consent.
func (Consent) Fields() []ent.Field {
	return []ent.Field{
		field.String("film_id").Immutable(),
		field.String("label_id").Immutable(),
		field.String("asked_by").Comment("The person who asked last."),
		field.Time("asked_at"),
		field.Time("answered_at").Optional().Nillable(),
		field.Enum("state").Values("asked", "granted", "refused", "lapsed").Default("asked"),
	}
}

// Edges of a consent.
func (Consent) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("label", Label.Type).Ref("consents").Field("label_id").Unique().Required().Immutable(),
	}
}

// Indexes of a consent: one for a film and a label, and the lists of both.
func (Consent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("film_id", "label_id").Unique(),
		index.Fields("film_id", "asked_at", "id"),
		index.Fields("label_id", "asked_at", "id"),
	}
}

// Annotations of a consent.
func (Consent) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"consent_state":    "state IN ('asked', 'granted', 'refused', 'lapsed')",
		"consent_answered": "(state = 'asked') = (answered_at IS NULL)",
	})}
}
