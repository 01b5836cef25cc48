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

// Proof is a secret that was mailed: whoever shows it reads the mailbox, and
// may set the account's password, or make the address that of the account.
type Proof struct{ ent.Schema }

// Mixin gives a proof its id and times.
func (Proof) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}} }

// Fields of a proof.
func (Proof) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").Immutable(),
		field.Enum("kind").Values("reset", "email").Immutable(),
		field.String("email").NotEmpty().MaxLen(254).Immutable().
			Comment("The mailbox: of the account, or the one that is to become it."),
		field.String("secret_hash").Default("").Sensitive().MaxLen(64).
			Comment("SHA-256 of the secret that was mailed last, in hex; empty until one was."),
		field.Time("expires_at").Immutable(),
		field.Time("used_at").Optional().Nillable(),
	}
}

// Edges of a proof.
func (Proof) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("account", Account.Type).Ref("proofs").Field("account_id").Unique().Required().Immutable(),
	}
}

// Indexes of a proof.
func (Proof) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("secret_hash").Unique().Annotations(entsql.IndexWhere("secret_hash <> ''")),
		index.Fields("account_id", "kind", "created_at"),
		index.Fields("expires_at"),
	}
}

// Annotations of a proof.
func (Proof) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"proof_kind": "kind IN ('reset', 'email')",
	})}
}
