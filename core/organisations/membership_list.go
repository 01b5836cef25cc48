package organisations

import (
	"context"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/membership"
	"github.com/labfilms/labfilms/ent/organisation"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/predicate"
)

// Memberships returns the memberships of an organisation that the actor may
// see, with their people, sorted by created_at: action membership.read. Who
// belongs to it, and moderators, see all; everybody else those who show it. Who
// is suspended is in nobody's list but their own.
func (o *Organisations) Memberships(ctx context.Context, id, state string, page core.Page) (core.List[*ent.Membership], error) {
	s, err := o.seen(ctx, o.store.From(ctx), id)
	if err != nil {
		return core.List[*ent.Membership]{}, err
	}
	when := o.gate.Lists(ctx, "membership.read", s.path)
	let := shownToAll()
	if when.Allows(s.relations) {
		let = membership.HasPersonWith(visible())
	}
	if asker := core.ActorFrom(ctx).Person; asker != "" && when.Allows(core.RelationSet(core.Self)) {
		let = membership.Or(let, membership.PersonID(asker))
	}
	is := []predicate.Membership{membership.OrganisationID(id), let}
	if state != "" {
		is = append(is, membership.StateEQ(membership.State(state)))
	}
	return o.list(ctx, page, is...)
}

// shownToAll is the predicate of the memberships that everybody sees.
func shownToAll() predicate.Membership {
	return membership.And(membership.StateEQ(membership.StateActive), membership.Shown(true), membership.HasPersonWith(visible()))
}

// visible is the predicate of the people whom others see in a list.
func visible() predicate.Person {
	return person.And(person.ClaimEQ(person.ClaimClaimed), person.Suspended(false))
}

// MembershipsOf returns the memberships of a person, with their organisations,
// sorted by created_at: action membership.read. Everybody sees those that the
// person shows, the person all.
func (o *Organisations) MembershipsOf(ctx context.Context, personID string, page core.Page) (core.List[*ent.Membership], error) {
	is := []predicate.Membership{membership.PersonID(personID)}
	facts := core.RelationSet(core.Published)
	if asker := core.ActorFrom(ctx).Person; asker != "" && asker == personID {
		facts |= core.RelationSet(core.Self)
	}
	if when := o.gate.Lists(ctx, "membership.read", ""); !facts.Has(core.Self) || !when.Allows(core.RelationSet(core.Self)) {
		is = append(is, shownToAll())
	}
	return o.list(ctx, page, is...)
}

func (o *Organisations) list(ctx context.Context, page core.Page, is ...predicate.Membership) (core.List[*ent.Membership], error) {
	var list core.List[*ent.Membership]
	query := o.store.From(ctx).Membership.Query().Where(is...)
	rows, err := query.Clone().
		Where(db.Keyset[time.Time](page, membership.FieldCreatedAt)).
		WithPerson().WithOrganisation().
		All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, func(m *ent.Membership) core.Key { return db.KeyOf(m.CreatedAt, m.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

// inView is how much of a thing is shown beside another.
const inView = 50

// Of returns, for each of these people, the organisations to which everybody may
// see that they belong, as memberships with their organisation, the first 50:
// action membership.read.
func (o *Organisations) Of(ctx context.Context, people []string) (map[string][]*ent.Membership, error) {
	return o.by(ctx, membership.FieldPersonID, people, func(m *ent.Membership) string { return m.PersonID })
}

// MembersOf returns, for each of these organisations, the members whom everybody
// may see, as memberships with their person, the first 50: action
// membership.read.
func (o *Organisations) MembersOf(ctx context.Context, ids []string) (map[string][]*ent.Membership, error) {
	return o.by(ctx, membership.FieldOrganisationID, ids, func(m *ent.Membership) string { return m.OrganisationID })
}

// by returns the first memberships that everybody sees in active organisations,
// of each of these ids in a column. It is three queries.
func (o *Organisations) by(ctx context.Context, column string, ids []string, key func(*ent.Membership) string) (map[string][]*ent.Membership, error) {
	found := map[string][]*ent.Membership{}
	if !o.gate.Lists(ctx, "membership.read", "").Allows(core.RelationSet(core.Published)) {
		return found, nil
	}
	first := func(s *entsql.Selector) {
		const number = "number"
		all := entsql.Table(membership.Table)
		numbered := entsql.Dialect(s.Dialect()).Select(all.C(membership.FieldID)).From(all).
			AppendSelectExprAs(entsql.RowNumber().PartitionBy(all.C(column)).OrderBy(membership.FieldCreatedAt, membership.FieldID), number)
		entsql.FieldIn(column, ids...)(numbered)
		shownToAll()(numbered)
		membership.HasOrganisationWith(organisation.StateEQ(organisation.StateActive))(numbered)
		numbered.As("numbered")
		s.Where(entsql.In(s.C(membership.FieldID), entsql.Dialect(s.Dialect()).Select(numbered.C(membership.FieldID)).From(numbered).
			Where(entsql.LTE(numbered.C(number), inView))))
	}
	rows, err := o.store.From(ctx).Membership.Query().
		Where(first).
		WithPerson().WithOrganisation().
		Order(ent.Asc(membership.FieldCreatedAt, membership.FieldID)).
		All(ctx)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		found[key(row)] = append(found[key(row)], row)
	}
	return found, nil
}
