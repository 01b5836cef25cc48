package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// Pin puts a label, a selection or a pick forward in a slot of a space's page,
// signed, until a date or until somebody ends it. Its place is the page's.
type Pin struct{ ent.Schema }

// Mixin gives a pin its id, times, version and place.
func (Pin) Mixin() []ent.Mixin {
	return []ent.Mixin{sdk.ID{}, sdk.Times{}, sdk.Version{}, sdk.InSpace{}}
}

// Fields of a pin.
func (Pin) Fields() []ent.Field {
	return []ent.Field{
		field.Int("slot").Comment("From 1."),
		field.Enum("kind").Immutable().Values("label", "selection", "pick"),
		field.String("target_id").Immutable().Comment("Of the label, the selection or the pick."),
		field.String("label_id").Immutable().Comment("Whose it is, also where the label itself is put forward."),
		field.String("reason").Immutable().Default("").MaxRuneLen(1_000).Comment("Why, signed."),
		field.String("signer_id").Immutable(),
		field.String("signer_name").Immutable().Comment("Their name on the day they signed."),
		field.Time("from").Immutable(),
		field.Time("until").Optional().Nillable().Comment("Null: until somebody ends it."),
	}
}

// Indexes of a pin: a page at an instant, and the pins of a label.
func (Pin) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("space_id", "from", "id"),
		index.Fields("label_id"),
		index.Fields("target_id"),
	}
}

// Annotations of a pin.
func (Pin) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"pin_kind":  "kind IN ('label', 'selection', 'pick')",
		"pin_slot":  "slot >= 1",
		"pin_dates": "until >= \"from\"",
	})}
}
