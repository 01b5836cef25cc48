package ecran

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/page"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pin"
	"github.com/labfilms/labfilms/plugins/ecran/ent/predicate"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// ErrPinUnknown is the fault of naming a pin that is not on this space's page.
var ErrPinUnknown = &sdk.Fault{
	Kind: sdk.Missing, Code: "pin_unknown",
	EN: "There is no such pin on this page.",
	FR: "Cet élément n'est pas épinglé sur cette page.",
}

// ErrSlotTaken is the fault of pinning into a slot at a time at which something
// else is, or will be, there.
var ErrSlotTaken = &sdk.Fault{
	Kind: sdk.Conflict, Code: "slot_taken",
	EN: "Something else is pinned in this slot at that time. End that pin first, or choose another slot or time.",
	FR: "Autre chose est épinglé à cet emplacement à ce moment-là. Retirez-le d'abord, ou choisissez un autre emplacement ou une autre date.",
}

// ErrTooManyPins is the fault of putting forward more of a label at one instant
// than its rules allow.
var ErrTooManyPins = &sdk.Fault{
	Kind: sdk.Conflict, Code: "too_many_pins",
	EN: "The label has as many pins at that time as its rules allow: end one of them first.",
	FR: "Ce label a autant d'éléments épinglés à ce moment-là que ses règles le permettent : retirez-en un d'abord.",
}

// ErrTargetUnknown is the fault of pinning what is not on public view in the
// space or below it.
var ErrTargetUnknown = &sdk.Fault{
	Kind: sdk.Invalid, Code: "target_unknown",
	EN: "There is nothing like that on public view in this space or below it.",
	FR: "Rien de tel n'est visible de tous dans cet espace ou en dessous.",
}

// NewPin is what is to be pinned.
type NewPin struct {
	Kind   string     `json:"kind" enum:"label,selection,pick"`
	Target string     `json:"target" minLength:"1" maxLength:"36" doc:"The id of the label, the selection or the pick; on public view in the space or one below it."`
	Slot   int        `json:"slot" minimum:"1" maximum:"24" doc:"Where on the page, from 1. A page has six, unless its space has set another number."`
	Reason string     `json:"reason,omitempty" maxLength:"1000" doc:"Why, signed with your name and shown with it."`
	From   *time.Time `json:"from,omitempty" doc:"Default: now."`
	Until  *time.Time `json:"until,omitempty" doc:"Default: until somebody ends it."`
}

