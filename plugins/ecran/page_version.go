package ecran

import (
	"context"
	"slices"
	"time"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/page"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pin"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// Version is the page of a space from one instant at which its pins or its slots
// change until the next.
type Version struct {
	From  time.Time
	Slots int
}

// Versions lists the instants at which the space's page has changed, and will as
// far as that is planned, by from, the latest first: for its curators. [Page] at
// such an instant is the version. It asks the database three times.
func (e *Ecran) Versions(ctx context.Context, at sdk.Page) (sdk.List[Version], error) {
	actor := sdk.ActorFrom(ctx)
	if err := actor.Check("ecran.pin.read"); err != nil {
		return sdk.List[Version]{}, err
	}
	c, here := e.store.From(ctx), actor.Space.ID
	row, err := c.Page.Query().Where(page.SpaceID(here)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return sdk.List[Version]{}, nil // nobody has pinned anything
	case err != nil:
		return sdk.List[Version]{}, err
	}
	pins := func() *ent.PinQuery { return c.Pin.Query().Where(pin.SpaceID(here), sdk.InPlace(ctx), everLive) }
	begun, err := pins().Where(sdk.Keyset[time.Time](at, pin.FieldFrom)).All(ctx)
	if err != nil {
		return sdk.List[Version]{}, err
	}
	ended, err := pins().Where(pin.UntilNotNil(), sdk.Keyset[time.Time](at, pin.FieldUntil)).All(ctx)
	if err != nil {
		return sdk.List[Version]{}, err
	}
	var instants []time.Time
	for _, p := range begun {
		instants = append(instants, p.From)
	}
	for _, p := range ended {
		instants = append(instants, *p.Until)
	}
	for _, layout := range row.Before {
		if at.After == nil || sdk.KeyOf(layout.Until, "").Value < at.After.Value {
			instants = append(instants, layout.Until)
		}
	}
	slices.SortFunc(instants, func(a, b time.Time) int { return b.Compare(a) })
	instants = slices.CompactFunc(instants, time.Time.Equal)
	versions := make([]Version, 0, len(instants))
	for _, from := range instants[:min(len(instants), at.Limit+1)] {
		versions = append(versions, Version{From: from, Slots: slotsAt(row, from)})
	}
	return sdk.PageOf(versions, at, func(v Version) sdk.Key { return sdk.KeyOf(v.From, "") }), nil
}
