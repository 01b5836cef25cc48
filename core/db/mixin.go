package db

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"entgo.io/ent/schema/mixin"
	"github.com/google/uuid"
)

// idLen is the length of a UUID as text.
const idLen = 36

// NewID returns an id for a row: a UUIDv7, whose order is the order in which
// rows were made, so that an index on it grows at its end.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// ID is the schema mixin of a row with an id of its own.
type ID struct{ mixin.Schema }

// Fields returns id.
func (ID) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(idLen).NotEmpty().Immutable().DefaultFunc(NewID),
	}
}

// Times is the schema mixin of a row that remembers when it was made and
// changed. A verb that has the database at hand sets both from [DB.Now].
type Times struct{ mixin.Schema }

// Fields returns created_at and updated_at.
func (Times) Fields() []ent.Field {
	return []ent.Field{
		field.Time("created_at").Immutable().Default(wallClock),
		field.Time("updated_at").Default(wallClock).UpdateDefault(wallClock),
	}
}

func wallClock() time.Time { return stamp(time.Now()) }

// Version is the schema mixin of a row that several people may change at once:
// the change names the version that it was made to, and adds one.
type Version struct{ mixin.Schema }

// Fields returns version.
func (Version) Fields() []ent.Field {
	return []ent.Field{field.Int("version").Default(1).Positive()}
}

// InSpace is the schema mixin of a row that belongs to a space. It carries the
// spaces above as well, so that a list of any level is one equality ([In]).
type InSpace struct{ mixin.Schema }

// Fields returns network_id, region_id (empty for what belongs to the network
// itself) and space_id.
func (InSpace) Fields() []ent.Field {
	return []ent.Field{
		field.String("network_id").MaxLen(idLen).NotEmpty(),
		field.String("region_id").MaxLen(idLen).Default(""),
		field.String("space_id").MaxLen(idLen).NotEmpty(),
	}
}

// LevelIndexes returns the indexes of a listed order for a schema with
// [InSpace]: (level, columns…, id) for each of the three levels. Every order
// that a list offers has its own.
func LevelIndexes(columns ...string) []ent.Index {
	var indexes []ent.Index
	for _, level := range []string{"network_id", "region_id", "space_id"} {
		fields := append([]string{level}, columns...)
		indexes = append(indexes, index.Fields(append(fields, "id")...))
	}
	return indexes
}
