package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/core/db"
)

// PersonCraft is a craft that a person says they have. For the lists by craft
// it repeats what those are ordered and narrowed by; only core/directory writes
// it, together with the person.
type PersonCraft struct{ ent.Schema }

// Mixin gives it an id and the person's home.
func (PersonCraft) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.InSpace{}} }

// Fields of a person's craft.
func (PersonCraft) Fields() []ent.Field {
	return []ent.Field{
		field.String("person_id").Immutable(),
		field.String("craft").NotEmpty().MaxLen(16).Immutable().
			Comment("Code of the nomenclature: IMA-DOP."),
		field.Int("position").Default(0).NonNegative().
			Comment("The person's own order: their first craft is 0."),
		field.String("sort_name").NotEmpty().MaxLen(120).Comment("The person's."),
		field.Time("joined_at").Comment("When the person came."),
		field.String("found_commune").Default("").MaxLen(5).Comment("As the person is."),
		field.Int("found_tile").Optional().Nillable().Comment("As the person is."),
	}
}

// Edges of a person's craft.
func (PersonCraft) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("person", Person.Type).Ref("crafts").Field("person_id").Unique().Required().Immutable(),
	}
}

// Indexes of a person's craft: once for a person, and the lists by craft.
func (PersonCraft) Indexes() []ent.Index {
	indexes := []ent.Index{
		index.Fields("person_id", "craft").Unique(),
		index.Fields("craft", "found_commune", "sort_name", "id"),
		index.Fields("craft", "found_commune", "joined_at", "id"),
		index.Fields("craft", "found_tile", "sort_name", "id"),
	}
	for _, level := range []string{"network_id", "region_id", "space_id"} {
		indexes = append(indexes,
			index.Fields("craft", level, "sort_name", "id"),
			index.Fields("craft", level, "joined_at", "id"))
	}
	return indexes
}
