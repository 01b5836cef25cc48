// Package accounts knows who is asking: accounts and their passwords, the
// sessions of browsers, the access tokens of programs.
//
// A credential is 256 bits of chance. The database keeps its SHA-256, which
// suffices for what cannot be guessed; a password can be, and is kept as
// argon2id. What a credential allows is loaded with each request, so that a
// revocation holds from the next one on.
//
// Whether an e-mail address has an account is told to nobody but its owner:
// a wrong password and an unknown address get the same answer for the same
// work.
package accounts

import (
	"context"
	"crypto/rand"
	"runtime"

	"entgo.io/ent/dialect"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/events"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/policies"
)

// Accounts owns the rows of accounts, sessions and tokens. Its verbs ask the
// gate themselves, for the actor of their context.
type Accounts struct {
	store  db.Store[*ent.Client]
	gate   *policies.Gate
	events *events.Log
	audit  *audit.Log
	notify *notify.Box

	throttle *throttle
	hashing  chan struct{} // as many argon2id at once as it holds
	nobody   string        // the hash of a password that nobody has
}

// New returns the accounts of d.
func New(d *db.DB, gate *policies.Gate, events *events.Log, audit *audit.Log, notify *notify.Box) *Accounts {
	return &Accounts{
		store:    db.Bind(d, func(drv dialect.Driver) *ent.Client { return ent.NewClient(ent.Driver(drv)) }),
		gate:     gate,
		events:   events,
		audit:    audit,
		notify:   notify,
		throttle: newThrottle(d.Now),
		hashing:  make(chan struct{}, runtime.GOMAXPROCS(0)),
		nobody:   hash(rand.Text()),
	}
}

// self is what an account is to its own sessions and tokens. They belong to no
// space, so no path goes with it.
var self = core.RelationSet(core.Self)

// own returns the account that is asking, if it may do the action to what is
// its own.
func (a *Accounts) own(ctx context.Context, action string) (string, error) {
	if err := a.gate.Check(ctx, action, "", self); err != nil {
		return "", err
	}
	account := core.ActorFrom(ctx).Account
	if account == "" {
		return "", core.ErrUnauthenticated // the platform itself has no account
	}
	return account, nil
}
