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

// Grant is a role that an account has at a space and everywhere below it,
// until it ends. It is never deleted: who could do what is history.
type Grant struct{ ent.Schema }

// Mixin gives a grant its id and times.
func (Grant) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}} }

// Fields of a grant.
func (Grant) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").Immutable(),
		field.String("role").NotEmpty().MaxLen(40).Immutable(),
		field.String("space_id").Immutable(),
		field.String("path").NotEmpty().Immutable().
			Comment("The space's, which never changes."),
		field.Time("until").Optional().Nillable().Immutable(),
		field.String("granted_by").Default("").Immutable().
			Comment("The account; empty for the platform itself."),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Edges of a grant.
func (Grant) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("account", Account.Type).Ref("grants").Field("account_id").Unique().Required().Immutable(),
		edge.To("space", Space.Type).Field("space_id").Unique().Required().Immutable().
			Annotations(entsql.OnDelete(entsql.Restrict)),
	}
}

// Indexes of a grant: what an account has, who has something at a space, and
// that nobody has the same role twice at one.
func (Grant) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "role", "space_id").Unique().StorageKey("grant_held").
			Annotations(entsql.IndexWhere("revoked_at IS NULL")),
		index.Fields("space_id", "created_at", "id"),
		index.Fields("space_id", "role", "created_at", "id"),
	}
}

// Annotations of a grant.
func (Grant) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"grant_path": "path LIKE '/%/'",
	})}
}
