package films

import (
	"context"
	"slices"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/credit"
	memberships "github.com/labfilms/labfilms/ent/membership"
	"github.com/labfilms/labfilms/ent/organisation"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/predicate"
)

// The faults of naming a credit.
var (
	ErrCreditUnknown = &core.Fault{
		Kind: core.Missing, Code: "credit_unknown",
		EN: "There is no such credit here.",
		FR: "Cette mention au générique n'est pas ici.",
	}
	ErrCreditState = &core.Fault{
		Kind: core.Conflict, Code: "credit_state",
		EN: "The credit's state does not allow this.",
		FR: "L'état de cette mention au générique ne le permet pas.",
	}
	ErrCreditTwice = &core.Fault{
		Kind: core.Conflict, Code: "credit_twice",
		EN: "Somebody would be credited twice for the same.",
		FR: "Une personne serait créditée deux fois au même titre.",
	}
)

// CreditStates are all the ways there are. What somebody says of themselves is
// confirmed from the beginning. A credit of somebody without an account stays
// proposed until they come. What was refused, withdrawn or removed is history.
var CreditStates = core.Machine[credit.State]{
	Noun: "credit", Starts: []credit.State{credit.StateProposed, credit.StateConfirmed},
	Moves: []core.Move[credit.State]{
		{Action: "credit.confirm", Event: "credit.confirmed.v1", From: []credit.State{credit.StateProposed}, To: []credit.State{credit.StateConfirmed}},
		{Action: "credit.refuse", Event: "credit.refused.v1", From: []credit.State{credit.StateProposed}, To: []credit.State{credit.StateRefused}},
		{Action: "credit.withdraw", Event: "credit.withdrawn.v1", From: []credit.State{credit.StateProposed}, To: []credit.State{credit.StateWithdrawn}},
		{Action: "credit.dispute", Event: "credit.disputed.v1", From: []credit.State{credit.StateConfirmed}, To: []credit.State{credit.StateDisputed}},
		{Action: "credit.settle", Event: "credit.settled.v1", From: []credit.State{credit.StateDisputed}, To: []credit.State{credit.StateConfirmed, credit.StateRemoved}},
	},
}

var (
	// titles are the states of the credits that a film's titles have.
	titles = []credit.State{credit.StateProposed, credit.StateConfirmed, credit.StateDisputed}
	// agreed are those to which the credited person has said yes. That it is
	// disputed since changes nothing for the public until it is settled.
	agreed = []credit.State{credit.StateConfirmed, credit.StateDisputed}
)

// Credited is a credit and what the asker is to it.
type Credited struct {
	*ent.Credit
	Film      *ent.Film
	Relations core.Relations // to the film, and self for who is credited, or may speak for the organisation that is
	Inside    bool           // the asker is told the state, and the words of a dispute
	Linked    bool           // the asker is told which profile it is, if they may see that profile
}

// Agreed reports whether who is credited has said yes.
func Agreed(c *ent.Credit) bool { return slices.Contains(agreed, c.State) }

// Credit returns a credit of a film: actions film.read and credit.read; who is
// credited needs only the latter. It returns ErrUnknown where there is no such
// film for the actor, and ErrCreditUnknown.
func (c *Catalog) Credit(ctx context.Context, filmID, id string) (Credited, error) {
	held, f, err := c.credited(ctx, c.store.From(ctx), filmID, id)
	if err != nil {
		return Credited{}, err
	}
	return held, c.allowCredit(ctx, "credit.read", f, held)
}

// CreditFilter narrows a list of credits.
type CreditFilter struct {
	State string // only credits in this state, of those whose state the actor is told; empty for all
}

