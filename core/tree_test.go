package core_test

import (
	"go/ast"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var topFolders = []string{"cmd", "core", "ent", "examples", "plugins", "policies"}

// bannedNames say nothing about what is inside.
var bannedNames = []string{
	"base", "common", "controller", "controllers", "dto", "helper", "helpers", "impl", "lib", "manager", "managers",
	"mapper", "mappers", "misc", "model", "models", "pkg", "repositories", "repository", "service", "services",
	"shared", "src", "types", "util", "utils",
}

func TestEveryFolderSaysWhatItHolds(t *testing.T) {
	t.Parallel()
	for _, file := range files(t, func(string) bool { return true }) {
		folder := path.Dir(file)
		if folder == "." {
			if strings.HasSuffix(file, ".go") {
				t.Errorf("%s: the root holds no Go", file)
			}
			continue
		}
		if reason := refuseFolder(folder); reason != "" {
			t.Errorf("%s: %s", folder, reason)
		}
	}
}

// refuseFolder says why a folder may not be called that; "" if it may.
func refuseFolder(folder string) string {
	parts := strings.Split(folder, "/")
	if !slices.Contains(topFolders, parts[0]) {
		return "unknown at the top of the tree"
	}
	for _, part := range parts {
		if slices.Contains(bannedNames, part) {
			return part + " says nothing about what is inside"
		}
	}
	return ""
}

func TestAVagueFolderIsRefused(t *testing.T) {
	t.Parallel()
	for folder, allowed := range map[string]bool{
		"core/films": true, "plugins/ecran/ent/schema": true, "core/api/docs": true, ".": false,
		"core/util": false, "plugins/ecran/models": false, "pkg": false, "internal/films": false, "web": false,
	} {
		if reason := refuseFolder(folder); (reason == "") != allowed {
			t.Errorf("%s: allowed should be %v; the rule says %q", folder, allowed, reason)
		}
	}
}

// byHand are the files inside of ent folders that are written by people.
var byHand = regexp.MustCompile(`(^|/)ent/(generate\.go|schema/.*|migrations/.*)$`)

func TestWhatIsGeneratedSaysSo(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t) {
		generated := strings.HasSuffix(file, ".pb.go") ||
			(strings.HasPrefix(file, "ent/") || strings.Contains(file, "/ent/")) && !byHand.MatchString(file)
		if parsed := parse(t, file); parsed != nil && ast.IsGenerated(parsed) != generated {
			t.Errorf("%s: generated should be %v; its header says otherwise", file, generated)
		}
	}
}

var (
	markdownLink = regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)
	codeSpan     = regexp.MustCompile("`([^`\n]+)`")
	ourPath      = regexp.MustCompile(`^(?:\.ci|cmd|core|ent|examples|plugins|policies)(?:/[\w.-]+)+/?$`)
	makeTarget   = regexp.MustCompile(`\bmake ([a-z]+)\b`)
)

// TestDocumentsNameWhatExists holds the pages to the tree: a link, a path in
// backticks and a make target are there.
func TestDocumentsNameWhatExists(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	pages := files(t, func(name string) bool { return strings.HasSuffix(name, ".md") || path.Base(name) == "doc.go" })
	for _, page := range append([]string{"README.md", "CONTRIBUTING.md"}, pages...) {
		content, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(page)))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, missing := range unknown(string(content), page, os.DirFS(".."), string(makefile)) {
			t.Errorf("%s names %s, which does not exist", page, missing)
		}
	}
}

// unknown returns the paths and make targets that a page names and that are
// neither in tree nor in makefile. Links are relative to the page, paths in
// backticks to it or to the root of the tree.
func unknown(text, page string, tree fs.FS, makefile string) []string {
	var missing []string
	exists := func(name string) bool {
		_, err := fs.Stat(tree, path.Clean(name))
		return err == nil
	}
	for _, m := range markdownLink.FindAllStringSubmatch(text, -1) {
		if link := m[1]; !strings.Contains(link, ":") && !exists(path.Join(path.Dir(page), link)) {
			missing = append(missing, link)
		}
	}
	for _, span := range codeSpan.FindAllStringSubmatch(text, -1) {
		if name := span[1]; ourPath.MatchString(name) && !exists(name) && !exists(path.Join(path.Dir(page), name)) {
			missing = append(missing, name)
		}
		for _, m := range makeTarget.FindAllStringSubmatch(span[1], -1) {
			if !strings.Contains("\n"+makefile, "\n"+m[1]+":") {
				missing = append(missing, "make "+m[1])
			}
		}
	}
	return missing
}

func TestAPageThatNamesNothingIsCaught(t *testing.T) {
	t.Parallel()
	text := "Read [this](core/nowhere.go) and [that](core/doc.go), `core/films/` and `plugins/nobody/x.go`; then `make test` or `make tea`. [Elsewhere](https://example.org/x)."
	tree := os.DirFS("..")
	got := unknown(text, "README.md", tree, "test: all\nbuild:\n")
	if want := []string{"core/nowhere.go", "plugins/nobody/x.go", "make tea"}; !slices.Equal(got, want) {
		t.Errorf("missing are %q, not %q", got, want)
	}
}
