package ecran

import (
	"context"
	"fmt"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pin"
	"github.com/labfilms/labfilms/plugins/ecran/ent/predicate"
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
		front, err := takePage(ctx, c, actor.Space)
		if err != nil {
			return err
		}
		if in.Slot > front.Slots {
			return sdk.ErrInvalid.With(sdk.Reason{
				Pointer: "/slot", Code: "no_slot",
				EN: fmt.Sprintf("This page has %d slots.", front.Slots), FR: fmt.Sprintf("Cette page compte %d emplacements.", front.Slots),
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

// pinnable returns whose the thing is. It is asked before the row of the page is
// taken: what is out of sight a moment later is not shown, and its end ends its
// pins. It returns ErrTargetUnknown where not everybody
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
		everLive,
	)
	if until != nil {
		overlaps = pin.And(overlaps, pin.FromLT(*until))
	}
	return overlaps
}

// everLive is the predicate of the pins that are on their page at some time: not
// of one that was ended before it began.
func everLive(s *entsql.Selector) {
	s.Where(entsql.Or(entsql.IsNull(s.C(pin.FieldUntil)), entsql.ColumnsNEQ(s.C(pin.FieldUntil), s.C(pin.FieldFrom))))
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
		return endPins(ctx, c, sdk.Now(ctx), pin.And(pin.ID(id), pin.Version(version)))
	})
}

// endPins ends at an instant, now or before, those of the pins that are not over.
func endPins(ctx context.Context, c *ent.Client, at time.Time, which predicate.Pin) error {
	now := sdk.Now(ctx)
	pins, err := c.Pin.Query().Where(which, pin.Or(pin.UntilIsNil(), pin.UntilGT(now))).Order(pin.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range pins {
		until := at
		if p.From.After(at) {
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

// pinOf is the predicate of the pins that put this thing forward.
func pinOf(target string) predicate.Pin { return pin.TargetID(target) }
