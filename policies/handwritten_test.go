package policies_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/policies"
)

// TestEveryLineOfThePolicyIsMissed takes each line out of core.csv in turn: one
// of the hand-written cases has to notice. So they cover the policy, and a line
// that nobody misses is one that nobody needs.
func TestEveryLineOfThePolicyIsMissed(t *testing.T) {
	t.Parallel()
	content, err := fs.ReadFile(policies.Files, "core.csv")
	if err != nil {
		t.Fatal(err)
	}
	cases := readTable(t, "testdata/handwritten.csv")
	lines := strings.Split(string(content), "\n")
	for i, line := range lines {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		without := append(append([]string{}, lines[:i]...), lines[i+1:]...)
		gate, err := policies.LoadFrom(changed{policies.Files, strings.Join(without, "\n")}, nil)
		if err != nil {
			t.Fatalf("without %q: %v", line, err)
		}
		gate.Now = func() time.Time { return noon }
		if !missed(t, gate, cases, line) {
			t.Errorf("line %d is missed by no hand-written case: %s", i+1, line)
		}
	}
}

// missed reports whether a case about the line's action, or any for a denial,
// gets another answer than it should.
func missed(t *testing.T, gate *policies.Gate, cases []map[string]string, line string) bool {
	t.Helper()
	words := strings.Split(line, ",")
	action, deny := strings.TrimSpace(words[2]), len(words) > 3
	for _, c := range cases {
		if c["action"] != action && (!deny || strings.HasPrefix(c["action"], "ecran.")) {
			continue
		}
		ctx := core.WithActor(t.Context(), readActor(t, c["grants"], c["credential"]))
		if gate.May(ctx, c["action"], c["at"], readFacts(t, c["facts"])) != (c["answer"] == "yes") {
			return true
		}
	}
	return false
}

// changed are the policy files with another core.csv.
type changed struct {
	fs.FS
	core string
}

// Open opens a file.
func (c changed) Open(name string) (fs.File, error) {
	if name == "core.csv" {
		return fstest.MapFS{name: {Data: []byte(c.core)}}.Open(name)
	}
	return c.FS.Open(name)
}
