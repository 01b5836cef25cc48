package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// OutboxCursor says how far in the outbox a consumer is: up to and with
// position. Its id is the consumer's name. The relay, which gives the
// positions, has one too: the last that it gave.
type OutboxCursor struct{ ent.Schema }

// Annotations names the table.
func (OutboxCursor) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("outbox_cursors")}
}

// Fields are the consumer and its position.
func (OutboxCursor) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").StorageKey("consumer").MaxLen(64).NotEmpty().Immutable(),
		field.Int64("position").Default(0).NonNegative(),
	}
}
