package spaces

import (
	"context"
	"encoding/json"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/grant"
	"github.com/labfilms/labfilms/ent/predicate"
)

var (
	// ErrGrantUnknown is the fault of naming a grant that is not the space's,
	// or no longer.
	ErrGrantUnknown = &core.Fault{
		Kind: core.Missing, Code: "grant_unknown",
		EN: "There is no such grant in this space.",
		FR: "Cette attribution n'existe pas dans cet espace.",
	}
	// ErrGrantHeld is the fault of granting what the account has already.
	ErrGrantHeld = &core.Fault{
		Kind: core.Conflict, Code: "grant_held",
		EN: "The account has this role in this space already.",
		FR: "Ce compte a déjà ce rôle dans cet espace.",
	}
	// ErrLastAdmin is the fault of revoking the grant without which nobody
	// could give one any more.
	ErrLastAdmin = &core.Fault{
		Kind: core.Conflict, Code: "last_admin",
		EN: "This is the network's last administrator. Name another one first.",
		FR: "C'est la dernière personne à administrer le réseau. Nommez-en d'abord une autre.",
	}
)

// NewGrant is what Grant makes.
type NewGrant struct {
	Account string
	Role    core.Role
	Until   *time.Time // nil: until it is revoked
}

// Grant gives an account a role in the space and everywhere below it: action
// grant.create, and only a role that the actor may hand on there. It holds from
// the next request on. It returns [core.ErrInvalid] with the reasons, or
// ErrGrantHeld; of several who grant the same at the same time, one does.
func (s *Spaces) Grant(ctx context.Context, at *ent.Space, in NewGrant) (*ent.Grant, error) {
	if err := s.gate.Check(ctx, "grant.create", at.Path, 0); err != nil {
		return nil, err
	}
	now := s.store.DB().Now()
	actor := core.ActorFrom(ctx)
	var form text.Form
	switch {
	case len(s.gate.Closure(in.Role)) == 0 || in.Role == core.RoleVisitor || in.Role == core.RoleSuspended:
		form.Refuse("/role", "unknown", "It is no role that can be given.", "Ce n'est pas un rôle qui s'attribue.")
	case !s.gate.MayGrant(actor, in.Role, at.Path):
		return nil, core.ErrDenied
	}
	if in.Until != nil && !in.Until.After(now) {
		form.Refuse("/until", "past", "It must be in the future.", "Cette date doit être à venir.")
	}
	if err := s.checkAccount(ctx, &form, in.Account); err != nil {
		return nil, err
	}
	if err := form.Err(); err != nil {
		return nil, err
	}
	var made *ent.Grant
	err := s.store.Write(ctx, func(ctx context.Context, c *ent.Client) (err error) {
		// A grant that ended by itself still stands where a new one would.
		_, err = c.Grant.Update().
			Where(grant.AccountID(in.Account), grant.Role(string(in.Role)), grant.SpaceID(at.ID), grant.RevokedAtIsNil(), grant.UntilLTE(now)).
			SetRevokedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if err != nil {
			return err
		}
		made, err = c.Grant.Create().
			SetAccountID(in.Account).SetRole(string(in.Role)).SetSpaceID(at.ID).SetPath(at.Path).
			SetNillableUntil(in.Until).SetGrantedBy(actor.Account).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrGrantHeld
		}
		if err != nil {
			return err
		}
		return s.granted(ctx, at, "grant.create", "grant.created.v1", made)
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// checkAccount refuses, in f, an account that is not there.
func (s *Spaces) checkAccount(ctx context.Context, f *text.Form, id string) error {
	known := !noID(id)
	if known {
		var err error
		if known, err = s.store.From(ctx).Account.Query().Where(account.ID(id)).Exist(ctx); err != nil {
			return err
		}
	}
	if !known {
		f.Refuse("/account_id", "unknown", "There is no such account.", "Ce compte n'existe pas.")
	}
	return nil
}

// Revoke ends a grant of the space: action grant.revoke, and only of a role
// that the actor may hand on there. It holds nowhere from the next request on.
// It returns ErrGrantUnknown, or ErrLastAdmin.
func (s *Spaces) Revoke(ctx context.Context, at *ent.Space, id string) error {
	if err := s.gate.Check(ctx, "grant.revoke", at.Path, 0); err != nil {
		return err
	}
	if noID(id) {
		return ErrGrantUnknown
	}
	return s.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		// Two administrators who leave at the same time must not both find the
		// other one still there.
		if err := s.lock(ctx, c, at.ID); err != nil {
			return err
		}
		now := s.store.DB().Now()
		row, err := c.Grant.Query().Where(grant.ID(id), grant.SpaceID(at.ID), holds(now)).Only(ctx)
		if ent.IsNotFound(err) {
			return ErrGrantUnknown
		}
		if err != nil {
			return err
		}
		if !s.gate.MayGrant(core.ActorFrom(ctx), core.Role(row.Role), at.Path) {
			return core.ErrDenied
		}
		if core.Role(row.Role) == core.RolePlatformAdmin {
			others, err := c.Grant.Query().
				Where(grant.SpaceID(at.ID), grant.Role(row.Role), holds(now), grant.IDNEQ(id)).
				Count(ctx)
			if err != nil {
				return err
			}
			if others == 0 {
				return ErrLastAdmin
			}
		}
		if err := row.Update().SetRevokedAt(now).SetUpdatedAt(now).Exec(ctx); err != nil {
			return err
		}
		return s.granted(ctx, at, "grant.revoke", "grant.revoked.v1", row)
	})
}

