package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/core/db"
)

// Token is a personal access token: a credential of an account for its own
// programs, good for the scopes it names and never for more than the account may.
type Token struct{ ent.Schema }

// Mixin gives a token its id and times.
func (Token) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}} }

// Fields of a token.
func (Token) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(100).Immutable(),
		field.String("prefix").MaxLen(16).Immutable().
			Comment("The beginning of the secret, by which its owner recognises it."),
		field.String("hash").Sensitive().Immutable().MinLen(64).MaxLen(64).
			Comment("SHA-256 of the secret, in hex. The secret itself is kept nowhere."),
		field.Strings("scopes").Optional().Immutable().
			Comment("Actions, or every action of a noun: film.read, ecran.*; null for all that the account may."),
		field.Time("expires_at").Optional().Nillable().Immutable(),
		field.Time("last_used_at").Optional().Nillable().
			Comment("To the hour: reading must not mean writing."),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Edges of a token.
func (Token) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("account", Account.Type).Ref("tokens").Field("account_id").Unique().Required().Immutable(),
	}
}

// Indexes of a token.
func (Token) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("hash").Unique(),
		index.Fields("account_id", "created_at", "id"),
	}
}
