package films

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/credit"
	"github.com/labfilms/labfilms/ent/person"
)

// What others say that changes credits.
const (
	creditProposed = "credit.proposed.v1" // a module
	personClaimed  = "person.claimed.v1"  // the directory
)

// CreditProposed is the data of credit.proposed.v1; its subject is the film.
type CreditProposed struct {
	Film      string `json:"film"`
	Person    string `json:"person,omitempty"`
	Name      string `json:"name,omitempty"` // as the titles have it; default: the person's
	Craft     string `json:"craft,omitempty"`
	CraftText string `json:"craft_text,omitempty"`
	Character string `json:"character,omitempty"`
	SourceID  string `json:"source_id"` // what the module calls it
}

// PersonClaimed is the data of person.claimed.v1.
type PersonClaimed struct {
	Person   string `json:"person"`   // the profile that was written down
	Claimant string `json:"claimant"` // whose it is
}

// Titles keeps what others say of the titles of films: credit.proposed.v1, of
// a module, and person.claimed.v1. It is a consumer of the events and acts for
// the platform; others get [core.ErrDenied].
//
// Told twice it does nothing the second time. A credit that the titles have
// already, or of a film or a person that is gone, is passed over. It returns
// [core.ErrInvalid] for what cannot be kept, which no repetition will mend.
func (c *Catalog) Titles(ctx context.Context, e core.Event) error {
	if !core.ActorFrom(ctx).System {
		return core.ErrDenied
	}
	switch e.Type {
	case creditProposed:
		return c.propose(ctx, e)
	case personClaimed:
		return c.claimed(ctx, e)
	default:
		return nil
	}
}

func (c *Catalog) propose(ctx context.Context, e core.Event) error {
	var in CreditProposed
	if err := json.Unmarshal(e.Data, &in); err != nil {
		return core.ErrInvalid.Because(err)
	}
	var form text.Form
	row := ent.Credit{SourceID: e.Source + ":" + form.Line("/source_id", in.SourceID, 64)}
	checkCraft(&form, "", in.Craft, in.CraftText, &row)
	row.Character = character(&form, "/character", in.Character)
	if in.Name != "" || in.Person == "" {
		row.Name = form.Line("/name", in.Name, 160)
	}
	if err := form.Err(); err != nil {
		return err
	}
	return c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		f, err := c.seen(ctx, client, in.Film)
		if errors.Is(err, ErrUnknown) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := lockFilm(ctx, client, f.ID); err != nil {
			return err
		}
		if in.Person != "" {
			people, err := c.creditable(ctx, client, slices.DeleteFunc([]string{in.Person}, noID))
			if err != nil {
				return err
			}
			who := people[in.Person]
			if who == nil {
				return nil
			}
			row.PersonID = &who.ID
			if row.Name == "" {
				row.Name = who.Name
			}
		}
		last, count, err := lastPosition(ctx, client, f.ID)
		if err != nil || count >= creditsMax {
			return err
		}
		now := c.store.DB().Now()
		made := client.Credit.Create().
			SetFilmID(f.ID).SetNetworkID(f.NetworkID).SetRegionID(f.RegionID).SetSpaceID(f.SpaceID).
			SetNillablePersonID(row.PersonID).SetName(row.Name).
			SetCraft(row.Craft).SetCraftText(row.CraftText).SetCharacter(row.Character).SetPosition(min(last+1, positionMax)).
			SetSource(credit.SourceModule).SetSourceID(row.SourceID).
			SetCreatedAt(now).SetUpdatedAt(now)
		id, err := made.OnConflict(entsql.DoNothing()).ID(ctx)
		if errors.Is(err, sql.ErrNoRows) { // so ent says that the titles have it
			return nil
		}
		if err != nil {
			return err
		}
		kept, err := client.Credit.Get(ctx, id)
		if err != nil {
			return err
		}
		entry := audit.Entry{
			Action: "credit.propose", Object: "film:" + f.ID, Place: f.place(),
			Data: map[string]any{"credits": []string{id}, "source": e.Source},
		}
		if err := c.audit.Record(ctx, entry); err != nil {
			return err
		}
		if err := c.creditsMoved(ctx, "credit.made.v1", f, kept); err != nil {
			return err
		}
		return c.tellCredited(ctx, client, "credit.proposed", kept)
	})
}

