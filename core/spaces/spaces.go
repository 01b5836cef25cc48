// Package spaces is the tree of spaces: the network, its regions, their
// institutions; which modules each has switched on; and who has which role
// where.
package spaces

import (
	"context"
	"errors"
	"slices"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/events"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/space"
	"github.com/labfilms/labfilms/policies"
)

// ErrUnknown is the fault of naming a space that is not there.
var ErrUnknown = &core.Fault{
	Kind: core.Missing, Code: "space_unknown",
	EN: "There is no such space.",
	FR: "Cet espace n'existe pas.",
}

// Spaces owns the rows of spaces, switches and grants. Its verbs ask the gate
// themselves, for the actor of their context.
type Spaces struct {
	store  db.Store[*ent.Client]
	gate   *policies.Gate
	events *events.Log
	audit  *audit.Log
	notify *notify.Box
}

// New returns the spaces of d.
func New(d *db.DB, gate *policies.Gate, events *events.Log, audit *audit.Log, notify *notify.Box) *Spaces {
	return &Spaces{
		store:  db.Bind(d, func(drv dialect.Driver) *ent.Client { return ent.NewClient(ent.Driver(drv)) }),
		gate:   gate,
		events: events,
		audit:  audit,
		notify: notify,
	}
}

// Place returns where the things of a space belong.
func Place(s *ent.Space) core.Place {
	return core.Place{Network: s.NetworkID, Region: s.RegionID, Space: s.ID, Path: s.Path}
}

// Scope returns what a list for the space covers: it alone, or with those
// below it.
func Scope(s *ent.Space, subtree bool) core.Scope {
	return core.Scope{Place: Place(s), Subtree: subtree}
}

// Get returns the space with this id or slug, or which had this slug before:
// action space.read. It returns ErrUnknown where there is none.
func (s *Spaces) Get(ctx context.Context, name string) (*ent.Space, error) {
	is, ok := named(name)
	if !ok {
		return nil, ErrUnknown
	}
	found, err := s.read(ctx, s.store.From(ctx).Space.Query().Where(is))
	if errors.Is(err, ErrUnknown) && noID(name) {
		return s.read(ctx, s.store.From(ctx).Space.Query().Where(formerly(name)))
	}
	return found, err
}

// Network returns the root of the tree: action space.read.
func (s *Spaces) Network(ctx context.Context) (*ent.Space, error) {
	return s.read(ctx, s.store.From(ctx).Space.Query().Where(space.KindEQ(space.KindNetwork)))
}

func (s *Spaces) read(ctx context.Context, query *ent.SpaceQuery) (*ent.Space, error) {
	found, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrUnknown
	}
	if err != nil {
		return nil, err
	}
	return found, s.gate.Check(ctx, "space.read", found.Path, 0)
}

// ByID returns the spaces with these ids, by id, for references to them:
// action space.read. It leaves out what is not there or not for the actor to
// see.
func (s *Spaces) ByID(ctx context.Context, ids []string) (map[string]*ent.Space, error) {
	rows, err := s.store.From(ctx).Space.Query().Where(space.IDIn(slices.DeleteFunc(slices.Clone(ids), noID)...)).All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*ent.Space, len(rows))
	for _, row := range rows {
		if s.gate.May(ctx, "space.read", row.Path, 0) {
			found[row.ID] = row
		}
	}
	return found, nil
}

// noID reports whether s cannot be an id. PostgreSQL would fail on some of
// those instead of finding nothing.
func noID(s string) bool { return uuid.Validate(s) != nil }

// Filter narrows a list of spaces.
type Filter struct {
	Kind   string // network, region or institution; empty for all
	Parent string // id or slug of the space right above; empty for all
}

// List returns spaces, sorted by name: action space.read at the root. It
// returns ErrUnknown where there is no such parent.
func (s *Spaces) List(ctx context.Context, filter Filter, page core.Page) (core.List[*ent.Space], error) {
	var list core.List[*ent.Space]
	if !s.gate.Lists(ctx, "space.read", "").Always() {
		return list, core.ErrDenied
	}
	query := s.store.From(ctx).Space.Query()
	if filter.Kind != "" {
		query.Where(space.KindEQ(space.Kind(filter.Kind)))
	}
	if filter.Parent != "" {
		parent, err := s.Get(ctx, filter.Parent)
		if err != nil {
			return list, err
		}
		query.Where(space.ParentID(parent.ID))
	}
	// The slug is the name without accents and case, and sorts like it.
	rows, err := query.Clone().Where(db.Keyset[string](page, space.FieldSlug)).All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, func(s *ent.Space) core.Key { return db.KeyOf(s.Slug, s.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}
