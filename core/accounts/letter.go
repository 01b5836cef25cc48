package accounts

import (
	"context"
	"net/url"
	"strings"
	"text/template"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/mail"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/proof"
	"github.com/labfilms/labfilms/ent/registration"
	"github.com/labfilms/labfilms/ent/sentmail"
)

// The events after which a mail may be due. None holds a secret: it is drawn
// when the mail is written, and only the mail has it.
const (
	registrationMade  = "registration.made.v1"
	registrationAsked = "registration.asked.v1"
	resetAsked        = "account.reset_asked.v1"
	emailAsked        = "account.email_asked.v1"
	emailLeaving      = "account.email_leaving.v1"
)

// MailEvents are the types of event that Mailer takes.
var MailEvents = []string{registrationMade, registrationAsked, resetAsked, emailAsked, emailLeaving}

// want records that a mail may be due for what has this id.
func (a *Accounts) want(ctx context.Context, event, id string, at core.Place) error {
	return a.events.Record(ctx, core.Event{Type: event, Subject: id, Place: at})
}

// Mailer returns a consumer of MailEvents that writes the mails and hands them
// to the sender, with links below the public address of the platform. It acts
// for the platform; others get [core.ErrDenied].
//
// Told twice it mails twice, and the secret of the last mail holds. An address
// that got five mails within the hour gets no more, and keeps a secret that
// holds. What has gone meanwhile needs no mail.
func (a *Accounts) Mailer(sender mail.Sender, public *url.URL) func(context.Context, core.Event) error {
	post := post{a, sender, public}
	return func(ctx context.Context, e core.Event) error {
		if !core.ActorFrom(ctx).System {
			return core.ErrDenied
		}
		err := post.write(ctx, e)
		if ent.IsNotFound(err) {
			return nil
		}
		return err
	}
}

// mailsAnHour is how many mails one address gets.
const mailsAnHour = 5

// post writes and sends mails.
type post struct {
	*Accounts
	sender mail.Sender
	public *url.URL
}

func (p post) write(ctx context.Context, e core.Event) error {
	client, now := p.store.From(ctx), p.store.DB().Now()
	switch e.Type {
	case registrationMade, registrationAsked:
		r, err := client.Registration.Query().
			Where(registration.ID(e.Subject), registration.ExpiresAtGT(now)).
			Only(ctx)
		if err != nil {
			return err
		}
		return p.verify(ctx, r)
	case resetAsked:
		known, err := client.Account.Get(ctx, e.Subject)
		if err != nil {
			return err
		}
		return p.reset(ctx, known)
	case emailAsked:
		asked, err := client.Proof.Query().
			Where(proof.ID(e.Subject), proof.UsedAtIsNil(), proof.ExpiresAtGT(now)).
			WithAccount().
			Only(ctx)
		if err != nil {
			return err
		}
		return p.change(ctx, asked)
	case emailLeaving:
		known, err := client.Account.Get(ctx, e.Subject)
		if err != nil {
			return err
		}
		return p.send(ctx, known.Email, known.Locale, "leaving", nil)
	default:
		return nil
	}
}

// verify mails what shows that an address is somebody's, or tells its owner
// that they have an account.
func (p post) verify(ctx context.Context, r *ent.Registration) error {
	known, err := p.store.From(ctx).Account.Query().Where(account.Email(r.Email)).Only(ctx)
	if err == nil {
		return p.send(ctx, r.Email, known.Locale, "known", nil)
	}
	if !ent.IsNotFound(err) {
		return err
	}
	return p.send(ctx, r.Email, r.Locale, "verify", func(ctx context.Context, c *ent.Client, digest string) (string, error) {
		return "/verify", c.Registration.UpdateOneID(r.ID).SetSecretHash(digest).SetUpdatedAt(p.store.DB().Now()).Exec(ctx)
	})
}

// reset mails what lets the owner of an account set its password.
func (p post) reset(ctx context.Context, known *ent.Account) error {
	return p.send(ctx, known.Email, known.Locale, "reset", func(ctx context.Context, c *ent.Client, digest string) (string, error) {
		now := p.store.DB().Now()
		// The secret of a mail before this one holds no longer.
		_, err := c.Proof.Update().
			Where(proof.AccountID(known.ID), proof.KindEQ(proof.KindReset), proof.UsedAtIsNil()).
			SetUsedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if err != nil {
			return "", err
		}
		return "/reset", c.Proof.Create().
			SetAccountID(known.ID).SetKind(proof.KindReset).SetEmail(known.Email).SetSecretHash(digest).
			SetExpiresAt(now.Add(resetLife)).SetCreatedAt(now).SetUpdatedAt(now).
			Exec(ctx)
	})
}

// change mails what makes an address an account's, or tells the owner of the
// address that they have an account of their own. The present address is told by
// a letter of its own: what one mail server refuses is not sent to another again
// and again.
func (p post) change(ctx context.Context, asked *ent.Proof) error {
	known := asked.Edges.Account
	taken, err := p.store.From(ctx).Account.Query().Where(account.Email(asked.Email)).Exist(ctx)
	if err != nil {
		return err
	}
	if taken {
		return p.send(ctx, asked.Email, known.Locale, "known", nil)
	}
	return p.send(ctx, asked.Email, known.Locale, "change", func(ctx context.Context, c *ent.Client, digest string) (string, error) {
		return "/confirm-email", c.Proof.UpdateOneID(asked.ID).SetSecretHash(digest).SetUpdatedAt(p.store.DB().Now()).Exec(ctx)
	})
}

