package policies_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/policies"
)

// ecran has the shape of a module's rows, with sets of one relation and of two.
var ecran = policies.Module{Name: "ecran", Rows: `
# Who may do what in Écran.
visitor, published,          ecran.label.read
visitor, any,                ecran.label.list
curator, any,                ecran.label.create
member,  curating,           ecran.pick.create
member,  curating+published, ecran.pick.update
curator, assigned,           ecran.pick.update
`}

func load(t testing.TB) *policies.Gate {
	t.Helper()
	g, err := policies.Load(ecran)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// looking says by itself what the suspended are left with.
func looking(action string) bool {
	return strings.HasSuffix(action, ".read") || strings.HasSuffix(action, ".list")
}

func TestWhenIsWhatCasbinSays(t *testing.T) {
	t.Parallel()
	g := load(t)
	questions := 0
	for _, role := range g.Roles() {
		asked := [][]core.Role{{role}}
		if role == core.RoleCreator || role == core.RolePlatformAdmin {
			asked = append(asked, []core.Role{role, core.RoleSuspended})
		}
		for _, roles := range asked {
			for _, action := range g.Actions() {
				when := g.When(roles, action)
				for facts := range core.Relations(512) {
					if !facts.Has(core.Any) {
						continue // any is always a fact
					}
					casbin, err := g.Casbin(roles, action, facts)
					if err != nil {
						t.Fatal(err)
					}
					if when.Allows(facts) != casbin {
						t.Fatalf("%v %s being %s: When says %v, Casbin %v", roles, action, facts, when, casbin)
					}
					questions++
				}
			}
		}
	}
	t.Logf("equal in %d of %d questions", questions, questions)
}

func TestWhenIsMinimal(t *testing.T) {
	t.Parallel()
	g := load(t)
	for _, role := range g.Roles() {
		for _, action := range g.Actions() {
			when := g.When([]core.Role{role}, action)
			for i, set := range when {
				others := slices.Delete(slices.Clone(when), i, i+1)
				if others.Allows(set) {
					t.Errorf("%s %s: %v holds %v for nothing", role, action, when, set)
				}
			}
		}
	}
}

// A module knows single roles and joins them with Or.
func TestSeveralRolesMayWhatEachMay(t *testing.T) {
	t.Parallel()
	g := load(t)
	table := g.Table("ecran")
	roles := slices.DeleteFunc(g.Roles(), func(r core.Role) bool { return r == core.RoleSuspended })
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOf(rapid.SampledFrom(roles)).Draw(t, "roles")
		facts := core.Relations(rapid.Uint16Range(0, 511).Draw(t, "facts"))
		for _, action := range g.Actions() {
			if !strings.HasPrefix(action, "ecran.") {
				continue
			}
			var joined core.When
			for _, role := range some {
				joined = joined.Or(table[role][action])
			}
			if together := g.When(some, action); joined.Allows(facts) != together.Allows(facts) {
				t.Fatalf("%v %s being %s: joined %v, together %v", some, action, facts, joined, together)
			}
		}
	})
}

func TestWhatIsUnknownAllowsNothing(t *testing.T) {
	t.Parallel()
	g := load(t)
	if when := g.When([]core.Role{core.RolePlatformAdmin}, "film.burn"); !when.Never() {
		t.Errorf("an unknown action: %v", when)
	}
	if when := g.When([]core.Role{core.RolePlatformAdmin}, "change"); !when.Never() {
		t.Errorf("the word for many actions: %v", when)
	}
	if when := g.When([]core.Role{"director"}, "space.read"); !when.Never() {
		t.Errorf("an unknown role: %v", when)
	}
	if when := g.When(nil, "space.read"); !when.Never() {
		t.Errorf("no role at all: %v", when)
	}
}

// Roles come from rows of the database and so from outside of the policy: what
// is remembered must not grow with them.
func TestWhatIsRememberedIsBounded(t *testing.T) {
	t.Parallel()
	g := load(t)
	roles := g.Roles()
	closures := map[string]bool{}
	for set := range 1 << len(roles) {
		asked := []core.Role{"director", core.Role(strings.Repeat("x", set%7))}
		closure := map[core.Role]bool{}
		for i, role := range roles {
			if set&(1<<i) != 0 {
				asked = append(asked, role)
				for _, r := range g.Closure(role) {
					closure[r] = true
				}
			}
		}
		key := ""
		for _, role := range roles {
			if closure[role] {
				key += string(role) + " "
			}
		}
		closures[key] = true
		g.When(asked, "space.read")
	}
	if got := g.Remembered("space.read"); got != len(closures) {
		t.Errorf("%d answers are kept for %d closures of %d sets of roles", got, len(closures), 1<<len(roles))
	}
	t.Logf("%d answers for %d sets of roles", len(closures), 1<<len(roles))
}

func TestManyMayAskAtOnce(t *testing.T) {
	t.Parallel()
	g, calm := load(t), load(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, role := range g.Roles() {
				for _, action := range g.Actions() {
					roles := []core.Role{role, core.RoleVisitor}
					if got, want := g.When(roles, action), calm.When(roles, action); !slices.Equal(got, want) {
						t.Errorf("%s %s: %v, alone %v", role, action, got, want)
					}
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkWhenAllows(b *testing.B) {
	g := load(b)
	when := g.When([]core.Role{core.RoleCreator}, "film.update")
	facts := core.RelationSet(core.Team, core.Draft)
	b.ReportAllocs()
	for b.Loop() {
		if !when.Allows(facts) {
			b.Fatal("denied")
		}
	}
}

func BenchmarkWhen(b *testing.B) {
	g := load(b)
	roles := []core.Role{core.RoleCreator, core.RoleMember, core.RoleVisitor}
	b.ReportAllocs()
	for b.Loop() {
		if g.When(roles, "film.update").Never() {
			b.Fatal("never")
		}
	}
}

// BenchmarkCasbin is what one question costs before the answer is remembered.
func BenchmarkCasbin(b *testing.B) {
	g := load(b)
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := g.Casbin([]core.Role{core.RoleCreator}, "film.update", core.RelationSet(core.Own)); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
