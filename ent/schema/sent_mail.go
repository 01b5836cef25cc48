package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/core/db"
)

// SentMail is a mail that went to an address in the last hour: so many an hour
// are enough. What was in it is not kept.
type SentMail struct{ ent.Schema }

// Mixin gives it an id.
func (SentMail) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}} }

// Fields are where it went, and when.
func (SentMail) Fields() []ent.Field {
	return []ent.Field{
		field.String("email").NotEmpty().MaxLen(254).Immutable(),
		field.String("letter").NotEmpty().MaxLen(20).Immutable().Comment("Which it was: reset."),
		field.Time("at").Immutable(),
	}
}

// Indexes find those of an address, and those that are too old to count.
func (SentMail) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("email", "letter", "at"),
		index.Fields("at"),
	}
}
