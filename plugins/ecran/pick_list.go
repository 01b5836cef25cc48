package ecran

import (
	"context"
	"errors"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/predicate"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// Picked is a pick and its film, as the asker may see it.
type Picked struct {
	*ent.Pick
	Film sdk.Film
	Now  time.Time // at which it was read: what it is depends on it
}

// StateNow returns what the pick is at the instant at which it was read: a date
// that has come counts before anybody has written it down.
func (p Picked) StateNow() pick.State { return stateAt(p.Pick, p.Now) }

func stateAt(p *ent.Pick, now time.Time) pick.State {
	switch {
	case p.State == pick.StateScheduled && p.Until != nil && !p.Until.After(p.From):
		return p.State // its selection is over before: it never comes
	case p.State == pick.StateScheduled && !p.From.After(now) && (p.Until == nil || p.Until.After(now)):
		return pick.StateOnScreen
	case (p.State == pick.StateScheduled || p.State == pick.StateOnScreen) && p.Until != nil && !p.Until.After(now):
		return pick.StateEnded
	default:
		return p.State
	}
}

// PickOf returns one pick of a selection that the asker may read: on screen or
// ended to everybody, in any state to the label's people. It returns
// ErrSelectionUnknown or ErrPickUnknown.
func (e *Ecran) PickOf(ctx context.Context, selectionID, id string) (Picked, error) {
	c := e.store.From(ctx)
	s, err := findSelection(ctx, c, selectionID, "ecran.pick.read")
	if err != nil {
		return Picked{}, err
	}
	p, err := findPick(ctx, c, selectionID, id, sdk.InPlace(ctx, pick.FieldSignerID))
	if err != nil {
		return Picked{}, err
	}
	within(s, p)
	now := sdk.Now(ctx)
	if !shownTo(ctx, s, p, now) && !isGone(p) {
		return Picked{}, ErrPickUnknown
	}
	film, err := e.filmOf(ctx, p)
	team, hidden := ofTeam(ctx, s), errors.Is(err, ErrPickUnknown)
	switch {
	case hidden && team:
		film = sdk.Film{ID: p.FilmID}
	case hidden && isGone(p):
	case err != nil:
		return Picked{}, err
	case isGone(p) && !team:
		return Picked{}, ErrPickUnknown // the film is there: its maker does not want it here
	}
	return Picked{p, film, now}, nil
}

// Picks lists the picks of a selection that the asker may read, in its order:
// those that are in this state now, whose film the asker may see. So a page may
// be short, and there is no count. The label's people keep what they have chosen
// and written, also of a film that is there no more: it has no title then. What
// is on screen and what has ended is for everybody, and so is what has left since
// its film is no longer available: the note alone, without the film. The other
// states are for the label's people, and empty to others. It returns
// ErrSelectionUnknown.
func (e *Ecran) Picks(ctx context.Context, selectionID string, state pick.State, page sdk.Page) (sdk.List[Picked], error) {
	c := e.store.From(ctx)
	s, err := findSelection(ctx, c, selectionID, "ecran.pick.read")
	if err != nil {
		return sdk.List[Picked]{}, err
	}
	return e.picksOf(ctx, c, s, state, page)
}

// picksOf is Picks for a selection that the asker may read.
func (e *Ecran) picksOf(ctx context.Context, c *ent.Client, s *ent.Selection, state pick.State, page sdk.Page) (sdk.List[Picked], error) {
	now := sdk.Now(ctx)
	team, only := ofTeam(ctx, s), predicate.Pick(func(*sql.Selector) {})
	switch {
	case team || state == pick.StateOnScreen || state == pick.StateEnded:
	case state == pick.StateWithdrawn:
		only = pick.RecognisedAtNotNil()
	default:
		return sdk.List[Picked]{}, nil
	}
	keyset, key := sdk.Keyset[int](page, pick.FieldPosition), func(p *ent.Pick) sdk.Key { return sdk.KeyOf(p.Position, p.ID) }
	if s.Ordering == selection.OrderingChronological {
		keyset, key = sdk.Keyset[time.Time](page, pick.FieldFrom), func(p *ent.Pick) sdk.Key { return sdk.KeyOf(p.From, p.ID) }
	}
	rows, err := c.Pick.Query().
		Where(pick.SelectionID(s.ID), inState(s, state, now), only, sdk.InPlace(ctx, pick.FieldSignerID)).
		Where(keyset).
		All(ctx)
	if err != nil {
		return sdk.List[Picked]{}, err
	}
	picks := sdk.PageOf(rows, page, key)
	films, err := e.filmsOf(ctx, picks.Items)
	if err != nil {
		return sdk.List[Picked]{}, err
	}
	seen := sdk.List[Picked]{Next: picks.Next}
	for _, p := range picks.Items {
		within(s, p)
		film, ok := films[p.FilmID]
		switch {
		case !ok && team:
			film = sdk.Film{ID: p.FilmID}
		case !ok && isGone(p): // the note, without the film
		case !ok, isGone(p) && !team:
			continue
		}
		seen.Items = append(seen.Items, Picked{p, film, now})
	}
	return seen, nil
}

// inState is the predicate of the picks of a selection that are in the state at
// the instant: [stateAt], and what is over with the selection. Of an empty
// selection it is that of picks anywhere, whose own dates alone count.
func inState(s *ent.Selection, state pick.State, now time.Time) predicate.Pick {
	shown := pick.And(
		pick.StateIn(pick.StateScheduled, pick.StateOnScreen),
		pick.FromLTE(now), pick.Or(pick.UntilIsNil(), pick.UntilGT(now)),
	)
	past := pick.And(pick.StateIn(pick.StateScheduled, pick.StateOnScreen), pick.UntilNotNil(), pick.UntilLTE(now))
	over := s.Until != nil && !s.Until.After(now)
	if over { // all that had come by then is past
		past = pick.And(pick.StateIn(pick.StateScheduled, pick.StateOnScreen), pick.FromLT(*s.Until))
	}
	switch {
	case state == pick.StateOnScreen && over:
		return pick.IDIn()
	case state == pick.StateOnScreen:
		return shown
	case state == pick.StateEnded:
		return pick.Or(pick.StateEQ(pick.StateEnded), past)
	case state == pick.StateScheduled:
		return pick.And(pick.StateEQ(pick.StateScheduled), pick.FromGT(now))
	default:
		return pick.StateEQ(state)
	}
}

// shownTo reports whether the asker may know of the pick in the state that it is
// in at the instant.
func shownTo(ctx context.Context, s *ent.Selection, p *ent.Pick, now time.Time) bool {
	return ofTeam(ctx, s) || slices.Contains([]pick.State{pick.StateOnScreen, pick.StateEnded}, stateAt(p, now))
}

// isGone reports whether the pick was on public view until its film was taken
// away. Where that film cannot be seen either, everybody reads the note, and that
// the film is no longer available.
func isGone(p *ent.Pick) bool { return p.State == pick.StateWithdrawn && p.RecognisedAt != nil }

// findPick returns a pick of the selection of which all of these are true, or
// ErrPickUnknown.
func findPick(ctx context.Context, c *ent.Client, selectionID, id string, which ...predicate.Pick) (*ent.Pick, error) {
	p, err := c.Pick.Query().Where(pick.ID(id), pick.SelectionID(selectionID)).Where(which...).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrPickUnknown
	}
	return p, err
}

// within has a pick that was read end with its selection, before anybody has
// written it down. It changes what was read, and no row.
func within(s *ent.Selection, p *ent.Pick) {
	if s.Until != nil && p.EndedAt == nil && (p.Until == nil || p.Until.After(*s.Until)) {
		p.Until = s.Until
	}
}

// filmOf returns the film of a pick, or ErrPickUnknown where the asker may not
// see it.
func (e *Ecran) filmOf(ctx context.Context, p *ent.Pick) (sdk.Film, error) {
	film, err := e.host.Films.Film(ctx, p.FilmID)
	if errors.Is(err, sdk.ErrFilmUnknown) {
		err = ErrPickUnknown
	}
	return film, err
}

// filmsOf returns the films of picks that the asker may see, in one call.
func (e *Ecran) filmsOf(ctx context.Context, picks []*ent.Pick) (map[string]sdk.Film, error) {
	ids := make([]string, len(picks))
	for i, p := range picks {
		ids[i] = p.FilmID
	}
	return e.host.Films.Get(ctx, ids)
}
