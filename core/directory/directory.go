// Package directory is who is who: people and their public profiles, with and
// without an account, and who says that a profile is theirs.
//
// Somebody who is suspended is out of sight, for all but themselves and those
// who can reinstate them. Somebody without an account is seen once a released
// film shows them, and before that by who wrote them down.
package directory

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/events"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/credit"
	"github.com/labfilms/labfilms/ent/film"
	"github.com/labfilms/labfilms/ent/handle"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/personcraft"
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

// Person returns the person with this id or handle, and their crafts: action
// person.read. It returns ErrPersonUnknown where there is none for the actor, and
// [core.MovedTo] for a handle that they had before and for a profile that went
// into another.
func (d *Directory) Person(ctx context.Context, name string) (*ent.Person, error) {
	found, err := d.named(ctx, name)
	if err != nil {
		return nil, err
	}
	for _, s := range found {
		switch {
		case s.Claim == person.ClaimMerged:
			into, err := d.Person(ctx, *s.MergedIntoID)
			if err != nil {
				return nil, err
			}
			return nil, core.MovedTo("person", addressOf(into))
		case noID(name) && name != s.Handle:
			return nil, core.MovedTo("person", addressOf(s.Person))
		default:
			return s.Person, nil
		}
	}
	return nil, ErrPersonUnknown
}

// named returns whom the actor may see by this id or handle, nobody or one.
func (d *Directory) named(ctx context.Context, name string) ([]seen, error) {
	people := d.store.From(ctx).Person.Query().WithCrafts(inOrder)
	if !noID(name) {
		return d.read(ctx, people.Where(person.ID(name)))
	}
	called, ok := text.Handle(name)
	if !ok {
		return d.read(ctx, people.Where(person.IDIn()))
	}
	// That there are empty ones is not in the index.
	found, err := d.read(ctx, people.Clone().Where(person.Handle(called), person.HandleNEQ("")))
	if err != nil || len(found) > 0 {
		return found, err
	}
	// One of before, or written otherwise: it is one person's for ever.
	return d.read(ctx, people.Where(person.HasHandlesWith(handle.Key(text.HandleKey(called)))))
}

// addressOf is how a person is named in an address: by their handle, else by
// their id.
func addressOf(p *ent.Person) string {
	if p.Handle != "" {
		return p.Handle
	}
	return p.ID
}

func inOrder(q *ent.PersonCraftQuery) {
	q.Order(ent.Asc(personcraft.FieldPosition, personcraft.FieldCraft))
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
	rows, err := d.read(ctx, d.store.From(ctx).Person.Query().
		Where(person.IDIn(slices.DeleteFunc(slices.Clone(ids), noID)...), person.ClaimNEQ(person.ClaimMerged)))
	if err != nil {
		return nil, err
	}
	found := make(map[string]*ent.Person, len(rows))
	for _, s := range rows {
		found[s.ID] = s.Person
	}
	return found, nil
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

// seen is a person, and what the asker is to them.
type seen struct {
	*ent.Person
	relations core.Relations
	path      string // of their home
}

func (s seen) place() core.Place {
	return core.Place{Network: s.NetworkID, Region: s.RegionID, Space: s.SpaceID, Path: s.path}
}

// read returns, in one query or two, those of the people whom the actor may
// see.
func (d *Directory) read(ctx context.Context, query *ent.PersonQuery) ([]seen, error) {
	d.gate.Lists(ctx, "person.read", "") // each is asked for below; nobody may be found
	rows, err := query.Where(withPath).All(ctx)
	if err != nil {
		return nil, err
	}
	var unclaimed []string
	for _, p := range rows {
		if p.Claim != person.ClaimClaimed && p.Claim != person.ClaimMerged {
			unclaimed = append(unclaimed, p.ID)
		}
	}
	shown, err := d.shown(ctx, unclaimed)
	if err != nil {
		return nil, err
	}
	var found []seen
	for _, p := range rows {
		path, err := p.Value(space.FieldPath)
		if err != nil {
			return nil, err
		}
		s := seen{Person: p, relations: relationsTo(ctx, p), path: fmt.Sprint(path)}
		if d.sees(ctx, s, shown) {
			found = append(found, s)
		}
	}
	return found, nil
}

// relationsTo returns what the asker is to a person: themselves, or who wrote
// them down.
func relationsTo(ctx context.Context, p *ent.Person) core.Relations {
	asker := core.ActorFrom(ctx).Person
	switch {
	case asker == "":
		return 0
	case p.ID == asker:
		return core.RelationSet(core.Self)
	case p.MadeBy == asker && p.Claim != person.ClaimClaimed:
		return core.RelationSet(core.Own, core.Draft)
	default:
		return 0
	}
}

// shown returns which of these people without an account the titles of a
// released film show to everybody.
func (d *Directory) shown(ctx context.Context, ids []string) (map[string]bool, error) {
	shown := map[string]bool{}
	if len(ids) == 0 {
		return shown, nil
	}
	credited, err := d.store.From(ctx).Credit.Query().
		Where(
			credit.PersonIDIn(ids...),
			credit.StateIn(credit.StateProposed, credit.StateConfirmed, credit.StateDisputed),
			credit.HasFilmWith(film.StageEQ(film.StageReleased), film.HasOwnerWith(person.Suspended(false))),
		).
		Unique(true).Select(credit.FieldPersonID).Strings(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range credited {
		shown[id] = true
	}
	return shown, nil
}

func (d *Directory) sees(ctx context.Context, s seen, shown map[string]bool) bool {
	self := s.relations.Has(core.Self)
	hidden := s.Suspended && !self && !d.gate.May(ctx, "account.reinstate", s.path, 0)
	if s.Claim != person.ClaimClaimed && s.Claim != person.ClaimMerged && !shown[s.ID] {
		// As who decides on it, or did the writing.
		hidden = !d.gate.May(ctx, "claim.decide", s.path, s.relations)
	}
	return !hidden && d.gate.May(ctx, "person.read", s.path, s.relations)
}

// one returns the person with this id for a change, allowed or not, or
// ErrPersonUnknown. It locks their row until the transaction ends.
func (d *Directory) one(ctx context.Context, c *ent.Client, id string) (seen, error) {
	if noID(id) {
		return seen{}, ErrPersonUnknown
	}
	if _, err := c.Person.Query().Where(person.ID(id), db.Alone).IDs(ctx); err != nil {
		return seen{}, err
	}
	found, err := d.read(ctx, c.Person.Query().Where(person.ID(id), person.ClaimNEQ(person.ClaimMerged)).WithCrafts(inOrder))
	if err != nil {
		return seen{}, err
	}
	if len(found) == 0 {
		return seen{}, ErrPersonUnknown
	}
	return found[0], nil
}

// withPath is a predicate that refuses nobody and brings along, in the same
// query, the path of their home.
func withPath(s *entsql.Selector) {
	spaces := entsql.Table(space.Table)
	s.Join(spaces).On(s.C(person.FieldSpaceID), spaces.C(space.FieldID))
	s.AppendSelect(spaces.C(space.FieldPath))
}
