package accounts

import (
	"context"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
)

// Suspend takes from an account everything but looking, and its holder and
// their works out of sight: action account.suspend, at the home of the holder.
// From the next request on it holds everywhere. The reason, in 1 to 1,000
// characters, is for the audit.
//
// It returns ErrAccountUnknown, also to those who may not; [core.ErrDenied] if
// the account has a role that the actor could not give, or is the actor's own.
// Suspending twice is suspending once.
func (a *Accounts) Suspend(ctx context.Context, id, reason string) error {
	return a.setState(ctx, id, reason, account.StateSuspended)
}

// Reinstate undoes Suspend, under the same conditions: action
// account.reinstate.
func (a *Accounts) Reinstate(ctx context.Context, id, reason string) error {
	return a.setState(ctx, id, reason, account.StateActive)
}

// deeds are what setting a state is called.
var deeds = map[account.State]struct{ action, event string }{
	account.StateSuspended: {"account.suspend", "person.suspended.v1"},
	account.StateActive:    {"account.reinstate", "person.reinstated.v1"},
}

func (a *Accounts) setState(ctx context.Context, id, reason string, state account.State) error {
	deed := deeds[state]
	var form text.Form
	reason = form.Line("/reason", reason, 1000)
	return a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		known, err := a.withPerson(ctx, c, id)
		if err != nil {
			return err
		}
		if err := a.above(ctx, c, deed.action, known); err != nil {
			return err
		}
		if err := form.Err(); err != nil {
			return err
		}
		now := a.store.DB().Now()
		n, err := c.Account.Update().
			Where(account.ID(id), account.StateNEQ(state)).
			SetState(state).SetUpdatedAt(now).AddVersion(1).
			Save(ctx)
		if err != nil || n == 0 {
			return err
		}
		person := known.Edges.Person
		err = c.Person.UpdateOne(person).
			SetSuspended(state == account.StateSuspended).SetListed(state == account.StateActive).SetUpdatedAt(now).AddVersion(1).
			Exec(ctx)
		if err != nil {
			return err
		}
		entry := audit.Entry{Action: deed.action, Object: "account:" + id, Place: home(person), Reason: reason}
		if err := a.audit.Record(ctx, entry); err != nil {
			return err
		}
		return a.events.Record(ctx, core.Event{Type: deed.event, Subject: person.ID, Place: home(person)})
	})
}

// above returns nil if the actor may do the action to the account and could
// have given it every role that it has, but for those that come with being
// here at all.
func (a *Accounts) above(ctx context.Context, c *ent.Client, action string, known *ent.Account) error {
	space, err := c.Space.Get(ctx, known.Edges.Person.SpaceID)
	if err != nil {
		return err
	}
	if err := a.gate.Check(ctx, action, space.Path, 0); err != nil {
		return ErrAccountUnknown
	}
	actor := core.ActorFrom(ctx)
	if actor.Account == known.ID {
		return core.ErrDenied
	}
	held, err := a.grants(ctx, known.ID)
	if err != nil {
		return err
	}
	for _, g := range held {
		given := g.Role == core.RoleMember || g.Role == core.RoleCreator
		if !given && !a.gate.MayGrant(actor, g.Role, g.Path) {
			return core.ErrDenied
		}
	}
	return nil
}
