package accounts

import (
	"context"
	"encoding/json"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"
	"golang.org/x/text/language"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/handle"
	"github.com/labfilms/labfilms/ent/proof"
	"github.com/labfilms/labfilms/ent/registration"
	"github.com/labfilms/labfilms/ent/session"
	"github.com/labfilms/labfilms/ent/space"
)

// registrationLife is how long somebody has to show that the address is theirs.
const registrationLife = 48 * time.Hour

var (
	// ErrProof is the fault of a secret from a mail that does not hold: unknown,
	// used, replaced by a later one, or expired, which nobody is told apart.
	ErrProof = &core.Fault{
		Kind: core.Unauthenticated, Code: "proof_invalid",
		EN: "This link does not hold, or no longer. Ask for a new one.",
		FR: "Ce lien n'est pas valable, ou ne l'est plus. Demandez-en un autre.",
	}
	// ErrRegistered is the fault of showing for the second time that an address
	// is one's own: it has an account. Who is told so reads the mailbox.
	ErrRegistered = &core.Fault{
		Kind: core.Conflict, Code: "registered",
		EN: "This address has its account already. Sign in.",
		FR: "Cette adresse a déjà son compte. Connectez-vous.",
	}
)

// NewRegistration is what Register takes.
type NewRegistration struct {
	Email      string
	Password   string // 10 characters or more
	Name       string // as others read it, 1 to 120 characters
	Handle     string // as [text.Handle] has it
	Home       string // id of a region, or of the network; empty: the region of the commune, else the network
	Commune    string // INSEE code; may be empty
	MakesFilms bool
	Locale     string // BCP 47; default fr-FR
}

// Register begins an account and returns until when its address can be shown to
// be theirs: by the secret that is mailed to it, given to Verify. Anybody may
// call it. Its answer and its work are the same whether or not the address has
// an account: if it has, its owner is told by mail.
//
// It returns [core.ErrInvalid] with the reasons, ErrHandleTaken, or ErrBusy.
func (a *Accounts) Register(ctx context.Context, in NewRegistration) (until time.Time, err error) {
	var form text.Form
	email, ok := normalEmail(in.Email)
	if !ok {
		refuseEmail(&form)
	}
	name := form.Line("/name", in.Name, 120)
	handle := form.Handle("/handle", in.Handle)
	checkPassword(&form, in.Password)
	locale := readLocale(&form, in.Locale)
	home, err := a.homeFor(ctx, &form, in.Home, in.Commune)
	if err != nil {
		return time.Time{}, err
	}
	if err := form.Err(); err != nil {
		return time.Time{}, err
	}
	hashed, err := a.hashed(ctx, in.Password)
	if err != nil {
		return time.Time{}, err
	}
	now := a.store.DB().Now()
	until = now.Add(registrationLife)
	return until, a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		made, err := c.Registration.Create().
			SetEmail(email).SetPasswordHash(hashed).SetHandle(handle).SetName(name).
			SetSpaceID(home.ID).SetCommune(in.Commune).SetMakesFilms(in.MakesFilms).SetLocale(locale).
			SetExpiresAt(until).SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if err != nil {
			return err
		}
		err = a.hold(ctx, c, handle, func(h *ent.HandleCreate) { h.SetRegistrationID(made.ID) })
		if err != nil {
			return err
		}
		return a.want(ctx, registrationMade, made.ID, placeOf(home))
	})
}

func refuseEmail(f *text.Form) {
	f.Refuse("/email", "email", "It is no e-mail address that we can write to.", "Ce n'est pas une adresse à laquelle nous pouvons écrire.")
}

// readLocale returns the locale, by default that of France, and refuses what is
// no language.
func readLocale(f *text.Form, locale string) string {
	if locale == "" {
		return account.DefaultLocale
	}
	tag, err := language.Parse(locale)
	if err != nil || len(locale) > 35 {
		f.Refuse("/locale", "locale", "It is no language tag such as fr-FR.", "Ce n'est pas une étiquette de langue comme fr-FR.")
		return ""
	}
	return tag.String()
}

// homeFor returns the space in which somebody begins: the region or network
// that they name, else the region of their commune, else the network.
func (a *Accounts) homeFor(ctx context.Context, f *text.Form, id, commune string) (*ent.Space, error) {
	query := a.store.From(ctx).Space.Query()
	c, known := communes.Current(commune)
	if commune != "" && !known {
		f.Refuse("/commune", "unknown", "There is no commune with this code.", "Aucune commune n'a ce code.")
	}
	if id != "" {
		home, err := query.Where(space.ID(id)).Only(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return nil, err
		}
		if home == nil || home.Kind == space.KindInstitution {
			f.Refuse("/space", "home", "One is at home in a region, or in the network.", "On est chez soi dans une région, ou dans le réseau.")
		}
		return home, nil
	}
	if known {
		home, err := query.Clone().Where(space.KindEQ(space.KindRegion), space.Code(c.Region)).Only(ctx)
		if !ent.IsNotFound(err) {
			return home, err
		}
	}
	return query.Where(space.KindEQ(space.KindNetwork)).Only(ctx)
}

func placeOf(s *ent.Space) core.Place {
	return core.Place{Network: s.NetworkID, Region: s.RegionID, Space: s.ID, Path: s.Path}
}

// Joined is the data of person.joined.v1; its subject is the person.
type Joined struct {
	Handle string `json:"handle"`
	Name   string `json:"name"`
}

