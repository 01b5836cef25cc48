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

// BusyPeriod is a time in which a person cannot work: whole days, both
// included, wherever the person is.
type BusyPeriod struct{ ent.Schema }

// Mixin gives a busy period its id and times.
func (BusyPeriod) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}} }

// Fields of a busy period.
func (BusyPeriod) Fields() []ent.Field {
	return []ent.Field{
		field.String("person_id").Immutable(),
		field.String("first_day").MinLen(10).MaxLen(10).Immutable().Comment("2026-07-01"),
		field.String("last_day").MinLen(10).MaxLen(10).Immutable(),
		field.String("note").Default("").MaxRuneLen(200).Immutable().
			Comment("For the person alone."),
	}
}

// Edges of a busy period.
func (BusyPeriod) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("person", Person.Type).Ref("busy").Field("person_id").Unique().Required().Immutable(),
	}
}

// Indexes of a busy period.
func (BusyPeriod) Indexes() []ent.Index {
	return []ent.Index{index.Fields("person_id", "first_day", "id")}
}

// Annotations of a busy period.
func (BusyPeriod) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"busy_period_days": "first_day <= last_day",
	})}
}
