package accounts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/predicate"
	"github.com/labfilms/labfilms/ent/token"
)

// tokensHeld is how many tokens an account may have at a time.
const tokensHeld = 100

var (
	// ErrTokenUnknown is the fault of naming a token that one does not have.
	ErrTokenUnknown = &core.Fault{
		Kind: core.Missing, Code: "token_unknown",
		EN: "You have no such access token.",
		FR: "Vous n'avez pas ce jeton d'accès.",
	}
	// ErrTokensFull is the fault of wanting more tokens than anybody needs.
	ErrTokensFull = &core.Fault{
		Kind: core.Conflict, Code: "tokens_full",
		EN: "You have 100 access tokens. Revoke one first.",
		FR: "Vous avez déjà 100 jetons d'accès. Révoquez-en un d'abord.",
	}
)

// NewToken is what CreateToken makes.
type NewToken struct {
	Name      string     // what it is for, 1 to 100 characters
	Scopes    []string   // actions (film.read) or nouns (film.*); nil for all that the account may
	ExpiresAt *time.Time // nil: until it is revoked
}

// CreateToken makes an access token for the actor and returns its secret,
// which is kept nowhere: action token.create. An actor who came with a token
// passes on no more than that token's scopes, and no longer than it holds. It
// returns [core.ErrInvalid] with the reasons, or ErrTokensFull.
func (a *Accounts) CreateToken(ctx context.Context, in NewToken) (secret string, _ *ent.Token, err error) {
	owner, err := a.own(ctx, "token.create")
	if err != nil {
		return "", nil, err
	}
	now := a.store.DB().Now()
	var form text.Form
	name := form.Line("/name", in.Name, 100)
	a.checkScopes(&form, core.ActorFrom(ctx), in.Scopes)
	in.ExpiresAt = form.Instant("/expires_at", in.ExpiresAt, now)
	if err := form.Err(); err != nil {
		return "", nil, err
	}
	secret = newSecret(tokenPrefix)
	var made *ent.Token
	err = a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		// A token makes none that outlives it.
		parent, err := c.Token.Query().Where(token.ID(core.ActorFrom(ctx).Credential), token.ExpiresAtNotNil()).Only(ctx)
		switch {
		case ent.IsNotFound(err):
		case err != nil:
			return err
		case in.ExpiresAt == nil || in.ExpiresAt.After(*parent.ExpiresAt):
			in.ExpiresAt = parent.ExpiresAt
		}
		if n, err := c.Token.Query().Where(held(owner)).Count(ctx); err != nil || n >= tokensHeld {
			return or(err, ErrTokensFull)
		}
		create := c.Token.Create().
			SetAccountID(owner).SetName(name).
			SetPrefix(secret[:len(tokenPrefix)+6]).SetHash(digest(secret)).
			SetNillableExpiresAt(in.ExpiresAt).
			SetCreatedAt(now).SetUpdatedAt(now)
		if in.Scopes != nil {
			create.SetScopes(in.Scopes)
		}
		if made, err = create.Save(ctx); err != nil {
			return err
		}
		return a.record(ctx, c, owner, audit.Entry{Action: "token.create", Object: "account:" + owner})
	})
	return secret, made, err
}

// checkScopes refuses, in f, scopes that name no action, and those that the
// actor's own credential has not.
func (a *Accounts) checkScopes(f *text.Form, actor *core.Actor, scopes []string) {
	if scopes == nil {
		if actor.Scopes != nil {
			f.Refuse("/scopes", "required", "Your token is limited, so a token that it makes must be, too.", "Votre jeton est limité : celui qu'il crée doit l'être aussi.")
		}
		return
	}
	if len(scopes) == 0 || len(scopes) > 50 {
		f.Refuse("/scopes", "count", "Name 1 to 50 scopes.", "Indiquez de 1 à 50 portées.")
		return
	}
	actions := a.gate.Actions()
	for i, scope := range scopes {
		pointer := fmt.Sprintf("/scopes/%d", i)
		noun, all := strings.CutSuffix(scope, ".*")
		known := slices.ContainsFunc(actions, func(action string) bool {
			return scope == action || all && strings.HasPrefix(action, noun+".")
		})
		switch {
		case !known:
			f.Refuse(pointer, "unknown", "There is no such action.", "Cette action n'existe pas.")
		case !actor.InScope(scope):
			f.Refuse(pointer, "beyond", "Your own token does not have it.", "Votre propre jeton ne l'a pas.")
		}
	}
}

// Tokens returns the actor's access tokens that were not revoked: action
// token.read. They are sorted by created_at.
func (a *Accounts) Tokens(ctx context.Context, page core.Page) (core.List[*ent.Token], error) {
	owner, err := a.own(ctx, "token.read")
	if err != nil {
		return core.List[*ent.Token]{}, err
	}
	query := a.store.From(ctx).Token.Query().Where(held(owner))
	rows, err := query.Clone().Where(db.Keyset[time.Time](page, token.FieldCreatedAt)).All(ctx)
	if err != nil {
		return core.List[*ent.Token]{}, err
	}
	list := db.ListOf(rows, page, func(t *ent.Token) core.Key { return db.KeyOf(t.CreatedAt, t.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return core.List[*ent.Token]{}, err
		}
		list.Total = &total
	}
	return list, nil
}

// RevokeToken ends one of the actor's access tokens: action token.revoke. It
// returns ErrTokenUnknown for one that is not theirs or has ended.
func (a *Accounts) RevokeToken(ctx context.Context, id string) error {
	owner, err := a.own(ctx, "token.revoke")
	if err != nil {
		return err
	}
	if uuid.Validate(id) != nil {
		return ErrTokenUnknown
	}
	return a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		now := a.store.DB().Now()
		n, err := c.Token.Update().Where(token.ID(id), held(owner)).SetRevokedAt(now).SetUpdatedAt(now).Save(ctx)
		if err != nil || n == 0 {
			return or(err, ErrTokenUnknown)
		}
		return a.record(ctx, c, owner, audit.Entry{Action: "token.revoke", Object: "account:" + owner})
	})
}

// held is the predicate of the account's tokens that were not revoked.
func held(owner string) predicate.Token {
	return token.And(token.AccountID(owner), token.RevokedAtIsNil())
}

// or returns err, or the fault where err is nil.
func or(err error, fault *core.Fault) error {
	if err != nil {
		return err
	}
	return fault
}
