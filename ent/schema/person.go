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

// Person is the public profile of somebody who makes films or loves them, with
// or without an account.
type Person struct{ ent.Schema }

// Mixin gives a person an id, times, a version and a home.
func (Person) Mixin() []ent.Mixin {
	return []ent.Mixin{db.ID{}, db.Times{}, db.Version{}, db.InSpace{}}
}

// Fields of a person.
func (Person) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle").Default("").MaxLen(30).
			Comment("In lower case; empty for who has no account. See Handle for what is unique."),
		field.String("name").NotEmpty().MaxRuneLen(120),
		field.String("sort_name").NotEmpty().MaxLen(120).
			Comment("The name without accents or case: the alphabetical order."),
		field.Bool("suspended").Default(false).
			Comment("Account.state says the same for sign-in and is written with it."),
		field.Enum("claim").Values("claimed", "unclaimed", "pending", "disputed", "merged").Default("claimed").
			Comment("Whether the profile has an account, waits for one, or went into another profile."),
		field.Bool("listed").Default(true).
			Comment("Claimed and not suspended: in the lists of people."),
		field.String("made_by").Default("").MaxLen(36).Immutable().
			Comment("The person who wrote down somebody without an account."),
		field.String("merged_into_id").Optional().Nillable().
			Comment("The profile of who claimed this one."),
		field.String("pronouns").Default("").MaxRuneLen(60),
		field.Text("bio").Default("").MaxRuneLen(5000).Comment("Markdown."),
		field.Strings("skills").Optional(),
		field.Strings("languages").Optional().Comment("ISO 639-1 or 639-3."),
		field.String("commune").Default("").MaxLen(5).Comment("INSEE code, also of a commune déléguée."),
		field.Int("travel_km").Optional().Nillable().Comment("How far they go for a shoot, in kilometres."),
		field.Enum("standing").Values("student", "passionate", "recent_graduate", "professional").Optional().Nillable(),
		field.Strings("statuses").Optional().
			Comment("What they look for: volunteer, intermittent, self_employed, employee."),
		field.JSON("links", []Link{}).Optional(),
		field.Enum("contact").Values("everyone", "members", "nobody").Default("members").
			Comment("Who may write to them."),
		field.JSON("visibility", map[string]string{}).Optional().
			Comment("Who sees a section: everyone, members, nobody; absent for its default."),
		field.String("found_commune").Default("").MaxLen(5).
			Comment("Today's commune, under which everybody finds them; empty where they hide it."),
		field.Int("found_tile").Optional().Nillable().
			Comment("Cell of the grid in which a search by radius finds them; a wide one's for who hides the commune."),
	}
}

// Edges of a person.
func (Person) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("space", Space.Type).Field("space_id").Unique().Required().
			Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("account", Account.Type).Unique().Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("memberships", FilmMember.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("organisations", Membership.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("handles", Handle.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("crafts", PersonCraft.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("busy", BusyPeriod.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("notifications", Notification.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("merged", Person.Type).From("merged_into").Field("merged_into_id").Unique().
			Annotations(entsql.OnDelete(entsql.Restrict)),
	}
}

// Indexes of a person: the handle, the lists at each level and place, and the
// few whom every list of their works leaves out.
func (Person) Indexes() []ent.Index {
	indexes := append(db.LevelIndexes("listed", "created_at"), db.LevelIndexes("listed", "sort_name")...)
	return append(indexes,
		index.Fields("handle").Unique().Annotations(entsql.IndexWhere("handle <> ''")),
		index.Fields("found_commune", "listed", "sort_name", "id"),
		index.Fields("found_commune", "listed", "created_at", "id"),
		index.Fields("found_tile", "listed", "sort_name", "id"),
		index.Fields("made_by").Annotations(entsql.IndexWhere("made_by <> ''")),
		index.Fields("id").StorageKey("person_suspended").
			Annotations(entsql.IndexWhere("suspended")),
	)
}

// Annotations of a person.
func (Person) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("people"), entsql.Checks(map[string]string{
		"person_handle":   "handle = lower(handle)",
		"person_claim":    "claim IN ('claimed', 'unclaimed', 'pending', 'disputed', 'merged')",
		"person_merged":   "(claim = 'merged') = (merged_into_id IS NOT NULL)",
		"person_listed":   "listed = (claim = 'claimed' AND NOT suspended)",
		"person_standing": "standing IN ('student', 'passionate', 'recent_graduate', 'professional')",
		"person_contact":  "contact IN ('everyone', 'members', 'nobody')",
	})}
}

// Link is an address that a person shows.
type Link struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}
