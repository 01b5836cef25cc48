package films

import (
	"context"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/credit"
)

// MyCredits returns the credits of the actor and of the organisations for which
// they may speak, in every film, also in one that they cannot see: action
// credit.read. The sort is created_at. It is five queries at most, and one more to
// count.
func (c *Catalog) MyCredits(ctx context.Context, filter CreditFilter, page core.Page) (core.List[Credited], error) {
	if err := c.gate.Check(ctx, "credit.read", "", core.RelationSet(core.Self)); err != nil {
		return core.List[Credited]{}, err
	}
	client := c.store.From(ctx)
	spoken, err := c.spokenFor(ctx, client)
	if err != nil {
		return core.List[Credited]{}, err
	}
	query := client.Credit.Query().Where(ofOneself(ctx, spoken))
	if filter.State != "" {
		query.Where(credit.StateEQ(credit.State(filter.State)))
	}
	return c.creditList(ctx, query, page, credit.FieldCreatedAt,
		func(row *ent.Credit) time.Time { return row.CreatedAt },
		Credited{Relations: core.RelationSet(core.Self)})
}

// Disputes returns the disputed credits of the films of a scope, sorted by
// updated_at: action credit.settle. It is four queries at most, and one more
// to count.
func (c *Catalog) Disputes(ctx context.Context, scope core.Scope, page core.Page) (core.List[Credited], error) {
	if err := c.gate.Check(ctx, "credit.settle", scope.Path, 0); err != nil {
		return core.List[Credited]{}, err
	}
	query := c.store.From(ctx).Credit.Query().Where(db.In(scope), disputed)
	return c.creditList(ctx, query, page, credit.FieldUpdatedAt,
		func(row *ent.Credit) time.Time { return row.UpdatedAt },
		Credited{})
}

// disputed is the predicate of the disputed credits, as the index of the few has
// it: for a parameter in its place a database may not take that index.
func disputed(s *entsql.Selector) {
	s.Where(entsql.P(func(b *entsql.Builder) { b.Ident(s.C(credit.FieldState)).WriteString(" = 'disputed'") }))
}

// TitlesOf returns the first credits of the titles of these films, at most limit
// of each and of 500 films, by film: actions film.read and credit.read. It
// leaves out the films whose titles the actor does not get to see, whatever the
// reason, and what is history. It is five queries at most.
func (c *Catalog) TitlesOf(ctx context.Context, ids []string, limit int) (map[string][]Credited, error) {
	open, err := c.open(ctx, "credit.read", ids)
	if err != nil {
		return nil, err
	}
	all := make(map[string][]Credited, len(open))
	if len(open) == 0 {
		return all, nil
	}
	client := c.store.From(ctx)
	spoken, err := c.spokenFor(ctx, client)
	if err != nil {
		return nil, err
	}
	rows, err := client.Credit.Query().
		Where(firstOfEach(credit.Table, open, limit, credit.StateIn(titles...), credit.FieldPosition, credit.FieldID)).
		Order(ent.Asc(credit.FieldPosition, credit.FieldID)).
		WithPerson(profile).WithOrganisation().All(ctx)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		all[row.FilmID] = append(all[row.FilmID], c.heldBy(ctx, open[row.FilmID], row, spoken))
	}
	return all, nil
}

// creditList reads a page of credits of many films for somebody who is told all
// of them; as is what else they are to each.
func (c *Catalog) creditList(ctx context.Context, query *ent.CreditQuery, page core.Page, column string, at func(*ent.Credit) time.Time, as Credited) (core.List[Credited], error) {
	var list core.List[Credited]
	rows, err := query.Clone().Where(db.Keyset[time.Time](page, column)).WithFilm().WithPerson(profile).WithOrganisation().All(ctx)
	if err != nil {
		return list, err
	}
	all := make([]Credited, len(rows))
	for i, row := range rows {
		all[i] = as
		all[i].Credit, all[i].Film, all[i].Inside = row, row.Edges.Film, true
		all[i].Linked = linked(row, all[i])
	}
	list = db.ListOf(all, page, func(held Credited) core.Key { return db.KeyOf(at(held.Credit), held.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}
