package accounts_test

import (
	"context"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/ent"
)

const password = "trois petites notes"

// world is a small world with accounts in it.
type world struct {
	*coretest.World
	*accounts.Accounts
}

func each(t *testing.T, run func(t *testing.T, w world)) {
	t.Helper()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		run(t, on(w))
	})
}

// on returns the accounts of a world.
func on(w *coretest.World) world {
	return world{w, accounts.New(w.DB, w.Gate, w.Events, w.Audit, w.Notify)}
}

// nodes returns one world as two processes have it.
func nodes(t *testing.T, dialect string) (near, far world) {
	t.Helper()
	w := coretest.Open(t, dialect)
	w.Settle(t)
	return on(w), on(w.Node(t))
}

func (w world) home() core.Place {
	return core.Place{Network: w.Network.ID, Region: w.Bretagne.ID, Space: w.Bretagne.ID, Path: w.Bretagne.Path}
}

// new is an account that can be made.
func (w world) new(handle string) accounts.NewAccount {
	return accounts.NewAccount{
		Email: handle + "@example.org", Password: password, Name: "Inès Morvan", Handle: handle, Home: w.home(),
	}
}

// join makes an account and returns it with a context in which it is asking.
func (w world) join(t *testing.T, handle string) (*ent.Account, context.Context) {
	t.Helper()
	made, err := w.Create(coretest.System(), w.new(handle))
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := w.As(coretest.System(), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	return made, ctx
}

// actor returns who shows the credential.
func (w world) actor(t *testing.T, credential string) *core.Actor {
	t.Helper()
	actor, err := w.Authenticate(coretest.Visitor(), credential)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// give grants the account a role in a space.
func (w world) give(t *testing.T, account *ent.Account, role core.Role, at *ent.Space) *ent.Grant {
	t.Helper()
	var made *ent.Grant
	w.Write(t, func(ctx context.Context, c *ent.Client) (err error) {
		made, err = c.Grant.Create().
			SetAccountID(account.ID).SetRole(string(role)).SetSpaceID(at.ID).SetPath(at.Path).
			Save(ctx)
		return err
	})
	return made
}
