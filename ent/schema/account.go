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

// Account is a login. What others see of its holder is the Person.
type Account struct{ ent.Schema }

// Mixin gives an account its id, times and version. An account has no space:
// its grants say where it may do what.
func (Account) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}, db.Version{}} }

// Fields of an account.
func (Account) Fields() []ent.Field {
	return []ent.Field{
		field.String("email").NotEmpty().MaxLen(254).
			Comment("In lower case, in ASCII."),
		field.String("password_hash").Sensitive().
			Comment("argon2id, with its parameters."),
		field.String("person_id").Immutable(),
		field.String("locale").Default("fr-FR").MaxLen(35),
		field.String("time_zone").Default("Europe/Paris").MaxLen(64).
			Comment("IANA name, of the account's holder."),
		field.Enum("state").Values("active", "suspended").Default("active").
			Comment("Person.suspended says the same for lists and is written with it."),
	}
}

// Edges of an account.
func (Account) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("person", Person.Type).Ref("account").Field("person_id").Unique().Required().Immutable(),
		edge.To("sessions", Session.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("tokens", Token.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("proofs", Proof.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("grants", Grant.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of an account: one for an e-mail address, and their list. That a
// person has one account is in the edge.
func (Account) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("email").Unique(),
		index.Fields("created_at", "id"),
	}
}

// Annotations of an account.
func (Account) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"account_email": "email = lower(email)",
		"account_state": "state IN ('active', 'suspended')",
	})}
}
