package films

import (
	"context"
	"encoding/json"
	"fmt"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/crafts"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/credit"
	"github.com/labfilms/labfilms/ent/film"
	memberships "github.com/labfilms/labfilms/ent/membership"
	"github.com/labfilms/labfilms/ent/organisation"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/space"
)

const (
	creditsAtOnce = 500   // that are proposed in one call
	creditsMax    = 3_000 // in the titles of one film
	positionMax   = 100_000
)

// NewCredit is a credit that is proposed: of a person, of an organisation, or
// of a name alone.
type NewCredit struct {
	Person       string // id
	Organisation string // id
	Name         string // as the titles have it, up to 160 characters; default: the person's or the organisation's
	Craft        string // code of the nomenclature, or
	CraftText    string // in words, up to 120 characters
	Character    string // up to 160 characters
	Position     *int   // default: after all others
	Uncredited   bool
}

// CreditsMoved is the data of the events of credits; their subject is the film.
type CreditsMoved struct {
	Film    string        `json:"film"`
	Credits []CreditMoved `json:"credits"` // several in credit.made.v1 alone
}

// CreditMoved is a credit in CreditsMoved.
type CreditMoved struct {
	ID           string       `json:"id"`
	Person       *string      `json:"person,omitempty"`
	Organisation *string      `json:"organisation,omitempty"`
	Craft        string       `json:"craft,omitempty"`
	State        credit.State `json:"state"`
}

// Propose puts 1 to 500 people and organisations into the titles of a film, all
// or none: action credit.propose. They are told. What the actor says of
// themselves, or of an organisation for which they may speak, is confirmed at
// once.
//
// It returns ErrUnknown, [core.ErrDenied], [core.ErrInvalid] with all that is
// wrong with which of them, or, where nothing else is wrong, ErrCreditTwice
// with those who are in the titles for the same already. It takes the same
// number of statements for one as for 500.
func (c *Catalog) Propose(ctx context.Context, id string, in []NewCredit) ([]Credited, error) {
	var proposed []Credited
	err := c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		f, err := c.seen(ctx, client, id)
		if err != nil {
			return err
		}
		if err := c.allow(ctx, "credit.propose", f); err != nil {
			return err
		}
		if len(in) == 0 || len(in) > creditsAtOnce {
			return core.ErrInvalid.With(core.Reason{
				Pointer: "/credits", Code: "range",
				EN: "Credit 1 to 500 at once.", FR: "Créditez de 1 à 500 personnes à la fois.",
			})
		}
		if err := lockFilm(ctx, client, id); err != nil {
			return err
		}
		p := proposal{Catalog: c, film: f, in: in}
		if err := p.read(ctx, client); err != nil {
			return err
		}
		rows, err := p.check(ctx, client)
		if err != nil {
			return err
		}
		made, err := client.Credit.CreateBulk(rows...).Save(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrCreditTwice
		}
		if err != nil {
			return err
		}
		for _, row := range made {
			if row.PersonID != nil {
				row.Edges.Person = p.people[*row.PersonID]
			}
			if row.OrganisationID != nil {
				row.Edges.Organisation = p.organisations[*row.OrganisationID]
			}
			proposed = append(proposed, c.heldBy(ctx, f, row, p.spoken))
		}
		return p.tell(ctx, client, made)
	})
	if err != nil {
		return nil, err
	}
	return proposed, nil
}

// lockFilm has everybody else who calls it for the film wait until the
// transaction ends. It returns ErrUnknown if the film is gone.
func lockFilm(ctx context.Context, client *ent.Client, id string) error {
	there, err := client.Film.Query().Where(film.ID(id), db.Alone).IDs(ctx)
	if err == nil && len(there) == 0 {
		return ErrUnknown
	}
	return err
}

// lock is a predicate that refuses nothing and locks what is read. SQLite has
// no such locks and one transaction that writes.
func lock(how func(*entsql.Selector, ...entsql.LockOption) *entsql.Selector) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		if s.Dialect() == dialect.Postgres {
			how(s)
		}
	}
}