// send writes a letter to an address and sends it. Where the letter holds a
// secret, keep keeps its digest and says to which page of a front end it goes.
func (p post) send(ctx context.Context, to, locale, letter string, keep func(ctx context.Context, c *ent.Client, digest string) (page string, err error)) error {
	now := p.store.DB().Now()
	// Each kind is counted for itself, or whoever asks for one would silence the
	// others; and that something is about to change is always said.
	n, err := p.store.From(ctx).SentMail.Query().
		Where(sentmail.Email(to), sentmail.Letter(letter), sentmail.AtGT(now.Add(-time.Hour))).
		Count(ctx)
	if err != nil || n >= mailsAnHour && letter != "leaving" {
		return err
	}
	var filled struct{ Token, Link string }
	if keep != nil {
		filled.Token = newSecret("")
		err := p.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
			page, err := keep(ctx, c, digest(filled.Token))
			filled.Link = p.link(page, filled.Token)
			return err
		})
		if err != nil {
			return err
		}
	}
	language := "fr"
	if strings.HasPrefix(locale, "en") {
		language = "en"
	}
	var b strings.Builder
	if err := letters.ExecuteTemplate(&b, letter+"."+language, filled); err != nil {
		return err
	}
	subject, text, _ := strings.Cut(strings.TrimSpace(b.String()), "\n\n")
	err = p.sender.Send(ctx, mail.Message{To: to, Subject: subject, Text: text + "\n", Locale: language, Host: p.public.Hostname()})
	if err != nil {
		return err
	}
	return p.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		if _, err := c.SentMail.Delete().Where(sentmail.AtLTE(now.Add(-time.Hour))).Exec(ctx); err != nil {
			return err
		}
		return c.SentMail.Create().SetEmail(to).SetLetter(letter).SetAt(now).Exec(ctx)
	})
}

// link is where a front end of the platform takes the secret.
func (p post) link(page, secret string) string {
	link := p.public.JoinPath(page)
	link.RawQuery = url.Values{"token": {secret}}.Encode()
	return link.String()
}

// letters are the mails, the subject in the first line.
var letters = template.Must(template.New("letters").Parse(`
{{define "verify.fr"}}
Bienvenue sur LabFilms

Bonjour,

Il reste une chose à faire : confirmer que cette adresse est bien la vôtre.

{{.Link}}

Si l'on vous demande un code, c'est : {{.Token}}

Le lien est valable deux jours. Si vous n'avez rien demandé, ne faites rien : aucun compte ne sera créé.

L'équipe de LabFilms
{{end}}
{{define "verify.en"}}
Welcome to LabFilms

Hello,

One thing is left to do: confirm that this address is yours.

{{.Link}}

If you are asked for a code, it is: {{.Token}}

The link holds for two days. If you asked for nothing, do nothing: no account will be made.

The people of LabFilms
{{end}}
{{define "known.fr"}}
Vous avez déjà un compte sur LabFilms

Bonjour,

Quelqu'un, vous sans doute, vient d'utiliser cette adresse pour s'inscrire sur LabFilms. Elle y a déjà un compte : connectez-vous, ou demandez un nouveau mot de passe si vous avez oublié le vôtre.

Si ce n'était pas vous, tout va bien : rien n'a changé.

L'équipe de LabFilms
{{end}}
{{define "known.en"}}
You have an account with LabFilms already

Hello,

Somebody, most likely you, has just used this address to register with LabFilms. It has an account there already: sign in, or ask for a new password if you have forgotten yours.

If it was not you, all is well: nothing has changed.

The people of LabFilms
{{end}}
{{define "reset.fr"}}
Votre nouveau mot de passe sur LabFilms

Bonjour,

Pour choisir un nouveau mot de passe, suivez ce lien dans l'heure :

{{.Link}}

Si l'on vous demande un code, c'est : {{.Token}}

Vous serez alors déconnecté partout, et vos jetons d'accès ne vaudront plus. Si vous n'avez rien demandé, ne faites rien : votre mot de passe reste le même.

L'équipe de LabFilms
{{end}}
{{define "reset.en"}}
Your new password for LabFilms

Hello,

To choose a new password, follow this link within the hour:

{{.Link}}

If you are asked for a code, it is: {{.Token}}

You will then be signed out everywhere, and your access tokens will no longer hold. If you asked for nothing, do nothing: your password stays as it is.

The people of LabFilms
{{end}}
{{define "change.fr"}}
Votre nouvelle adresse sur LabFilms

Bonjour,

Pour que votre compte LabFilms utilise désormais cette adresse, suivez ce lien dans les deux jours :

{{.Link}}

Si l'on vous demande un code, c'est : {{.Token}}

Si vous n'avez rien demandé, ne faites rien.

L'équipe de LabFilms
{{end}}
{{define "change.en"}}
Your new address for LabFilms

Hello,

To make this the address of your LabFilms account, follow this link within two days:

{{.Link}}

If you are asked for a code, it is: {{.Token}}

If you asked for nothing, do nothing.

The people of LabFilms
{{end}}
{{define "leaving.fr"}}
Votre adresse sur LabFilms va changer

Bonjour,

Quelqu'un qui connaît votre mot de passe demande que votre compte LabFilms utilise une autre adresse. Si c'est vous, il n'y a rien à faire ici.

Si ce n'est pas vous, demandez tout de suite un nouveau mot de passe : vous serez déconnecté partout.

L'équipe de LabFilms
{{end}}
{{define "leaving.en"}}
Your address for LabFilms is about to change

Hello,

Somebody who knows your password asks that your LabFilms account use another address. If that is you, there is nothing to do here.

If it is not, ask for a new password at once: you will be signed out everywhere.

The people of LabFilms
{{end}}
`))
