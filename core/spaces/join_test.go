package spaces_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/personcraft"
)

// rolesAt returns the roles that the account of ctx was granted right there.
func rolesAt(t *testing.T, w *coretest.World, ctx context.Context, at *ent.Space) string {
	t.Helper()
	held, err := area(w).GrantsOf(ctx, account(ctx))
	if err != nil {
		t.Fatal(err)
	}
	var roles []string
	for _, g := range held {
		if g.SpaceID == at.ID {
			roles = append(roles, g.Role)
		}
	}
	slices.Sort(roles)
	return strings.Join(roles, " ")
}

func TestPeopleComeAndGoByThemselves(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		member := w.Actor(t, "ines", w.Bretagne, "member")
		producer := w.Actor(t, "karim", w.Bretagne, "producer")
		closed, err := s.Change(coretest.System(), w.Rade, 1, spaces.Change{Joining: rest.Some("invitation")})
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			who   context.Context
			at    *ent.Space
			fault error
			roles string
		}{
			"a member":                 {member, w.Occitanie, nil, "member"},
			"who makes films":          {producer, w.Occitanie, nil, "creator member"},
			"by invitation":            {member, closed, spaces.ErrByInvitation, ""},
			"the network":              {member, w.Network, spaces.ErrNetworkJoined, ""},
			"a visitor":                {coretest.Visitor(), w.Occitanie, core.ErrUnauthenticated, ""},
			"the platform itself":      {coretest.System(), w.Occitanie, core.ErrDenied, ""},
			"somebody suspended":       {suspended(member), w.Occitanie, core.ErrDenied, ""},
			"a token for other things": {scoped(member, "film.*"), w.Occitanie, core.ErrDenied, ""},
		} {
			if _, err := s.Join(c.who, c.at); !errors.Is(err, c.fault) {
				t.Errorf("%s joins: %v", name, err)
			}
			if c.fault == nil {
				if got := rolesAt(t, w, c.who, c.at); got != c.roles {
					t.Errorf("%s is there as %s", name, got)
				}
			}
		}
		again, err := s.Join(producer, w.Occitanie)
		if err != nil || len(again) != 2 {
			t.Errorf("twice: %v, %v", again, err)
		}
		for range 2 {
			if err := s.Leave(producer, w.Occitanie); err != nil {
				t.Errorf("leaves: %v", err)
			}
		}
		if got := rolesAt(t, w, producer, w.Occitanie); got != "" {
			t.Errorf("having left they are %s", got)
		}
		if err := s.Leave(member, w.Bretagne); !errors.Is(err, spaces.ErrHome) {
			t.Errorf("leaves home: %v", err)
		}
		curator, err := s.Grant(coretest.System(), w.Occitanie, spaces.NewGrant{Account: account(member), Role: "curator"})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Leave(member, w.Occitanie); err != nil || rolesAt(t, w, member, w.Occitanie) != "curator" {
			t.Errorf("what they chose to do stays: %v", err)
		}
		if err := s.Revoke(member, w.Occitanie, curator.ID); err != nil {
			t.Errorf("and is given up: %v", err)
		}
		want := []string{"space.join", "grant.create", "space.leave", "grant.revoke"}
		if got := w.Audited(t, "account:"+account(member)); !slices.Equal(got, want) {
			t.Errorf("audited %v", got)
		}
		if got := w.Notified(t, core.ActorFrom(member).Person); !slices.Equal(got, []string{"grant.created"}) {
			t.Errorf("told %v", got)
		}
	})
}

