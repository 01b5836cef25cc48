package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// Proposal is a film that somebody thinks a label should see. What becomes of
// it is known to the label's people and to who proposed.
type Proposal struct{ ent.Schema }

// Mixin gives a proposal its id, times, version and place: the label's.
func (Proposal) Mixin() []ent.Mixin {
	return []ent.Mixin{sdk.ID{}, sdk.Times{}, sdk.Version{}, sdk.InSpace{}}
}

// Fields of a proposal.
func (Proposal) Fields() []ent.Field {
	return []ent.Field{
		field.String("label_id").Immutable(),
		field.String("film_id").Immutable(),
		field.String("person_id").Immutable().Comment("Who proposes."),
		field.String("why").Immutable().NotEmpty().MaxRuneLen(2_000),
		field.Enum("state").Values("proposed", "taken", "declined", "withdrawn").Default("proposed"),
		field.String("answer").Default("").MaxRuneLen(2_000).Comment("What the label says to who proposed."),
		field.String("decided_by").Optional().Nillable(),
		field.Time("decided_at").Optional().Nillable(),
		field.String("pick_id").Optional().Nillable().Comment("What it was taken as."),
	}
}

// Edges of a proposal.
func (Proposal) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("label", Label.Type).Ref("proposals").Field("label_id").Unique().Required().Immutable(),
	}
}

// Indexes of a proposal: the label's inbox, a person's own, and that one
// proposes a film to a label once at a time.
func (Proposal) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("label_id", "created_at", "id"),
		index.Fields("person_id", "created_at", "id"),
		index.Fields("label_id", "film_id", "person_id").Unique().StorageKey("proposal_open").
			Annotations(entsql.IndexWhere("state = 'proposed'")),
	}
}

// Annotations of a proposal.
func (Proposal) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"proposal_state":   "state IN ('proposed', 'taken', 'declined', 'withdrawn')",
		"proposal_decided": "(state = 'proposed') = (decided_at IS NULL)",
	})}
}
