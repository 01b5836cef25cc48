package policies_test

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// readTable returns the lines of a table of cases, by the names in its heading.
func readTable(t *testing.T, name string) []map[string]string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(strings.NewReader(string(text)))
	r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = '#', -1, true
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var table []map[string]string
	heading := lines[0]
	for _, line := range lines[1:] {
		if len(line) < len(heading) {
			t.Fatalf("%s: too short: %q", name, line)
		}
		// The reason is the last field and may hold commas.
		line[len(heading)-1] = strings.Join(line[len(heading)-1:], ", ")
		fields := map[string]string{}
		for i, name := range heading {
			fields[name] = strings.TrimSpace(line[i])
		}
		table = append(table, fields)
	}
	return table
}

// readGrants reads "creator@/fr/bretagne/ until 11:00;member@/fr/".
func readGrants(t *testing.T, text string) []core.Grant {
	t.Helper()
	var grants []core.Grant
	for part := range strings.SplitSeq(text, ";") {
		if part == "" {
			continue
		}
		part, until, ends := strings.Cut(part, " until ")
		role, path, ok := strings.Cut(part, "@")
		if !ok {
			t.Fatalf("%q is no grant", part)
		}
		g := core.Grant{Role: core.Role(role), Path: path}
		if ends {
			clock, err := time.Parse("15:04", until)
			if err != nil {
				t.Fatal(err)
			}
			g.Until = noon.Truncate(24 * time.Hour).Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute)
		}
		grants = append(grants, g)
	}
	return grants
}

// readActor reads the grants and the credential of a case.
func readActor(t *testing.T, grants, credential string) *core.Actor {
	t.Helper()
	a := &core.Actor{Account: "a", Person: "p", Grants: readGrants(t, grants)}
	kind, scopes, _ := strings.Cut(credential, " ")
	switch kind {
	case "nobody":
		return &core.Actor{}
	case "platform":
		return core.System()
	case "session":
	case "suspended":
		a.Suspended = true
	case "token":
		a.Scopes = strings.Fields(scopes)
	default:
		t.Fatalf("%q is no credential", credential)
	}
	return a
}

func readFacts(t *testing.T, text string) core.Relations {
	t.Helper()
	if text == "" {
		return 0
	}
	facts, ok := core.ParseRelations(text)
	if !ok {
		t.Fatalf("%q are no relations", text)
	}
	return facts
}
