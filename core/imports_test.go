package core_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rule about imports (see doc.go), held to by parsing them here: a test
// that asks `go list` is answered from the test cache.

const module = "github.com/labfilms/labfilms/"

// rungs are the layers from top to bottom. A folder belongs to the longest name
// here that it is or stands under, and imports what is on a lower rung.
// "plugins/*", "examples/*" and "cmd/*" stand for every folder of that depth
// which has no name of its own here; "core" stands for itself alone.
var rungs = [][]string{
	{"cmd/*"},
	{"plugins/*", "examples/*"}, // the modules: see mayModule
	{"plugins/sdk/sdktest"},
	{"core/api", "plugins/host", "plugins/sdk"},
	{"plugins/internal/wire"},
	{"core/accounts", "core/directory", "core/films", "core/media", "core/organisations", "core/payments", "core/proofs", "core/search", "core/spaces"},
	{"core/coretest"}, // the world in which the areas are tested
	{"core/audit", "core/events", "core/jobs", "core/mail", "core/notify"},
	{"ent", "policies"},
	{"core/db"},                      // a rail, but it knows no entity: the schemas take their mixins from it
	{"core/communes", "core/crafts"}, // what France and the trade have fixed: tables that nobody edits here
	{"core/rest", "core/text"},
	{"core"},
}

// only says who may import a folder that not everybody above may.
var only = map[string][]string{
	"plugins/internal/wire": {"plugins/sdk", "plugins/host", "plugins/sdk/sdktest"},
	"plugins/*":             {"cmd/*"},
	"examples/*":            {},
	"cmd/*":                 {},
}

// uses are the folders that may import less than what stands below them: what
// the SDK imports, every module carries.
var uses = map[string][]string{
	"plugins/sdk":           {"core", "core/db", "core/rest", "core/search", "core/text", "plugins/internal/wire"},
	"plugins/internal/wire": {"core"},
}

// inTests are the folders that tests may import although they do not stand
// below, for want of anything real to test with.
var inTests = map[string][]string{
	"plugins/host": {"plugins/sdk"}, // a host without a module runs nothing
	"core/rest":    {"core/db"},     // the interface of three methods, over a real transaction
}

// rungOf returns the name under which folder stands in rungs, and how far down;
// "" if it has none.
func rungOf(folder string) (name string, depth int) {
	for d, names := range rungs {
		for _, n := range names {
			if len(n) > len(name) && n != "core" && (folder == n || strings.HasPrefix(folder, n+"/")) {
				name, depth = n, d
			}
		}
	}
	if name != "" {
		return name, depth
	}
	if folder == "core" {
		return "core", len(rungs) - 1
	}
	if parts := strings.Split(folder, "/"); len(parts) >= 2 && parts[1] != "internal" {
		for d, names := range rungs {
			if slices.Contains(names, parts[0]+"/*") {
				return parts[0] + "/*", d
			}
		}
	}
	return "", 0
}

// forTests says whether folder is made for tests: "dbtest", "sdktest" and what
// stands under them.
func forTests(folder string) bool {
	return slices.ContainsFunc(strings.Split(folder, "/"), func(part string) bool {
		return strings.HasSuffix(part, "test") && len(part) > len("test")
	})
}

