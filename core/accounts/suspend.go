package accounts

import (
	"context"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/grant"
	"github.com/labfilms/labfilms/ent/space"
)

// Suspend takes from an account everything but looking, and its holder and
// their works out of sight: action account.suspend, at the home of the holder.
// From the next request on it holds everywhere. The reason, in 1 to 1,000
// characters, is for the audit.
//
// It returns ErrAccountUnknown, also to those who may not; [core.ErrDenied] if
// the account has a role that the actor could not give, or is the actor's own;
// ErrLastAdmin. Suspending twice is suspending once.
func (a *Accounts) Suspend(ctx context.Context, id, reason string) error {
	return a.move(ctx, "account.suspend", id, reason, account.StateSuspended)
}

// Reinstate undoes Suspend, under the same conditions: action
// account.reinstate.
func (a *Accounts) Reinstate(ctx context.Context, id, reason string) error {
	return a.move(ctx, "account.reinstate", id, reason, account.StateActive)
}

var (
	// ErrNoAccount is the fault of suspending somebody who has no account to
	// suspend.
	ErrNoAccount = &core.Fault{
		Kind: core.Conflict, Code: "no_account",
		EN: "This person has no account.",
		FR: "Cette personne n'a pas de compte.",
	}
	// ErrLastAdmin is the fault of suspending whom nobody could reinstate: the last
	// one who runs the platform.
	ErrLastAdmin = &core.Fault{
		Kind: core.Conflict, Code: "last_platform_admin",
		EN: "This is the last person who runs the platform. Name another one first.",
		FR: "C'est la dernière personne à administrer la plateforme. Nommez-en d'abord une autre.",
	}
)

// Of returns the id of the account of a person, for Suspend and Reinstate. It
// returns ErrNoAccount for somebody without one. It asks for no permission: it
// is for those who are about to be asked for one.
func (a *Accounts) Of(ctx context.Context, person string) (string, error) {
	id, err := a.store.From(ctx).Account.Query().Where(account.PersonID(person)).OnlyID(ctx)
	if ent.IsNotFound(err) {
		return "", ErrNoAccount
	}
	return id, err
}

// States are the states of an account. Before it there is a registration, which
// becomes an active account by account.verify.
var States = core.Machine[account.State]{
	Noun: "account", Starts: []account.State{account.StateActive},
	Moves: []core.Move[account.State]{
		{Action: "account.suspend", Event: "person.suspended.v1", From: []account.State{account.StateActive}, To: []account.State{account.StateSuspended}},
		{Action: "account.reinstate", Event: "person.reinstated.v1", From: []account.State{account.StateSuspended}, To: []account.State{account.StateActive}},
	},
}

// told is what the holder of an account is told of its new state.
var told = map[account.State]string{
	account.StateSuspended: "account.suspended",
	account.StateActive:    "account.reinstated",
}

func (a *Accounts) move(ctx context.Context, action, id, reason string, state account.State) error {
	var form text.Form
	reason = form.Line("/reason", reason, 1000)
	return a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		known, err := a.withPerson(ctx, c, id)
		if err != nil {
			return err
		}
		if err := a.above(ctx, c, action, known); err != nil {
			return err
		}
		if err := form.Err(); err != nil {
			return err
		}
		step, ok := States.Move(action, known.State, state)
		if !ok {
			return nil // it is done already
		}
		if state == account.StateSuspended {
			if err := a.checkLast(ctx, c, known); err != nil {
				return err
			}
		}
		now := a.store.DB().Now()
		n, err := c.Account.Update().
			Where(account.ID(id), account.StateEQ(known.State)).
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
		entry := audit.Entry{Action: action, Object: "account:" + id, Place: home(person), Reason: reason}
		if err := a.audit.Record(ctx, entry); err != nil {
			return err
		}
		notice := notify.Notice{Person: person.ID, Type: told[state], Subject: "account:" + id}
		if err := a.notify.Tell(ctx, notice); err != nil {
			return err
		}
		return a.events.Record(ctx, core.Event{Type: step.Event, Subject: person.ID, Place: home(person)})
	})
}

// checkLast returns ErrLastAdmin if without the account nobody would run the
// platform for good: neither a role that ends nor an account that is suspended
// counts. It locks the network, as whoever revokes a role there does: two
// administrators who suspend each other must not both find the other one still
// there.
func (a *Accounts) checkLast(ctx context.Context, c *ent.Client, known *ent.Account) error {
	network := known.Edges.Person.NetworkID
	runs := grant.And(
		grant.SpaceID(network), grant.Role(string(core.RolePlatformAdmin)), grant.RevokedAtIsNil(),
	)
	if ran, err := c.Grant.Query().Where(runs, grant.AccountID(known.ID)).Exist(ctx); err != nil || !ran {
		return err
	}
	if _, err := c.Space.Query().Where(space.ID(network), db.Alone).OnlyID(ctx); err != nil {
		return err
	}
	stay, err := c.Grant.Query().
		Where(
			runs, grant.UntilIsNil(), grant.AccountIDNEQ(known.ID),
			grant.HasAccountWith(account.StateEQ(account.StateActive)),
		).
		Exist(ctx)
	if err == nil && !stay {
		return ErrLastAdmin
	}
	return err
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
