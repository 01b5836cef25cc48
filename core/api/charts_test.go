package api

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var machine = regexp.MustCompile(`(?m)^var ([A-Z]\w*) = core\.Machine\[`)

// TestTheDocumentationShowsEveryMachine finds every table of states in the areas
// and looks for it among the descriptions.
func TestTheDocumentationShowsEveryMachine(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		declared += len(machine.FindAll(content, -1))
	}
	a, err := New(config(t))
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, tag := range a.core.OpenAPI().Tags {
		shown += strings.Count(tag.Description, "**The states of a")
	}
	if shown != declared || shown == 0 {
		t.Errorf("the documentation shows %d of %d machines", shown, declared)
	}
	document := string(a.own)
	for _, line := range []string{"| `released` | `withdrawn` | `film.withdraw` | `film.withdrawn.v1` |", "claim.decide"} {
		if !strings.Contains(document, line) {
			t.Errorf("the document lacks %s", line)
		}
	}
}
