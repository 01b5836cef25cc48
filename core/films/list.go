package films

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/film"
	"github.com/labfilms/labfilms/ent/predicate"
)

// Filter narrows a list of films.
type Filter struct {
	Scope core.Scope
	Stage string // only films at this stage; empty for all
	Mine  bool   // only films whose member the actor is
}

// List returns the films of a scope that the actor may see: action film.read,
// by the roles that they have at the scope's own space. The sorts are
// created_at, title (as a dictionary has it) and released_at; by release it
// lists the released films, or those at the stage of the filter that were
// released once.
//
// It is at most two queries: one for the films that the actor sees as everybody
// does, which follows an index, and one for those that they see for their part
// in them, which are few. Counting takes as many again.
func (c *Catalog) List(ctx context.Context, filter Filter, page core.Page) (core.List[*ent.Film], error) {
	var list core.List[*ent.Film]
	order := orderOf(page)
	if order.released && filter.Stage == "" {
		filter.Stage = string(film.StageReleased)
	}
	when := c.gate.Lists(ctx, "film.read", filter.Scope.Path)
	parts := split(when, core.ActorFrom(ctx).Person, filter)

	client := c.store.From(ctx)
	var rows []*ent.Film
	var total int
	for _, part := range parts {
		query := client.Film.Query().Where(part)
		if order.released {
			query.Where(film.ReleasedAtNotNil())
		}
		found, err := query.Clone().Where(order.keyset).All(ctx)
		if err != nil {
			return list, err
		}
		rows = append(rows, found...)
		if page.Count {
			n, err := query.Count(ctx)
			if err != nil {
				return list, err
			}
			total += n
		}
	}
	if len(parts) > 1 {
		slices.SortFunc(rows, order.compare)
	}
	list = db.ListOf(rows, page, order.key)
	if page.Count {
		list.Total = &total
	}
	return list, nil
}

// split returns the predicates of the parts of a list, which have no film in
// common. when says under which relations the actor sees a film.
func split(when core.When, person string, filter Filter) []predicate.Film {
	var asEverybody, asMember core.When
	for _, set := range when {
		switch {
		case !possible(set, film.Stage(filter.Stage)):
		case set&membership == 0:
			asEverybody = append(asEverybody, set)
		case person != "":
			asMember = append(asMember, set)
		}
	}
	common, theirs := relatedBy(asEverybody, person), relatedBy(asMember, person)
	all := predicate.Film(db.In(filter.Scope))
	// That they are a member at all is said first and alone: from there the
	// database comes to the few films, whereas the relations are alternatives.
	mine := film.And(member(person), insideUnindexed(filter.Scope))
	if filter.Stage != "" {
		at := film.StageEQ(film.Stage(filter.Stage))
		mine = film.And(mine, at)
		// Not twice: once it has counted its rows, SQLite loses the index over it.
		said := len(asEverybody) == 1 && asEverybody[0].Has(core.Published) && filter.Stage == string(film.StageReleased)
		if !said {
			all = film.And(all, at)
		}
	}
	var parts []predicate.Film
	switch {
	case filter.Mine && person != "":
		parts = append(parts, film.And(mine, film.Or(common, theirs)))
	case !filter.Mine:
		if len(asEverybody) > 0 {
			parts = append(parts, film.And(all, common))
		}
		if len(asMember) > 0 && !asEverybody.Always() {
			parts = append(parts, film.And(mine, theirs, film.Not(common)))
		}
	}
	return parts
}

// order is one of the ways in which films are listed.
type order struct {
	released bool // its column is null for what was never released
	keyset   predicate.Film
	key      func(*ent.Film) core.Key
	compare  func(a, b *ent.Film) int // as the database does
}

func orderOf(page core.Page) order {
	var o order
	name, descending := strings.CutPrefix(page.Sort, "-")
	switch name {
	case "title":
		o.keyset = db.Keyset[string](page, film.FieldSlug)
		o.key = func(f *ent.Film) core.Key { return db.KeyOf(f.Slug, f.ID) }
		o.compare = func(a, b *ent.Film) int { return cmp.Compare(a.Slug, b.Slug) }
	case "released_at":
		o.released = true
		o.keyset = db.Keyset[time.Time](page, film.FieldReleasedAt)
		o.key = func(f *ent.Film) core.Key { return db.KeyOf(*f.ReleasedAt, f.ID) }
		o.compare = func(a, b *ent.Film) int { return a.ReleasedAt.Compare(*b.ReleasedAt) }
	default:
		o.keyset = db.Keyset[time.Time](page, film.FieldCreatedAt)
		o.key = func(f *ent.Film) core.Key { return db.KeyOf(f.CreatedAt, f.ID) }
		o.compare = func(a, b *ent.Film) int { return a.CreatedAt.Compare(b.CreatedAt) }
	}
	byColumn := o.compare
	o.compare = func(a, b *ent.Film) int {
		c := cmp.Or(byColumn(a, b), cmp.Compare(a.ID, b.ID))
		if descending {
			return -c
		}
		return c
	}
	return o
}

// insideUnindexed is [db.In] for the few films of a person: it keeps the
// database from going through all the films of the scope in their order until
// it has met those few.
func insideUnindexed(scope core.Scope) predicate.Film {
	column, id := film.FieldSpaceID, scope.Space
	if scope.Subtree {
		switch scope.Level() {
		case core.Network:
			column = film.FieldNetworkID
		case core.Region:
			column = film.FieldRegionID
		}
	}
	return func(s *entsql.Selector) {
		s.Where(entsql.P(func(b *entsql.Builder) {
			b.Ident(s.C(column)).WriteString(" || '' = ").Arg(id)
		}))
	}
}
