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

// Organisation is a company, an association, a school, a festival: whoever
// works in film under a name that is not a person's.
type Organisation struct{ ent.Schema }

// Mixin gives an organisation its id, times, version and home.
func (Organisation) Mixin() []ent.Mixin {
	return []ent.Mixin{db.ID{}, db.Times{}, db.Version{}, db.InSpace{}}
}

// Fields of an organisation.
func (Organisation) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").Values("association", "production", "provider", "institution", "school", "cinema", "festival", "collective"),
		field.String("name").NotEmpty().MaxRuneLen(160),
		field.String("slug").NotEmpty().MaxLen(200).
			Comment("The name as an address; also the alphabetical order."),
		field.String("legal_name").Default("").MaxRuneLen(200),
		field.Text("description").Default("").MaxRuneLen(4000).Comment("Markdown."),
		field.String("siren").Default("").MaxLen(9).Comment("Nine digits; empty where it has none."),
		field.String("siret").Default("").MaxLen(14).Comment("Fourteen digits, of its seat."),
		field.String("rna").Default("").MaxLen(10).Comment("An association's: W and nine digits."),
		field.String("naf").Default("").MaxLen(6).Comment("Code of its activity: 59.11B."),
		field.String("idcc").Default("").MaxLen(4).Comment("Of its collective agreement: 3097."),
		field.String("commune").Default("").MaxLen(5).Comment("INSEE code."),
		field.String("website").Default("").MaxLen(500),
		field.Enum("state").Values("active", "closed").Default("active"),
		field.String("made_by").Default("").MaxLen(36).Immutable().
			Comment("The person; empty for the platform itself."),
	}
}

// Edges of an organisation.
func (Organisation) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("space", Space.Type).Field("space_id").Unique().Required().
			Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("memberships", Membership.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of an organisation: its lists at each level.
func (Organisation) Indexes() []ent.Index {
	indexes := []ent.Index{index.Fields("siren").Annotations(entsql.IndexWhere("siren <> ''"))}
	indexes = append(indexes, db.LevelIndexes("state", "slug")...)
	indexes = append(indexes, db.LevelIndexes("state", "created_at")...)
	indexes = append(indexes, db.LevelIndexes("state", "kind", "slug")...)
	return append(indexes, db.LevelIndexes("state", "kind", "created_at")...)
}

// Annotations of an organisation.
func (Organisation) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"organisation_kind":  "kind IN ('association', 'production', 'provider', 'institution', 'school', 'cinema', 'festival', 'collective')",
		"organisation_state": "state IN ('active', 'closed')",
		"organisation_siret": "siret = '' OR siren = substr(siret, 1, 9)",
	})}
}