func TestHomeMovesWhole(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		id := core.ActorFrom(ines).Person
		if _, err := s.Grant(coretest.System(), w.Bretagne, spaces.NewGrant{Account: account(ines), Role: core.RoleMember}); err != nil {
			t.Fatal(err)
		}
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.PersonCraft.Create().SetPersonID(id).SetCraft("IMA-DOP").SetSortName("ines").SetJoinedAt(w.DB.Now()).
				SetNetworkID(w.Network.ID).SetRegionID(w.Bretagne.ID).SetSpaceID(w.Bretagne.ID).Exec(ctx)
		})
		for range 2 {
			if grants, err := s.MoveHome(ines, w.Occitanie); err != nil || len(grants) != 2 {
				t.Errorf("moves: %v, %v", grants, err)
			}
		}
		ctx := coretest.System()
		p, err := w.Store.From(ctx).Person.Get(ctx, id)
		if err != nil || p.SpaceID != w.Occitanie.ID || p.RegionID != w.Occitanie.ID || p.Version != 2 {
			t.Errorf("they live at %v, %v", p, err)
		}
		crafts, err := w.Store.From(ctx).PersonCraft.Query().Where(personcraft.RegionID(w.Occitanie.ID), personcraft.SpaceID(w.Occitanie.ID)).Count(ctx)
		if err != nil || crafts != 1 {
			t.Errorf("%d crafts moved along (%v)", crafts, err)
		}
		if here, there := rolesAt(t, w, ines, w.Bretagne), rolesAt(t, w, ines, w.Occitanie); here != "member" || there != "creator member" {
			t.Errorf("they are %s and %s", here, there)
		}
		if got := w.Recorded(t, id); !slices.Equal(got, []string{"person.moved.v1"}) {
			t.Errorf("recorded %v", got)
		}
		if got := w.Audited(t, "person:"+id); len(got) != 2 {
			t.Errorf("audited %v", got)
		}
		if _, err := s.MoveHome(ines, w.Network); !errors.Is(err, spaces.ErrNetworkJoined) {
			t.Errorf("to the network: %v", err)
		}
		closed, err := s.Change(coretest.System(), w.Rade, 1, spaces.Change{Joining: rest.Some("invitation")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.MoveHome(ines, closed); !errors.Is(err, spaces.ErrByInvitation) {
			t.Errorf("uninvited: %v", err)
		}
		if p, err := w.Store.From(ctx).Person.Get(ctx, id); err != nil || p.SpaceID != w.Occitanie.ID {
			t.Errorf("a refused move leaves them at %v, %v", p, err)
		}
	})
}

func TestJoiningManyTimesAtOnceIsJoiningOnce(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		won, lost := coretest.Race(50, func(i int) (err error) {
			if i%2 == 0 {
				_, err = s.Join(ines, w.Occitanie)
			} else {
				_, err = s.MoveHome(ines, w.Occitanie)
			}
			return err
		})
		if won != 50 {
			t.Errorf("%d of 50 joined: %v", won, lost)
		}
		if got := rolesAt(t, w, ines, w.Occitanie); got != "creator member" {
			t.Errorf("they are %s", got)
		}
		if got := w.Recorded(t, core.ActorFrom(ines).Person); len(got) != 1 {
			t.Errorf("they moved %d times", len(got))
		}
	})
}

func suspended(ctx context.Context) context.Context {
	actor := *core.ActorFrom(ctx)
	actor.Suspended = true
	return core.WithActor(ctx, &actor)
}

func scoped(ctx context.Context, scopes ...string) context.Context {
	actor := *core.ActorFrom(ctx)
	actor.Scopes = scopes
	return core.WithActor(ctx, &actor)
}

// Somebody comes and goes while an administrator gives and takes: each of them
// holds what the other one refers to, and neither stands in the other's way.
func TestComingAndGoingWhileRolesAreGivenAndTaken(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		_, lost := coretest.Race(60, func(i int) error {
			switch i % 3 {
			case 0:
				_, err := s.Join(ines, w.Occitanie)
				return err
			case 1:
				return s.Leave(ines, w.Occitanie)
			default:
				g, err := s.Grant(coretest.System(), w.Occitanie, spaces.NewGrant{Account: account(ines), Role: core.RoleMember})
				if err != nil {
					return err
				}
				return s.Revoke(coretest.System(), w.Occitanie, g.ID)
			}
		})
		for _, err := range lost {
			if !errors.Is(err, spaces.ErrGrantHeld) && !errors.Is(err, spaces.ErrGrantUnknown) {
				t.Errorf("somebody got %v", err)
			}
		}
		// Each grant was given once and taken once at most.
		all, err := w.Store.From(coretest.System()).Grant.Query().All(coretest.System())
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range all {
			want := []string{"grant.created.v1"}
			if g.RevokedAt != nil {
				want = append(want, "grant.revoked.v1")
			}
			if got := w.Recorded(t, g.ID); !slices.Equal(got, want) {
				t.Errorf("a grant was %v", got)
			}
		}
	})
}
