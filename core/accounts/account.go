package accounts

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
)

var (
	// ErrAccountUnknown is the fault of naming an account that is not there, or
	// not for the asker to know of.
	ErrAccountUnknown = &core.Fault{
		Kind: core.Missing, Code: "account_unknown",
		EN: "There is no such account.",
		FR: "Ce compte n'existe pas.",
	}
	// ErrTaken is the fault of an e-mail address that has an account already. Only
	// the platform itself makes accounts in this way, so it is told to no stranger.
	ErrTaken = &core.Fault{
		Kind: core.Conflict, Code: "taken",
		EN: "Somebody has this already.",
		FR: "Quelqu'un l'a déjà.",
	}
)

// NewAccount is what Create makes.
type NewAccount struct {
	Email    string
	Password string // 10 characters or more
	Name     string // as others read it, 1 to 120 characters
	Handle   string // 3 to 30 letters, digits and single . _ -
	Home     core.Place
	Locale   string // default fr-FR
}

// Create makes an account and the person whose login it is. The account has
// no role yet; spaces.Grant gives one. Only the platform itself may call it,
// for the command line and the demonstration.
//
// It returns [core.ErrInvalid] with all reasons, ErrTaken or ErrHandleTaken; of several that
// want the same address or handle at the same time, one gets it.
func (a *Accounts) Create(ctx context.Context, in NewAccount) (*ent.Account, error) {
	if err := a.gate.Check(ctx, "account.create", in.Home.Path, 0); err != nil {
		return nil, err
	}
	var form text.Form
	email, ok := normalEmail(in.Email)
	if !ok {
		refuseEmail(&form)
	}
	handle := form.Handle("/handle", in.Handle)
	checkPassword(&form, in.Password)
	name := form.Line("/name", in.Name, 120)
	if err := form.Err(); err != nil {
		return nil, err
	}
	if in.Locale == "" {
		in.Locale = account.DefaultLocale
	}
	hash := hash(in.Password) // before the transaction: it takes its time
	now := a.store.DB().Now()
	var made *ent.Account
	err := a.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		person, err := c.Person.Create().
			SetHandle(handle).SetName(name).SetSortName(text.Slug(name)).
			SetNetworkID(in.Home.Network).SetRegionID(in.Home.Region).SetSpaceID(in.Home.Space).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrHandleTaken
		}
		if err != nil {
			return err
		}
		if err := a.hold(ctx, c, handle, func(h *ent.HandleCreate) { h.SetPersonID(person.ID) }); err != nil {
			return err
		}
		made, err = c.Account.Create().
			SetEmail(email).SetPasswordHash(hash).SetPersonID(person.ID).SetLocale(in.Locale).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if err != nil {
			return taken(err)
		}
		if err := a.audit.Record(ctx, audit.Entry{Action: "account.create", Object: "account:" + made.ID, Place: in.Home}); err != nil {
			return err
		}
		return a.events.Record(ctx, core.Event{Type: "person.joined.v1", Subject: person.ID, Place: in.Home})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// taken turns the refusal of a unique index into ErrTaken.
func taken(err error) error {
	if !sqlgraph.IsUniqueConstraintError(err) {
		return err
	}
	return ErrTaken.With(core.Reason{
		Pointer: "/email", Code: "taken",
		EN: "This address has an account already.", FR: "Cette adresse a déjà un compte.",
	})
}

// Me returns the account that is asking: action me.read.
func (a *Accounts) Me(ctx context.Context) (*ent.Account, error) {
	id, err := a.own(ctx, "me.read")
	if err != nil {
		return nil, err
	}
	return a.store.From(ctx).Account.Get(ctx, id)
}

// List returns the accounts, sorted by created_at. Only the platform itself
// may call it.
func (a *Accounts) List(ctx context.Context, page core.Page) (core.List[*ent.Account], error) {
	if !core.ActorFrom(ctx).System {
		return core.List[*ent.Account]{}, core.ErrDenied
	}
	rows, err := a.store.From(ctx).Account.Query().Where(db.Keyset[time.Time](page, account.FieldCreatedAt)).All(ctx)
	if err != nil {
		return core.List[*ent.Account]{}, err
	}
	return db.ListOf(rows, page, func(a *ent.Account) core.Key { return db.KeyOf(a.CreatedAt, a.ID) }), nil
}

// ByEmail returns the account with this e-mail address, or ErrAccountUnknown.
// Only the platform itself may call it.
func (a *Accounts) ByEmail(ctx context.Context, email string) (*ent.Account, error) {
	if !core.ActorFrom(ctx).System {
		return nil, core.ErrDenied
	}
	email, ok := normalEmail(email)
	if !ok {
		return nil, ErrAccountUnknown
	}
	known, err := a.store.From(ctx).Account.Query().Where(account.Email(email)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrAccountUnknown
	}
	return known, err
}

// withPerson returns the account with its person, or ErrAccountUnknown.
func (a *Accounts) withPerson(ctx context.Context, c *ent.Client, id string) (*ent.Account, error) {
	if uuid.Validate(id) != nil {
		return nil, ErrAccountUnknown
	}
	known, err := c.Account.Query().Where(account.ID(id)).WithPerson().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrAccountUnknown
	}
	return known, err
}

// home is where a person belongs. Its path is not in the row.
func home(p *ent.Person) core.Place {
	return core.Place{Network: p.NetworkID, Region: p.RegionID, Space: p.SpaceID}
}

// record writes an audit entry at the home of the account's person.
func (a *Accounts) record(ctx context.Context, c *ent.Client, id string, entry audit.Entry) error {
	known, err := a.withPerson(ctx, c, id)
	if err != nil {
		return err
	}
	entry.Place = home(known.Edges.Person)
	return a.audit.Record(ctx, entry)
}