// Grants returns the grants of the space that hold now, sorted by created_at:
// action grant.read.
func (s *Spaces) Grants(ctx context.Context, at *ent.Space, page core.Page) (core.List[*ent.Grant], error) {
	var list core.List[*ent.Grant]
	if err := s.gate.Check(ctx, "grant.read", at.Path, 0); err != nil {
		return list, err
	}
	query := s.store.From(ctx).Grant.Query().Where(grant.SpaceID(at.ID), holds(s.store.DB().Now()))
	rows, err := query.Clone().Where(db.Keyset[time.Time](page, grant.FieldCreatedAt)).All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, func(g *ent.Grant) core.Key { return db.KeyOf(g.CreatedAt, g.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

// GrantsOf returns the grants of an account that hold now, in the order in
// which they were given. Only the account itself and the platform may ask;
// others get [core.ErrDenied].
func (s *Spaces) GrantsOf(ctx context.Context, account string) ([]*ent.Grant, error) {
	actor := core.ActorFrom(ctx)
	if !actor.System && (actor.Account == "" || actor.Account != account) {
		return nil, core.ErrDenied
	}
	return s.store.From(ctx).Grant.Query().
		Where(grant.AccountID(account), holds(s.store.DB().Now())).
		Order(ent.Asc(grant.FieldCreatedAt, grant.FieldID)).
		All(ctx)
}

// holds is the predicate of grants that are neither revoked nor over.
func holds(now time.Time) predicate.Grant {
	return grant.And(grant.RevokedAtIsNil(), grant.Or(grant.UntilIsNil(), grant.UntilGT(now)))
}

// Granted is the data of grant.created.v1 and grant.revoked.v1; their subject
// is the grant.
type Granted struct {
	Account string     `json:"account"`
	Role    core.Role  `json:"role"`
	Space   string     `json:"space"`
	Until   *time.Time `json:"until,omitempty"`
}

func (s *Spaces) granted(ctx context.Context, at *ent.Space, action, event string, g *ent.Grant) error {
	data, err := json.Marshal(Granted{Account: g.AccountID, Role: core.Role(g.Role), Space: g.SpaceID, Until: g.Until})
	if err != nil {
		return err
	}
	entry := audit.Entry{Action: action, Object: "grant:" + g.ID, Place: Place(at), Data: data}
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	return s.events.Record(ctx, core.Event{Type: event, Subject: g.ID, Place: Place(at), Data: data})
}
