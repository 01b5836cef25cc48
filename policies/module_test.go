package policies_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/policies"
)

func TestVetRefusesWhatAModuleMayNotSay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ module, rows, want string }{
		"an action of core":              {"ecran", "member, any, film.update", `"film.update" is not ecran.noun.verb`},
		"an action of another module":    {"ecran", "member, any, vod.offer.create", `"vod.offer.create" is not ecran.noun.verb`},
		"a module's name as a beginning": {"ecran", "member, any, ecrans.label.create", `"ecrans.label.create" is not`},
		"an action without a verb":       {"ecran", "member, any, ecran.label", `"ecran.label" is not`},
		"an action of four words":        {"ecran", "member, any, ecran.label.pick.create", "is not ecran.noun.verb"},
		"every action":                   {"ecran", "member, any, *", `"*" is not`},
		"every action of its own":        {"ecran", "member, any, ecran.*", `"ecran.*" is not`},
		"every verb of a noun":           {"ecran", "member, any, ecran.label.*", `"ecran.label.*" is not`},
		"every change":                   {"ecran", "member, any, change", `"change" is not`},
		"a denial":                       {"ecran", "member, any, ecran.label.create, deny", "a module does not deny"},
		"another fourth word":            {"ecran", "member, any, ecran.label.create, allow", `the fourth word is deny or nothing, not "allow"`},
		"an inheritance":                 {"ecran", "g, member, region_admin", `unknown role "g"`},
		"an unknown role":                {"ecran", "director, any, ecran.label.create", `unknown role "director"`},
		"a right for the suspended":      {"ecran", "suspended, any, ecran.label.read", "suspended is only ever denied"},
		"an unknown relation":            {"ecran", "member, popular, ecran.label.create", `unknown relation in "popular"`},
		"an unknown one among others":    {"ecran", "member, own+popular, ecran.label.create", "unknown relation"},
		"no relation":                    {"ecran", "member, , ecran.label.create", `unknown relation in ""`},
		"any beside another":             {"ecran", "member, any+own, ecran.label.create", `any adds nothing in "any+own"`},
		"two words":                      {"ecran", "member, ecran.label.create", "a line is: role, relations, action"},
		"a line twice":                   {"ecran", "member, own+team, ecran.label.create\nmember, team+own, ecran.label.create", "module ecran:2: the line is there twice"},
		"a broken quotation":             {"ecran", "member, any, \"ecran.label.create", "module ecran"},
		"a noun of core as its name":     {"film", "member, any, film.label.create", "film is a word of core"},
		"no name":                        {"", "member, any, .label.create", `"" is no name`},
		"a pattern as its name":          {"ecran.*", "", "is no name of a module"},
	} {
		m := policies.Module{Name: c.module, Rows: c.rows}
		if err := policies.Vet(m); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Vet says %v, want %q", name, err, c.want)
		}
		if _, err := policies.Load(m); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
	if err := policies.Vet(ecran); err != nil {
		t.Errorf("good rows: %v", err)
	}
	if err := policies.Vet(policies.Module{Name: "hello"}); err != nil {
		t.Errorf("no rows: %v", err)
	}
}

func TestVetSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	err := policies.Vet(policies.Module{Name: "ecran", Rows: "director, any, ecran.label.read\n\n# fine\nmember, any, ecran.label.read\nmember, any, film.read\n"})
	if err == nil || !strings.Contains(err.Error(), "module ecran:1:") || !strings.Contains(err.Error(), "module ecran:5:") {
		t.Errorf("Vet says %v", err)
	}
}

func TestAModuleIsLoadedOnce(t *testing.T) {
	t.Parallel()
	if _, err := policies.Load(ecran, ecran); err == nil || !strings.Contains(err.Error(), "ecran is there twice") {
		t.Errorf("Load says %v", err)
	}
}

func TestAModulesTableHoldsItsOwnActionsOnly(t *testing.T) {
	t.Parallel()
	g, err := policies.Load(ecran, policies.Module{Name: "hello", Rows: "member, any, hello.greeting.create"})
	if err != nil {
		t.Fatal(err)
	}
	table := g.Table("ecran")
	if len(table) != len(g.Roles()) {
		t.Errorf("the table has %d roles of %d", len(table), len(g.Roles()))
	}
	for role, want := range map[core.Role][]string{
		core.RoleVisitor:   {"ecran.label.list", "ecran.label.read"},
		core.RoleMember:    {"ecran.label.list", "ecran.label.read", "ecran.pick.create", "ecran.pick.update"},
		"institution":      {"ecran.label.create", "ecran.label.list", "ecran.label.read", "ecran.pick.create", "ecran.pick.update"},
		core.RoleSuspended: nil,
	} {
		if got := slices.Sorted(maps.Keys(table[role])); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", role, got, want)
		}
	}
	want := core.When{core.RelationSet(core.Assigned), core.RelationSet(core.Published, core.Curating)}
	if got := table["curator"]["ecran.pick.update"]; !slices.Equal(got, want) {
		t.Errorf("a curator changes a pick when %v, want %v", got, want)
	}
}