// Verify makes the account that was begun, for whoever shows the secret that
// was mailed and knows the password that was chosen: so nobody begins an account
// with somebody else's address and their own password, and has it finished by
// the owner of the mailbox. It signs them in and returns the same as SignIn. They
// are a member of their home, and a creator there if they make films. Anybody
// may call it. It returns ErrProof, ErrPassword, ErrThrottled or ErrRegistered;
// of two registrations of one address that are verified at the same time, one
// becomes the account.
func (a *Accounts) Verify(ctx context.Context, secret, password string) (token string, _ *ent.Session, err error) {
	if len(secret) > secretMax {
		return "", nil, ErrProof
	}
	known, err := a.store.From(ctx).Registration.Query().
		Where(registration.SecretHash(digest(secret)), registration.ExpiresAtGT(a.store.DB().Now())).
		Only(ctx)
	if ent.IsNotFound(err) {
		return "", nil, ErrProof
	}
	if err != nil {
		return "", nil, err
	}
	attempt := attempt{email: "verify " + known.ID}
	if !a.throttle.take(attempt) {
		return "", nil, ErrThrottled
	}
	if ok, err := a.matches(ctx, password, known.PasswordHash); err != nil || !ok {
		return "", nil, or(err, ErrPassword)
	}
	a.throttle.succeeded(attempt)
	var begun *ent.Session
	err = a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		now := a.store.DB().Now()
		r, err := c.Registration.Query().
			Where(registration.SecretHash(digest(secret)), registration.ExpiresAtGT(now), db.Alone).
			WithSpace().
			Only(ctx)
		if ent.IsNotFound(err) {
			return ErrProof
		}
		if err != nil {
			return err
		}
		made, err := a.join(ctx, c, r)
		if err != nil {
			return err
		}
		if err := c.Registration.DeleteOne(r).Exec(ctx); err != nil {
			return err
		}
		token, begun, err = a.begin(ctx, c, made.ID)
		return err
	})
	return token, begun, err
}

// join makes the account and the person of a registration.
func (a *Accounts) join(ctx context.Context, c *ent.Client, r *ent.Registration) (*ent.Account, error) {
	now, home := a.store.DB().Now(), placeOf(r.Edges.Space)
	if taken, err := c.Account.Query().Where(account.Email(r.Email)).Exist(ctx); err != nil || taken {
		return nil, or(err, ErrRegistered)
	}
	create := c.Person.Create().
		SetHandle(r.Handle).SetName(r.Name).SetSortName(text.Slug(r.Name)).
		SetNetworkID(home.Network).SetRegionID(home.Region).SetSpaceID(home.Space).
		SetCreatedAt(now).SetUpdatedAt(now)
	if commune, ok := communes.Current(r.Commune); ok {
		lives, _ := communes.Get(r.Commune)
		create.SetCommune(r.Commune).SetFoundCommune(commune.Code).SetFoundTile(int(lives.Tile()))
	}
	person, err := create.Save(ctx)
	if err != nil {
		return nil, err
	}
	_, err = c.Handle.Update().
		Where(handle.RegistrationID(r.ID)).
		ClearRegistrationID().SetPersonID(person.ID).SetUpdatedAt(now).
		Save(ctx)
	if err != nil {
		return nil, err
	}
	made, err := c.Account.Create().
		SetEmail(r.Email).SetPasswordHash(r.PasswordHash).SetPersonID(person.ID).SetLocale(r.Locale).
		SetTimeZone(r.Edges.Space.TimeZone).
		SetCreatedAt(now).SetUpdatedAt(now).
		Save(ctx)
	if sqlgraph.IsUniqueConstraintError(err) {
		return nil, ErrRegistered
	}
	if err != nil {
		return nil, err
	}
	roles := []core.Role{core.RoleMember}
	if r.MakesFilms {
		roles = append(roles, core.RoleCreator)
	}
	for _, role := range roles {
		err := c.Grant.Create().
			SetAccountID(made.ID).SetRole(string(role)).SetSpaceID(home.Space).SetPath(home.Path).
			SetCreatedAt(now).SetUpdatedAt(now).
			Exec(ctx)
		if err != nil {
			return nil, err
		}
	}
	ctx = core.WithActor(ctx, &core.Actor{Account: made.ID, Person: person.ID})
	entry := audit.Entry{Action: "account.verify", Object: "account:" + made.ID, Place: home, Data: roles}
	if err := a.audit.Record(ctx, entry); err != nil {
		return nil, err
	}
	data, err := json.Marshal(Joined{Handle: person.Handle, Name: person.Name})
	if err != nil {
		return nil, err
	}
	return made, a.events.Record(ctx, core.Event{Type: "person.joined.v1", Subject: person.ID, Place: home, Data: data})
}

// Resend mails a new secret for the last registration of an address that was not
// followed up. Anybody may call it; its answer and its work are the same whether
// there is one. It returns [core.ErrInvalid] for what is no address.
func (a *Accounts) Resend(ctx context.Context, email string) error {
	return a.ask(ctx, registrationAsked, email, func(email string) (string, error) {
		return a.store.From(ctx).Registration.Query().
			Where(registration.Email(email), registration.ExpiresAtGT(a.store.DB().Now())).
			Order(ent.Desc(registration.FieldCreatedAt, registration.FieldID)).
			FirstID(ctx)
	})
}

// Forget removes what has ended: registrations that nobody followed up, secrets
// that were mailed, sessions. Nobody can tell the difference. Only the platform
// itself may call it.
func (a *Accounts) Forget(ctx context.Context) error {
	if !core.ActorFrom(ctx).System {
		return core.ErrDenied
	}
	now := a.store.DB().Now()
	return a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		if _, err := c.Registration.Delete().Where(registration.ExpiresAtLTE(now)).Exec(ctx); err != nil {
			return err
		}
		if _, err := c.Proof.Delete().Where(proof.ExpiresAtLTE(now)).Exec(ctx); err != nil {
			return err
		}
		_, err := c.Session.Delete().Where(session.ExpiresAtLTE(now)).Exec(ctx)
		return err
	})
}
