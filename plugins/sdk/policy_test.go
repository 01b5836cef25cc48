package sdk_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/policies"
)

// rows are a policy with every kind of line.
const rows = `visitor, any,       probe.note.read
visitor, published, probe.film.read
visitor, own,       probe.film.read
member,  own,       probe.note.update
member,  own+draft, probe.note.delete
curator, draft,     probe.note.delete
curator, curating,  probe.note.publish
moderator, any,     probe.note.publish
`

// The module answers by a subset test what the platform's gate answers by
// Casbin: for any roles, any relations and any scopes they must say the same.
func TestTheModuleAnswersAsTheGate(t *testing.T) {
	t.Parallel()
	gate, err := policies.Load(policies.Module{Name: "probe", Rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	policy := sdk.NewPolicy(gate.Table("probe"))
	roles, actions := gate.Roles(), []string{
		"probe.note.read", "probe.film.read", "probe.note.update", "probe.note.delete", "probe.note.publish", "probe.unknown.read",
	}
	rapid.Check(t, func(t *rapid.T) {
		actor := &core.Actor{Suspended: rapid.Bool().Draw(t, "suspended")}
		if rapid.Bool().Draw(t, "signed in") {
			actor.Account = "a"
		}
		for _, r := range rapid.SliceOfN(rapid.SampledFrom(roles), 0, 3).Draw(t, "roles") {
			actor.Grants = append(actor.Grants, core.Grant{Role: r, Path: "/fr/"})
		}
		if rapid.Bool().Draw(t, "with a token") {
			actor.Scopes = rapid.SliceOfN(rapid.SampledFrom([]string{"probe.note.read", "probe.note.*", "probe.*", "film.*"}), 0, 2).Draw(t, "scopes")
		}
		action := rapid.SampledFrom(actions).Draw(t, "action")
		facts := core.Relations(rapid.Uint16Range(0, 511).Draw(t, "facts"))

		asker := policy.Actor(sdk.Actor{Account: actor.Account, Roles: actor.RolesAt("/fr/", core.Grant{}.Until), Scopes: actor.Scopes})
		want := gate.May(core.WithActor(t.Context(), actor), action, "/fr/", facts)
		if got := asker.May(action, relations(facts)...); got != want {
			t.Fatalf("%v at %v: the module says %v, the gate %v", fmt.Sprint(asker.Roles), facts, got, want)
		}
	})
}

func relations(set core.Relations) []sdk.Relation {
	all := []sdk.Relation{sdk.Any, sdk.Own, sdk.Team, sdk.Crew, sdk.Published, sdk.Draft, sdk.Self, sdk.Assigned, sdk.Curating}
	return slices.DeleteFunc(all, func(r sdk.Relation) bool { return !set.Has(r) })
}

func BenchmarkMay(b *testing.B) {
	gate, err := policies.Load(policies.Module{Name: "probe", Rows: rows})
	if err != nil {
		b.Fatal(err)
	}
	asker := sdk.NewPolicy(gate.Table("probe")).Actor(sdk.Actor{Account: "a", Roles: []sdk.Role{"curator", "visitor"}})
	for b.Loop() {
		asker.May("probe.note.publish", sdk.Curating)
	}
}

func TestAListHasAskedWhenItHasItsSetsAndItsScope(t *testing.T) {
	t.Parallel()
	gate, err := policies.Load(policies.Module{Name: "probe", Rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	policy := sdk.NewPolicy(gate.Table("probe"))
	const action = "probe.film.read" // depends on relations
	for _, c := range []struct {
		what  string
		actor sdk.Actor
		calls string
		asked bool
	}{
		{"nothing", anna, "", false},
		{"the sets alone", anna, "L", false},
		{"the scope alone", anna, "S", false},
		{"the sets and the scope", anna, "LS", true},
		{"the scope and the sets", anna, "SL", true},
		{"the sets of another action", anna, "OS", false},
		{"no set at all", sdk.Actor{Account: anna.Account}, "L", true}, // the list is empty
	} {
		ctx, guard := policy.Asking(t.Context(), c.actor)
		guard.Expect(action)
		for _, call := range c.calls {
			switch call {
			case 'L':
				sdk.Lists(ctx, action)
			case 'O':
				sdk.Lists(ctx, "probe.note.read")
			case 'S':
				sdk.InScope(ctx)
			}
		}
		if asked := guard.Err() == nil; asked != c.asked {
			t.Errorf("%s: asked %v, want %v", c.what, asked, c.asked)
		}
	}
}

func TestANewerPolicyStands(t *testing.T) {
	t.Parallel()
	if v := sdk.SetPolicies(2, 3, 1); v != 3 {
		t.Errorf("version %d is kept, want 3", v)
	}
}