// refuse says why the file at from, a path with slashes from the root of the
// tree, may not import the path to; "" if it may.
func refuse(from, to string) string {
	folder, inTest := path.Dir(from), strings.HasSuffix(from, "_test.go")
	name, depth := rungOf(folder)
	if name == "" {
		return "this folder has no rung"
	}
	target, ours := strings.CutPrefix(to, module)
	if !ours {
		if first, _, _ := strings.Cut(to, "/"); name == "core" && !inTest && strings.Contains(first, ".") {
			return "core imports the standard library only"
		}
		return ""
	}
	below, targetDepth := rungOf(target)
	if below == "" {
		return "that folder has no rung"
	}
	if forTests(target) {
		if inTest || forTests(folder) {
			return ""
		}
		return "that is for tests"
	}
	if name == below && !strings.HasSuffix(name, "/*") {
		return ""
	}
	if name == "plugins/*" || name == "examples/*" {
		return mayModule(folder, target)
	}
	switch may, limited := only[below]; {
	case name == below:
		return "commands do not import each other"
	case limited && !slices.Contains(may, name):
		return fmt.Sprintf("only %v may", may)
	}
	if may, limited := uses[name]; limited && !inTest && !slices.Contains(may, below) {
		return fmt.Sprintf("of ours, it may use %v", may)
	}
	switch {
	case inTest && slices.Contains(inTests[name], below):
		return ""
	case targetDepth < depth:
		return "imports go downwards: that stands above"
	case targetDepth == depth:
		return "imports never go sideways"
	}
	return ""
}

// mayModule is refuse for a module: it may import the SDK and its own folder.
func mayModule(folder, target string) string {
	own := strings.Join(strings.Split(folder, "/")[:2], "/")
	if target == "plugins/sdk" || target == own || strings.HasPrefix(target, own+"/") {
		return ""
	}
	return "a module imports plugins/sdk and its own folder, nothing else of ours"
}

