package ecran

import (
	"context"
	"time"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// ErrPickOver is the fault of doing something with a pick that has ended.
var ErrPickOver = &sdk.Fault{
	Kind: sdk.Conflict, Code: "pick_over",
	EN: "This pick has ended, or is no longer where this can be done with it.",
	FR: "Ce choix est terminé, ou n'en est plus au point où cela se peut.",
}

// move moves a pick to another state and does what comes with it. The pick's
// selection is loaded with its label. It returns sdk.ErrStale where somebody
// else has moved it.
func (e *Ecran) move(ctx context.Context, c *ent.Client, s *ent.Selection, p *ent.Pick, action string, to pick.State) error {
	move, ok := Picks.Move(action, p.State, to)
	if !ok {
		return ErrPickOver
	}
	now := sdk.Now(ctx)
	u := c.Pick.Update().Where(pick.ID(p.ID), pick.StateEQ(p.State)).SetState(to).SetUpdatedAt(now).AddVersion(1)
	if to == pick.StateOnScreen && p.State != pick.StateScheduled {
		u.SetFrom(now) // it has waited for somebody, and comes on screen only now
	}
	n, err := u.Save(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		return sdk.ErrStale
	}
	if err := sdk.Record(ctx, move.Event, p.ID, PickMoved{Selection: p.SelectionID, Film: p.FilmID, State: string(to)}); err != nil {
		return err
	}
	if p, err = c.Pick.Get(ctx, p.ID); err != nil {
		return err
	}
	return e.entered(ctx, c, s, p)
}

// entered does what comes with the state that a pick has come into: it is looked
// at again when its dates come, and told to its film when it is on public view.
func (e *Ecran) entered(ctx context.Context, c *ent.Client, s *ent.Selection, p *ent.Pick) error {
	switch p.State {
	case pick.StateScheduled:
		return sdk.RecordAt(ctx, p.From, pickDue, p.ID, struct{}{})
	case pick.StateOnScreen:
		if p.Until != nil {
			if err := sdk.RecordAt(ctx, *p.Until, pickDue, p.ID, struct{}{}); err != nil {
				return err
			}
		}
		if err := retold(ctx, c, selection.ID(s.ID)); err != nil {
			return err
		}
		if onView(s, sdk.Now(ctx)) {
			return e.recognisePick(ctx, c, s, p)
		}
	}
	return nil
}

// recognisePick tells the film that it is on public view, unless it was told,
// the pick has ended meanwhile, or its label is no more than requested. The
// caller holds the selection, or has just moved the pick, so that none tells it
// twice.
func (e *Ecran) recognisePick(ctx context.Context, c *ent.Client, s *ent.Selection, p *ent.Pick) error {
	now := sdk.Now(ctx)
	if s.Edges.Label.State != label.StateActive || stateAt(p, now) != pick.StateOnScreen {
		return nil // nobody has seen it
	}
	n, err := c.Pick.Update().
		Where(pick.ID(p.ID), pick.StateEQ(pick.StateOnScreen), pick.RecognisedAtIsNil()).
		SetRecognisedAt(now).
		Save(ctx)
	if err != nil || n == 0 {
		return err
	}
	until := p.Until
	if until == nil || s.Until != nil && s.Until.Before(*until) {
		until = s.Until
	}
	return sdk.Record(ctx, filmRecognised, p.FilmID, FilmRecognised{
		Film: p.FilmID, By: s.Edges.Label.Name, Title: s.Title, Note: p.Note,
		URL: e.host.URL(address(s.SpaceID, "selections", s.ID)), From: now, Until: until, SourceID: recognitionOf(p),
	})
}

// recognitionOf returns what the film of a pick knows it by at present.
func recognitionOf(p *ent.Pick) string {
	if p.Recognition == "" {
		return p.ID
	}
	return p.Recognition
}

// EndPick takes a film off the screen in a selection of a label for which the
// asker chooses, if the pick still has this version. The pick is remembered,
// and the film keeps its recognition with the day on which it ended. It returns
// ErrSelectionUnknown, ErrPickUnknown or sdk.ErrStale.
func (e *Ecran) EndPick(ctx context.Context, selectionID, id string, version int) error {
	if _, err := findSelection(ctx, e.store.From(ctx), selectionID, "ecran.pick.end"); err != nil {
		return err
	}
	return e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		p, err := findPick(ctx, c, selectionID, id)
		if err != nil {
			return err
		}
		if p.Version != version {
			return sdk.ErrStale
		}
		return endPick(ctx, c, p, "ecran.pick.end", pick.StateEnded, "")
	})
}

// RemovePick takes a film off the screen and says why: the recognition keeps
// the reason, an empty one keeps silence. The asker chooses for the label. It
// returns ErrSelectionUnknown, ErrPickUnknown, ErrPickOver, or the reason why
// the reason does not fit.
func (e *Ecran) RemovePick(ctx context.Context, selectionID, id, reason string) (Picked, error) {
	return e.finish(ctx, selectionID, id, "ecran.pick.remove", pick.StateRemoved, reason)
}

