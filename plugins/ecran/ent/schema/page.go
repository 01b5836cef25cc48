package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// Layout is how many slots a page had until an instant.
type Layout struct {
	Slots int       `json:"slots"`
	Until time.Time `json:"until"`
}

// Page is the front page of one space. Who pins something takes its row, so
// that two do not take one slot.
type Page struct{ ent.Schema }

// Mixin gives a page its id, times, version and place.
func (Page) Mixin() []ent.Mixin {
	return []ent.Mixin{sdk.ID{}, sdk.Times{}, sdk.Version{}, sdk.InSpace{}}
}

// Fields of a page.
func (Page) Fields() []ent.Field {
	return []ent.Field{
		field.Int("slots").Default(6).Comment("How many things it puts forward at one instant."),
		field.JSON("before", []Layout{}).Optional().Comment("How many it put forward before, the oldest first."),
	}
}

// Indexes of a page: one a space.
func (Page) Indexes() []ent.Index {
	return []ent.Index{index.Fields("space_id").Unique().StorageKey("page_of_space")}
}

// Annotations of a page.
func (Page) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{
		"page_slots": "slots BETWEEN 1 AND 24",
	})}
}
