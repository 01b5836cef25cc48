package policies_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/policies"
)

func TestTheRolesMeanWhatPeopleWrote(t *testing.T) {
	t.Parallel()
	g := load(t)
	g.Now = func() time.Time { return noon }
	cases := readTable(t, "testdata/handwritten.csv")
	if len(cases) < 30 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		ctx := core.WithActor(t.Context(), readActor(t, c["grants"], c["credential"]))
		facts := readFacts(t, c["facts"])
		err := g.Check(ctx, c["action"], c["at"], facts)
		answer := "unheard of"
		switch {
		case err == nil:
			answer = "yes"
		case errors.Is(err, core.ErrDenied):
			answer = "no"
		case errors.Is(err, core.ErrUnauthenticated):
			answer = "sign in"
		}
		if answer != c["answer"] {
			t.Errorf("%s (%s) %s at %s, being %q: %s, want %s: %s",
				c["grants"], c["credential"], c["action"], c["at"], c["facts"], answer, c["answer"], c["why"])
		}
		if may := g.May(ctx, c["action"], c["at"], facts); may != (err == nil) {
			t.Errorf("%s (%s) %s at %s: May says %v, Check %v", c["grants"], c["credential"], c["action"], c["at"], may, err)
		}
		if listed := g.Lists(ctx, c["action"], c["at"]).Allows(facts); listed != (err == nil) {
			t.Errorf("%s (%s) %s at %s: Lists shows it: %v, Check says %v", c["grants"], c["credential"], c["action"], c["at"], listed, err)
		}
	}
}

func TestAChangedGrantHoldsAtOnce(t *testing.T) {
	t.Parallel()
	g := load(t)
	asks := func(grants ...core.Grant) error {
		ctx := core.WithActor(t.Context(), &core.Actor{Account: "a", Grants: grants})
		return g.Check(ctx, "module.switch", "/fr/bretagne/", 0)
	}
	grant := core.Grant{Role: "region_admin", Path: "/fr/bretagne/"}
	// Each question twice, so that the second is answered from memory.
	for range 2 {
		if err := asks(grant); err != nil {
			t.Errorf("with the grant: %v", err)
		}
		if err := asks(); !errors.Is(err, core.ErrDenied) {
			t.Errorf("without the grant: %v", err)
		}
		if err := asks(grant, core.Grant{Role: core.RoleSuspended, Path: "/fr/"}); !errors.Is(err, core.ErrDenied) {
			t.Errorf("shut out: %v", err)
		}
	}
}

func TestAGrantEndsByTheGatesClock(t *testing.T) {
	t.Parallel()
	g := load(t)
	now := noon
	g.Now = func() time.Time { return now }
	ctx := core.WithActor(t.Context(), &core.Actor{Account: "a", Grants: []core.Grant{
		{Role: core.RoleCreator, Path: "/fr/", Until: noon.Add(time.Microsecond)},
	}})
	if err := g.Check(ctx, "film.create", "/fr/", 0); err != nil {
		t.Errorf("before its end: %v", err)
	}
	now = now.Add(time.Microsecond)
	if err := g.Check(ctx, "film.create", "/fr/", 0); !errors.Is(err, core.ErrDenied) {
		t.Errorf("at its end: %v", err)
	}
}

func TestOnlyCheckAndListsSatisfyTheGuard(t *testing.T) {
	t.Parallel()
	g := load(t)
	for name, c := range map[string]struct {
		ask  func(ctx context.Context)
		want error
	}{
		"check":         {func(ctx context.Context) { _ = g.Check(ctx, "film.read", "/fr/", 0) }, nil},
		"lists":         {func(ctx context.Context) { g.Lists(ctx, "film.read", "/fr/") }, nil},
		"may":           {func(ctx context.Context) { g.May(ctx, "film.read", "/fr/", 0) }, core.ErrUnchecked},
		"another check": {func(ctx context.Context) { _ = g.Check(ctx, "film.update", "/fr/", 0) }, core.ErrUnchecked},
		"when":          {func(context.Context) { g.When(nil, "film.read") }, core.ErrUnchecked},
	} {
		ctx, guard := core.WithGuard(t.Context())
		guard.Expect("film.read")
		c.ask(ctx)
		if err := guard.Err(); !errors.Is(err, c.want) {
			t.Errorf("after %s: %v, want %v", name, err, c.want)
		}
	}
}

