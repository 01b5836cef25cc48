package accounts

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/proof"
	"github.com/labfilms/labfilms/ent/session"
)

// How long a mailed secret holds, and how long one can be that anybody looks at.
const (
	resetLife = time.Hour
	emailLife = 48 * time.Hour
	secretMax = 200
)

// ErrPassword is the fault of a password that is not that of one's account.
var ErrPassword = &core.Fault{
	Kind: core.Forbidden, Code: "password_wrong",
	EN: "This is not your password.",
	FR: "Ce n'est pas votre mot de passe.",
}

// AskReset mails the owner of an address a secret with which to set a new
// password. Anybody may call it; its answer and its work are the same whether
// the address has an account. It returns [core.ErrInvalid] for what is none.
func (a *Accounts) AskReset(ctx context.Context, email string) error {
	return a.ask(ctx, resetAsked, email, func(email string) (string, error) {
		return a.store.From(ctx).Account.Query().Where(account.Email(email)).OnlyID(ctx)
	})
}

// ask records that a mail is wanted for what find finds of an address; where
// that is nothing, for nothing, so that nobody sees the difference.
func (a *Accounts) ask(ctx context.Context, event, email string, find func(email string) (id string, err error)) error {
	email, ok := normalEmail(email)
	if !ok {
		var form text.Form
		refuseEmail(&form)
		return form.Err()
	}
	id, err := find(email)
	if ent.IsNotFound(err) {
		id, err = db.NewID(), nil
	}
	if err != nil {
		return err
	}
	return a.store.Write(ctx, func(ctx context.Context, _ *ent.Client) error {
		return a.want(ctx, event, id, core.Place{})
	})
}

// Reset sets the password of the account whose mailed secret is shown, and ends
// all its sessions, access tokens and mailed secrets: who had got in is out.
// Anybody may call
// it. It returns ErrProof, or [core.ErrInvalid] with the reasons.
func (a *Accounts) Reset(ctx context.Context, secret, password string) error {
	var form text.Form
	checkPassword(&form, password)
	if err := form.Err(); err != nil {
		return err
	}
	hashed, err := a.hashed(ctx, password)
	if err != nil {
		return err
	}
	return a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		p, err := a.use(ctx, c, proof.KindReset, secret)
		if err != nil {
			return err
		}
		now := a.store.DB().Now()
		err = c.Account.UpdateOneID(p.AccountID).SetPasswordHash(hashed).SetUpdatedAt(now).AddVersion(1).Exec(ctx)
		if err != nil {
			return err
		}
		if _, err := c.Session.Delete().Where(session.AccountID(p.AccountID)).Exec(ctx); err != nil {
			return err
		}
		_, err = c.Token.Update().Where(held(p.AccountID)).SetRevokedAt(now).SetUpdatedAt(now).Save(ctx)
		if err != nil {
			return err
		}
		return a.changed(ctx, c, p.AccountID, "account.reset")
	})
}

// use marks a mailed secret as used and returns it. It returns ErrProof; of
// several who show it at the same time, one uses it.
func (a *Accounts) use(ctx context.Context, c *ent.Client, kind proof.Kind, secret string) (*ent.Proof, error) {
	if len(secret) > secretMax {
		return nil, ErrProof
	}
	now := a.store.DB().Now()
	is := proof.And(proof.SecretHash(digest(secret)), proof.KindEQ(kind), proof.UsedAtIsNil(), proof.ExpiresAtGT(now))
	p, err := c.Proof.Query().Where(is).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrProof
	}
	if err != nil {
		return nil, err
	}
	// Whoever sets the password or the address at the same time waits, and then
	// finds that this one was used.
	if _, err := c.Account.Query().Where(account.ID(p.AccountID), db.Alone).IDs(ctx); err != nil {
		return nil, err
	}
	n, err := c.Proof.Update().Where(proof.ID(p.ID), is).SetUsedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil || n == 0 {
		return nil, or(err, ErrProof)
	}
	return p, a.void(ctx, c, p.AccountID)
}

// void ends every mailed secret of an account: once its password or its address
// is set, whoever could read its mail before, or had asked for another address,
// can do nothing with them.
func (a *Accounts) void(ctx context.Context, c *ent.Client, account string) error {
	now := a.store.DB().Now()
	_, err := c.Proof.Update().
		Where(proof.AccountID(account), proof.UsedAtIsNil()).
		SetUsedAt(now).SetUpdatedAt(now).
		Save(ctx)
	return err
}

// changed writes what was done to an account and tells its owner.
func (a *Accounts) changed(ctx context.Context, c *ent.Client, id, action string) error {
	known, err := a.withPerson(ctx, c, id)
	if err != nil {
		return err
	}
	entry := audit.Entry{Action: action, Object: "account:" + id, Place: home(known.Edges.Person)}
	if err := a.audit.Record(ctx, entry); err != nil {
		return err
	}
	return a.notify.Tell(ctx, notify.Notice{Person: known.PersonID, Type: "account.changed", Subject: "account:" + id})
}

