package policies_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/policies"
)

// files returns the policy's files with old replaced by new in one of them.
func files(t *testing.T, name, old, new string) fs.FS {
	t.Helper()
	changed := fstest.MapFS{}
	for _, file := range []string{"model.conf", "roles.csv", "relations.csv", "core.csv"} {
		text, err := fs.ReadFile(policies.Files, file)
		if err != nil {
			t.Fatal(err)
		}
		if file == name {
			after := strings.Replace(string(text), old, new, 1)
			if after == string(text) {
				t.Fatalf("%s has no %q", name, old)
			}
			text = []byte(after)
		}
		changed[file] = &fstest.MapFile{Data: text}
	}
	return changed
}

func TestLoadRefusesFilesThatContradict(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, old, new, want string }{
		"a relation that core has and the file has not": {"relations.csv", "crew,", "# crew,", "relations.csv defines any+own+team+published"},
		"a relation that core has not":                  {"relations.csv", "crew,", "fans,", `"fans" is no relation of package core`},
		"relations in another order":                    {"relations.csv", "any,       thing, always true\nown,", "own,       thing, always true\nany,", "relations.csv defines own+any"},
		"a relation without a meaning":                  {"relations.csv", "always true", "", `"any" is no relation of package core, or has no meaning`},
		"a relation of nobody":                          {"relations.csv", "any,       thing", "any,       space", `not of "space"`},
		"a role that inherits what comes later":         {"roles.csv", "member,         visitor,", "member,         creator,", "member inherits creator, which is not above it"},
		"a role twice":                                  {"roles.csv", "member,         visitor,", "visitor,        ,", "visitor is there twice"},
		"a role without a meaning":                      {"roles.csv", "makes films there", "", "a role needs a name and a meaning"},
		"a row with an unknown role":                    {"core.csv", "creator,      any", "director,     any", `unknown role "director"`},
		"a row twice":                                   {"core.csv", "film.update\n", "film.update\nmember, own, film.update\n", "the line is there twice"},
		"an action of three words":                      {"core.csv", "film.create", "film.work.create", `"film.work.create" is not noun.verb`},
		"an action with a star":                         {"core.csv", "film.create", "film.*", `"film.*" is not noun.verb`},
		"a right to every change":                       {"core.csv", "film.create", "change", "what is allowed is named"},
		"a denial with a relation":                      {"core.csv", "suspended,    any", "suspended,    own", "a denial holds whatever the relations"},
		"a denial that others inherit":                  {"core.csv", "suspended,    any", "member,       any", "member may not deny"},
		"a denial for one who inherits":                 {"roles.csv", "suspended,      ,", "suspended,      visitor,", "suspended may not deny"},
		"a matcher with an unknown function":            {"model.conf", "covers(", "concerns(", "model.conf"},
		"a matcher with an unknown word":                {"model.conf", "r.facts, p.relations)", "r.truths, p.relations)", "model.conf"},
	} {
		_, err := policies.LoadFrom(files(t, c.file, c.old, c.new), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for _, missing := range []string{"model.conf", "roles.csv", "relations.csv", "core.csv"} {
		rest := files(t, missing, "#", "#!").(fstest.MapFS)
		delete(rest, missing)
		if _, err := policies.LoadFrom(rest, nil); err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("without %s: %v", missing, err)
		}
	}
}

func TestTheRolesInheritAsDesigned(t *testing.T) {
	t.Parallel()
	g := load(t)
	for role, want := range map[core.Role][]core.Role{
		core.RoleVisitor:   {"visitor"},
		core.RoleMember:    {"visitor", "member"},
		core.RoleCreator:   {"visitor", "member", "creator"},
		"producer":         {"visitor", "member", "creator", "producer"},
		"curator":          {"visitor", "member", "curator"},
		"organiser":        {"visitor", "member", "organiser"},
		"provider":         {"visitor", "member", "provider"},
		"institution":      {"visitor", "member", "curator", "organiser", "institution"},
		"moderator":        {"visitor", "member", "moderator"},
		"region_admin":     {"visitor", "member", "creator", "producer", "curator", "organiser", "provider", "institution", "moderator", "region_admin"},
		"platform_admin":   {"visitor", "member", "creator", "producer", "curator", "organiser", "provider", "institution", "moderator", "region_admin", "platform_admin"},
		core.RoleSuspended: {"suspended"},
		"director":         nil,
	} {
		if got := g.Closure(role); !slices.Equal(got, want) {
			t.Errorf("%s is %v, want %v", role, got, want)
		}
	}
	if roles := g.Roles(); len(roles) != 12 || roles[0] != core.RoleVisitor {
		t.Errorf("the roles are %v", roles)
	}
}

func TestTheActionsAreThoseThatRowsName(t *testing.T) {
	t.Parallel()
	actions := load(t).Actions()
	if !slices.IsSorted(actions) || !slices.Contains(actions, "film.release") || !slices.Contains(actions, "ecran.pick.update") || slices.Contains(actions, "change") {
		t.Errorf("the actions are %v", actions)
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		load(b)
	}
}
