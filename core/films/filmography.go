package films

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/crafts"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/credit"
	"github.com/labfilms/labfilms/ent/film"
	"github.com/labfilms/labfilms/ent/organisation"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/predicate"
	"github.com/labfilms/labfilms/ent/recognition"
	"github.com/labfilms/labfilms/ent/space"
)

// Work is a film in a filmography: what somebody has done in it, and what was
// said of it.
type Work struct {
	Film         *ent.Film
	Credits      []*ent.Credit      // in the order of the titles
	Recognitions []*ent.Recognition // the latest first
}

// WorkFilter narrows a filmography.
type WorkFilter struct {
	Department string // only what was done in this department of the crew, by its code; empty for all
}

// Filmography returns the films that credit a person whom the actor may see,
// and who has agreed; without an account nobody needs to. Of these it lists the
// films that the actor may see: actions film.read and credit.read. The sorts
// are year, title (as a dictionary has it) and released_at. A film without a
// year comes before all others; by release it lists what was released once.
//
// It is three queries, and one more to count. What they cost depends on the
// films of the person and not on how many there are.
func (c *Catalog) Filmography(ctx context.Context, of *ent.Person, filter WorkFilter, page core.Page) (core.List[Work], error) {
	states := agreed
	if of.Claim != person.ClaimClaimed {
		states = titles
	}
	return c.works(ctx, credit.And(credit.PersonID(of.ID), credit.StateIn(states...)), filter, page)
}

// ErrOrganisationUnknown is the fault of asking for the films of an organisation
// that is not there: the same to whoever asks as that of the organisations.
var ErrOrganisationUnknown = &core.Fault{
	Kind: core.Missing, Code: "organisation_unknown",
	EN: "There is no such organisation here.",
	FR: "Cette organisation n'est pas ici.",
}

// FilmographyOfOrganisation is Filmography for an organisation, also a closed
// one: action organisation.read, too. It returns ErrOrganisationUnknown. It is
// one query more.
func (c *Catalog) FilmographyOfOrganisation(ctx context.Context, id string, filter WorkFilter, page core.Page) (core.List[Work], error) {
	if noID(id) || !c.gate.May(ctx, "organisation.read", "", 0) {
		return core.List[Work]{}, ErrOrganisationUnknown
	}
	there, err := c.store.From(ctx).Organisation.Query().Where(organisation.ID(id)).Exist(ctx)
	if err != nil {
		return core.List[Work]{}, err
	}
	if !there {
		return core.List[Work]{}, ErrOrganisationUnknown
	}
	return c.works(ctx, credit.And(credit.OrganisationID(id), credit.StateIn(agreed...)), filter, page)
}