// ChangePassword sets one's own password, for whoever knows the present one:
// action me.update. It ends every other session; access tokens stay. It returns
// ErrPassword, ErrThrottled after ten wrong ones in a quarter of an hour, or
// [core.ErrInvalid] with the reasons.
func (a *Accounts) ChangePassword(ctx context.Context, current, password string) error {
	known, err := a.proven(ctx, current, func(f *text.Form) { checkPassword(f, password) })
	if err != nil {
		return err
	}
	hashed, err := a.hashed(ctx, password)
	if err != nil {
		return err
	}
	return a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		n, err := c.Account.Update().
			Where(account.ID(known.ID), account.PasswordHash(known.PasswordHash)).
			SetPasswordHash(hashed).SetUpdatedAt(a.store.DB().Now()).AddVersion(1).
			Save(ctx)
		if err != nil || n == 0 {
			return or(err, ErrPassword)
		}
		if err := a.void(ctx, c, known.ID); err != nil {
			return err
		}
		_, err = c.Session.Delete().
			Where(session.AccountID(known.ID), session.IDNEQ(core.ActorFrom(ctx).Credential)).
			Exec(ctx)
		if err != nil {
			return err
		}
		return a.changed(ctx, c, known.ID, "account.password")
	})
}

// proven returns the asker's account once they have shown that they know its
// password, and what check refuses, first.
func (a *Accounts) proven(ctx context.Context, password string, check func(*text.Form)) (*ent.Account, error) {
	id, err := a.own(ctx, "me.update")
	if err != nil {
		return nil, err
	}
	var form text.Form
	check(&form)
	if err := form.Err(); err != nil {
		return nil, err
	}
	known, err := a.store.From(ctx).Account.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	client, _ := ctx.Value(clientKey{}).(Client)
	attempt := attempt{known.Email, client.Address}
	if !a.throttle.take(attempt) {
		return nil, ErrThrottled
	}
	ok, err := a.matches(ctx, password, known.PasswordHash)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrPassword
	}
	a.throttle.succeeded(attempt)
	return known, nil
}

// AskEmail mails a new address a secret that makes it the account's, and tells
// the present one: action me.update, for whoever knows the password. Its answer
// is the same whether the new address has an account. It returns ErrPassword,
// ErrThrottled or [core.ErrInvalid].
func (a *Accounts) AskEmail(ctx context.Context, password, email string) error {
	email, ok := normalEmail(email)
	known, err := a.proven(ctx, password, func(f *text.Form) {
		if !ok {
			refuseEmail(f)
		}
	})
	if err != nil {
		return err
	}
	now := a.store.DB().Now()
	return a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		made, err := c.Proof.Create().
			SetAccountID(known.ID).SetKind(proof.KindEmail).SetEmail(email).
			SetExpiresAt(now.Add(emailLife)).SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if err != nil {
			return err
		}
		// The present address is told first, and whatever becomes of the other.
		if err := a.want(ctx, emailLeaving, known.ID, core.Place{}); err != nil {
			return err
		}
		return a.want(ctx, emailAsked, made.ID, core.Place{})
	})
}

// ConfirmEmail makes the address the account's to which the secret was mailed.
// Anybody may call it. It returns ErrProof, or ErrRegistered where somebody has
// an account with it by now.
func (a *Accounts) ConfirmEmail(ctx context.Context, secret string) error {
	return a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		p, err := a.use(ctx, c, proof.KindEmail, secret)
		if err != nil {
			return err
		}
		if taken, err := c.Account.Query().Where(account.Email(p.Email), account.IDNEQ(p.AccountID)).Exist(ctx); err != nil || taken {
			return or(err, ErrRegistered)
		}
		err = c.Account.UpdateOneID(p.AccountID).SetEmail(p.Email).SetUpdatedAt(a.store.DB().Now()).AddVersion(1).Exec(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrRegistered
		}
		if err != nil {
			return err
		}
		return a.changed(ctx, c, p.AccountID, "account.email")
	})
}

// Settings is what ChangeMe changes: what is nil stays as it is.
type Settings struct {
	Locale   *string // BCP 47
	TimeZone *string // IANA
}

// ChangeMe changes the settings of one's own account as it was at a version:
// action me.update. It returns [core.ErrInvalid] with the reasons, or
// [core.ErrStale].
func (a *Accounts) ChangeMe(ctx context.Context, version int, in Settings) (*ent.Account, error) {
	id, err := a.own(ctx, "me.update")
	if err != nil {
		return nil, err
	}
	var form text.Form
	var changed *ent.Account
	err = a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		update := c.Account.Update().Where(account.ID(id), account.Version(version))
		if in.Locale != nil {
			update.SetLocale(readLocale(&form, *in.Locale))
		}
		if in.TimeZone != nil {
			update.SetTimeZone(form.Zone("/time_zone", *in.TimeZone))
		}
		if err := form.Err(); err != nil {
			return err
		}
		n, err := update.SetUpdatedAt(a.store.DB().Now()).AddVersion(1).Save(ctx)
		if err != nil || n == 0 {
			return or(err, core.ErrStale)
		}
		changed, err = c.Account.Get(ctx, id)
		return err
	})
	return changed, err
}
