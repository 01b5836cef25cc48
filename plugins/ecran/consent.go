package ecran

import (
	"context"
	"errors"
	"time"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/consent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// patience is how long a maker has to answer before silence counts as no.
const patience = 7 * 24 * time.Hour

// ErrConsentUnknown is the fault of naming a consent that is not there, or not
// the asker's to know of.
var ErrConsentUnknown = &sdk.Fault{
	Kind: sdk.Missing, Code: "consent_unknown",
	EN: "There is no such request in this space.",
	FR: "Cette demande n'existe pas dans cet espace.",
}

// agreed reports whether the maker of a film agrees to the label, and asks them
// where they were not asked, or have let a question lapse. It returns
// ErrConsentMissing where they have refused.
func (e *Ecran) agreed(ctx context.Context, c *ent.Client, l *ent.Label, filmID, asker string) (bool, error) {
	now := sdk.Now(ctx)
	given, err := c.Consent.Query().Where(consent.FilmID(filmID), consent.LabelID(l.ID)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		id := sdk.NewID()
		err = c.Consent.Create().SetID(id).
			SetNetworkID(l.NetworkID).SetRegionID(l.RegionID).SetSpaceID(l.SpaceID).
			SetFilmID(filmID).SetLabelID(l.ID).SetAskedBy(asker).SetAskedAt(now).
			SetCreatedAt(now).SetUpdatedAt(now).
			OnConflictColumns(consent.FieldFilmID, consent.FieldLabelID).Ignore().Exec(ctx)
		if err != nil {
			return false, err
		}
		given, err = c.Consent.Query().Where(consent.FilmID(filmID), consent.LabelID(l.ID)).Only(ctx)
		if err != nil || given.ID != id { // another pick of the label has just asked
			return false, err
		}
	case err != nil:
		return false, err
	case given.State == consent.StateGranted:
		return true, nil
	case given.State == consent.StateRefused:
		return false, ErrConsentMissing
	case given.State == consent.StateAsked:
		return false, nil
	default:
		n, err := c.Consent.Update().Where(consent.ID(given.ID), consent.StateEQ(given.State)).
			SetState(consent.StateAsked).SetAskedBy(asker).SetAskedAt(now).
			ClearAnsweredAt().SetUpdatedAt(now).AddVersion(1).Save(ctx)
		if err != nil {
			return false, err
		}
		if n == 0 { // answered, or asked again, since it was read
			return e.agreed(ctx, c, l, filmID, asker)
		}
	}
	if err := sdk.RecordAt(ctx, now.Add(patience), consentDue, given.ID, struct{}{}); err != nil {
		return false, err
	}
	return false, sdk.Record(ctx, consentAsked, given.ID, ConsentMoved{Film: filmID, Label: l.ID, State: string(consent.StateAsked)})
}

// Consented is a consent with its label and its film, as the asker may see
// them.
type Consented struct {
	*ent.Consent
	Film sdk.Film
}

// Consents lists what the labels of this space have asked of the makers, the
// latest first: for one film, those who own it; for one label, its people.
// Exactly one of filmID and labelID is not empty. It returns sdk.ErrFilmUnknown
// or ErrLabelUnknown to whom it is not theirs.
func (e *Ecran) Consents(ctx context.Context, filmID, labelID string, page sdk.Page) (sdk.List[Consented], error) {
	c, actor := e.store.From(ctx), sdk.ActorFrom(ctx)
	q := c.Consent.Query().Where(sdk.InPlace(ctx)).WithLabel()
	if labelID != "" {
		if _, err := findLabel(ctx, c, labelID, "ecran.consent.read"); err != nil {
			return sdk.List[Consented]{}, err
		}
		q = q.Where(consent.LabelID(labelID))
	} else {
		film, err := e.host.Films.Film(ctx, filmID)
		if err != nil {
			return sdk.List[Consented]{}, err
		}
		if err := actor.Check("ecran.consent.read", ownerOf(film)...); err != nil {
			return sdk.List[Consented]{}, err
		}
		q = q.Where(consent.FilmID(filmID))
	}
	rows, err := q.Where(sdk.Keyset[time.Time](page, consent.FieldAskedAt)).All(ctx)
	if err != nil {
		return sdk.List[Consented]{}, err
	}
	list := sdk.PageOf(rows, page, func(c *ent.Consent) sdk.Key { return sdk.KeyOf(c.AskedAt, c.ID) })
	ids := make([]string, len(list.Items))
	for i, row := range list.Items {
		ids[i] = row.FilmID
	}
	films, err := e.host.Films.Get(ctx, ids)
	if err != nil {
		return sdk.List[Consented]{}, err
	}
	seen := sdk.List[Consented]{Next: list.Next}
	for _, row := range list.Items {
		if film, ok := films[row.FilmID]; ok {
			seen.Items = append(seen.Items, Consented{row, film})
		}
	}
	return seen, nil
}

// ownerOf returns the relation of own if the asker owns the film.
func ownerOf(film sdk.Film) []sdk.Relation {
	if film.Relations.Has(sdk.Own) {
		return []sdk.Relation{sdk.Own}
	}
	return nil
}

// GrantConsent agrees to a film being chosen by the label, for all its picks
// that wait for it and those to come: whoever owns the film. It returns
// ErrConsentUnknown.
func (e *Ecran) GrantConsent(ctx context.Context, id string) (Consented, error) {
	return e.answer(ctx, id, consent.StateGranted)
}

// RefuseConsent refuses it, or takes it back: the label's picks of the film
// leave the screen at once, and what was is remembered. It returns
// ErrConsentUnknown.
func (e *Ecran) RefuseConsent(ctx context.Context, id string) (Consented, error) {
	return e.answer(ctx, id, consent.StateRefused)
}

func (e *Ecran) answer(ctx context.Context, id string, to consent.State) (Consented, error) {
	const action = "ecran.consent.answer"
	c, actor := e.store.From(ctx), sdk.ActorFrom(ctx)
	row, err := c.Consent.Query().Where(consent.ID(id), sdk.InPlace(ctx)).WithLabel().Only(ctx)
	if ent.IsNotFound(err) {
		return Consented{}, ErrConsentUnknown
	}
	if err != nil {
		return Consented{}, err
	}
	film, err := e.host.Films.Film(ctx, row.FilmID)
	if errors.Is(err, sdk.ErrFilmUnknown) {
		return Consented{}, ErrConsentUnknown
	}
	if err != nil {
		return Consented{}, err
	}
	if !actor.May(action, ownerOf(film)...) && actor.Account != "" {
		return Consented{}, ErrConsentUnknown
	}
	if err := actor.Check(action, ownerOf(film)...); err != nil {
		return Consented{}, err
	}
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		if err := settle(ctx, c, row, action, to); err != nil {
			return err
		}
		return e.carryOn(ctx, c, row.LabelID, row.FilmID, to)
	})
	if err != nil {
		return Consented{}, err
	}
	if row, err = c.Consent.Query().Where(consent.ID(id)).WithLabel().Only(ctx); err != nil {
		return Consented{}, err
	}
	return Consented{row, film}, nil
}