// proposal is what Propose reads before it writes.
type proposal struct {
	*Catalog
	film          Seen
	in            []NewCredit
	spoken        []string // organisations for which the actor may speak
	people        map[string]*ent.Person
	organisations map[string]*ent.Organisation
	held          map[held]bool // what is in the titles
	last          int           // position in the titles
	count         int           // of the titles
}

// held is what nobody is credited for twice.
type held struct{ whom, craft, craftText, character string }

func heldFor(c *ent.Credit) held {
	h := held{craft: c.Craft, craftText: c.CraftText, character: c.Character}
	switch {
	case c.PersonID != nil:
		h.whom = *c.PersonID
	case c.OrganisationID != nil:
		h.whom = *c.OrganisationID
	}
	return h
}

func (p *proposal) read(ctx context.Context, client *ent.Client) (err error) {
	var people, organisations []string
	for _, n := range p.in {
		if !noID(n.Person) {
			people = append(people, n.Person)
		}
		if !noID(n.Organisation) {
			organisations = append(organisations, n.Organisation)
		}
	}
	if p.spoken, err = p.spokenFor(ctx, client); err != nil {
		return err
	}
	if p.people, err = p.creditable(ctx, client, people); err != nil {
		return err
	}
	p.organisations = map[string]*ent.Organisation{}
	if len(organisations) > 0 {
		rows, err := client.Organisation.Query().
			Where(organisation.IDIn(organisations...), organisation.StateEQ(organisation.StateActive)).All(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			p.organisations[row.ID] = row
		}
	}
	rows, err := client.Credit.Query().
		Where(credit.FilmID(p.film.ID), credit.StateIn(titles...)).
		Select(credit.FieldPersonID, credit.FieldOrganisationID, credit.FieldCraft, credit.FieldCraftText, credit.FieldCharacter, credit.FieldPosition).
		All(ctx)
	if err != nil {
		return err
	}
	p.held, p.last, p.count = make(map[held]bool, len(rows)), -1, len(rows)
	for _, row := range rows {
		p.held[heldFor(row)] = true
		p.last = max(p.last, row.Position)
	}
	return nil
}

// creditable returns those of the people who can be credited: whom the actor
// may know of, without the suspended, and the profiles that are still their
// own. Who claims one of them meanwhile waits, so that the credit moves along.
func (c *Catalog) creditable(ctx context.Context, client *ent.Client, ids []string) (map[string]*ent.Person, error) {
	found := map[string]*ent.Person{}
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := client.Person.Query().
		Where(person.IDIn(ids...), person.Suspended(false), person.ClaimNEQ(person.ClaimMerged), lock((*entsql.Selector).ForShare)).
		All(ctx)
	if err != nil {
		return nil, err
	}
	var written []string // without an account, by somebody else
	for _, p := range rows {
		found[p.ID] = p
		if p.Claim != person.ClaimClaimed && p.MadeBy != core.ActorFrom(ctx).Person {
			written = append(written, p.ID)
		}
	}
	if len(written) == 0 || core.ActorFrom(ctx).System {
		return found, nil
	}
	known, err := c.knownByFilms(ctx, client, written)
	if err != nil {
		return nil, err
	}
	for _, id := range written {
		if !known[id] {
			delete(found, id)
		}
	}
	return found, nil
}

// knownByFilms returns which of the profiles without an account the actor may
// know of: those that a released film credits, and those where they moderate.
func (c *Catalog) knownByFilms(ctx context.Context, client *ent.Client, ids []string) (map[string]bool, error) {
	known := map[string]bool{}
	var shown []string
	err := client.Credit.Query().
		Where(credit.PersonIDIn(ids...), credit.StateIn(titles...), credit.HasFilmWith(published)).
		Unique(true).Select(credit.FieldPersonID).Scan(ctx, &shown)
	if err != nil {
		return nil, err
	}
	for _, id := range shown {
		known[id] = true
	}
	homes, err := client.Person.Query().Where(person.IDIn(ids...)).
		Where(func(s *entsql.Selector) {
			spaces := entsql.Table(space.Table)
			s.Join(spaces).On(s.C(person.FieldSpaceID), spaces.C(space.FieldID))
			s.AppendSelect(spaces.C(space.FieldPath))
		}).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range homes {
		path, err := p.Value(space.FieldPath)
		if err != nil {
			return nil, err
		}
		if c.gate.May(ctx, "claim.decide", fmt.Sprint(path), 0) {
			known[p.ID] = true
		}
	}
	return known, nil
}

