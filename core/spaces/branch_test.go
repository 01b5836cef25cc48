package spaces_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/grant"
	"github.com/labfilms/labfilms/ent/space"
)

func TestAnAdminOfBretagneGetsNothingBeyondHerBranch(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		admin := w.Actor(t, "yann", w.Bretagne, "region_admin")
		thomas := w.Actor(t, "thomas", w.Occitanie)
		theirs, err := s.Grant(coretest.System(), w.Occitanie, spaces.NewGrant{Account: account(thomas), Role: "curator"})
		if err != nil {
			t.Fatal(err)
		}
		before := count(t, w)
		give := func(at *ent.Space, role core.Role) error {
			_, err := s.Grant(admin, at, spaces.NewGrant{Account: account(admin), Role: role})
			return err
		}
		for name, c := range map[string]struct {
			err, want error
		}{
			"a role in Occitanie":               {give(w.Occitanie, "member"), core.ErrDenied},
			"a role in the network":             {give(w.Network, "member"), core.ErrDenied},
			"the platform, at home":             {give(w.Bretagne, "platform_admin"), core.ErrDenied},
			"a second admin at home":            {give(w.Bretagne, "region_admin"), core.ErrDenied},
			"taking a role in Occitanie":        {s.Revoke(admin, w.Occitanie, theirs.ID), core.ErrDenied},
			"the same through her own space":    {s.Revoke(admin, w.Bretagne, theirs.ID), spaces.ErrGrantUnknown},
			"a module in Occitanie":             {s.Switch(admin, w.Occitanie, "ecran", spaces.Off, nil), core.ErrDenied},
			"a module of the network":           {s.Switch(admin, w.Network, "ecran", spaces.Off, nil), core.ErrDenied},
			"an institution in Occitanie":       {second(s.Create(admin, w.Occitanie, spaces.NewSpace{Kind: "institution", Slug: "x", Name: "X"})), core.ErrDenied},
			"a region":                          {second(s.Create(admin, w.Network, spaces.NewSpace{Kind: "region", Slug: "x", Name: "X", Code: "84"})), core.ErrDenied},
			"Occitanie's settings":              {second(s.Change(admin, w.Occitanie, 1, spaces.Change{Name: rest.Some("Moi")})), core.ErrDenied},
			"the network's settings":            {second(s.Change(admin, w.Network, 1, spaces.Change{Slug: rest.Some("moi")})), core.ErrDenied},
			"who has which role in Occitanie":   {second(s.Grants(admin, w.Occitanie, spaces.GrantFilter{}, core.Page{Limit: 1})), core.ErrDenied},
			"who has which role in the network": {second(s.Grants(admin, w.Network, spaces.GrantFilter{}, core.Page{Limit: 1})), core.ErrDenied},
			"what was done in Occitanie":        {second(w.Audit.List(admin, spaces.Scope(w.Occitanie, false), audit.Filter{}, core.Page{Limit: 1})), core.ErrDenied},
			"what was done everywhere":          {second(w.Audit.List(admin, spaces.Scope(w.Network, true), audit.Filter{}, core.Page{Limit: 1})), core.ErrDenied},
			"the roles of another account":      {second(s.GrantsOf(admin, account(thomas))), core.ErrDenied},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: %v", name, c.err)
			}
		}
		if after := count(t, w); after != before {
			t.Errorf("rows: %v before, %v after", before, after)
		}
		// Her own branch is hers.
		if _, err := s.Create(admin, w.Bretagne, spaces.NewSpace{Kind: "institution", Slug: "brest", Name: "Brest"}); err != nil {
			t.Error(err)
		}
		if err := give(w.Rade, "region_admin"); err != nil {
			t.Error(err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// count returns how many rows there are of what an admin could make.
func count(t *testing.T, w *coretest.World) [5]int {
	t.Helper()
	ctx := coretest.System()
	c := w.Store.From(ctx)
	var n [5]int
	for i, query := range []interface {
		Count(context.Context) (int, error)
	}{c.Grant.Query().Where(grant.RevokedAtIsNil()), c.Space.Query(), c.SpaceModule.Query(), c.AuditEntry.Query(), c.Outbox.Query()} {
		var err error
		if n[i], err = query.Count(ctx); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// admins grants the role at the space to n new people, and returns contexts in
// which they ask, and their grants.
func admins(t *testing.T, w *coretest.World, at *ent.Space, role core.Role, n int) (who []context.Context, grants []string) {
	t.Helper()
	for i := range n {
		ctx := w.Actor(t, fmt.Sprint(role, "-", i), at, role)
		g, err := area(w).Grant(coretest.System(), at, spaces.NewGrant{Account: account(ctx), Role: role})
		if err != nil {
			t.Fatal(err)
		}
		who, grants = append(who, ctx), append(grants, g.ID)
	}
	return who, grants
}

func TestCORE2LastAdminOfASpace(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		for _, c := range []struct {
			at   *ent.Space
			role core.Role
		}{{w.Bretagne, "region_admin"}, {w.Rade, "institution"}, {w.Network, core.RolePlatformAdmin}} {
			who, grants := admins(t, w, c.at, c.role, 50)
			won, lost := coretest.Race(50, func(i int) error { return s.Revoke(who[i], c.at, grants[i]) })
			if won != 49 || !errors.Is(lost[0], spaces.ErrLastAdmin) {
				t.Errorf("%s: %d of 50 resigned, %v", c.role, won, lost)
			}
			left, err := s.Grants(coretest.System(), c.at, spaces.GrantFilter{Role: string(c.role)}, core.Page{Limit: 10})
			if err != nil || len(left.Items) != 1 {
				t.Fatalf("%s: %v stay, %v", c.role, left.Items, err)
			}
			// From above it can be taken, but for the network's, above which
			// there is nobody.
			err = s.Revoke(coretest.System(), c.at, left.Items[0].ID)
			if want := map[bool]error{true: spaces.ErrLastAdmin}[c.at == w.Network]; !errors.Is(err, want) {
				t.Errorf("%s, from above: %v", c.role, err)
			}
		}
	})
}

// Who is suspended, or goes anyway, does not run a space.
func TestCORE2WhoCountsAsTheLastAdmin(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		who, grants := admins(t, w, w.Bretagne, "region_admin", 2)
		resign := func() error { return s.Revoke(who[0], w.Bretagne, grants[0]) }
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Account.UpdateOneID(account(who[1])).SetState("suspended").Exec(ctx)
		})
		if err := resign(); !errors.Is(err, spaces.ErrLastAdmin) {
			t.Errorf("the other one is suspended: %v", err)
		}
		until := w.Clock.Now().Add(time.Hour)
		passing := w.Actor(t, "passing", w.Bretagne)
		if _, err := s.Grant(coretest.System(), w.Bretagne, spaces.NewGrant{Account: account(passing), Role: "region_admin", Until: &until}); err != nil {
			t.Fatal(err)
		}
		if err := resign(); !errors.Is(err, spaces.ErrLastAdmin) {
			t.Errorf("the other one goes in an hour: %v", err)
		}
		if err := s.Revoke(who[1], w.Bretagne, grants[0]); !errors.Is(err, core.ErrDenied) {
			t.Errorf("an equal: %v", err)
		}
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Account.UpdateOneID(account(who[1])).SetState("active").Exec(ctx)
		})
		if err := resign(); err != nil {
			t.Errorf("the other one is back: %v", err)
		}
		if err := s.Revoke(suspended(who[1]), w.Bretagne, grants[1]); !errors.Is(err, core.ErrDenied) {
			t.Errorf("somebody suspended: %v", err)
		}
	})
}

