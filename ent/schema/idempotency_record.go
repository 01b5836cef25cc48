package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// IdempotencyRecord is the answer to a request that carried an
// Idempotency-Key, kept to be given again. Only core/rest reads and writes it,
// in SQL, for modules have the same table; its id is drawn by the database.
type IdempotencyRecord struct{ ent.Schema }

// Annotations names the table.
func (IdempotencyRecord) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("idempotency_records")}
}

// Fields are the request, by its hashes, and the answer.
func (IdempotencyRecord) Fields() []ent.Field {
	return []ent.Field{
		field.String("operation").MaxLen(128).NotEmpty().Immutable(),
		field.String("principal").MaxLen(128).Immutable(), // the account; empty for visitors
		field.String("key_hash").MaxLen(128).NotEmpty().Immutable(),
		field.String("request_hash").MaxLen(128).Immutable(),
		field.Int("status"),
		field.Text("header").Default(""),
		field.Bytes("body").Optional(),
		field.Time("created_at").Immutable(),
	}
}

// Indexes make a key work once, and find what is old enough to forget.
func (IdempotencyRecord) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("operation", "principal", "key_hash").Unique(),
		index.Fields("created_at"),
	}
}
