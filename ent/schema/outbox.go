package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Outbox holds every event, recorded in the transaction of the change that it
// tells of. Only core/events writes it. Its id is a number that the database
// draws: two changes of one thing, which wait for each other, draw theirs in
// order, whatever the clocks of their nodes say.
type Outbox struct{ ent.Schema }

// Annotations names the table.
func (Outbox) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("outbox")}
}

// Fields are those of an event, and its position.
func (Outbox) Fields() []ent.Field {
	return []ent.Field{
		field.String("event_id").MaxLen(64).NotEmpty().Immutable(), // unique within its source
		field.String("source").MaxLen(64).NotEmpty().Immutable(),
		field.String("type").MaxLen(128).NotEmpty().Immutable(),
		field.String("subject").MaxLen(64).NotEmpty().Immutable(),
		field.String("network_id").MaxLen(36).Default("").Immutable(),
		field.String("region_id").MaxLen(36).Default("").Immutable(),
		field.String("space_id").MaxLen(36).Default("").Immutable(),
		field.String("actor").MaxLen(36).Default("").Immutable(),
		field.Text("data").Default("").Immutable(), // the bytes of the JSON as they came: webhooks sign them
		field.Time("at").Immutable(),
		field.Int64("position").Optional().Nillable(), // in the order of commits; null until the relay has seen it
	}
}

// Indexes let a repeated event be recognised, and readers follow positions.
func (Outbox) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("source", "event_id").Unique(),
		index.Fields("position").Unique(),
	}
}