// Pin puts a label, a selection or a pick of this space or one below it forward
// in a slot of the space's page, signed by the asker, who is curator of the
// space. It returns ErrTargetUnknown, ErrSlotTaken, ErrTooManyPins,
// ErrProfileRequired, or all the reasons why the input does not fit.
func (e *Ecran) Pin(ctx context.Context, in NewPin) (*ent.Pin, error) {
	actor, now := sdk.ActorFrom(ctx), sdk.Now(ctx)
	if err := actor.Check("ecran.pin.create"); err != nil {
		return nil, err
	}
	signer, err := e.signer(ctx)
	if err != nil {
		return nil, err
	}
	var form sdk.Form
	why := form.Prose("/reason", in.Reason, 1_000)
	from, until := datesOf(&form, now, in.From, in.Until)
	if err := form.Err(); err != nil {
		return nil, err
	}
	if from == nil {
		from = &now
	}
	labelID, err := e.pinnable(ctx, in.Kind, in.Target)
	if err != nil {
		return nil, err
	}
	var made *ent.Pin
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		slots, err := takePage(ctx, c, actor.Space)
		if err != nil {
			return err
		}
		if in.Slot > slots {
			return sdk.ErrInvalid.With(sdk.Reason{
				Pointer: "/slot", Code: "no_slot",
				EN: fmt.Sprintf("This page has %d slots.", slots), FR: fmt.Sprintf("Cette page compte %d emplacements.", slots),
			})
		}
		taken, err := c.Pin.Query().Where(pin.SpaceID(actor.Space.ID), pin.Slot(in.Slot), during(*from, until)).Exist(ctx)
		if err != nil {
			return err
		}
		if taken {
			return ErrSlotTaken
		}
		if err := withinRules(ctx, c, labelID, *from, until); err != nil {
			return err
		}
		made, err = c.Pin.Create().
			SetNetworkID(actor.Space.Network).SetRegionID(actor.Space.Region).SetSpaceID(actor.Space.ID).
			SetSlot(in.Slot).SetKind(pin.Kind(in.Kind)).SetTargetID(in.Target).SetLabelID(labelID).
			SetReason(why).SetSignerID(signer.ID).SetSignerName(signer.Name).
			SetFrom(*from).SetNillableUntil(until).SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if err != nil {
			return err
		}
		return sdk.Record(ctx, pinMade, made.ID, PinMoved{Kind: in.Kind, Target: in.Target, Slot: in.Slot, From: *from, Until: until})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// pinnable returns whose the thing is, or ErrTargetUnknown where not everybody
// may see it, or it is not of this branch of the tree.
func (e *Ecran) pinnable(ctx context.Context, kind, target string) (labelID string, err error) {
	shown, _, err := e.shown(ctx, []*ent.Pin{{Kind: pin.Kind(kind), TargetID: target}}, sdk.Now(ctx))
	if err != nil {
		return "", err
	}
	if len(shown) == 0 {
		return "", ErrTargetUnknown.With(reason("/target", ErrTargetUnknown))
	}
	return shown[0].Label.ID, nil
}

// takePage takes the row of the space's page, which it makes where there is
// none yet, and returns how many slots it has. Until the end of the change
// nobody else pins on it.
func takePage(ctx context.Context, c *ent.Client, space sdk.Space) (slots int, err error) {
	now := sdk.Now(ctx)
	for range 2 {
		n, err := c.Page.Update().Where(page.SpaceID(space.ID)).AddVersion(1).SetUpdatedAt(now).Save(ctx)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			if err := addPage(ctx, c, space, now); err != nil {
				return 0, err
			}
			continue
		}
		row, err := c.Page.Query().Where(page.SpaceID(space.ID)).Only(ctx)
		if err != nil {
			return 0, err
		}
		return row.Slots, nil
	}
	return 0, fmt.Errorf("the page of space %s can neither be made nor taken", space.ID)
}

// addPage makes the page of a space, unless somebody else just did.
func addPage(ctx context.Context, c *ent.Client, space sdk.Space, now time.Time) error {
	return c.Page.Create().
		SetNetworkID(space.Network).SetRegionID(space.Region).SetSpaceID(space.ID).
		SetCreatedAt(now).SetUpdatedAt(now).
		OnConflictColumns(page.FieldSpaceID).Ignore().Exec(ctx)
}

// withinRules returns ErrTooManyPins where one more pin of the label between
// these instants is at some instant one more than its rules allow. The label's
// row is taken, so that of two on different pages one sees the other.
func withinRules(ctx context.Context, c *ent.Client, labelID string, from time.Time, until *time.Time) error {
	now := sdk.Now(ctx)
	if n, err := c.Label.Update().Where(label.ID(labelID), label.StateEQ(label.StateActive)).SetActedAt(now).Save(ctx); err != nil || n == 0 {
		if err == nil {
			err = ErrTargetUnknown
		}
		return err
	}
	l, err := c.Label.Get(ctx, labelID)
	if err != nil {
		return err
	}
	others, err := c.Pin.Query().Where(pin.LabelID(labelID), during(from, until)).All(ctx)
	if err != nil {
		return err
	}
	// The most at one instant are there at an instant at which one begins.
	instants := []time.Time{from}
	for _, p := range others {
		if p.From.After(from) {
			instants = append(instants, p.From)
		}
	}
	for _, at := range instants {
		live := 1
		for _, p := range others {
			if liveAt(p, at) {
				live++
			}
		}
		if live > l.MaxPins {
			return ErrTooManyPins
		}
	}
	return nil
}

