package accounts

import (
	"context"
	"fmt"
	"strings"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/grant"
	"github.com/labfilms/labfilms/ent/session"
	"github.com/labfilms/labfilms/ent/token"
)

// Authenticate returns the actor who shows the credential: the token of a
// session or an access token, told apart by how they begin. Anybody may call
// it. It returns ErrCredential for what does not hold.
//
// It runs two queries, and nothing is remembered between two calls: what was
// revoked is gone. Once an hour it also writes that the credential is in use.
func (a *Accounts) Authenticate(ctx context.Context, credential string) (*core.Actor, error) {
	switch {
	case strings.HasPrefix(credential, sessionPrefix):
		return a.bySession(ctx, credential)
	case strings.HasPrefix(credential, tokenPrefix):
		return a.byToken(ctx, credential)
	default:
		return nil, ErrCredential
	}
}

func (a *Accounts) bySession(ctx context.Context, credential string) (*core.Actor, error) {
	now := a.store.DB().Now()
	s, err := a.store.From(ctx).Session.Query().Where(
		session.TokenHash(digest(credential)),
		session.ExpiresAtGT(now),
		session.LastSeenAtGT(now.Add(-sessionIdle)),
		withAccount(session.FieldAccountID),
	).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrCredential
	}
	if err != nil {
		return nil, err
	}
	actor, err := a.actor(ctx, s.AccountID, s)
	if err != nil {
		return nil, err
	}
	actor.Credential = s.ID
	if now.Sub(s.LastSeenAt) < seenEvery {
		return actor, nil
	}
	return actor, a.seen(ctx, func(ctx context.Context, c *ent.Client) error {
		return c.Session.Update().Where(session.ID(s.ID)).SetLastSeenAt(now).Exec(ctx)
	})
}

func (a *Accounts) byToken(ctx context.Context, credential string) (*core.Actor, error) {
	now := a.store.DB().Now()
	t, err := a.store.From(ctx).Token.Query().Where(
		token.Hash(digest(credential)),
		token.RevokedAtIsNil(),
		token.Or(token.ExpiresAtIsNil(), token.ExpiresAtGT(now)),
		withAccount(token.FieldAccountID),
	).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrCredential
	}
	if err != nil {
		return nil, err
	}
	actor, err := a.actor(ctx, t.AccountID, t)
	if err != nil {
		return nil, err
	}
	actor.Credential, actor.Scopes = t.ID, t.Scopes
	if t.LastUsedAt != nil && now.Sub(*t.LastUsedAt) < seenEvery {
		return actor, nil
	}
	return actor, a.seen(ctx, func(ctx context.Context, c *ent.Client) error {
		return c.Token.Update().Where(token.ID(t.ID)).SetLastUsedAt(now).Exec(ctx)
	})
}

// As returns a context in which the account is asking, without a credential:
// for the command line and the demonstration. Only the platform itself may
// call it.
func (a *Accounts) As(ctx context.Context, id string) (context.Context, error) {
	if !core.ActorFrom(ctx).System {
		return nil, core.ErrDenied
	}
	known, err := a.store.From(ctx).Account.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, ErrAccountUnknown
	}
	if err != nil {
		return nil, err
	}
	actor := &core.Actor{Account: id, Person: known.PersonID, Suspended: known.State == account.StateSuspended}
	actor.Grants, err = a.grants(ctx, id)
	return core.WithActor(ctx, actor), err
}

// valuer is a row with more columns than its own.
type valuer interface {
	Value(name string) (ent.Value, error)
}

// withAccount returns a predicate that refuses nothing and brings along, in
// the same query, who the account is whose id is in the column.
func withAccount(column string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		accounts := entsql.Table(account.Table)
		s.Join(accounts).On(s.C(column), accounts.C(account.FieldID))
		s.AppendSelect(accounts.C(account.FieldPersonID), accounts.C(account.FieldState))
	}
}

// actor returns the account as an actor, from a row that withAccount brought.
func (a *Accounts) actor(ctx context.Context, id string, row valuer) (*core.Actor, error) {
	person, err := row.Value(account.FieldPersonID)
	if err != nil {
		return nil, err
	}
	state, err := row.Value(account.FieldState)
	if err != nil {
		return nil, err
	}
	actor := &core.Actor{
		Account:   id,
		Person:    fmt.Sprint(person),
		Suspended: fmt.Sprint(state) == string(account.StateSuspended),
	}
	actor.Grants, err = a.grants(ctx, id)
	return actor, err
}

// grants returns the account's roles that hold now.
func (a *Accounts) grants(ctx context.Context, id string) ([]core.Grant, error) {
	now := a.store.DB().Now()
	rows, err := a.store.From(ctx).Grant.Query().
		Where(grant.AccountID(id), grant.RevokedAtIsNil(), grant.Or(grant.UntilIsNil(), grant.UntilGT(now))).All(ctx)
	if err != nil {
		return nil, err
	}
	held := make([]core.Grant, 0, len(rows))
	for _, row := range rows {
		g := core.Grant{Role: core.Role(row.Role), Path: row.Path}
		if row.Until != nil {
			g.Until = *row.Until
		}
		held = append(held, g)
	}
	return held, nil
}

// seen writes that a credential is in use, whatever the operation to come may
// change: its guard is not asked.
func (a *Accounts) seen(ctx context.Context, write func(context.Context, *ent.Client) error) error {
	ctx, _ = core.WithGuard(ctx)
	return a.store.Write(ctx, write)
}
