package ecran

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pin"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// PinFilter narrows a list of pins.
type PinFilter struct{ Over bool } // those that are over, instead of those that are or will be there

// Pins lists what is pinned on the space's page, and will be, by the instant at
// which it begins: for the space's curators. It shows also what is not on
// public view any more, so that they can clear it away.
func (e *Ecran) Pins(ctx context.Context, filter PinFilter, page sdk.Page) (sdk.List[*ent.Pin], error) {
	now := sdk.Now(ctx)
	if sdk.Lists(ctx, "ecran.pin.read").Never() {
		return sdk.List[*ent.Pin]{}, sdk.ActorFrom(ctx).Check("ecran.pin.read")
	}
	q := e.store.From(ctx).Pin.Query().Where(sdk.InScope(ctx), pin.SpaceID(sdk.ActorFrom(ctx).Space.ID))
	if filter.Over {
		q = q.Where(pin.UntilLTE(now))
	} else {
		q = q.Where(pin.Or(pin.UntilIsNil(), pin.UntilGT(now)))
	}
	rows, err := q.Where(sdk.Keyset[time.Time](page, pin.FieldFrom)).All(ctx)
	if err != nil {
		return sdk.List[*ent.Pin]{}, err
	}
	return sdk.PageOf(rows, page, func(p *ent.Pin) sdk.Key { return sdk.KeyOf(p.From, p.ID) }), nil
}

// PinOf returns one pin of the space's page, for its curators, or
// ErrPinUnknown.
func (e *Ecran) PinOf(ctx context.Context, id string) (*ent.Pin, error) {
	return findPin(ctx, e.store.From(ctx), id, "ecran.pin.read")
}

func findPin(ctx context.Context, c *ent.Client, id, action string) (*ent.Pin, error) {
	if err := sdk.ActorFrom(ctx).Check(action); err != nil {
		return nil, err
	}
	p, err := c.Pin.Query().Where(pin.ID(id), sdk.InPlace(ctx)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrPinUnknown
	}
	return p, err
}

// Shown is what a pin puts forward, as the asker may see it: a label, and with
// a selection or a pick that too.
type Shown struct {
	Pin       *ent.Pin
	Label     *ent.Label
	Selection *ent.Selection // nil for a label
	Pick      *Picked        // nil but for a pick
}

// shown returns what the pins put forward at an instant, in their order, without
// what not everybody may see now, or could or will not then, is not of this
// branch, or is of a space in which Écran is switched off; and the next instant
// at which something of the rest is planned to come on view, zero if nothing is.
// Of the past it shows also what is over since, and is remembered. It asks the
// database three times and the core once.
func (e *Ecran) shown(ctx context.Context, pins []*ent.Pin, at time.Time) (all []Shown, begins time.Time, err error) {
	c, now := e.store.From(ctx), sdk.Now(ctx)
	ids := map[pin.Kind][]string{}
	for _, p := range pins {
		ids[p.Kind] = append(ids[p.Kind], p.TargetID)
	}
	picks := map[string]*ent.Pick{}
	if of := ids[pin.KindPick]; len(of) > 0 {
		rows, err := c.Pick.Query().Where(pick.IDIn(of...), sdk.InBranch(ctx, pick.FieldSignerID)).All(ctx)
		if err != nil {
			return nil, time.Time{}, err
		}
		for _, p := range rows {
			if shownThen(p, at, now) {
				picks[p.ID] = p
				ids[pin.KindSelection] = append(ids[pin.KindSelection], p.SelectionID)
			}
		}
	}
	selections := map[string]*ent.Selection{}
	if of := ids[pin.KindSelection]; len(of) > 0 {
		rows, err := c.Selection.Query().Where(selection.IDIn(of...), sdk.InBranch(ctx)).All(ctx)
		if err != nil {
			return nil, time.Time{}, err
		}
		for _, s := range rows {
			switch {
			case onView(s, at) && (at.Before(now) || onView(s, now)):
				selections[s.ID] = s
				ids[pin.KindLabel] = append(ids[pin.KindLabel], s.LabelID)
			case s.From != nil && s.From.After(at) && onView(s, *s.From) && (begins.IsZero() || s.From.Before(begins)):
				begins = *s.From
			}
		}
	}
	labels := map[string]*ent.Label{}
	rows, err := c.Label.Query().Where(label.IDIn(ids[pin.KindLabel]...), label.StateIn(shownLabels(at, now)...), sdk.InBranch(ctx, label.FieldHolderID)).
		WithCurators(inOrder).All(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, l := range rows {
		labels[l.ID] = l
	}
	films, err := e.filmsOf(ctx, slices.Collect(maps.Values(picks)))
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, p := range pins {
		s := Shown{Pin: p}
		of := p.TargetID
		if p.Kind == pin.KindPick {
			row, ok := picks[of]
			if !ok {
				continue
			}
			film, ok := films[row.FilmID]
			if !ok || film.Stage != sdk.Released {
				continue
			}
			s.Pick, of = &Picked{row, film, now}, row.SelectionID
		}
		if p.Kind != pin.KindLabel {
			row, ok := selections[of]
			if !ok {
				continue
			}
			s.Selection, of = row, row.LabelID
		}
		row, ok := labels[of]
		if !ok {
			continue
		}
		s.Label = row
		if s.Selection != nil {
			s.Selection.Edges.Label = row
		}
		all = append(all, s)
	}
	return all, begins, nil
}

// shownThen reports whether a pick that everybody may see now was, is or will be
// on screen at the instant.
func shownThen(p *ent.Pick, at, now time.Time) bool {
	if at.Before(now) && stateAt(p, now) == pick.StateEnded {
		return !p.From.After(at) && p.Until.After(at)
	}
	return stateAt(p, now) == pick.StateOnScreen && stateAt(p, at) == pick.StateOnScreen
}

// shownLabels are the states of the labels that a page shows at the instant:
// also of the closed ones it is remembered that it did.
func shownLabels(at, now time.Time) []label.State {
	if at.Before(now) {
		return []label.State{label.StateActive, label.StateClosed}
	}
	return []label.State{label.StateActive}
}