// lastPosition returns the last position in the titles of a film, -1 where it
// has none, and how many credits they have.
func lastPosition(ctx context.Context, client *ent.Client, film string) (last, count int, err error) {
	var rows []struct {
		Last  *int `json:"last"`
		Count int  `json:"count"`
	}
	err = client.Credit.Query().Where(credit.FilmID(film), credit.StateIn(titles...)).
		Aggregate(ent.As(ent.Max(credit.FieldPosition), "last"), ent.As(ent.Count(), "count")).
		Scan(ctx, &rows)
	if err != nil || len(rows) == 0 || rows[0].Last == nil {
		return -1, 0, err
	}
	return *rows[0].Last, rows[0].Count, nil
}

// claimed moves the credits of a profile that somebody has claimed to them. The
// claim is their yes to those that waited for one. Where they are credited for
// the same already, one of the two stays.
func (c *Catalog) claimed(ctx context.Context, e core.Event) error {
	var in PersonClaimed
	if err := json.Unmarshal(e.Data, &in); err != nil {
		return core.ErrInvalid.Because(err)
	}
	if noID(in.Person) || noID(in.Claimant) || in.Person == in.Claimant {
		return core.ErrInvalid
	}
	return c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		there, err := client.Person.Query().Where(person.ID(in.Claimant)).Exist(ctx)
		if err != nil || !there {
			return err
		}
		rows, err := client.Credit.Query().
			Where(credit.PersonIDIn(in.Person, in.Claimant), db.Alone).
			Order(ent.Asc(credit.FieldID)).All(ctx)
		if err != nil {
			return err
		}
		m := merge(rows, in)
		now := c.store.DB().Now()
		for _, step := range []struct {
			ids   []string
			state credit.State
		}{{m.again, credit.StateWithdrawn}, {m.confirmed, credit.StateConfirmed}} {
			for ids := range slices.Chunk(step.ids, creditsAtOnce) {
				update := client.Credit.Update().Where(credit.IDIn(ids...)).SetState(step.state).SetUpdatedAt(now).AddVersion(1)
				if step.state == credit.StateConfirmed {
					update.SetAnsweredAt(now)
				}
				if err := update.Exec(ctx); err != nil {
					return err
				}
			}
		}
		err = client.Credit.Update().Where(credit.PersonID(in.Person)).SetPersonID(in.Claimant).SetUpdatedAt(now).AddVersion(1).Exec(ctx)
		if err != nil {
			return err
		}
		return c.tellClaimed(ctx, client, slices.Concat(m.confirmed, m.again))
	})
}

// merging is what becomes of the credits of a claimed profile.
type merging struct {
	confirmed []string // those that waited for a yes
	again     []string // those that the claimant has already
}

func merge(rows []*ent.Credit, in PersonClaimed) merging {
	type place struct {
		film string
		held held
	}
	at := func(row *ent.Credit) place {
		h := heldFor(row)
		h.whom = in.Claimant
		return place{row.FilmID, h}
	}
	theirs := map[place]*ent.Credit{}
	for _, row := range rows {
		if *row.PersonID == in.Claimant && slices.Contains(titles, row.State) {
			theirs[at(row)] = row
		}
	}
	var m merging
	for _, row := range rows {
		if *row.PersonID != in.Person || !slices.Contains(titles, row.State) {
			continue
		}
		kept := theirs[at(row)]
		if kept != nil {
			m.again = append(m.again, row.ID)
		} else {
			kept = row
		}
		if kept.State == credit.StateProposed {
			m.confirmed = append(m.confirmed, kept.ID)
		}
	}
	return m
}

// tellClaimed writes down, for each film, what a claim has moved.
func (c *Catalog) tellClaimed(ctx context.Context, client *ent.Client, ids []string) error {
	byFilm := map[string][]*ent.Credit{}
	for chunk := range slices.Chunk(ids, creditsAtOnce) {
		rows, err := client.Credit.Query().Where(credit.IDIn(chunk...)).Order(ent.Asc(credit.FieldID)).All(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			byFilm[row.FilmID] = append(byFilm[row.FilmID], row)
		}
	}
	for id, rows := range byFilm {
		f, err := c.seen(ctx, client, id)
		if err != nil {
			return err
		}
		for _, row := range rows {
			action, event := "credit.confirm", "credit.confirmed.v1"
			if row.State == credit.StateWithdrawn {
				action, event = "credit.withdraw", "credit.withdrawn.v1"
			}
			entry := audit.Entry{
				Action: action, Object: "film:" + id, Place: f.place(), Reason: "person.claim",
				Data: map[string]string{"credit": row.ID, "from": string(credit.StateProposed), "to": string(row.State)},
			}
			if err := c.audit.Record(ctx, entry); err != nil {
				return err
			}
			if err := c.creditsMoved(ctx, event, f, row); err != nil {
				return err
			}
		}
	}
	return nil
}
