package spaces_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

func account(ctx context.Context) string { return core.ActorFrom(ctx).Account }

func TestOneGrantsWhatOneMayHandOn(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		admin := w.Actor(t, "yann", w.Bretagne, "region_admin")
		curator := w.Actor(t, "maelle", w.Bretagne, "curator")
		target := account(w.Actor(t, "thomas", w.Bretagne))
		for _, c := range []struct {
			who   context.Context
			at    *ent.Space
			role  core.Role
			fault error
		}{
			{coretest.Visitor(), w.Bretagne, "curator", core.ErrUnauthenticated},
			{curator, w.Bretagne, "member", core.ErrDenied},
			{admin, w.Bretagne, "curator", nil},
			{admin, w.Rade, "institution", nil},
			{admin, w.Rade, "region_admin", nil},
			{admin, w.Bretagne, "region_admin", core.ErrDenied},
			{admin, w.Bretagne, "platform_admin", core.ErrDenied},
			{admin, w.Occitanie, "member", core.ErrDenied},
			{admin, w.Network, "member", core.ErrDenied},
			{admin, w.Bretagne, "visitor", core.ErrInvalid},
			{admin, w.Bretagne, "suspended", core.ErrInvalid},
			{admin, w.Bretagne, "emperor", core.ErrInvalid},
		} {
			_, err := s.Grant(c.who, c.at, spaces.NewGrant{Account: target, Role: c.role})
			if !errors.Is(err, c.fault) {
				t.Errorf("%s at %s: %v", c.role, c.at.Slug, err)
			}
		}
		held, err := s.GrantsOf(coretest.System(), target)
		if err != nil || len(held) != 3 {
			t.Errorf("they hold %v, %v", held, err)
		}
	})
}

func TestAGrantRefusesAllThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		past := w.Clock.Now()
		for _, id := range []string{db.NewID(), "\x00", ""} {
			_, err := area(w).Grant(coretest.System(), w.Bretagne, spaces.NewGrant{Account: id, Role: "emperor", Until: &past})
			if got := core.AsError(err).Reasons; len(got) != 3 {
				t.Errorf("the reasons for %q are %v", id, got)
			}
		}
	})
}

func TestOneOfManyGrantsTheSame(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		target := account(w.Actor(t, "thomas", w.Bretagne))
		give := func(int) error {
			_, err := s.Grant(coretest.System(), w.Bretagne, spaces.NewGrant{Account: target, Role: "curator"})
			return err
		}
		won, lost := coretest.Race(50, give)
		if won != 1 {
			t.Errorf("%d granted it", won)
		}
		for _, err := range lost {
			if !errors.Is(err, spaces.ErrGrantHeld) {
				t.Fatalf("a loser got %v", err)
			}
		}
	})
}

func TestAGrantEndsByItselfAndCanBeGivenAgain(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		self := w.Actor(t, "thomas", w.Bretagne)
		target := account(self)
		until := w.Clock.Now().Add(time.Hour)
		first, err := s.Grant(coretest.System(), w.Bretagne, spaces.NewGrant{Account: target, Role: "curator", Until: &until})
		if err != nil {
			t.Fatal(err)
		}
		if held, err := s.GrantsOf(self, target); err != nil || len(held) != 1 {
			t.Errorf("now they hold %v, %v", held, err)
		}
		w.Clock.Move(time.Hour)
		if held, err := s.GrantsOf(self, target); err != nil || len(held) != 0 {
			t.Errorf("an hour later they hold %v, %v", held, err)
		}
		if err := s.Revoke(coretest.System(), w.Bretagne, first.ID); !errors.Is(err, spaces.ErrGrantUnknown) {
			t.Errorf("what ended is revoked: %v", err)
		}
		if _, err := s.Grant(coretest.System(), w.Bretagne, spaces.NewGrant{Account: target, Role: "curator"}); err != nil {
			t.Errorf("again: %v", err)
		}
		if _, err := s.GrantsOf(w.Actor(t, "other", w.Bretagne, "platform_admin"), target); !errors.Is(err, core.ErrDenied) {
			t.Errorf("somebody else asks: %v", err)
		}
	})
}

func TestRevokingIsForWhoCouldHaveGranted(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		admin := w.Actor(t, "yann", w.Bretagne, "region_admin")
		target := account(w.Actor(t, "thomas", w.Bretagne))
		give := func(role core.Role) string {
			g, err := s.Grant(coretest.System(), w.Bretagne, spaces.NewGrant{Account: target, Role: role})
			if err != nil {
				t.Fatal(err)
			}
			return g.ID
		}
		curator, second := give("curator"), give("region_admin")
		if err := s.Revoke(admin, w.Bretagne, second); !errors.Is(err, core.ErrDenied) {
			t.Errorf("an admin removes another: %v", err)
		}
		if err := s.Revoke(admin, w.Rade, curator); !errors.Is(err, spaces.ErrGrantUnknown) {
			t.Errorf("through another space: %v", err)
		}
		if err := s.Revoke(admin, w.Bretagne, curator); err != nil {
			t.Errorf("its admin: %v", err)
		}
		if err := s.Revoke(admin, w.Bretagne, curator); !errors.Is(err, spaces.ErrGrantUnknown) {
			t.Errorf("twice: %v", err)
		}
		if got := w.Recorded(t, curator); !slices.Equal(got, []string{"grant.created.v1", "grant.revoked.v1"}) {
			t.Errorf("recorded: %v", got)
		}
		if got := w.Audited(t, "account:"+target); !slices.Equal(got, []string{"grant.create", "grant.create", "grant.revoke"}) {
			t.Errorf("audited: %v", got)
		}
		list, err := s.Grants(admin, w.Bretagne, spaces.GrantFilter{}, core.Page{Sort: "-created_at", Limit: 10, Count: true})
		if err != nil || len(list.Items) != 1 || *list.Total != 1 || list.Items[0].ID != second {
			t.Errorf("what is left: %v, %v", list, err)
		}
		if _, err := s.Grants(w.Actor(t, "maelle", w.Bretagne, "curator"), w.Bretagne, spaces.GrantFilter{}, core.Page{Limit: 1}); !errors.Is(err, core.ErrDenied) {
			t.Errorf("a curator lists the grants: %v", err)
		}
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		var grants []string
		for i := range 8 {
			handle := fmt.Sprint("admin", i)
			g, err := s.Grant(coretest.System(), w.Network, spaces.NewGrant{Account: account(w.Actor(t, handle, w.Network)), Role: core.RolePlatformAdmin})
			if err != nil {
				t.Fatal(err)
			}
			grants = append(grants, g.ID)
		}
		won, lost := w.Crowd(t, touch(w.Network.ID), func(i int) error { return s.Revoke(coretest.System(), w.Network, grants[i]) })
		if won != 7 || !errors.Is(lost[0], spaces.ErrLastAdmin) {
			t.Errorf("%d left, %v", won, lost)
		}
	})
}
