package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/core/db"
)

// SigningKey signs what this platform says to those who have no account: one
// key at a time, Ed25519. What a retired one has signed stays true, so its
// public half is kept for ever and its private half is not.
type SigningKey struct{ ent.Schema }

// Mixin gives a signing key its times.
func (SigningKey) Mixin() []ent.Mixin { return []ent.Mixin{db.Times{}} }

// Fields of a signing key.
func (SigningKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").NotEmpty().MaxLen(43).Immutable().
			Comment("Its thumbprint, RFC 7638: the kid of what it signs."),
		field.Bytes("public_key").MinLen(32).MaxLen(32).Immutable(),
		field.Bytes("sealed_key").Optional().Sensitive().MaxLen(200).
			Comment("The private half, sealed with the instance's secret; empty once retired."),
		field.Enum("state").Values("current", "retired").Default("current"),
		field.Time("retired_at").Optional().Nillable(),
	}
}

// Indexes of a signing key: one that signs.
func (SigningKey) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("state").Unique().StorageKey("signing_key_current").
			Annotations(entsql.IndexWhere("state = 'current'")),
		index.Fields("created_at", "id"),
	}
}

// Annotations of a signing key.
func (SigningKey) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"signing_key_state":   "state IN ('current', 'retired')",
		"signing_key_retired": "(state = 'retired') = (retired_at IS NOT NULL)",
		"signing_key_sealed":  "(state = 'current') = (sealed_key IS NOT NULL)",
	})}
}
