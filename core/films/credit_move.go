package films

import (
	"context"
	"strings"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/credit"
	"github.com/labfilms/labfilms/ent/filmmember"
)

// Confirm says yes to a credit: action credit.confirm, of who is credited. It
// returns ErrUnknown or ErrCreditUnknown, [core.ErrDenied], or ErrCreditState
// for one that is not proposed. So do the other moves of a credit, each for its
// own states. Of several at the same time one moves it.
func (c *Catalog) Confirm(ctx context.Context, filmID, id string) (Credited, error) {
	return c.moveCredit(ctx, filmID, id, creditMove{action: "credit.confirm", to: credit.StateConfirmed, owners: true})
}

// Refuse says no to a proposed credit: action credit.refuse, of who is
// credited. The reason, up to 1,000 characters or none, is kept in the audit
// for the owner. It also returns [core.ErrInvalid].
func (c *Catalog) Refuse(ctx context.Context, filmID, id, reason string) (Credited, error) {
	return c.moveCredit(ctx, filmID, id, creditMove{action: "credit.refuse", to: credit.StateRefused, reason: reason, owners: true})
}

// WithdrawCredit takes back a proposed credit: action credit.withdraw, of the
// film's team.
func (c *Catalog) WithdrawCredit(ctx context.Context, filmID, id string) (Credited, error) {
	return c.moveCredit(ctx, filmID, id, creditMove{action: "credit.withdraw", to: credit.StateWithdrawn, credited: true})
}

// Dispute says that a confirmed credit is wrong, for a reason of 1 to 1,000
// characters: action credit.dispute, of who is credited or of an owner. It also
// returns [core.ErrInvalid].
func (c *Catalog) Dispute(ctx context.Context, filmID, id, reason string) (Credited, error) {
	return c.moveCredit(ctx, filmID, id, creditMove{
		action: "credit.dispute", to: credit.StateDisputed, reason: reason, required: true, owners: true, credited: true,
		write: func(u *ent.CreditUpdate, reason string) {
			u.SetDispute(reason).SetDisputedBy(core.ActorFrom(ctx).Person).SetSettlement("")
		},
	})
}

// SettleCredit ends a dispute, for a reason of 1 to 1,000 characters: action
// credit.settle, of a moderator who is no party to it. outcome is confirmed or
// removed. It also returns [core.ErrInvalid].
func (c *Catalog) SettleCredit(ctx context.Context, filmID, id, outcome, reason string) (Credited, error) {
	return c.moveCredit(ctx, filmID, id, creditMove{
		action: "credit.settle", to: credit.State(outcome), reason: reason, required: true, owners: true, credited: true,
		write: func(u *ent.CreditUpdate, reason string) { u.SetSettlement(reason) },
	})
}

// creditMove is a move of a credit.
type creditMove struct {
	action           string
	to               credit.State
	reason           string
	required         bool // a reason is
	owners, credited bool // are told
	write            func(u *ent.CreditUpdate, reason string)
}

func (c *Catalog) moveCredit(ctx context.Context, filmID, id string, in creditMove) (Credited, error) {
	var moved Credited
	err := c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		held, f, err := c.credited(ctx, client, filmID, id)
		if err != nil {
			return err
		}
		if err := c.allowCredit(ctx, in.action, f, held); err != nil {
			return err
		}
		if in.action == "credit.settle" && party(ctx, held) {
			return core.ErrDenied
		}
		var form text.Form
		reason := form.Prose("/reason", in.reason, 1000)
		if in.required && reason == "" && form.Err() == nil {
			form.Refuse("/reason", "required", "It must not be empty.", "Ce champ ne doit pas être vide.")
		}
		if in.action == "credit.settle" && in.to != credit.StateConfirmed && in.to != credit.StateRemoved {
			form.Refuse("/outcome", "unknown", "It is confirmed or removed.", "L'issue est confirmed ou removed.")
		}
		if err := form.Err(); err != nil {
			return err
		}
		m, ok := CreditStates.Move(in.action, held.State, in.to)
		if !ok {
			return ErrCreditState
		}
		now := c.store.DB().Now()
		update := client.Credit.Update().
			Where(credit.ID(id), credit.StateEQ(held.State)).
			SetState(in.to).SetUpdatedAt(now).AddVersion(1)
		if held.State == credit.StateProposed && in.to != credit.StateWithdrawn {
			update.SetAnsweredAt(now)
		}
		if in.write != nil {
			in.write(update, reason)
		}
		n, err := update.Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrCreditState // somebody was faster
		}
		if moved, _, err = c.credited(ctx, client, filmID, id); err != nil {
			return err
		}
		entry := audit.Entry{
			Action: m.Action, Object: "film:" + f.ID, Place: f.place(), Reason: reason,
			Data: map[string]string{"credit": id, "from": string(held.State), "to": string(in.to)},
		}
		if err := c.audit.Record(ctx, entry); err != nil {
			return err
		}
		if err := c.creditsMoved(ctx, m.Event, f, moved.Credit); err != nil {
			return err
		}
		return c.tellMove(ctx, client, strings.TrimSuffix(m.Event, ".v1"), moved, in)
	})
	if err != nil {
		return Credited{}, err
	}
	return moved, nil
}

