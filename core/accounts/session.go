package accounts

import (
	"context"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
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
	// ErrSessionUnknown is the fault of naming a session that is not one's own, or
	// has ended.
	ErrSessionUnknown = &core.Fault{
		Kind: core.Missing, Code: "session_unknown",
		EN: "There is no such session.",
		FR: "Cette session n'existe pas.",
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

	var begun *ent.Session
	err = a.store.Write(ctx, func(ctx context.Context, c *ent.Client) (err error) {
		token, begun, err = a.begin(ctx, c, known.ID)
		return err
	})
	return token, begun, err
}

// begin signs an account in on the device of ctx.
func (a *Accounts) begin(ctx context.Context, c *ent.Client, account string) (token string, _ *ent.Session, err error) {
	token = newSecret(sessionPrefix)
	now := a.store.DB().Now()
	client, _ := ctx.Value(clientKey{}).(Client)
	begun, err := c.Session.Create().
		SetAccountID(account).
		SetTokenHash(digest(token)).
		SetCreatedAt(now).SetUpdatedAt(now).SetLastSeenAt(now).
		SetExpiresAt(now.Add(sessionLife)).
		SetUserAgent(printable(client.UserAgent, 300)).
		Save(ctx)
	return token, begun, err
}

// Sessions returns where one is signed in, sorted by created_at: action
// session.read.
func (a *Accounts) Sessions(ctx context.Context, page core.Page) (core.List[*ent.Session], error) {
	var list core.List[*ent.Session]
	owner, err := a.own(ctx, "session.read")
	if err != nil {
		return list, err
	}
	now := a.store.DB().Now()
	query := a.store.From(ctx).Session.Query().
		Where(session.AccountID(owner), session.ExpiresAtGT(now), session.LastSeenAtGT(now.Add(-sessionIdle)))
	rows, err := query.Clone().Where(db.Keyset[time.Time](page, session.FieldCreatedAt)).All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, func(s *ent.Session) core.Key { return db.KeyOf(s.CreatedAt, s.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

// EndSession signs one out on one device: action session.revoke. It holds
// nowhere from the next request on. It returns ErrSessionUnknown for one that is
// not the actor's, or has ended.
func (a *Accounts) EndSession(ctx context.Context, id string) error {
	owner, err := a.own(ctx, "session.revoke")
	if err != nil {
		return err
	}
	if uuid.Validate(id) != nil {
		return ErrSessionUnknown
	}
	return a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		n, err := c.Session.Delete().Where(session.ID(id), session.AccountID(owner)).Exec(ctx)
		if err != nil || n == 0 {
			return or(err, ErrSessionUnknown)
		}
		return nil
	})
}

// SignOutEverywhere ends all of the actor's sessions, but for the present one
// if that is to stay: action session.revoke. Access tokens stay. It returns how
// many it ended.
func (a *Accounts) SignOutEverywhere(ctx context.Context, stay bool) (ended int, err error) {
	owner, err := a.own(ctx, "session.revoke")
	if err != nil {
		return 0, err
	}
	err = a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		query := c.Session.Delete().Where(session.AccountID(owner))
		if stay {
			query.Where(session.IDNEQ(core.ActorFrom(ctx).Credential))
		}
		if ended, err = query.Exec(ctx); err != nil || ended == 0 {
			return err
		}
		return a.record(ctx, c, owner, audit.Entry{Action: "session.revoke", Object: "account:" + owner})
	})
	return ended, err
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