// WithdrawPick takes a film off the screen because its maker wants it: whoever
// owns the film. It returns ErrSelectionUnknown, ErrPickUnknown or ErrPickOver.
func (e *Ecran) WithdrawPick(ctx context.Context, selectionID, id string) (Picked, error) {
	return e.finish(ctx, selectionID, id, "ecran.pick.withdraw", pick.StateWithdrawn, "")
}

func (e *Ecran) finish(ctx context.Context, selectionID, id, action string, to pick.State, reason string) (Picked, error) {
	c := e.store.From(ctx)
	s, err := findSelection(ctx, c, selectionID, "ecran.pick.read")
	if err != nil {
		return Picked{}, err
	}
	p, err := findPick(ctx, c, selectionID, id)
	if err != nil {
		return Picked{}, err
	}
	film, err := e.filmOf(ctx, p)
	if err != nil {
		return Picked{}, err
	}
	facts := selectionRelations(ctx, s)
	if to == pick.StateWithdrawn {
		facts = nil
		if film.Relations.Has(sdk.Own) {
			facts = []sdk.Relation{sdk.Own}
		}
	}
	if err := sdk.ActorFrom(ctx).Check(action, facts...); err != nil {
		if !shownTo(ctx, s, p, sdk.Now(ctx)) {
			err = ErrPickUnknown
		}
		return Picked{}, err
	}
	var form sdk.Form
	reason = form.Prose("/reason", reason, 500)
	if err := form.Err(); err != nil {
		return Picked{}, err
	}
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		if err := endPick(ctx, c, p, action, to, reason); err != nil {
			return err
		}
		p, err = c.Pick.Get(ctx, id)
		if err == nil && p.State != to {
			err = ErrPickOver
		}
		return err
	})
	if err != nil {
		return Picked{}, err
	}
	return Picked{p, film, sdk.Now(ctx)}, nil
}

// endPick ends a current pick, tells its film if it was told of it, and ends
// the pins that put it forward. What has ended stays as it is; what should have
// ended before has ended then; what never came on screen is removed and not
// ended, which everybody would see.
func endPick(ctx context.Context, c *ent.Client, p *ent.Pick, action string, to pick.State, reason string) error {
	now, wish, wanted := sdk.Now(ctx), action, to
	at := now
	if p.Until != nil && p.Until.Before(now) {
		at = *p.Until
	}
	if p.State == pick.StateOnScreen && at.Before(p.From) {
		at = p.From // its selection was over before, as somebody has said since
	}
	if to == pick.StateEnded && !begun(p, at) {
		// That it was considered is known to the label's people, and stays so.
		action, to = "ecran.pick.remove", pick.StateRemoved
	}
	move, ok := Picks.Move(action, p.State, to)
	if !ok {
		return nil
	}
	n, err := c.Pick.Update().Where(pick.ID(p.ID), pick.EndedAtIsNil(), pick.StateEQ(p.State)).
		SetState(to).SetEndedAt(at).SetUntil(at).SetReason(reason).SetUpdatedAt(now).AddVersion(1).
		Save(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		// It has ended, or moved on since it was read: what it is now ends.
		moved, err := c.Pick.Query().Where(pick.ID(p.ID), pick.EndedAtIsNil()).Only(ctx)
		if ent.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		moved.Until = p.Until
		return endPick(ctx, c, moved, wish, wanted, reason)
	}
	// The row is ours now: a publication either told the film before, which
	// the row as it was read may not know, or will find the pick ended.
	ended, err := c.Pick.Get(ctx, p.ID)
	if err != nil {
		return err
	}
	if told := ended.RecognisedAt; told != nil {
		until := at
		if until.Before(*told) {
			until = *told // over before, somebody says since; nothing ends before it has begun
		}
		if err := recognitionEnds(ctx, ended, until, reason); err != nil {
			return err
		}
	}
	if err := endPins(ctx, c, at, pinOf(p.ID)); err != nil {
		return err
	}
	if err := retold(ctx, c, selection.ID(p.SelectionID)); err != nil {
		return err
	}
	if err := rememberPick(ctx, c, ended, endings[to]); err != nil {
		return err
	}
	return sdk.Record(ctx, move.Event, p.ID, PickEnded{Selection: p.SelectionID, Film: p.FilmID, Until: at, State: string(to)})
}

// endPicksOf takes a film off every screen. It is the platform that asks.
func endPicksOf(ctx context.Context, c *ent.Client, filmID string) error {
	picks, err := c.Pick.Query().Where(pick.FilmID(filmID), pick.EndedAtIsNil()).Order(pick.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		if err := endPick(ctx, c, p, "ecran.pick.withdraw", pick.StateWithdrawn, ""); err != nil {
			return err
		}
	}
	return nil
}

// begun reports whether a current pick was on screen at some instant before.
func begun(p *ent.Pick, at time.Time) bool {
	return p.State == pick.StateOnScreen || p.State == pick.StateScheduled && p.From.Before(at)
}

// recognitionEnds tells the film of a pick until when it was recognised for it.
// Told twice, the film keeps the first.
func recognitionEnds(ctx context.Context, p *ent.Pick, until time.Time, reason string) error {
	return sdk.Record(ctx, filmRecognitionEnded, p.FilmID, FilmRecognitionEnded{Film: p.FilmID, Until: until, SourceID: recognitionOf(p), Reason: reason})
}
