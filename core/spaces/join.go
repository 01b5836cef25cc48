package spaces

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/grant"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/personcraft"
	"github.com/labfilms/labfilms/ent/space"
)

var (
	// ErrByInvitation is the fault of joining a space where that is not for
	// oneself to decide.
	ErrByInvitation = &core.Fault{
		Kind: core.Forbidden, Code: "by_invitation",
		EN: "People come to this space by invitation only.",
		FR: "On rejoint cet espace sur invitation seulement.",
	}
	// ErrNetworkJoined is the fault of joining the network as if it were a
	// region.
	ErrNetworkJoined = &core.Fault{
		Kind: core.Conflict, Code: "network_joined",
		EN: "One joins a region or an institution; the network is where they all are.",
		FR: "On rejoint une région ou une institution ; le réseau les réunit toutes.",
	}
	// ErrHome is the fault of leaving the space in which one is at home.
	ErrHome = &core.Fault{
		Kind: core.Conflict, Code: "home",
		EN: "This is your home. Move your home elsewhere first.",
		FR: "C'est votre espace d'attache. Changez d'abord d'attache.",
	}
)

// joined are the roles that come with joining a space and go with leaving it.
var joined = []core.Role{core.RoleMember, core.RoleCreator}

// Join makes the asker a member of the space, and a creator if they are one at
// their home: action space.join. Joining twice is joining once. It returns the
// grants that they have there by it, ErrByInvitation where the space is not
// open and they are no member, or ErrNetworkJoined.
func (s *Spaces) Join(ctx context.Context, at *ent.Space) ([]*ent.Grant, error) {
	if err := s.asSelf(ctx, "space.join", at); err != nil {
		return nil, err
	}
	var grants []*ent.Grant
	err := s.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		me, err := s.me(ctx, c)
		if err != nil {
			return err
		}
		grants, err = s.join(ctx, c, at, me)
		return err
	})
	if err != nil {
		return nil, err
	}
	return grants, nil
}

// Leave takes from the asker what Join gives: action space.leave. Other roles
// are given up by revoking the grant. Who is not there has left. It returns
// ErrHome for the space in which they are at home.
func (s *Spaces) Leave(ctx context.Context, at *ent.Space) error {
	if err := s.asSelf(ctx, "space.leave", at); err != nil {
		return err
	}
	return s.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		me, err := s.me(ctx, c)
		if err != nil {
			return err
		}
		if me.SpaceID == at.ID {
			return ErrHome
		}
		held, err := s.joinedAt(ctx, c, at)
		if err != nil {
			return err
		}
		for _, g := range held {
			// Somebody else may have taken it in the meantime.
			if err := s.end(ctx, c, at, "space.leave", g); err != nil && !errors.Is(err, ErrGrantUnknown) {
				return err
			}
		}
		return nil
	})
}

// Moved is the data of person.moved.v1; its subject is the person.
type Moved struct {
	From core.Place `json:"from"`
	To   core.Place `json:"to"`
}

// MoveHome makes the space the asker's home, and them a member of it as Join
// does: action me.update. They stay what they are elsewhere, and their films
// stay where they were made. It returns the same as Join.
//
// The profile is the directory's; its home, and the home in the rows of its
// crafts, are written here alone, in one transaction with the membership.
func (s *Spaces) MoveHome(ctx context.Context, at *ent.Space) ([]*ent.Grant, error) {
	if err := s.asSelf(ctx, "me.update", at); err != nil {
		return nil, err
	}
	var grants []*ent.Grant
	err := s.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		me, err := s.me(ctx, c)
		if err != nil {
			return err
		}
		if grants, err = s.join(ctx, c, at, me); err != nil || me.SpaceID == at.ID {
			return err
		}
		from, now := core.Place{Network: me.NetworkID, Region: me.RegionID, Space: me.SpaceID}, s.store.DB().Now()
		err = me.Update().
			SetNetworkID(at.NetworkID).SetRegionID(at.RegionID).SetSpaceID(at.ID).
			SetUpdatedAt(now).AddVersion(1).
			Exec(ctx)
		if err != nil {
			return err
		}
		err = c.PersonCraft.Update().
			Where(personcraft.PersonID(me.ID)).
			SetNetworkID(at.NetworkID).SetRegionID(at.RegionID).SetSpaceID(at.ID).
			Exec(ctx)
		if err != nil {
			return err
		}
		told := Moved{From: from, To: Place(at)}
		data, err := json.Marshal(told)
		if err != nil {
			return err
		}
		// Both regions read it: the one that somebody leaves, and the other.
		for _, place := range []core.Place{told.From, told.To} {
			if err := s.audit.Record(ctx, audit.Entry{Action: "person.move", Object: "person:" + me.ID, Place: place, Data: told}); err != nil {
				return err
			}
		}
		return s.events.Record(ctx, core.Event{Type: "person.moved.v1", Subject: me.ID, Place: told.To, Data: data})
	})
	if err != nil {
		return nil, err
	}
	return grants, nil
}

// asSelf returns nil if the asker may do the action to themselves at the space.
// The platform itself has no self.
func (s *Spaces) asSelf(ctx context.Context, action string, at *ent.Space) error {
	if err := s.gate.Check(ctx, action, at.Path, core.RelationSet(core.Self)); err != nil {
		return err
	}
	if core.ActorFrom(ctx).Person == "" {
		return core.ErrDenied
	}
	return nil
}

// me returns the asker's person, locked: what one does oneself is done one
// after the other.
func (s *Spaces) me(ctx context.Context, c *ent.Client) (*ent.Person, error) {
	return c.Person.Query().Where(person.ID(core.ActorFrom(ctx).Person), db.Alone).Only(ctx)
}

// joinedAt returns what the asker has at the space by joining it.
func (s *Spaces) joinedAt(ctx context.Context, c *ent.Client, at *ent.Space) ([]*ent.Grant, error) {
	roles := make([]string, len(joined))
	for i, role := range joined {
		roles[i] = string(role)
	}
	return c.Grant.Query().
		Where(grant.AccountID(core.ActorFrom(ctx).Account), grant.SpaceID(at.ID), grant.RoleIn(roles...), holds(s.store.DB().Now())).
		Order(ent.Asc(grant.FieldCreatedAt, grant.FieldID)).
		All(ctx)
}

func (s *Spaces) join(ctx context.Context, c *ent.Client, at *ent.Space, me *ent.Person) ([]*ent.Grant, error) {
	if at.Kind == space.KindNetwork {
		return nil, ErrNetworkJoined
	}
	held, err := s.joinedAt(ctx, c, at)
	if err != nil {
		return nil, err
	}
	has := map[core.Role]bool{}
	for _, g := range held {
		has[core.Role(g.Role)] = true
	}
	if at.Joining != space.JoiningOpen && !has[core.RoleMember] {
		return nil, ErrByInvitation
	}
	home, err := c.Space.Get(ctx, me.SpaceID)
	if err != nil {
		return nil, err
	}
	actor, now := core.ActorFrom(ctx), s.store.DB().Now()
	creates := slices.ContainsFunc(actor.RolesAt(home.Path, now), func(role core.Role) bool {
		return slices.Contains(s.gate.Closure(role), core.RoleCreator)
	})
	for _, role := range joined {
		if has[role] || role == core.RoleCreator && !creates {
			continue
		}
		g, err := s.give(ctx, c, at, NewGrant{Account: actor.Account, Role: role}, now)
		if err != nil {
			return nil, err
		}
		if err := s.granted(ctx, at, "space.join", "grant.created.v1", g); err != nil {
			return nil, err
		}
		held = append(held, g)
	}
	return held, nil
}
