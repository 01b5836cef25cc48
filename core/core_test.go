package core_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/labfilms/labfilms/core"
)

func TestAFaultIsRecognisedThroughReasonsCausesAndWrapping(t *testing.T) {
	t.Parallel()
	fault := &core.Fault{Kind: core.Conflict, Code: "taken"}
	cause := errors.New("disk full")
	for _, err := range []error{
		fault,
		fault.With(core.Reason{Pointer: "/handle", Code: "taken"}),
		fault.Because(cause),
		fmt.Errorf("make film: %w", fault.Because(cause)),
	} {
		if !errors.Is(err, fault) {
			t.Errorf("%v is not recognised", err)
		}
		if got := core.AsError(err).Fault; got != fault {
			t.Errorf("AsError(%v) carries %v", err, got)
		}
	}
	if !errors.Is(fault.Because(cause), cause) {
		t.Error("the cause is lost")
	}
	if errors.Is(fault.With(), &core.Fault{Code: "taken"}) {
		t.Error("another fault with the same code passes for this one")
	}
}

func TestWhatIsNoFaultIsInternal(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection refused")
	e := core.AsError(cause)
	if e.Fault != core.ErrInternal || !errors.Is(e, cause) {
		t.Fatalf("AsError gave %v", e)
	}
	if core.AsError(nil) != nil {
		t.Fatal("no error became one")
	}
}

func TestAGrantReachesDownItsBranchAndNoFurther(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	actor := &core.Actor{Grants: []core.Grant{
		{Role: "curator", Path: "/fr/bretagne/"},
		{Role: "producer", Path: "/fr/", Until: now},
	}}
	for path, want := range map[string]string{
		"/fr/bretagne/":        "[curator visitor]",
		"/fr/bretagne/cinema/": "[curator visitor]",
		"/fr/bretagne-sud/":    "[visitor]",
		"/fr/":                 "[visitor]",
	} {
		if got := fmt.Sprint(actor.RolesAt(path, now)); got != want {
			t.Errorf("at %s: %s, want %s", path, got, want)
		}
	}
	if got := fmt.Sprint(actor.RolesAt("/fr/", now.Add(-time.Second))); got != "[producer visitor]" {
		t.Errorf("before its end the grant gives %s", got)
	}
}

func TestAScopeIsAnActionOrAllOfANoun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scopes []string
		action string
		want   bool
	}{
		{nil, "film.release", true},
		{[]string{}, "film.read", false},
		{[]string{"film.read"}, "film.read", true},
		{[]string{"film.read"}, "film.release", false},
		{[]string{"film.*"}, "film.release", true},
		{[]string{"film.*"}, "filmography.read", false},
		{[]string{"ecran.*"}, "ecran.label.create", true},
		{[]string{"*"}, "film.read", false},
		{[]string{"fi*"}, "film.read", false},
	} {
		if got := (&core.Actor{Scopes: c.scopes}).InScope(c.action); got != c.want {
			t.Errorf("%v covers %s: %v", c.scopes, c.action, got)
		}
	}
}

func TestRelationsAreWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	set, ok := core.ParseRelations("own+draft")
	if !ok || set != core.RelationSet(core.Own, core.Draft) || set.String() != "own+draft" {
		t.Fatalf("own+draft became %v, %v", set, ok)
	}
	if _, ok := core.ParseRelations("own+popular"); ok {
		t.Fatal("an unknown relation was read")
	}
}

func TestWhenAllowsWhatASetOfFactsCovers(t *testing.T) {
	t.Parallel()
	var never core.When
	if !never.Never() || never.Allows(core.RelationSet(core.Own)) {
		t.Error("never allows something")
	}
	always := core.When{core.RelationSet(core.Any)}
	if !always.Always() || !always.Allows(0) {
		t.Error("always refuses something")
	}
	owners := core.When{core.RelationSet(core.Own, core.Draft)}
	if owners.Always() || owners.Allows(core.RelationSet(core.Own)) || !owners.Allows(core.RelationSet(core.Own, core.Draft, core.Crew)) {
		t.Error("own+draft is not what decides")
	}
}

func TestOrIsTheUnionAndStaysMinimal(t *testing.T) {
	t.Parallel()
	sets := rapid.SliceOf(rapid.Map(rapid.Uint16Range(1, 511), func(n uint16) core.Relations { return core.Relations(n) }))
	rapid.Check(t, func(t *rapid.T) {
		a, b := core.When(sets.Draw(t, "a")), core.When(sets.Draw(t, "b"))
		facts := core.Relations(rapid.Uint16Range(0, 511).Draw(t, "facts"))
		or := a.Or(b)
		if or.Allows(facts) != (a.Allows(facts) || b.Allows(facts)) {
			t.Fatalf("%v or %v = %v differs at %v", a, b, or, facts)
		}
		for i, x := range or {
			for j, y := range or {
				if i != j && x&^y == 0 {
					t.Fatalf("%v holds %v and %v", or, x, y)
				}
			}
		}
	})
}

func TestTheGuardWantsTheDeclaredActionAsked(t *testing.T) {
	t.Parallel()
	ctx, guard := core.WithGuard(context.Background())
	if err := guard.Err(); err != nil {
		t.Fatalf("a guard that expects nothing refuses: %v", err)
	}
	guard.Expect("film.update")
	core.GuardFrom(ctx).Asked("film.read")
	if err := guard.Err(); !errors.Is(err, core.ErrUnchecked) {
		t.Fatalf("another action's check satisfied the guard: %v", err)
	}
	core.GuardFrom(ctx).Asked("film.update")
	if err := guard.Err(); err != nil {
		t.Fatalf("the check was made and is refused: %v", err)
	}
	var none *core.Guard
	none.Expect("x")
	none.Asked("x")
	if core.GuardFrom(context.Background()).Err() != nil || none.Err() != nil {
		t.Fatal("outside of a request there is something to check")
	}
}

func TestAModulesNameIsOneWordOfItsOwn(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"ecran": true, "vod2": true, "x": false, "Ecran": false, "vod_2": false, "2vod": false, "a.b": false, "": false, "grants": false, "core": false,
	} {
		if core.ModuleName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

func TestThePlaceKnowsItsLevel(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		place core.Place
		want  core.Level
	}{
		{core.Place{Network: "n", Space: "n"}, core.Network},
		{core.Place{Network: "n", Region: "r", Space: "r"}, core.Region},
		{core.Place{Network: "n", Region: "r", Space: "i"}, core.Institution},
		{core.Place{Network: "n", Space: "i"}, core.Institution},
	} {
		if got := c.place.Level(); got != c.want {
			t.Errorf("%+v is a %s, want %s", c.place, got, c.want)
		}
	}
}