// liveAt reports whether the pin is on its page at the instant: its end is
// the first at which it is not.
func liveAt(p *ent.Pin, at time.Time) bool {
	return !p.From.After(at) && (p.Until == nil || p.Until.After(at))
}

// during is the predicate of the pins that are on their page at some instant
// between these; until nil is for ever.
func during(from time.Time, until *time.Time) predicate.Pin {
	overlaps := pin.And(
		pin.Or(pin.UntilIsNil(), pin.UntilGT(from)),
		func(s *entsql.Selector) { // one that was ended before it began was never there
			s.Where(entsql.Or(entsql.IsNull(s.C(pin.FieldUntil)), entsql.ColumnsNEQ(s.C(pin.FieldUntil), s.C(pin.FieldFrom))))
		},
	)
	if until != nil {
		overlaps = pin.And(overlaps, pin.FromLT(*until))
	}
	return overlaps
}

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

// EndPin takes a pin off the page, if it still has this version: the space's
// curators. One that has not begun never will. It returns ErrPinUnknown or
// sdk.ErrStale.
func (e *Ecran) EndPin(ctx context.Context, id string, version int) error {
	p, err := findPin(ctx, e.store.From(ctx), id, "ecran.pin.end")
	if err != nil {
		return err
	}
	if p.Version != version {
		return sdk.ErrStale
	}
	return e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		return endPins(ctx, c, pin.And(pin.ID(id), pin.Version(version)))
	})
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

// pinOf is the predicate of the pins that put this thing forward.
func pinOf(target string) predicate.Pin { return pin.TargetID(target) }

// endPins ends now those of the pins that are not over.
func endPins(ctx context.Context, c *ent.Client, which predicate.Pin) error {
	now := sdk.Now(ctx)
	pins, err := c.Pin.Query().Where(which, pin.Or(pin.UntilIsNil(), pin.UntilGT(now))).Order(pin.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range pins {
		until := now
		if p.From.After(now) {
			until = p.From // never begun
		}
		n, err := c.Pin.Update().Where(pin.ID(p.ID), pin.Version(p.Version)).SetUntil(until).SetUpdatedAt(now).AddVersion(1).Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return sdk.ErrStale
		}
		err = sdk.Record(ctx, pinEnded, p.ID, PinMoved{Kind: string(p.Kind), Target: p.TargetID, Slot: p.Slot, From: p.From, Until: &until})
		if err != nil {
			return err
		}
	}
	return nil
}

// Shown is what a pin puts forward, as the asker may see it: a label, and with
// a selection or a pick that too.
type Shown struct {
	Pin       *ent.Pin
	Label     *ent.Label
	Selection *ent.Selection // nil for a label
	Pick      *Picked        // nil but for a pick
}

// shown returns what the pins put forward, in their order, without what not
// everybody may see now, or will not at the instant, which is now or later, is
// not of this branch, or is of a space in which Écran is switched off; and the
// next instant at which something of the rest is planned to come on view, zero
// if nothing is. It asks the database three times and the core once.
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
			if stateAt(p, now) == pick.StateOnScreen && stateAt(p, at) == pick.StateOnScreen {
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
			case onView(s, now) && onView(s, at):
				selections[s.ID] = s
				ids[pin.KindLabel] = append(ids[pin.KindLabel], s.LabelID)
			case s.From != nil && s.From.After(at) && onView(s, *s.From) && (begins.IsZero() || s.From.Before(begins)):
				begins = *s.From
			}
		}
	}
	labels := map[string]*ent.Label{}
	rows, err := c.Label.Query().Where(label.IDIn(ids[pin.KindLabel]...), label.StateEQ(label.StateActive), sdk.InBranch(ctx, label.FieldHolderID)).
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
			if !ok || film.Stage != "released" {
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
