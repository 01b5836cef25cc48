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

// Credit is a name in the titles of a film: who, in which craft. It names a
// person, an organisation, or only a name. Its place is the film's, whose
// moderators settle a dispute.
type Credit struct{ ent.Schema }

// Mixin gives a credit its id, times, version, and the place of the film.
func (Credit) Mixin() []ent.Mixin {
	return []ent.Mixin{db.ID{}, db.Times{}, db.Version{}, db.InSpace{}}
}

// Fields of a credit.
func (Credit) Fields() []ent.Field {
	return []ent.Field{
		field.String("film_id").Immutable(),
		field.String("person_id").Optional().Nillable(),
		field.String("organisation_id").Optional().Nillable(),
		field.String("name").NotEmpty().MaxRuneLen(160).Comment("As the titles have it."),
		field.String("craft").Default("").MaxLen(16).Comment("Code of the nomenclature; empty for a free one."),
		field.String("craft_text").Default("").MaxRuneLen(120).
			Comment("A craft that the nomenclature does not have."),
		field.String("character").Default("").MaxRuneLen(160).Comment("Whom an actor plays."),
		field.Int("position").Default(0).NonNegative().Comment("The order of the titles."),
		field.Bool("uncredited").Default(false).Comment("Not in the titles on the screen."),
		field.Enum("state").Values("proposed", "confirmed", "refused", "disputed", "removed", "withdrawn").Default("proposed"),
		field.Enum("source").Values("team", "module", "record").Default("team").Immutable().
			Comment("Who says so: the film's people, a module, or facts that were recorded elsewhere."),
		field.String("source_id").Default("").MaxLen(110).Immutable().
			Comment("module:id, so that a module says it once."),
		field.String("proposed_by").Default("").MaxLen(36).Immutable().Comment("The person."),
		field.String("disputed_by").Default("").MaxLen(36).Comment("The person."),
		field.Text("dispute").Default("").MaxRuneLen(1000).Comment("In the words of who disputes it."),
		field.Text("settlement").Default("").MaxRuneLen(1000).Comment("In the words of who settled it."),
		field.Time("answered_at").Optional().Nillable().Comment("When the person confirmed or refused."),
	}
}

// Edges of a credit.
func (Credit) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("film", Film.Type).Ref("credits").Field("film_id").Unique().Required().Immutable(),
		edge.To("person", Person.Type).Field("person_id").Unique().Annotations(entsql.OnDelete(entsql.SetNull)),
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Annotations(entsql.OnDelete(entsql.SetNull)),
	}
}

// Indexes of a credit: a film's titles in their order; what a person or an
// organisation has done; the same thing said once; the disputes of a space.
func (Credit) Indexes() []ent.Index {
	indexes := []ent.Index{
		index.Fields("film_id", "position", "id"),
		index.Fields("person_id", "state", "film_id"),
		index.Fields("organisation_id", "state", "film_id"),
		index.Fields("film_id", "person_id", "craft", "craft_text", "character").Unique().StorageKey("credit_person").
			Annotations(entsql.IndexWhere("person_id IS NOT NULL AND state <> 'refused' AND state <> 'removed' AND state <> 'withdrawn'")),
		index.Fields("source_id").Unique().Annotations(entsql.IndexWhere("source_id <> ''")),
	}
	for _, level := range []string{"network_id", "region_id", "space_id"} {
		indexes = append(indexes, index.Fields(level, "updated_at", "id").StorageKey("credit_disputed_"+level).
			Annotations(entsql.IndexWhere("state = 'disputed'")))
	}
	return indexes
}

// Annotations of a credit.
func (Credit) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"credit_state":  "state IN ('proposed', 'confirmed', 'refused', 'disputed', 'removed', 'withdrawn')",
		"credit_source": "source IN ('team', 'module', 'record')",
		"credit_whom":   "person_id IS NULL OR organisation_id IS NULL",
		"credit_craft":  "(craft = '') <> (craft_text = '')",
	})}
}