func (c *Catalog) works(ctx context.Context, theirs predicate.Credit, filter WorkFilter, page core.Page) (core.List[Work], error) {
	var list core.List[Work]
	if filter.Department != "" {
		theirs = credit.And(theirs, credit.CraftIn(craftsOf(filter.Department)...))
	}
	client := c.store.From(ctx)
	query := client.Film.Query().Where(crediting(theirs), c.visible(ctx, "film.read"), c.visible(ctx, "credit.read"))
	order := workOrder(page)
	if order.released {
		query.Where(film.ReleasedAtNotNil())
	}
	rows, err := query.Clone().Where(asSeenBy(core.ActorFrom(ctx).Person), order.keyset).All(ctx)
	if err != nil {
		return list, err
	}
	films := db.ListOf(rows, page, order.key)
	list.Next = films.Next
	ids := make([]string, len(films.Items))
	at := make(map[string]int, len(films.Items))
	var recognised []string
	for i, row := range films.Items {
		f, err := seen(row)
		if err != nil {
			return list, err
		}
		list.Items = append(list.Items, Work{Film: row})
		ids[i], at[row.ID] = row.ID, i
		if c.gate.May(ctx, "recognition.read", f.Path, f.Relations) {
			recognised = append(recognised, row.ID)
		}
	}
	credits, err := client.Credit.Query().Where(theirs, credit.FilmIDIn(ids...)).
		Order(ent.Asc(credit.FieldPosition, credit.FieldID)).All(ctx)
	if err != nil {
		return list, err
	}
	for _, row := range credits {
		work := &list.Items[at[row.FilmID]]
		work.Credits = append(work.Credits, row)
	}
	said, err := client.Recognition.Query().Where(recognition.FilmIDIn(recognised...), recognition.RemovedAtIsNil()).
		Order(ent.Desc(recognition.FieldFrom, recognition.FieldID)).All(ctx)
	if err != nil {
		return list, err
	}
	for _, row := range said {
		work := &list.Items[at[row.FilmID]]
		work.Recognitions = append(work.Recognitions, row)
	}
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

// craftsOf returns the codes of the crafts of a department.
func craftsOf(department string) []string {
	var codes []string
	for _, craft := range crafts.All() {
		if craft.Department == department {
			codes = append(codes, craft.Code)
		}
	}
	return codes
}

// crediting returns the predicate of the films that have such a credit.
func crediting(theirs predicate.Credit) predicate.Film {
	return func(s *entsql.Selector) {
		credits := entsql.Table(credit.Table)
		films := entsql.Dialect(s.Dialect()).Select(credits.C(credit.FieldFilmID)).From(credits)
		theirs(films)
		if s.Dialect() != dialect.Postgres {
			s.Where(entsql.In(s.C(film.FieldID), films))
			return
		}
		// As an array it is found first: see member.
		s.Where(entsql.P(func(b *entsql.Builder) {
			b.Ident(s.C(film.FieldID)).WriteString(" = ANY(ARRAY")
			b.Wrap(func(b *entsql.Builder) { b.Join(films) }).WriteByte(')')
		}))
	}
}

// visible returns the predicate of the films to which the actor may do the
// action, wherever the films are at home: as everybody may, and below the
// spaces of their grants also by what those give.
func (c *Catalog) visible(ctx context.Context, action string) predicate.Film {
	actor := core.ActorFrom(ctx)
	everywhere := c.gate.Lists(ctx, action, "")
	sets := []predicate.Film{relatedBy(found(everywhere), actor.Person)}
	var paths []string
	for _, grant := range actor.Grants {
		if slices.Contains(paths, grant.Path) {
			continue
		}
		paths = append(paths, grant.Path)
		if when := c.gate.Lists(ctx, action, grant.Path); !slices.Equal(when, everywhere) {
			sets = append(sets, film.And(below(grant.Path), relatedBy(found(when), actor.Person)))
		}
	}
	return film.Or(sets...)
}

// found returns the sets of relations that a film can have.
func found(when core.When) core.When {
	return slices.DeleteFunc(slices.Clone(when), func(set core.Relations) bool { return !possible(set, "") })
}

// below is the predicate of the films whose home is the space with the path or
// one below it.
func below(path string) predicate.Film {
	return func(s *entsql.Selector) {
		spaces := entsql.Table(space.Table)
		branch := entsql.Select(spaces.C(space.FieldID)).From(spaces).Where(entsql.HasPrefix(spaces.C(space.FieldPath), path))
		s.Where(entsql.In(s.C(film.FieldSpaceID), branch))
	}
}

// workOrder is orderOf for a filmography.
func workOrder(page core.Page) order {
	if strings.TrimPrefix(page.Sort, "-") == "year" {
		return order{
			keyset: byYear(page),
			key:    func(f *ent.Film) core.Key { return db.KeyOf(yearOf(f), f.ID) },
		}
	}
	return orderOf(page)
}

// yearOf returns the film's year, 0 for one that has none.
func yearOf(f *ent.Film) int {
	if f.Year == nil {
		return 0
	}
	return *f.Year
}

// byYear is [db.Keyset] on yearOf: no index has it, and needs to, for the films
// of one person.
func byYear(page core.Page) predicate.Film {
	return func(s *entsql.Selector) {
		year := func(b *entsql.Builder) { b.WriteString("COALESCE(").Ident(s.C(film.FieldYear)).WriteString(", 0)") }
		beyond, direction := " > ", ""
		if strings.HasPrefix(page.Sort, "-") {
			beyond, direction = " < ", " DESC"
		}
		if page.After != nil {
			after, err := strconv.Atoi(page.After.Value)
			if err != nil {
				s.AddError(err)
				return
			}
			s.Where(entsql.P(func(b *entsql.Builder) {
				b.Wrap(func(b *entsql.Builder) {
					year(b)
					b.Comma().Ident(s.C(film.FieldID))
				})
				b.WriteString(beyond)
				b.Wrap(func(b *entsql.Builder) { b.Args(after, page.After.ID) })
			}))
		}
		s.OrderExprFunc(func(b *entsql.Builder) {
			year(b)
			b.WriteString(direction).Comma().Ident(s.C(film.FieldID)).WriteString(direction)
		}).Limit(page.Limit + 1)
	}
}
