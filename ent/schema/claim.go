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

// Claim is somebody saying that a profile without an account is theirs. Its
// place is that of the profile, whose moderators decide.
type Claim struct{ ent.Schema }

// Mixin gives a claim its id, times, and the place of the profile.
func (Claim) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}, db.InSpace{}} }

// Fields of a claim.
func (Claim) Fields() []ent.Field {
	return []ent.Field{
		field.String("person_id").Immutable().Comment("The profile without an account."),
		field.String("claimant_id").Immutable().Comment("The person who says that it is theirs."),
		field.Enum("state").Values("pending", "accepted", "refused", "withdrawn").Default("pending"),
		field.Text("note").Default("").MaxRuneLen(1000).Immutable().Comment("Why: in the claimant's words."),
		field.Text("reason").Default("").MaxRuneLen(1000).Comment("In the words of who decided."),
		field.String("decided_by").Default("").MaxLen(36).Comment("The person; empty while nobody has."),
		field.Time("decided_at").Optional().Nillable(),
	}
}

// Edges of a claim.
func (Claim) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("person", Person.Type).Field("person_id").Unique().Required().Immutable().
			Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("claimant", Person.Type).Field("claimant_id").Unique().Required().Immutable().
			Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of a claim: one that waits for each claimant of a profile, one that
// was accepted for a profile; a person's, and those of a space.
func (Claim) Indexes() []ent.Index {
	indexes := []ent.Index{
		index.Fields("person_id", "claimant_id").Unique().StorageKey("claim_waiting").
			Annotations(entsql.IndexWhere("state = 'pending'")),
		index.Fields("person_id").Unique().StorageKey("claim_accepted").
			Annotations(entsql.IndexWhere("state = 'accepted'")),
		index.Fields("claimant_id", "created_at", "id"),
		index.Fields("person_id", "created_at", "id"),
	}
	return append(indexes, db.LevelIndexes("state", "created_at")...)
}

// Annotations of a claim.
func (Claim) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"claim_state": "state IN ('pending', 'accepted', 'refused', 'withdrawn')",
		"claim_self":  "person_id <> claimant_id",
	})}
}
