// Package directory is who is who: people and their public profiles.
//
// Somebody who is suspended is out of sight, for all but themselves and those
// who can reinstate them.
package directory

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/events"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/predicate"
	"github.com/labfilms/labfilms/ent/space"
	"github.com/labfilms/labfilms/policies"
)

// ErrPersonUnknown is the fault of naming a person who is not there, or not
// for the asker to know of.
var ErrPersonUnknown = &core.Fault{
	Kind: core.Missing, Code: "person_unknown",
	EN: "There is no such person here.",
	FR: "Cette personne n'est pas ici.",
}

// idsMax is the most people that are asked for at once.
const idsMax = 500

// Directory owns the profiles of people, what belongs to them, and the claims
// on those that nobody has yet. Its verbs ask the gate themselves, for the actor
// of their context.
type Directory struct {
	store  db.Store[*ent.Client]
	gate   *policies.Gate
	events *events.Log
	audit  *audit.Log
	notify *notify.Box
}

// New returns the directory of d.
func New(d *db.DB, gate *policies.Gate, events *events.Log, audit *audit.Log, notify *notify.Box) *Directory {
	return &Directory{
		store:  db.Bind(d, func(drv dialect.Driver) *ent.Client { return ent.NewClient(ent.Driver(drv)) }),
		gate:   gate,
		events: events,
		audit:  audit,
		notify: notify,
	}
}

var handleShape = regexp.MustCompile(`^[a-z0-9._-]{1,30}$`)

// Person returns the person with this id or handle: action person.read. It
// returns ErrPersonUnknown where there is none for the actor.
func (d *Directory) Person(ctx context.Context, name string) (*ent.Person, error) {
	var is predicate.Person
	switch {
	case !noID(name):
		is = person.ID(name)
	case handleShape.MatchString(name):
		is = person.Handle(name)
	default:
		return nil, ErrPersonUnknown
	}
	found, err := d.read(ctx, is)
	if err != nil {
		return nil, err
	}
	for _, p := range found {
		return p, nil
	}
	return nil, ErrPersonUnknown
}

// Get returns the people with these ids, at most 500, by id: action
// person.read. It leaves out whom the actor does not get to see, whatever the
// reason.
func (d *Directory) Get(ctx context.Context, ids []string) (map[string]*ent.Person, error) {
	if len(ids) > idsMax {
		return nil, core.ErrInvalid.With(core.Reason{
			Pointer: "/ids", Code: "too_many", EN: "Ask for 500 at most.", FR: "Demandez-en 500 au plus.",
		})
	}
	return d.read(ctx, person.IDIn(slices.DeleteFunc(slices.Clone(ids), noID)...))
}

// noID reports whether s cannot be an id. PostgreSQL would fail on some of
// those instead of finding nothing.
func noID(s string) bool { return uuid.Validate(s) != nil }

// Reference returns a person of whom the actor holds the id, for naming them
// beside something else that they may see: a suspended one, too.
func (d *Directory) Reference(ctx context.Context, id string) (*ent.Person, error) {
	p, err := d.store.From(ctx).Person.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, ErrPersonUnknown
	}
	return p, err
}

// read returns, in one query, those of the people whom the actor may see.
func (d *Directory) read(ctx context.Context, which predicate.Person) (map[string]*ent.Person, error) {
	d.gate.Lists(ctx, "person.read", "") // each is asked for below; nobody may be found
	rows, err := d.store.From(ctx).Person.Query().Where(which, withPath).All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*ent.Person, len(rows))
	for _, p := range rows {
		path, err := p.Value(space.FieldPath)
		if err != nil {
			return nil, err
		}
		if d.sees(ctx, p, fmt.Sprint(path)) {
			found[p.ID] = p
		}
	}
	return found, nil
}

func (d *Directory) sees(ctx context.Context, p *ent.Person, path string) bool {
	facts := core.Relations(0)
	if core.ActorFrom(ctx).Person == p.ID {
		facts = core.RelationSet(core.Self)
	}
	hidden := p.Suspended && !facts.Has(core.Self) && !d.gate.May(ctx, "account.reinstate", path, 0)
	return !hidden && d.gate.May(ctx, "person.read", path, facts)
}

// withPath is a predicate that refuses nobody and brings along, in the same
// query, the path of their home.
func withPath(s *entsql.Selector) {
	spaces := entsql.Table(space.Table)
	s.Join(spaces).On(s.C(person.FieldSpaceID), spaces.C(space.FieldID))
	s.AppendSelect(spaces.C(space.FieldPath))
}

// People returns the people of the scope, without the suspended ones, sorted by
// name or created_at: action person.read.
func (d *Directory) People(ctx context.Context, scope core.Scope, page core.Page) (core.List[*ent.Person], error) {
	var list core.List[*ent.Person]
	if !d.gate.Lists(ctx, "person.read", scope.Path).Always() {
		return list, core.ErrDenied
	}
	query := d.store.From(ctx).Person.Query().Where(db.In(scope), person.Listed(true))
	// The name is sorted by as a dictionary does: without accents and case.
	order, key := db.Keyset[string](page, person.FieldSortName), byName
	switch page.Sort {
	case "created_at", "-created_at":
		order, key = db.Keyset[time.Time](page, person.FieldCreatedAt), byAge
	}
	rows, err := query.Clone().Where(order).All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, key)
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

func byName(p *ent.Person) core.Key { return db.KeyOf(p.SortName, p.ID) }

func byAge(p *ent.Person) core.Key { return db.KeyOf(p.CreatedAt, p.ID) }