func TestImportsGoDownwards(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, file := range goFiles(t) {
		parsed := parse(t, file)
		if parsed == nil {
			continue
		}
		if name, _ := rungOf(path.Dir(file)); name == "" {
			t.Errorf("%s: its folder has no rung", file)
		}
		for _, spec := range parsed.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			checked++
			if reason := refuse(file, to); reason != "" {
				t.Errorf("%s imports %s: %s", file, to, reason)
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d imports were seen: this test does not read the tree", checked)
	}
}

// TestTheRuleRefuses plants violations, one of each kind, and the nearest thing
// that is allowed.
func TestTheRuleRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		allowed  bool
	}{
		{"core/error.go", "errors", true},
		{"core/error.go", "github.com/google/uuid", false},
		{"core/error_test.go", "pgregory.net/rapid", true},
		{"core/error.go", module + "core/rest", false},
		{"core/films/film.go", module + "core", true},
		{"core/films/film.go", module + "core/films/form", true},
		{"core/films/film.go", module + "core/events", true},
		{"core/films/film.go", module + "core/db", true},
		{"core/films/film.go", module + "ent/film", true},
		{"core/films/film.go", module + "policies", true},
		{"core/films/film.go", module + "core/accounts", false},
		{"core/films/film_test.go", module + "core/accounts", false},
		{"core/films/film.go", module + "core/api", false},
		{"core/films/film.go", module + "plugins/sdk", false},
		{"core/films/film_test.go", module + "core/db/dbtest", true},
		{"core/films/film.go", module + "core/db/dbtest", false},
		{"core/events/log.go", module + "core/audit", false},
		{"core/events/log.go", module + "core/films", false},
		{"core/db/db.go", module + "ent", false},
		{"core/rest/problem.go", module + "core/db", false},
		{"core/rest/once_test.go", module + "core/db", true},
		{"core/films/film_test.go", module + "core/coretest", true},
		{"core/films/film.go", module + "core/coretest", false},
		{"core/coretest/world.go", module + "core/films", false},
		{"ent/schema/film.go", module + "core/db", true},
		{"ent/schema/film.go", module + "policies", false},
		{"policies/gate.go", module + "ent", false},
		{"core/api/films.go", module + "core/films", true},
		{"core/api/films.go", module + "plugins/host", false},
		{"core/api/films.go", module + "plugins/ecran", false},
		{"core/api/films_test.go", module + "plugins/sdk/sdktest", true},
		{"plugins/host/host.go", module + "core/api", false},
		{"plugins/host/host.go", module + "plugins/sdk", false},
		{"plugins/host/host.go", module + "plugins/internal/wire", true},
		{"plugins/host/host.go", module + "plugins/sdk/sdktest", false},
		{"plugins/host/host_test.go", module + "plugins/sdk/sdktest/probe", true},
		{"plugins/host/host_test.go", module + "plugins/sdk", true},
		{"plugins/host/host_test.go", module + "plugins/ecran", false},
		{"plugins/sdk/serve.go", module + "plugins/internal/wire", true},
		{"plugins/sdk/serve.go", module + "core/rest", true},
		{"plugins/sdk/serve.go", module + "ent", false},
		{"plugins/sdk/serve.go", module + "policies", false},
		{"plugins/sdk/sdktest/run.go", module + "plugins/host", true},
		{"plugins/sdk/sdktest/run.go", module + "plugins/internal/wire", true},
		{"plugins/ecran/label.go", module + "plugins/sdk", true},
		{"plugins/ecran/label.go", module + "plugins/ecran/ent", true},
		{"plugins/ecran/ent/label.go", module + "plugins/ecran/ent/label", true},
		{"plugins/ecran/label.go", module + "plugins/ecranplus", false},
		{"plugins/ecran/label.go", module + "plugins/vod", false},
		{"plugins/ecran/label.go", module + "plugins/host", false},
		{"plugins/ecran/label.go", module + "plugins/internal/wire", false},
		{"plugins/ecran/label.go", module + "core", false},
		{"plugins/ecran/label.go", module + "ent", false},
		{"plugins/ecran/label.go", module + "plugins/sdk/sdktest", false},
		{"plugins/ecran/label_test.go", module + "plugins/sdk/sdktest", true},
		{"plugins/ecran/label_test.go", module + "core/films", false},
		{"examples/hello/main.go", module + "plugins/sdk", true},
		{"examples/hello/main.go", module + "core/rest", false},
		{"core/films/film.go", module + "plugins/ecran", false},
		{"core/films/film.go", module + "examples/hello", false},
		{"cmd/labfilms/program.go", module + "plugins/ecran", true},
		{"cmd/labfilms/program.go", module + "core/api", true},
		{"cmd/labfilms/program.go", module + "plugins/internal/wire", false},
		{"cmd/labfilms/program.go", module + "plugins/sdk/sdktest", false},
		{"cmd/migratediff/main.go", module + "plugins/ecran/ent/migrate", true},
		{"cmd/migratediff/main.go", module + "cmd/labfilms", false},
		{"core/festivals/festival.go", "errors", false},
		{"core/films/film.go", module + "core/festivals", false},
		{"plugins/internal/codec/codec.go", "errors", false},
		{"main.go", "errors", false},
		{"pkg/film/film.go", "errors", false},
	} {
		if reason := refuse(c.from, c.to); (reason == "") != c.allowed {
			t.Errorf("%s imports %s: allowed should be %v; the rule says %q", c.from, c.to, c.allowed, reason)
		}
	}
}

// goFiles returns every Go file of the tree, as paths with slashes from its root.
func goFiles(t *testing.T) []string {
	t.Helper()
	return files(t, func(name string) bool { return strings.HasSuffix(name, ".go") })
}

// files returns the files of the tree for which want is true, without what is
// built or hidden.
func files(t *testing.T, want func(name string) bool) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (notOurs(name) || strings.HasPrefix(entry.Name(), ".")):
			return fs.SkipDir
		case !entry.IsDir() && want(name):
			found = append(found, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// notOurs says whether the folder is made by building or running.
func notOurs(folder string) bool { return folder == "bin" || folder == "data" }

// parse returns the imports and comments of a Go file, or nil for one that is
// in no build.
func parse(t *testing.T, file string) *ast.File {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	if outOfEveryBuild(content) {
		return nil
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, content, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// outOfEveryBuild says whether the file is marked //go:build ignore.
func outOfEveryBuild(content []byte) bool {
	for line := range bytes.Lines(content) {
		text := strings.TrimSpace(string(line))
		if strings.HasPrefix(text, "package ") {
			return false
		}
		if expr, err := constraint.Parse(text); err == nil {
			return !expr.Eval(func(tag string) bool { return tag != "ignore" })
		}
	}
	return false
}
