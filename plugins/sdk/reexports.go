package sdk

import (
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/rest"
)

// What the core says and a module says after it: faults and their reasons,
// roles, relations, places, pages, events. These are the core's own types.
type (
	Fault     = core.Fault
	Kind      = core.Kind
	Reason    = core.Reason
	Role      = core.Role
	Relation  = core.Relation
	Relations = core.Relations
	When      = core.When
	Place     = core.Place
	Level     = core.Level
	Scope     = core.Scope
	Event     = core.Event
	Page      = core.Page // of a list, as it is asked for
	Key       = core.Key  // where a page ends
)

// The kinds of fault that a module has a use for. What is no Fault is answered
// as a defect: "internal", without a word of what it was.
const (
	Malformed       = core.Malformed
	Invalid         = core.Invalid
	Unauthenticated = core.Unauthenticated
	Forbidden       = core.Forbidden
	Missing         = core.Missing
	Conflict        = core.Conflict
	Stale           = core.Stale
	TooLarge        = core.TooLarge
	Unsupported     = core.Unsupported
	TooMany         = core.TooMany
	Unavailable     = core.Unavailable
)

// The relations of an actor to a thing, as policy.csv names them.
const (
	Any       = core.Any
	Own       = core.Own
	Team      = core.Team
	Crew      = core.Crew
	Published = core.Published
	Draft     = core.Draft
	Self      = core.Self
	Assigned  = core.Assigned
	Curating  = core.Curating
)

// The levels of the tree of spaces.
const (
	Network     = core.Network
	Region      = core.Region
	Institution = core.Institution
)

// Faults that every module may return.
var (
	ErrInvalid = core.ErrInvalid // with all the reasons: ErrInvalid.With(…)
	ErrStale   = core.ErrStale   // the version is not the one that was read

	// What Actor.Check returns.
	ErrDenied          = core.ErrDenied
	ErrUnauthenticated = core.ErrUnauthenticated
)

// RelationSet returns the set of these relations.
func RelationSet(rs ...Relation) Relations { return core.RelationSet(rs...) }

// DB is the module's database. Everything is written inside of its Write.
type DB = db.DB

// Store is the database seen through the module's ent client C.
type Store[C any] = db.Store[C]

// Bind returns the database seen through the client that open makes:
//
//	sdk.Bind(h.DB, func(d dialect.Driver) *ent.Client { return ent.NewClient(ent.Driver(d)) })
func Bind[C any](d *DB, open func(dialect.Driver) C) Store[C] { return db.Bind(d, open) }

// Mixins for the module's ent schemas.
type (
	ID      = db.ID      // id: a UUIDv7
	Times   = db.Times   // created_at, updated_at
	Version = db.Version // version, for ETag and If-Match
	InSpace = db.InSpace // network_id, region_id, space_id, for InScope
)

// NewID returns a new id: a UUIDv7, which sorts by its time.
func NewID() string { return db.NewID() }

// LevelIndexes returns the indexes that a list needs to be sorted by columns
// at each level of the tree.
var LevelIndexes = db.LevelIndexes

// Keyset is the predicate of one page of a list that is ordered by column and
// then by id. T is the type of the column.
func Keyset[T db.Sortable](p Page, column string) func(*sql.Selector) { return db.Keyset[T](p, column) }

// KeyOf returns where a row stands in that order.
func KeyOf[T db.Sortable](value T, id string) Key { return db.KeyOf(value, id) }

// PageOf returns the rows that a Keyset query found as a page.
func PageOf[T any](rows []T, p Page, key func(T) Key) List[T] { return db.ListOf(rows, p, key) }

// How requests and answers look.
type (
	// Opt is a member of a merge-patch: absent, null or a value.
	Opt[T any] = rest.Opt[T]
	// IfMatch is the header that a change of a shared thing requires; embed it
	// in the input.
	IfMatch = rest.IfMatch
	// IfNoneMatch is the header that spares a reader what it has; embed it in
	// the input.
	IfNoneMatch = rest.IfNoneMatch
)

// Permission marks an operation with the action that the asker must be
// allowed: huma.Operation{…, Extensions: sdk.Permission("ecran.label.read")}.
func Permission(action string) map[string]any { return rest.Permission(action) }

// Finishing marks an operation as Permission does, and as one that brings what
// is open to its end: a module that is closing in a space still takes it.
func Finishing(action string) map[string]any {
	extensions := rest.Permission(action)
	extensions["x-finishes"] = true
	return extensions
}

// Public marks an operation that anybody may call.
func Public() map[string]any { return rest.Public() }

// ETag returns the entity tag of what is shown of a version.
func ETag(version int, shown any) string { return rest.ETag(version, shown) }
