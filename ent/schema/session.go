package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/core/db"
)

// Session is an account signed in on one device. It ends by sign-out, by not
// being used, and by age.
type Session struct{ ent.Schema }

// Mixin gives a session its id and times.
func (Session) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}} }

// Fields of a session.
func (Session) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").Immutable(),
		field.String("token_hash").Sensitive().Immutable().MinLen(64).MaxLen(64).
			Comment("SHA-256 of the token, in hex. The token itself is kept nowhere."),
		field.Time("last_seen_at").
			Comment("To the hour: reading must not mean writing."),
		field.Time("expires_at").Immutable().
			Comment("Its end by age, used or not."),
		field.String("user_agent").Default("").MaxLen(300).Immutable(),
	}
}

// Edges of a session.
func (Session) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("account", Account.Type).Ref("sessions").Field("account_id").Unique().Required().Immutable(),
	}
}

// Indexes of a session.
func (Session) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("token_hash").Unique(),
		index.Fields("account_id", "created_at", "id"),
		index.Fields("expires_at"),
	}
}
