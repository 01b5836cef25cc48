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

// Membership is a person's place in an organisation, from the invitation to
// its end. It is never deleted: who belonged to what is history.
type Membership struct{ ent.Schema }

// Mixin gives a membership its id, times and version.
func (Membership) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}, db.Version{}} }

// Fields of a membership.
func (Membership) Fields() []ent.Field {
	return []ent.Field{
		field.String("organisation_id").Immutable(),
		field.String("person_id").Immutable(),
		field.Enum("role").Values("admin", "editor", "member").
			Comment("An admin decides and invites, an editor writes, a member belongs."),
		field.String("title").Default("").MaxRuneLen(120).
			Comment("What they are there: présidente, gérant."),
		field.Enum("state").Values("invited", "active", "declined", "cancelled", "ended").Default("invited"),
		field.Bool("shown").Default(true).Comment("The member lets everybody see that they are one."),
		field.String("since").Default("").MaxLen(10).Comment("A day, 2024-09-01; empty where nobody said."),
		field.String("until").Default("").MaxLen(10).Comment("The last day; empty while it lasts."),
		field.String("invited_by").Default("").MaxLen(36).Immutable().
			Comment("The person; empty for who made the organisation."),
		field.Time("answered_at").Optional().Nillable(),
		field.Time("ended_at").Optional().Nillable(),
	}
}

// Edges of a membership.
func (Membership) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("organisation", Organisation.Type).Ref("memberships").Field("organisation_id").Unique().Required().Immutable(),
		edge.From("person", Person.Type).Ref("organisations").Field("person_id").Unique().Required().Immutable(),
	}
}

// Indexes of a membership: one that lasts for a person in an organisation, and
// both lists.
func (Membership) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organisation_id", "person_id").Unique().StorageKey("membership_held").
			Annotations(entsql.IndexWhere("state <> 'declined' AND state <> 'cancelled' AND state <> 'ended'")),
		index.Fields("organisation_id", "created_at", "id"),
		index.Fields("organisation_id", "state", "created_at", "id"),
		index.Fields("person_id", "created_at", "id"),
	}
}

// Annotations of a membership.
func (Membership) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"membership_role":  "role IN ('admin', 'editor', 'member')",
		"membership_state": "state IN ('invited', 'active', 'declined', 'cancelled', 'ended')",
		"membership_days":  "since = '' OR until = '' OR since <= until",
	})}
}
