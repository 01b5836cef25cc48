package spaces

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/grant"
	"github.com/labfilms/labfilms/ent/predicate"
	"github.com/labfilms/labfilms/ent/space"
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
	// would run the space any more.
	ErrLastAdmin = &core.Fault{
		Kind: core.Conflict, Code: "last_admin",
		EN: "This is the last person who runs the space. Name another one first.",
		FR: "C'est la dernière personne à administrer l'espace. Nommez-en d'abord une autre.",
	}
)

// NewGrant is what Grant makes.
type NewGrant struct {
	Account string
	Role    core.Role
	Until   *time.Time // nil: until it is revoked
	LastDay string     // or the last day on which it holds, in the time zone of the space
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
	if err := in.checkEnd(&form, at, now); err != nil {
		return nil, err
	}
	if s.gate.MayGrant(actor, in.Role, at.Path) && !s.gate.MayGrantUntil(actor, in.Role, at.Path, in.Until) {
		form.Refuse("/until", "beyond", "It may not outlast your own grant: give it an end before yours.", "Cette attribution ne peut durer plus longtemps que la vôtre : donnez-lui une fin qui précède.")
	}
	if err := s.checkAccount(ctx, &form, in.Account); err != nil {
		return nil, err
	}
	if err := form.Err(); err != nil {
		return nil, err
	}
	var made *ent.Grant
	err := s.store.Write(ctx, func(ctx context.Context, c *ent.Client) (err error) {
		if made, err = s.give(ctx, c, at, in, now); err != nil {
			return err
		}
		return s.granted(ctx, at, "grant.create", "grant.created.v1", made)
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// checkEnd brings the end into Until, and refuses one that is none.
func (in *NewGrant) checkEnd(f *text.Form, at *ent.Space, now time.Time) error {
	pointer := "/until"
	if in.LastDay != "" {
		pointer = "/last_day"
		if in.Until != nil {
			f.Refuse(pointer, "both", "A grant ends at an instant or after a day: give one of them.", "Une attribution finit à un instant ou après un jour : indiquez l'un des deux.")
			return nil
		}
		end, err := DayEnd(at, in.LastDay)
		if errors.Is(err, core.ErrInvalid) {
			f.Refuse(pointer, "date", notDate.EN, notDate.FR)
			return nil
		}
		if err != nil {
			return err
		}
		in.Until = &end
	}
	in.Until = f.Instant(pointer, in.Until, now)
	return nil
}

// give makes the row of a grant that the actor may make. It returns ErrGrantHeld
// where there is one that holds.
func (s *Spaces) give(ctx context.Context, c *ent.Client, at *ent.Space, in NewGrant, now time.Time) (*ent.Grant, error) {
	// A grant that ended by itself still stands where a new one would.
	err := c.Grant.Update().
		Where(grant.AccountID(in.Account), grant.Role(string(in.Role)), grant.SpaceID(at.ID), grant.RevokedAtIsNil(), grant.UntilLTE(now)).
		SetRevokedAt(now).SetUpdatedAt(now).
		Exec(ctx)
	if err != nil {
		return nil, err
	}
	made, err := c.Grant.Create().
		SetAccountID(in.Account).SetRole(string(in.Role)).SetSpaceID(at.ID).SetPath(at.Path).
		SetNillableUntil(in.Until).SetGrantedBy(core.ActorFrom(ctx).Account).
		SetCreatedAt(now).SetUpdatedAt(now).
		Save(ctx)
	if sqlgraph.IsUniqueConstraintError(err) {
		return nil, ErrGrantHeld
	}
	return made, err
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

// Revoke ends a grant of the space: action grant.revoke, of a role that the
// actor may hand on there, or of the actor's own. It holds nowhere from the next
// request on.
//
// It returns ErrGrantUnknown; or ErrLastAdmin to the last one who runs the space
// and wants to go, unless they stand above it as well. The network's last
// administrator stays, whoever asks.
func (s *Spaces) Revoke(ctx context.Context, at *ent.Space, id string) error {
	return s.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		// Two administrators who leave at the same time must not both find the
		// other one still there.
		if err := s.lock(ctx, c, at.ID); err != nil {
			return err
		}
		row, err := s.grant(ctx, c, at, id)
		if err != nil {
			return err
		}
		actor, facts := core.ActorFrom(ctx), core.Relations(0)
		if row != nil && actor.Account == row.AccountID {
			facts = core.RelationSet(core.Self)
		}
		if err := s.gate.Check(ctx, "grant.revoke", at.Path, facts); err != nil {
			return err
		}
		if row == nil {
			return ErrGrantUnknown
		}
		above := s.gate.MayGrant(actor, core.Role(row.Role), at.Path)
		if !above && !facts.Has(core.Self) {
			return core.ErrDenied
		}
		if !above || at.Kind == space.KindNetwork {
			if err := s.checkLast(ctx, c, at, row); err != nil {
				return err
			}
		}
		return s.end(ctx, c, at, "grant.revoke", row)
	})
}

// grant returns the grant of the space with this id that holds now, nil if
// there is none.
func (s *Spaces) grant(ctx context.Context, c *ent.Client, at *ent.Space, id string) (*ent.Grant, error) {
	if noID(id) {
		return nil, nil
	}
	row, err := c.Grant.Query().Where(grant.ID(id), grant.SpaceID(at.ID), holds(s.store.DB().Now())).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return row, err
}

// running are the roles that run a space of each kind.
var running = map[space.Kind][]string{
	space.KindNetwork:     {string(core.RolePlatformAdmin)},
	space.KindRegion:      {"region_admin"},
	space.KindInstitution: {"institution", "region_admin"},
}

// checkLast returns ErrLastAdmin if without the grant nobody would run the
// space for good: neither a grant that ends nor an account that is suspended
// counts.
func (s *Spaces) checkLast(ctx context.Context, c *ent.Client, at *ent.Space, row *ent.Grant) error {
	if !slices.Contains(running[at.Kind], row.Role) {
		return nil
	}
	stay, err := c.Grant.Query().
		Where(
			grant.SpaceID(at.ID), grant.RoleIn(running[at.Kind]...), grant.IDNEQ(row.ID),
			grant.RevokedAtIsNil(), grant.UntilIsNil(),
			grant.HasAccountWith(account.StateEQ(account.StateActive)),
		).
		Exist(ctx)
	if err == nil && !stay {
		return ErrLastAdmin
	}
	return err
}

// end revokes a grant that the actor may revoke. It returns ErrGrantUnknown if
// somebody else has.
func (s *Spaces) end(ctx context.Context, c *ent.Client, at *ent.Space, action string, g *ent.Grant) error {
	now := s.store.DB().Now()
	n, err := c.Grant.Update().
		Where(grant.ID(g.ID), grant.RevokedAtIsNil()).
		SetRevokedAt(now).SetUpdatedAt(now).
		Save(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrGrantUnknown
	}
	return s.granted(ctx, at, action, "grant.revoked.v1", g)
}

// GrantFilter narrows a list of grants.
type GrantFilter struct {
	Role    string // empty for all
	Account string // id; empty for all
}

// Grants returns the grants of the space that hold now, sorted by created_at:
// action grant.read.
func (s *Spaces) Grants(ctx context.Context, at *ent.Space, filter GrantFilter, page core.Page) (core.List[*ent.Grant], error) {
	var list core.List[*ent.Grant]
	if err := s.gate.Check(ctx, "grant.read", at.Path, 0); err != nil {
		return list, err
	}
	query := s.store.From(ctx).Grant.Query().Where(holds(s.store.DB().Now()))
	if filter.Role != "" {
		query.Where(grant.Role(filter.Role))
	}
	if filter.Account != "" {
		// By the path, which no index has: the few grants of the account are
		// found by the account, and not among all of the space.
		query.Where(grant.AccountID(filter.Account), grant.Path(at.Path))
	} else {
		query.Where(grant.SpaceID(at.ID))
	}
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

// granted records that a grant was given or taken, and tells whose it is.
func (s *Spaces) granted(ctx context.Context, at *ent.Space, action, event string, g *ent.Grant) error {
	told := Granted{Account: g.AccountID, Role: core.Role(g.Role), Space: g.SpaceID, Until: g.Until}
	data, err := json.Marshal(told)
	if err != nil {
		return err
	}
	entry := audit.Entry{
		Action: action, Object: "account:" + g.AccountID, Place: Place(at),
		Data: struct {
			Grant string `json:"grant"`
			Granted
		}{g.ID, told},
	}
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	holder, err := s.store.From(ctx).Account.Get(ctx, g.AccountID)
	if err != nil {
		return err
	}
	notice := notify.Notice{Person: holder.PersonID, Type: "grant.created", Subject: "grant:" + g.ID, Within: "space:" + at.ID}
	if event == "grant.revoked.v1" {
		notice.Type = "grant.revoked"
	}
	if err := s.notify.Tell(ctx, notice); err != nil {
		return err
	}
	return s.events.Record(ctx, core.Event{Type: event, Subject: g.ID, Place: Place(at), Data: data})
}