// check returns the rows, or all that is wrong with them.
func (p *proposal) check(ctx context.Context, client *ent.Client) ([]*ent.CreditCreate, error) {
	var form text.Form
	var twice []core.Reason
	if p.count+len(p.in) > creditsMax {
		form.Refuse("/credits", "too_many", "A film has 3,000 credits at most.", "Un film compte au plus 3 000 mentions au générique.")
	}
	now, first := p.store.DB().Now(), map[held]int{}
	source := credit.SourceTeam
	if p.film.Origin == film.OriginRecorded {
		source = credit.SourceRecord
	}
	rows := make([]*ent.CreditCreate, len(p.in))
	for i, n := range p.in {
		at := fmt.Sprintf("/credits/%d", i)
		row := ent.Credit{Uncredited: n.Uncredited}
		p.whom(&form, at, n, &row)
		checkCraft(&form, at, n.Craft, n.CraftText, &row)
		row.Character = character(&form, at+"/character", n.Character)
		p.last = min(p.last+1, positionMax)
		row.Position = p.last
		if n.Position != nil {
			row.Position = *n.Position
		}
		within(&form, at+"/position", &row.Position, 0, positionMax)

		if key := heldFor(&row); key.whom != "" {
			j, again := first[key]
			switch {
			case again:
				twice = append(twice, core.Reason{
					Pointer: at, Code: "twice",
					EN: fmt.Sprintf("It is the same as credit %d of this request.", j), FR: fmt.Sprintf("C'est la même que la mention %d de cette requête.", j),
				})
			case p.held[key]:
				twice = append(twice, core.Reason{
					Pointer: at, Code: "credited",
					EN: "The titles have this already.", FR: "Le générique a déjà cette mention.",
				})
			default:
				first[key] = i
			}
		}
		rows[i] = client.Credit.Create().
			SetFilmID(p.film.ID).SetNetworkID(p.film.NetworkID).SetRegionID(p.film.RegionID).SetSpaceID(p.film.SpaceID).
			SetNillablePersonID(row.PersonID).SetNillableOrganisationID(row.OrganisationID).SetName(row.Name).
			SetCraft(row.Craft).SetCraftText(row.CraftText).SetCharacter(row.Character).
			SetPosition(row.Position).SetUncredited(row.Uncredited).
			SetState(credit.StateProposed).SetSource(source).SetProposedBy(core.ActorFrom(ctx).Person).
			SetCreatedAt(now).SetUpdatedAt(now)
		if isOneself(ctx, row.PersonID, row.OrganisationID, p.spoken) {
			rows[i].SetState(credit.StateConfirmed).SetAnsweredAt(now)
		}
	}
	if err := form.Err(); err != nil {
		for _, r := range twice {
			form.Refuse(r.Pointer, r.Code, r.EN, r.FR)
		}
		return nil, form.Err()
	}
	if len(twice) > 0 {
		return nil, ErrCreditTwice.With(twice...)
	}
	return rows, nil
}

// whom reads who is credited, and under which name.
func (p *proposal) whom(form *text.Form, at string, n NewCredit, row *ent.Credit) {
	name := n.Name
	if n.Person != "" && n.Organisation != "" {
		form.Refuse(at+"/organisation", "both", "Credit a person or an organisation.", "Créditez une personne ou une organisation.")
		return
	}
	if n.Person != "" {
		who := p.people[n.Person]
		if who == nil {
			form.Refuse(at+"/person", "person_unknown", "There is no such person here.", "Cette personne n'est pas ici.")
			return
		}
		row.PersonID = &who.ID
		if name == "" {
			name = who.Name
		}
	}
	if n.Organisation != "" {
		who := p.organisations[n.Organisation]
		if who == nil {
			form.Refuse(at+"/organisation", "organisation_unknown", "There is no such organisation here.", "Cette organisation n'est pas ici.")
			return
		}
		row.OrganisationID = &who.ID
		if name == "" {
			name = who.Name
		}
	}
	row.Name = form.Line(at+"/name", name, 160)
}

