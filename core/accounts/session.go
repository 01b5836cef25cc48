package accounts

import (
	"context"
	"time"
	"unicode"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/session"
)

// How long a session lasts when it is not used, and at the longest.
const (
	sessionIdle = 30 * 24 * time.Hour
	sessionLife = 90 * 24 * time.Hour
)

var (
	// ErrSignIn is the fault of an e-mail address and a password that do not
	// belong together, whether or not there is such an address.
	ErrSignIn = &core.Fault{
		Kind: core.Unauthenticated, Code: "sign_in_failed",
		EN: "No account has this e-mail address and this password.",
		FR: "Aucun compte ne correspond à cette adresse et à ce mot de passe.",
	}
	// ErrThrottled is the fault of one more attempt after too many failures,
	// whether or not there is such an address and whatever the password.
	ErrThrottled = &core.Fault{
		Kind: core.TooMany, Code: "sign_in_throttled",
		EN: "Too many failed attempts. Wait a quarter of an hour.",
		FR: "Trop de tentatives infructueuses. Patientez un quart d'heure.",
	}
	// ErrNoSession is the fault of signing out without being signed in: with
	// an access token, which is revoked instead.
	ErrNoSession = &core.Fault{
		Kind: core.Conflict, Code: "no_session",
		EN: "You are not signed in with a session. An access token is revoked instead.",
		FR: "Vous n'êtes pas connecté par une session. Un jeton d'accès se révoque.",
	}
)

// Client is who sends the request, as far as the network tells.
type Client struct {
	Address   string // of the network; an IPv6 network, not a single address
	UserAgent string
}

type clientKey struct{}

// WithClient returns a context whose sign-ins come from c.
func WithClient(ctx context.Context, c Client) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

// SignIn begins a session and returns its token, which is kept nowhere, and the
// session. Anybody may call it. Attempts are counted by e-mail address and by
// the address of [WithClient].
//
// It returns ErrSignIn, the same for a wrong password and for an address
// without an account; ErrThrottled after ten failures in a quarter of an hour;
// ErrBusy when ctx ends before its turn. Somebody suspended may sign in: they
// may look.
func (a *Accounts) SignIn(ctx context.Context, email, password string) (token string, _ *ent.Session, err error) {
	client, _ := ctx.Value(clientKey{}).(Client)
	email, wellFormed := normalEmail(email)
	attempt := attempt{email, client.Address}
	if !wellFormed {
		attempt.email = "" // whatever it is, it takes no room
	}
	if !a.throttle.take(attempt) {
		return "", nil, ErrThrottled
	}
	known, err := a.store.From(ctx).Account.Query().Where(account.Email(email)).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return "", nil, err
	}
	hash := a.nobody
	if known != nil && wellFormed {
		hash = known.PasswordHash
	}
	ok, err := a.matches(ctx, password, hash)
	if err != nil {
		return "", nil, err
	}
	if !ok || known == nil {
		return "", nil, ErrSignIn
	}
	a.throttle.succeeded(attempt)

	token = newSecret(sessionPrefix)
	now := a.store.DB().Now()
	var begun *ent.Session
	err = a.store.Write(ctx, func(ctx context.Context, c *ent.Client) (err error) {
		begun, err = c.Session.Create().
			SetAccountID(known.ID).
			SetTokenHash(digest(token)).
			SetCreatedAt(now).SetUpdatedAt(now).SetLastSeenAt(now).
			SetExpiresAt(now.Add(sessionLife)).
			SetUserAgent(printable(client.UserAgent, 300)).
			Save(ctx)
		return err
	})
	return token, begun, err
}

// SignOut ends the session of the actor: action session.revoke. It returns
// ErrNoSession if the actor came with an access token. Somebody suspended may
// leave, too.
func (a *Accounts) SignOut(ctx context.Context) error {
	actor := core.ActorFrom(ctx)
	if _, err := a.own(ctx, "session.revoke"); err != nil && !actor.Suspended {
		return err
	}
	return a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		ended, err := c.Session.Delete().
			Where(session.ID(actor.Credential), session.AccountID(actor.Account)).
			Exec(ctx)
		if err == nil && ended == 0 {
			return ErrNoSession
		}
		return err
	})
}

// printable returns the first limit ASCII characters of s that can be printed.
func printable(s string, limit int) string {
	kept := make([]byte, 0, min(len(s), limit))
	for _, r := range s {
		if len(kept) < limit && r <= unicode.MaxASCII && unicode.IsPrint(r) {
			kept = append(kept, byte(r))
		}
	}
	return string(kept)
}
