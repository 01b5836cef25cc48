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

// Space is the network, a region or an institution. Spaces form a tree of
// three levels; everything belongs to one of them.
type Space struct{ ent.Schema }

// Mixin gives a space its id, times and version.
func (Space) Mixin() []ent.Mixin { return []ent.Mixin{db.ID{}, db.Times{}, db.Version{}} }

// Fields of a space. A space is its own place, so it has the ids of the levels
// above in columns of the same names as every row that belongs to a space.
func (Space) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").Values("network", "region", "institution").Immutable(),
		field.String("parent_id").Optional().Nillable().Immutable(),
		field.String("network_id").Immutable(),
		field.String("region_id").Default("").Immutable().
			Comment("Its own id for a region, empty for what stands directly below the network."),
		field.String("path").NotEmpty().Immutable().
			Comment("For grants: /fr/bretagne/. It stays when the slug changes."),
		field.String("slug").NotEmpty().MaxLen(64),
		field.String("name").NotEmpty().MaxRuneLen(120),
		field.String("code").Optional().Nillable().MaxLen(16).
			Comment("INSEE code of a region: 53."),
		field.String("locale").Default("fr-FR").MaxLen(35),
		field.String("time_zone").Default("Europe/Paris").MaxLen(64).
			Comment("IANA name. A day that begins or ends here does so in this zone."),
		field.Text("description").Default("").MaxRuneLen(4000).Comment("Markdown."),
		field.String("contact").Default("").MaxLen(254).Comment("An e-mail address for everybody."),
		field.String("website").Default("").MaxLen(500),
		field.String("colour").Default("").MaxLen(7).Comment("Of its pages: #1d6fa5."),
		field.Enum("joining").Values("open", "invitation").Default("open").
			Comment("Whether people join by themselves, or by a grant alone."),
	}
}

// Edges of a space.
func (Space) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("children", Space.Type).Annotations(entsql.OnDelete(entsql.Restrict)).
			From("parent").Field("parent_id").Unique().Immutable(),
		edge.To("slugs", SpaceSlug.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of a space: its addresses, that there is one network, and the lists
// of spaces by name.
func (Space) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slug").Unique(),
		index.Fields("path").Unique(),
		index.Fields("kind", "code").Unique(),
		index.Fields("kind").Unique().StorageKey("space_network").
			Annotations(entsql.IndexWhere("kind = 'network'")),
		index.Fields("slug", "id"),
		index.Fields("parent_id", "slug", "id"),
	}
}

// Annotations of a space.
func (Space) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"space_kind":   "kind IN ('network', 'region', 'institution')",
		"space_parent": "(kind = 'network') = (parent_id IS NULL)",
		"space_place": "(kind = 'network' AND network_id = id AND region_id = '')" +
			" OR (kind = 'region' AND network_id <> id AND region_id = id)" +
			" OR (kind = 'institution' AND network_id <> id AND region_id <> id)",
		"space_path":    "path LIKE '/%/'",
		"space_slug":    "slug = lower(slug)",
		"space_joining": "joining IN ('open', 'invitation')",
	})}
}