// Credits returns the credits of a film in the order of its titles, sorted by
// position: actions film.read and credit.read. Its team, its moderators and who
// is credited see also what is history. It returns ErrUnknown where there is no
// such film for the actor.
//
// It is five queries at most, and one more to count.
func (c *Catalog) Credits(ctx context.Context, id string, filter CreditFilter, page core.Page) (core.List[Credited], error) {
	var list core.List[Credited]
	client := c.store.From(ctx)
	f, err := c.seen(ctx, client, id)
	if err != nil {
		return list, err
	}
	for _, action := range []string{"film.read", "credit.read"} {
		if err := c.allow(ctx, action, f); err != nil {
			return list, err
		}
	}
	spoken, err := c.spokenFor(ctx, client)
	if err != nil {
		return list, err
	}
	query := client.Credit.Query().Where(credit.FilmID(id))
	inside, theirs := c.insideOf(ctx, f), ofOneself(ctx, spoken)
	switch {
	case filter.State != "" && inside:
		query.Where(credit.StateEQ(credit.State(filter.State)))
	case filter.State != "":
		query.Where(credit.StateEQ(credit.State(filter.State)), theirs)
	case !inside:
		query.Where(credit.Or(credit.StateIn(titles...), theirs))
	}
	rows, err := query.Clone().Where(db.Keyset[int](page, credit.FieldPosition)).WithPerson(profile).WithOrganisation().All(ctx)
	if err != nil {
		return list, err
	}
	all := make([]Credited, len(rows))
	for i, row := range rows {
		all[i] = c.heldBy(ctx, f, row, spoken)
	}
	list = db.ListOf(all, page, func(c Credited) core.Key { return db.KeyOf(c.Position, c.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

// credited returns one credit of one film, allowed or not. It returns
// ErrUnknown or ErrCreditUnknown, as the actor may know of the film.
func (c *Catalog) credited(ctx context.Context, client *ent.Client, filmID, id string) (Credited, Seen, error) {
	f, err := c.seen(ctx, client, filmID)
	if err != nil {
		return Credited{}, f, err
	}
	if noID(id) {
		return Credited{}, f, c.noCredit(ctx, f)
	}
	row, err := client.Credit.Query().Where(credit.ID(id), credit.FilmID(filmID)).WithPerson(profile).WithOrganisation().Only(ctx)
	if ent.IsNotFound(err) {
		return Credited{}, f, c.noCredit(ctx, f)
	}
	if err != nil {
		return Credited{}, f, err
	}
	var spoken []string
	if row.OrganisationID != nil {
		if spoken, err = c.spokenFor(ctx, client); err != nil {
			return Credited{}, f, err
		}
	}
	return c.heldBy(ctx, f, row, spoken), f, nil
}

// noCredit is the fault of a credit that is not there for the actor.
func (c *Catalog) noCredit(ctx context.Context, f Seen) error {
	if !c.gate.May(ctx, "film.read", f.Path, f.Relations) {
		return ErrUnknown
	}
	return ErrCreditUnknown
}

// allowCredit returns nil if the actor may do the action to the credit. One
// that they may not read is unknown to them, whatever they wanted to do.
func (c *Catalog) allowCredit(ctx context.Context, action string, f Seen, held Credited) error {
	err := c.gate.Check(ctx, action, f.Path, held.Relations)
	switch {
	case held.Relations.Has(core.Self) && c.gate.May(ctx, "credit.read", f.Path, held.Relations):
		return err
	case !c.gate.May(ctx, "film.read", f.Path, f.Relations),
		!c.gate.May(ctx, "credit.read", f.Path, f.Relations):
		return ErrUnknown
	case !held.Inside && !slices.Contains(titles, held.State):
		return ErrCreditUnknown
	default:
		return err
	}
}

// heldBy says what the actor is to a credit that was read with the profile of
// the person; spoken are the organisations for which they may speak.
func (c *Catalog) heldBy(ctx context.Context, f Seen, row *ent.Credit, spoken []string) Credited {
	held := Credited{Credit: row, Film: f.Film, Relations: f.Relations, Inside: c.insideOf(ctx, f)}
	if isOneself(ctx, row.PersonID, row.OrganisationID, spoken) {
		held.Relations |= core.RelationSet(core.Self)
		held.Inside = true
	}
	held.Linked = linked(row, held)
	return held
}

// linked reports whether the actor is told which profile is credited: once the
// person has agreed or if nobody is there to agree, and those who work on the
// titles always. A profile that is suspended is linked to nobody else, and one
// that has gone into another to nobody.
func linked(row *ent.Credit, held Credited) bool {
	if row.OrganisationID != nil {
		return held.Inside || Agreed(held.Credit)
	}
	p := row.Edges.Person
	switch {
	case p == nil || p.Claim == person.ClaimMerged:
		return false
	case held.Relations.Has(core.Self):
		return true
	default:
		return !p.Suspended && (held.Inside || Agreed(held.Credit) || p.Claim != person.ClaimClaimed)
	}
}

// insideOf reports whether the actor is told all of every credit of the film:
// its team is, and its moderators.
func (c *Catalog) insideOf(ctx context.Context, f Seen) bool {
	team := f.Relations.Has(core.Own) || f.Relations.Has(core.Team)
	return team && core.ActorFrom(ctx).InScope("credit.read") || c.gate.May(ctx, "credit.settle", f.Path, 0)
}

// isOneself reports whether the actor is credited, or may speak for the
// organisation that is.
func isOneself(ctx context.Context, personID, organisationID *string, spoken []string) bool {
	me := core.ActorFrom(ctx).Person
	return personID != nil && me != "" && *personID == me ||
		organisationID != nil && slices.Contains(spoken, *organisationID)
}

// ofOneself returns isOneself as a predicate.
func ofOneself(ctx context.Context, spoken []string) predicate.Credit {
	me := core.ActorFrom(ctx).Person
	if me == "" {
		return func(s *entsql.Selector) { s.Where(entsql.False()) }
	}
	if len(spoken) == 0 {
		return credit.PersonID(me)
	}
	return credit.Or(credit.PersonID(me), credit.OrganisationIDIn(spoken...))
}

// spokenFor returns the organisations for which the actor may say yes or no to
// a credit, as an admin or an editor.
func (c *Catalog) spokenFor(ctx context.Context, client *ent.Client) ([]string, error) {
	me := core.ActorFrom(ctx).Person
	if me == "" {
		return nil, nil
	}
	return client.Membership.Query().
		Where(memberships.PersonID(me), c.speaking()).
		Select(memberships.FieldOrganisationID).Strings(ctx)
}

// speaking is the predicate of the memberships by which one speaks for an
// organisation.
func (c *Catalog) speaking() predicate.Membership {
	today := c.store.DB().Now().Format(time.DateOnly)
	return memberships.And(
		memberships.StateEQ(memberships.StateActive),
		memberships.RoleIn(memberships.RoleAdmin, memberships.RoleEditor),
		memberships.SinceLTE(today), memberships.Or(memberships.Until(""), memberships.UntilGTE(today)),
		memberships.HasOrganisationWith(organisation.StateEQ(organisation.StateActive)),
	)
}

// profile reads of the credited person what decides who sees the link.
func profile(q *ent.PersonQuery) {
	q.Select(person.FieldID, person.FieldName, person.FieldClaim, person.FieldSuspended)
}
