package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/core/db"
)

// SpaceModule is a switch that a space has set itself. A space without one
// takes its parent's.
type SpaceModule struct{ ent.Schema }

// Mixin gives a switch its id, times and version.
func (SpaceModule) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}, db.Version{}} }

// Fields of a switch.
func (SpaceModule) Fields() []ent.Field {
	return []ent.Field{
		field.String("space_id").Immutable(),
		field.String("module").NotEmpty().MaxLen(40).Immutable(),
		field.Enum("state").Values("off", "on", "read_only", "closing"),
		field.JSON("settings", json.RawMessage{}).Optional().
			Comment("As the module's manifest describes them; null where the module's defaults hold."),
	}
}

// Edges of a switch.
func (SpaceModule) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("space", Space.Type).Field("space_id").Unique().Required().Immutable().
			Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of a switch: one for each module in a space, and where a module is
// switched how.
func (SpaceModule) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("space_id", "module").Unique(),
		index.Fields("module", "state"),
	}
}

// Annotations of a switch.
func (SpaceModule) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"space_module_state": "state IN ('off', 'on', 'read_only', 'closing')",
	})}
}