func TestAListShowsAStrangerNothingOfTheirOwn(t *testing.T) {
	t.Parallel()
	g := load(t)
	stranger := core.When{core.RelationSet(core.Published)}
	if got := g.Lists(t.Context(), "film.read", "/fr/"); !slices.Equal(got, stranger) {
		t.Errorf("to a stranger: %v", got)
	}
	ctx := core.WithActor(t.Context(), &core.Actor{Account: "a"})
	whoever := core.When{core.RelationSet(core.Own), core.RelationSet(core.Team), core.RelationSet(core.Crew), core.RelationSet(core.Published)}
	if got := g.Lists(ctx, "film.read", "/fr/"); !slices.Equal(got, whoever) {
		t.Errorf("to an account: %v", got)
	}
	if got := g.Lists(core.WithActor(t.Context(), core.System()), "film.read", ""); !got.Always() {
		t.Errorf("to the platform: %v", got)
	}
}

// anActor draws one with grants on both sides of a shared prefix.
func anActor(t *rapid.T, g *policies.Gate) *core.Actor {
	grant := rapid.Custom(func(t *rapid.T) core.Grant {
		return core.Grant{
			Role:  rapid.SampledFrom(g.Roles()).Draw(t, "role"),
			Path:  rapid.SampledFrom([]string{"/fr/", "/fr/bret/", "/fr/bretagne/", "/fr/bretagne/lab/"}).Draw(t, "path"),
			Until: rapid.SampledFrom([]time.Time{{}, noon, noon.Add(time.Hour)}).Draw(t, "until"),
		}
	})
	return &core.Actor{
		Account:   rapid.SampledFrom([]string{"a", "a", "a", ""}).Draw(t, "account"),
		Grants:    rapid.SliceOfN(grant, 0, 5).Draw(t, "grants"),
		Scopes:    rapid.SampledFrom([][]string{nil, nil, {"film.*"}, {"ecran.label.create", "film.read"}}).Draw(t, "scopes"),
		Suspended: rapid.IntRange(0, 9).Draw(t, "suspended") == 0,
	}
}

func TestTakingAwayNeverAddsARight(t *testing.T) {
	t.Parallel()
	g := load(t)
	g.Now = func() time.Time { return noon }
	actions := g.Actions()
	rapid.Check(t, func(t *rapid.T) {
		actor := anActor(t, g)
		action := rapid.SampledFrom(actions).Draw(t, "action")
		at := rapid.SampledFrom([]string{"/fr/", "/fr/bret/", "/fr/bretagne/", "/fr/bretagne/lab/", ""}).Draw(t, "at")
		facts := core.Relations(rapid.Uint16Range(0, 511).Draw(t, "facts"))
		may := func(a *core.Actor, facts core.Relations) bool {
			return g.May(core.WithActor(context.Background(), a), action, at, facts)
		}
		if may(actor, facts) {
			return
		}
		for i, grant := range actor.Grants {
			if grant.Role == core.RoleSuspended {
				continue // that one takes away, and to end it gives back
			}
			less := *actor
			less.Grants = slices.Delete(slices.Clone(actor.Grants), i, i+1)
			if may(&less, facts) {
				t.Fatalf("without %v they may", grant)
			}
		}
		if may(actor, facts&core.Relations(rapid.Uint16Range(0, 511).Draw(t, "fewer"))) {
			t.Fatal("with fewer facts they may")
		}
		less := *actor
		less.Suspended = true
		if may(&less, facts) {
			t.Fatal("suspended, they may")
		}
		if actor.Scopes == nil {
			less := *actor
			less.Scopes = []string{action}
			if may(&less, facts) {
				t.Fatal("with a token they may")
			}
		}
	})
}

func TestNobodySuspendedDoesMoreThanLook(t *testing.T) {
	t.Parallel()
	g := load(t)
	ctx := core.WithActor(t.Context(), &core.Actor{Account: "a", Suspended: true, Grants: []core.Grant{{Role: core.RolePlatformAdmin, Path: "/fr/"}}})
	for _, action := range g.Actions() {
		if looking(action) != g.May(ctx, action, "/fr/", ^core.Relations(0)) {
			t.Errorf("%s: allowed to a suspended administrator: %v", action, !looking(action))
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	g := load(b)
	ctx := core.WithActor(context.Background(), &core.Actor{Account: "a", Grants: []core.Grant{
		{Role: core.RoleCreator, Path: "/fr/bretagne/"}, {Role: core.RoleMember, Path: "/fr/bretagne/"},
	}})
	b.ReportAllocs()
	for b.Loop() {
		if err := g.Check(ctx, "film.update", "/fr/bretagne/", core.RelationSet(core.Own)); err != nil {
			b.Fatal(err)
		}
	}
}