func TestGrantsAreNarrowedByRoleAndAccount(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		admin := w.Actor(t, "yann", w.Bretagne, "region_admin")
		for i := range 3 {
			target := account(w.Actor(t, fmt.Sprint("p", i), w.Bretagne))
			for _, role := range []core.Role{"member", "curator"} {
				if _, err := s.Grant(admin, w.Bretagne, spaces.NewGrant{Account: target, Role: role}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.Grant(admin, w.Rade, spaces.NewGrant{Account: target, Role: "member"}); err != nil {
				t.Fatal(err)
			}
			for filter, want := range map[spaces.GrantFilter]int{
				{}: 2 * (i + 1), {Role: "curator"}: i + 1, {Account: target}: 2, {Role: "member", Account: target}: 1, {Role: "emperor"}: 0, {Account: "nobody"}: 0,
			} {
				list, err := s.Grants(admin, w.Bretagne, filter, core.Page{Limit: 100, Count: true})
				if err != nil || len(list.Items) != want || *list.Total != want {
					t.Errorf("%v: %d, total %v, %v", filter, len(list.Items), list.Total, err)
				}
				if slices.ContainsFunc(list.Items, func(g *ent.Grant) bool { return g.GrantedBy != account(admin) }) {
					t.Error("who granted is lost")
				}
			}
		}
	})
}

func TestSwitchesAreInheritedByEveryLevel(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		national := w.Space(t, w.Network, space.KindInstitution, "cnc")
		state := map[string]spaces.State{"network": "", "bretagne": "", "rade": ""}
		at := map[string]*ent.Space{"network": w.Network, "bretagne": w.Bretagne, "rade": w.Rade}
		// What is set is kept, so each step sets one more.
		for _, step := range []struct {
			at    string
			state spaces.State
		}{{"network", spaces.Off}, {"bretagne", spaces.On}, {"rade", spaces.ReadOnly}, {"network", spaces.Closing}, {"bretagne", spaces.Off}, {"rade", spaces.On}} {
			if err := s.Switch(coretest.System(), at[step.at], "ecran", step.state, nil); err != nil {
				t.Fatal(err)
			}
			state[step.at] = step.state
			first := func(names ...string) spaces.State {
				for _, name := range names {
					if state[name] != "" {
						return state[name]
					}
				}
				return spaces.On
			}
			for _, c := range []struct {
				at   *ent.Space
				want spaces.State
			}{
				{w.Network, first("network")},
				{w.Bretagne, first("bretagne", "network")},
				{w.Rade, first("rade", "bretagne", "network")},
				{w.Occitanie, first("network")},
				{national, first("network")},
			} {
				if got, err := s.Effective(coretest.Visitor(), c.at, "ecran"); err != nil || got != c.want {
					t.Errorf("%s set to %s: %s is %s, want %s (%v)", step.at, step.state, c.at.Slug, got, c.want, err)
				}
			}
		}
	})
}