// party reports whether the actor is on a side of the dispute: the film's team,
// who is credited, and who disputes it.
func party(ctx context.Context, held Credited) bool {
	me := core.ActorFrom(ctx).Person
	sides := core.RelationSet(core.Own, core.Team, core.Self)
	return me != "" && (held.Relations&sides != 0 || held.DisputedBy == me)
}

func (c *Catalog) tellMove(ctx context.Context, client *ent.Client, typ string, moved Credited, in creditMove) error {
	if in.credited {
		if err := c.tellCredited(ctx, client, typ, moved.Credit); err != nil {
			return err
		}
	}
	if !in.owners {
		return nil
	}
	owners, err := client.FilmMember.Query().
		Where(filmmember.FilmID(moved.FilmID), filmmember.RoleEQ(filmmember.RoleOwner)).
		Select(filmmember.FieldPersonID).Strings(ctx)
	if err != nil {
		return err
	}
	var notices []notify.Notice
	for _, owner := range owners {
		if in.credited && moved.PersonID != nil && owner == *moved.PersonID {
			continue // told as who is credited
		}
		notices = append(notices, notify.Notice{Person: owner, Type: typ, Subject: "credit:" + moved.ID, Within: "film:" + moved.FilmID})
	}
	return c.notify.Tell(ctx, notices...)
}

// CreditChange is what ChangeCredit changes: what is not set stays as it is,
// and null empties the craft in words and the character.
type CreditChange struct {
	Name       rest.Opt[string]
	Craft      rest.Opt[string]
	CraftText  rest.Opt[string]
	Character  rest.Opt[string]
	Position   rest.Opt[int]
	Uncredited rest.Opt[bool]
}

// ChangeCredit changes a credit as it was at a version: action credit.update,
// of the film's team. Once it is confirmed only its position can change. It
// returns ErrUnknown or ErrCreditUnknown, [core.ErrDenied], [core.ErrInvalid]
// with the reasons, [core.ErrStale], ErrCreditState, or ErrCreditTwice. Of
// several that start from one version, one succeeds. A change that changes
// nothing leaves the version as it is.
func (c *Catalog) ChangeCredit(ctx context.Context, filmID, id string, version int, in CreditChange) (Credited, error) {
	var changed Credited
	err := c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		held, f, err := c.credited(ctx, client, filmID, id)
		if err != nil {
			return err
		}
		if err := c.allowCredit(ctx, "credit.update", f, held); err != nil {
			return err
		}
		after, err := in.apply(held.Credit)
		if err != nil {
			return err
		}
		if held.Version != version {
			return core.ErrStale
		}
		fields := creditDifferences(held.Credit, after)
		switch {
		case len(fields) == 0:
			changed = held
			return nil
		case held.State == credit.StateProposed:
		case len(fields) == 1 && fields[0] == credit.FieldPosition && Agreed(held.Credit):
		default:
			return ErrCreditState
		}
		n, err := client.Credit.Update().
			Where(credit.ID(id), credit.Version(version)).
			SetName(after.Name).SetCraft(after.Craft).SetCraftText(after.CraftText).SetCharacter(after.Character).
			SetPosition(after.Position).SetUncredited(after.Uncredited).
			SetUpdatedAt(c.store.DB().Now()).AddVersion(1).
			Save(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrCreditTwice
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return core.ErrStale
		}
		if changed, _, err = c.credited(ctx, client, filmID, id); err != nil {
			return err
		}
		entry := audit.Entry{
			Action: "credit.update", Object: "film:" + f.ID, Place: f.place(),
			Data: map[string]any{"credit": id, "fields": fields},
		}
		if err := c.audit.Record(ctx, entry); err != nil {
			return err
		}
		return c.creditsMoved(ctx, "credit.changed.v1", f, changed.Credit)
	})
	if err != nil {
		return Credited{}, err
	}
	return changed, nil
}

// apply returns what the credit is after the change.
func (in CreditChange) apply(before *ent.Credit) (ent.Credit, error) {
	var form text.Form
	after := *before
	after.Name = form.Line("/name", in.Name.Or(before.Name), 160)
	after.Character = character(&form, "/character", in.Character.Or(before.Character))
	after.Position = in.Position.Or(before.Position)
	within(&form, "/position", &after.Position, 0, positionMax)
	after.Uncredited = in.Uncredited.Or(before.Uncredited)
	code, words := in.Craft.Or(before.Craft), in.CraftText.Or(before.CraftText)
	switch { // to give the one takes the other back
	case code != "" && !in.CraftText.Set:
		words = ""
	case words != "" && !in.Craft.Set:
		code = ""
	}
	after.Craft, after.CraftText = "", ""
	checkCraft(&form, "", code, words, &after)
	return after, form.Err()
}

// creditDifferences returns the names of what is not as it was.
func creditDifferences(before *ent.Credit, after ent.Credit) []string {
	var names []string
	for _, d := range []struct {
		name string
		is   bool
	}{
		{credit.FieldName, after.Name != before.Name},
		{credit.FieldCraft, after.Craft != before.Craft},
		{credit.FieldCraftText, after.CraftText != before.CraftText},
		{credit.FieldCharacter, after.Character != before.Character},
		{credit.FieldPosition, after.Position != before.Position},
		{credit.FieldUncredited, after.Uncredited != before.Uncredited},
	} {
		if d.is {
			names = append(names, d.name)
		}
	}
	return names
}
