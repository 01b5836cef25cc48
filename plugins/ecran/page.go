package ecran

import (
	"context"
	"fmt"
	"time"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/page"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pin"
	"github.com/labfilms/labfilms/plugins/ecran/ent/schema"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// ErrPageAhead is the fault of looking at a page as it will be without being
// one of those who make it.
var ErrPageAhead = &sdk.Fault{
	Kind: sdk.Forbidden, Code: "page_ahead",
	EN: "Only the curators of the space see its page before its time.",
	FR: "Seuls les curateurs de l'espace voient sa page avant l'heure.",
}

// maxAge is the longest that a page may be kept without asking again: what it
// shows can disappear for reasons that no date announces.
const maxAge = time.Minute

// Front is the page of a space at an instant.
type Front struct {
	At      time.Time
	Slots   int
	Version int       // of its slots
	Pins    []Shown   // by slot
	Changes time.Time // the next instant at which a pin begins or ends; zero: none is planned
}

// slotsAt returns how many slots a page had, or has, at an instant.
func slotsAt(row *ent.Page, at time.Time) int {
	for _, layout := range row.Before {
		if layout.Until.After(at) {
			return layout.Slots
		}
	}
	return row.Slots
}

// MaxAge returns for how long the page holds: no longer than to the next
// instant at which it changes.
func (f Front) MaxAge(now time.Time) time.Duration {
	if f.Changes.IsZero() {
		return maxAge
	}
	return min(maxAge, max(f.Changes.Sub(now), 0))
}

// Page returns the page of the space at an instant: what was pinned on it then,
// and shown, and may be seen now, by slot. Everybody reads it as it is and was; as it will
// be, without what will be over by then, its curators. It returns ErrPageAhead.
func (e *Ecran) Page(ctx context.Context, at time.Time) (Front, error) {
	c, now, here := e.store.From(ctx), sdk.Now(ctx), sdk.ActorFrom(ctx).Space.ID
	var facts []sdk.Relation
	if !at.After(now) {
		facts = append(facts, sdk.Published)
	}
	if err := sdk.ActorFrom(ctx).Check("ecran.page.read", facts...); err != nil {
		return Front{}, ErrPageAhead.Because(err)
	}
	front := Front{At: at, Slots: page.DefaultSlots, Version: page.DefaultVersion}
	row, err := c.Page.Query().Where(page.SpaceID(here)).Only(ctx)
	switch {
	case err == nil:
		front.Slots, front.Version = slotsAt(row, at), row.Version
	case !ent.IsNotFound(err):
		return Front{}, err
	}
	live, err := c.Pin.Query().Where(
		pin.SpaceID(here), pin.FromLTE(at), pin.Or(pin.UntilIsNil(), pin.UntilGT(at)), pin.SlotLTE(front.Slots),
		sdk.InPlace(ctx, pin.FieldSignerID),
	).Order(pin.BySlot(), pin.ByID()).All(ctx)
	if err != nil {
		return Front{}, err
	}
	shown, begins, err := e.shown(ctx, live, at)
	if err != nil {
		return Front{}, err
	}
	front.Pins = shown
	change := func(t *time.Time) {
		if t != nil && t.After(at) && (front.Changes.IsZero() || t.Before(front.Changes)) {
			front.Changes = *t
		}
	}
	change(&begins)
	for _, s := range front.Pins {
		change(s.Pin.Until)
		if s.Selection != nil {
			change(s.Selection.Until)
		}
		if s.Pick != nil {
			change(s.Pick.Until)
		}
	}
	next, err := c.Pin.Query().Where(pin.SpaceID(here), pin.FromGT(at)).Order(pin.ByFrom(), pin.ByID()).First(ctx)
	switch {
	case err == nil:
		change(&next.From)
	case !ent.IsNotFound(err):
		return Front{}, err
	}
	return front, nil
}

// SetSlots sets how many slots the space's page has from now on, if it still has
// this version: its curators. What is pinned beyond them stays where it is,
// unseen. It returns sdk.ErrStale.
func (e *Ecran) SetSlots(ctx context.Context, version, slots int) (Front, error) {
	actor := sdk.ActorFrom(ctx)
	if err := actor.Check("ecran.page.update"); err != nil {
		return Front{}, err
	}
	err := e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		row, err := takePage(ctx, c, actor.Space)
		if err != nil {
			return err
		}
		if row.Version != version {
			return sdk.ErrStale
		}
		before := append(row.Before, schema.Layout{Slots: row.Slots, Until: sdk.Now(ctx)})
		return c.Page.UpdateOneID(row.ID).SetSlots(slots).SetBefore(before).AddVersion(1).Exec(ctx)
	})
	if err != nil {
		return Front{}, err
	}
	return e.Page(ctx, sdk.Now(ctx))
}

// takePage takes the row of the space's page, which it makes where there is none
// yet. Until the end of the change nobody else pins on it. It leaves its version:
// that is of the slots, and counts no pins, which not everybody knows of.
func takePage(ctx context.Context, c *ent.Client, space sdk.Space) (*ent.Page, error) {
	now := sdk.Now(ctx)
	for range 2 {
		n, err := c.Page.Update().Where(page.SpaceID(space.ID)).SetUpdatedAt(now).Save(ctx)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			return c.Page.Query().Where(page.SpaceID(space.ID)).Only(ctx)
		}
		if err := addPage(ctx, c, space, now); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("the page of space %s can neither be made nor taken", space.ID)
}

// addPage makes the page of a space, unless somebody else just did.
func addPage(ctx context.Context, c *ent.Client, space sdk.Space, now time.Time) error {
	return c.Page.Create().
		SetNetworkID(space.Network).SetRegionID(space.Region).SetSpaceID(space.ID).
		SetCreatedAt(now).SetUpdatedAt(now).
		OnConflictColumns(page.FieldSpaceID).Ignore().Exec(ctx)
}