// checkCraft reads what somebody is credited for: a craft of the nomenclature,
// or in words where it has none.
func checkCraft(form *text.Form, at, code, words string, row *ent.Credit) {
	switch {
	case code != "" && words != "":
		form.Refuse(at+"/craft_text", "both", "Give a craft or a text.", "Indiquez un métier ou un texte.")
	case code != "":
		if _, known := crafts.Get(code); !known {
			form.Refuse(at+"/craft", "unknown", "There is no such craft.", "Ce métier n'existe pas.")
		}
		row.Craft = code
	case words != "":
		row.CraftText = form.Line(at+"/craft_text", words, 120)
	default:
		form.Refuse(at+"/craft", "required", "It must not be empty.", "Ce champ ne doit pas être vide.")
	}
}

// character reads whom somebody plays: nobody, mostly.
func character(form *text.Form, pointer, s string) string {
	if s == "" {
		return ""
	}
	return form.Line(pointer, s, 160)
}

// tell writes down what was proposed, and tells those who have to answer.
func (p *proposal) tell(ctx context.Context, client *ent.Client, made []*ent.Credit) error {
	var ids []string
	var answering []*ent.Credit
	for _, row := range made {
		ids = append(ids, row.ID)
		if row.State == credit.StateProposed {
			answering = append(answering, row)
		}
	}
	entry := audit.Entry{
		Action: "credit.propose", Object: "film:" + p.film.ID, Place: p.film.place(),
		Data: map[string][]string{"credits": ids},
	}
	if err := p.audit.Record(ctx, entry); err != nil {
		return err
	}
	if err := p.creditsMoved(ctx, "credit.made.v1", p.film, made...); err != nil {
		return err
	}
	return p.tellCredited(ctx, client, "credit.proposed", answering...)
}

// creditsMoved records what happened to credits of a film.
func (c *Catalog) creditsMoved(ctx context.Context, event string, f Seen, moved ...*ent.Credit) error {
	facts := CreditsMoved{Film: f.ID}
	for _, row := range moved {
		facts.Credits = append(facts.Credits, CreditMoved{
			ID: row.ID, Person: row.PersonID, Organisation: row.OrganisationID, Craft: row.Craft, State: row.State,
		})
	}
	data, err := json.Marshal(facts)
	if err != nil {
		return err
	}
	return c.events.Record(ctx, core.Event{Type: event, Subject: f.ID, Place: f.place(), Data: data})
}

// tellCredited tells those who are credited, and for an organisation those who
// may speak for it.
func (c *Catalog) tellCredited(ctx context.Context, client *ent.Client, typ string, rows ...*ent.Credit) error {
	speakers := map[string][]string{}
	var organisations, people []string
	for _, row := range rows {
		switch {
		case row.OrganisationID != nil:
			organisations = append(organisations, *row.OrganisationID)
		case row.PersonID != nil:
			people = append(people, *row.PersonID)
		}
	}
	if len(organisations) > 0 {
		of, err := client.Membership.Query().Where(memberships.OrganisationIDIn(organisations...), c.speaking()).All(ctx)
		if err != nil {
			return err
		}
		for _, m := range of {
			speakers[m.OrganisationID] = append(speakers[m.OrganisationID], m.PersonID)
		}
	}
	if len(people) > 0 {
		// Nobody reads what is told to a profile without an account.
		with, err := client.Person.Query().Where(person.IDIn(people...), person.ClaimEQ(person.ClaimClaimed)).IDs(ctx)
		if err != nil {
			return err
		}
		for _, id := range with {
			speakers[id] = []string{id}
		}
	}
	var notices []notify.Notice
	for _, row := range rows {
		for _, who := range speakers[heldFor(row).whom] {
			notices = append(notices, notify.Notice{Person: who, Type: typ, Subject: "credit:" + row.ID, Within: "film:" + row.FilmID})
		}
	}
	return c.notify.Tell(ctx, notices...)
}
