package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/core/db"
)

// Registration is an account that somebody wants, until they have shown that
// the e-mail address is theirs; then it becomes an Account and a Person, and
// the row goes. It is written, and holds its handle, also where the address
// has an account already: nobody learns from it whether it has.
type Registration struct{ ent.Schema }

// Mixin gives a registration its id and times.
func (Registration) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}} }

// Fields of a registration.
func (Registration) Fields() []ent.Field {
	return []ent.Field{
		field.String("email").NotEmpty().MaxLen(254).Immutable(),
		field.String("password_hash").Sensitive().Immutable(),
		field.String("handle").NotEmpty().MaxLen(30).Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(120).Immutable(),
		field.String("space_id").Immutable().
			Comment("The home that it names: a region, or the network."),
		field.String("commune").Default("").MaxLen(5).Immutable().
			Comment("INSEE code; empty where it was not said."),
		field.Bool("makes_films").Default(false).Immutable(),
		field.String("locale").Default("fr-FR").MaxLen(35).Immutable(),
		field.String("secret_hash").Default("").Sensitive().MaxLen(64).
			Comment("SHA-256 of the secret that was mailed last, in hex; empty until one was."),
		field.Time("expires_at").Immutable(),
	}
}

// Edges of a registration.
func (Registration) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("space", Space.Type).Field("space_id").Unique().Required().Immutable().
			Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("reserved", Handle.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of a registration.
func (Registration) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("secret_hash").Unique().Annotations(entsql.IndexWhere("secret_hash <> ''")),
		index.Fields("email", "created_at"),
		index.Fields("expires_at"),
	}
}
