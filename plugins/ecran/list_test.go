package ecran_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// orders is every key by which a list of Écran may be ordered, and why that is a
// human or factual rule. A new one is for somebody to think about.
var orders = map[string]string{
	"created_at": "a date", "-created_at": "a date",
	"name": "the alphabet", "-name": "the alphabet",
	"title": "the alphabet", "-title": "the alphabet",
}

// filters is every other key of a query: a place, a thing by its id, a state or
// a kind that people gave it, an instant, or how much of a list to send.
var filters = []string{"at", "count", "cursor", "film", "kind", "label", "limit", "over", "scope", "state"}

func TestAListTakesAsManyQueriesForManyRowsAsForOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		first, slot := "", 0
		add := func(film string) {
			t.Helper()
			label := e.label(t, ines, "personal", "Carnet pour "+film)
			selection := e.selection(t, ines, label, "Courts", "public")
			if first == "" {
				first = selection
			}
			e.pick(t, ines, first, film)
			slot++
			e.pin(t, "label", label, slot)
		}
		queries := func() map[string]int {
			t.Helper()
			taken := map[string]int{}
			for _, path := range []string{"/labels", "/selections", "/selections?count=exact", "/selections/" + first + "/picks", "/selections/" + first + "/history", "/page/versions"} {
				who := ines
				if path == "/page/versions" {
					who = maelle
				}
				a := e.As(who).Do(t, http.MethodGet, path, nil)
				want(t, a, http.StatusOK)
				taken[path] = a.Statements
			}
			return taken
		}
		add("phares")
		one := queries()
		add("maree-basse")
		add("aller-simple")
		if many := queries(); !maps.Equal(one, many) || one["/labels"] == 0 {
			t.Errorf("for one row %v, for three %v", one, many)
		}
		t.Log(one)
	})
}

func TestECR10NothingIsSortedByPopularity(t *testing.T) {
	t.Parallel()
	e := open(t, "sqlite")
	_, raw, err := e.Describe()
	if err != nil {
		t.Fatal(err)
	}
	type schema struct {
		Enum []string
	}
	var document struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name, In string
				Schema   schema
			}
		}
		Components struct {
			Schemas map[string]struct {
				Properties map[string]json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	sorts, keys := 0, 0
	for path, operations := range document.Paths {
		for method, operation := range operations {
			for _, p := range operation.Parameters {
				switch {
				case p.In != "query":
				case p.Name == "sort":
					sorts++
					if len(p.Schema.Enum) == 0 {
						t.Errorf("%s %s is sorted by anything", method, path)
					}
					for _, key := range p.Schema.Enum {
						if orders[key] == "" {
							t.Errorf("%s %s can be sorted by %s", method, path, key)
						}
					}
				default:
					if keys++; !slices.Contains(filters, p.Name) {
						t.Errorf("%s %s takes %s", method, path, p.Name)
					}
				}
			}
		}
	}
	if sorts < 2 || keys < 10 {
		t.Fatalf("the document names %d orders and %d keys: it is not the whole one", sorts, keys)
	}
	// Nor is there anything to count in what is shown, but the votes of a label's
	// own people.
	for name, s := range document.Components.Schemas {
		for property := range s.Properties {
			for _, measure := range []string{"view", "like", "popular", "score", "rank", "rating", "trend", "follower", "count", "plays", "clicks"} {
				if strings.Contains(strings.ToLower(property), measure) && property != "request_id" {
					t.Errorf("%s has %s", name, property)
				}
			}
		}
	}
}
