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

// Film is the work, from first idea to release.
type Film struct{ ent.Schema }

// Mixin gives a film its id, times, version and home.
func (Film) Mixin() []ent.Mixin {
	return []ent.Mixin{db.ID{}, db.Times{}, db.Version{}, db.InSpace{}}
}

// Fields of a film.
func (Film) Fields() []ent.Field {
	return []ent.Field{
		field.String("title").NotEmpty().MaxRuneLen(200),
		field.String("slug").NotEmpty().MaxLen(200).
			Comment("The title as an address; also the alphabetical order, without accents or case."),
		field.Text("synopsis").Default("").MaxRuneLen(4000),
		field.Int("year").Optional().Nillable().
			Comment("Of completion, or the year it is meant for."),
		field.Int("duration_s").Optional().Nillable().Comment("In seconds."),
		field.Enum("form").Values("fiction", "documentary", "animation", "experimental", "music_video").
			Default("fiction"),
		field.Enum("stage").Default("idea").Values(
			"idea", "development", "preparation", "shooting", "post", "finished", "released", "withdrawn"),
		field.Time("released_at").Optional().Nillable().
			Comment("The last release; kept when the film is withdrawn."),
		field.Time("held_at").Optional().Nillable().
			Comment("Since when moderators keep it from being released."),
		field.Text("held_for").Default("").MaxRuneLen(1000).
			Comment("Why, in the moderator's words; empty where it is not held."),
		field.JSON("titles", map[string]string{}).Optional().
			Comment("In other languages, by their code: en."),
		field.JSON("synopses", map[string]string{}).Optional().
			Comment("In other languages, by their code."),
		field.Strings("genres").Optional(),
		field.Strings("countries").Optional().Comment("ISO 3166-1 alpha-2, of production."),
		field.Strings("regions").Optional().Comment("INSEE codes, of production."),
		field.Strings("languages").Optional().Comment("ISO 639-1 or 639-3, spoken in it."),
		field.Strings("warnings").Optional().Comment("What some want to know before they watch."),
		field.JSON("identifiers", map[string]string{}).Optional().
			Comment("By scheme: isan, eidr, imdb, tmdb, wikidata, visa."),
		field.Enum("consent").Values("open", "ask", "none").Default("open").
			Comment("To being selected: by any label, after asking, or not at all."),
		field.Enum("origin").Values("made", "recorded").Default("made").
			Comment("Whether it is made here, or its facts were brought in from elsewhere."),
		field.String("owner_id").
			Comment("The person who answers for it: the first of its owners."),
	}
}

// Edges of a film.
func (Film) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("space", Space.Type).Field("space_id").Unique().Required().
			Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("owner", Person.Type).Field("owner_id").Unique().Required().
			Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("members", FilmMember.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("transfers", Transfer.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("credits", Credit.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("recognitions", Recognition.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of a film. Each list is one equality on the column of its level,
// and mostly one more on the stage: the public's list is the released films.
// There is no order by popularity, and no index for one.
func (Film) Indexes() []ent.Index {
	var indexes []ent.Index
	for _, level := range []string{"network_id", "region_id", "space_id"} {
		indexes = append(indexes,
			index.Fields(level, "stage", "created_at", "id"),
			index.Fields(level, "stage", "slug", "id"),
			index.Fields(level, "stage", "released_at", "id"),
		)
	}
	indexes = append(indexes, db.LevelIndexes("created_at")...)
	indexes = append(indexes, db.LevelIndexes("slug")...)
	return append(indexes, index.Fields("owner_id"))
}

// Annotations of a film.
func (Film) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"film_form":     "form IN ('fiction', 'documentary', 'animation', 'experimental', 'music_video')",
		"film_stage":    "stage IN ('idea', 'development', 'preparation', 'shooting', 'post', 'finished', 'released', 'withdrawn')",
		"film_consent":  "consent IN ('open', 'ask', 'none')",
		"film_origin":   "origin IN ('made', 'recorded')",
		"film_released": "stage NOT IN ('released', 'withdrawn') OR released_at IS NOT NULL",
		"film_held":     "held_at IS NULL OR stage = 'withdrawn'",
		"film_held_for": "(held_at IS NULL) = (held_for = '')",
		"film_year":     "year BETWEEN 1888 AND 2200",
		"film_duration": "duration_s BETWEEN 1 AND 360000",
	})}
}