// settle moves a consent, unless it is there already. Its row is taken, so that
// of two answers the second sees the first.
func settle(ctx context.Context, c *ent.Client, row *ent.Consent, action string, to consent.State) error {
	if row.State == to {
		return nil
	}
	move, ok := Consents.Move(action, row.State, to)
	if !ok {
		return sdk.ErrStale
	}
	now := sdk.Now(ctx)
	n, err := c.Consent.Update().Where(consent.ID(row.ID), consent.StateEQ(row.State)).
		SetState(to).SetAnsweredAt(now).SetUpdatedAt(now).AddVersion(1).Save(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		return sdk.ErrStale
	}
	return sdk.Record(ctx, move.Event, row.ID, ConsentMoved{Film: row.FilmID, Label: row.LabelID, State: string(to)})
}

// carryOn does with a label's picks of a film what the maker's answer says.
func (e *Ecran) carryOn(ctx context.Context, c *ent.Client, labelID, filmID string, answer consent.State) error {
	picks, err := c.Pick.Query().Where(
		pick.FilmID(filmID), pick.EndedAtIsNil(),
		pick.HasSelectionWith(selection.LabelID(labelID)),
	).WithSelection(func(q *ent.SelectionQuery) { q.WithLabel() }).Order(pick.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		switch {
		case answer == consent.StateGranted && p.State == pick.StateAsked:
			if err := e.move(ctx, c, p.Edges.Selection, p, "ecran.consent.answer", afterConsent(p.From, sdk.Now(ctx))); err != nil {
				return err
			}
		case answer == consent.StateGranted:
		case p.State == pick.StateAsked:
			if err := endPick(ctx, c, p, "ecran.consent.answer", pick.StateRefused, ""); err != nil {
				return err
			}
		case answer == consent.StateLapsed: // silence takes nothing back
		default:
			if err := endPick(ctx, c, p, "ecran.pick.withdraw", pick.StateWithdrawn, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// lapse takes a question that has waited for too long as refused for now.
func (e *Ecran) lapse(ctx context.Context, c *ent.Client, id string) error {
	row, err := c.Consent.Query().Where(consent.ID(id), consent.StateEQ(consent.StateAsked)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil || row.AskedAt.Add(patience).After(sdk.Now(ctx)) {
		return err
	}
	if err := settle(ctx, c, row, "ecran.consent.lapse", consent.StateLapsed); err != nil {
		return err
	}
	return e.carryOn(ctx, c, row.LabelID, row.FilmID, consent.StateLapsed)
}

// closedTo does what a film's maker wants who has changed their mind about
// being chosen at all: with none, everything leaves the screen; with ask, what
// no label was granted.
func (e *Ecran) closedTo(ctx context.Context, c *ent.Client, film sdk.Film) error {
	if film.Consent == sdk.ConsentOpen {
		return nil
	}
	picks, err := c.Pick.Query().Where(pick.FilmID(film.ID), pick.EndedAtIsNil()).
		WithSelection().Order(pick.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		if film.Consent == sdk.ConsentAsk {
			// What is under vote or waits for an answer asks by itself.
			granted, err := c.Consent.Query().Where(
				consent.FilmID(film.ID), consent.LabelID(p.Edges.Selection.LabelID), consent.StateEQ(consent.StateGranted),
			).Exist(ctx)
			if err != nil {
				return err
			}
			if granted || p.State == pick.StateUnderVote || p.State == pick.StateAsked {
				continue
			}
		}
		if err := endPick(ctx, c, p, "ecran.pick.withdraw", pick.StateWithdrawn, ""); err != nil {
			return err
		}
	}
	return nil
}
