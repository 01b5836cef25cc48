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

// Transfer is the offer of a film to a new owner, until it is answered.
type Transfer struct{ ent.Schema }

// Mixin gives a transfer its id and times.
func (Transfer) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}} }

// Fields of a transfer.
func (Transfer) Fields() []ent.Field {
	return []ent.Field{
		field.String("film_id").Immutable(),
		field.String("from_id").Immutable().Comment("The owner who offers it."),
		field.String("to_id").Immutable().Comment("The person who may become owner."),
		field.Enum("stays").Values("owner", "editor", "crew", "none").Default("editor").Immutable().
			Comment("What the one who offers it is afterwards."),
		field.Text("note").Default("").MaxRuneLen(1000).Immutable(),
		field.Enum("state").Values("offered", "accepted", "declined", "cancelled").Default("offered"),
		field.Time("expires_at").Immutable(),
		field.Time("answered_at").Optional().Nillable(),
	}
}

// Edges of a transfer.
func (Transfer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("film", Film.Type).Ref("transfers").Field("film_id").Unique().Required().Immutable(),
		edge.To("from", Person.Type).Field("from_id").Unique().Required().Immutable().
			Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("to", Person.Type).Field("to_id").Unique().Required().Immutable().
			Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of a transfer: one at a time for a film, and what a person was
// offered.
func (Transfer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("film_id").Unique().StorageKey("transfer_offered").
			Annotations(entsql.IndexWhere("state = 'offered'")),
		index.Fields("film_id", "created_at", "id"),
		index.Fields("to_id", "created_at", "id"),
	}
}

// Annotations of a transfer.
func (Transfer) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"transfer_state": "state IN ('offered', 'accepted', 'declined', 'cancelled')",
		"transfer_stays": "stays IN ('owner', 'editor', 'crew', 'none')",
		"transfer_self":  "from_id <> to_id",
	})}
}
