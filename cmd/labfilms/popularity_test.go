package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// What lists may be ordered by, and narrowed by, in the whole document: facts,
// and what people did by hand. Whoever adds one says here what it is; nothing
// here is how often something was seen, liked, followed or chosen.
var (
	orderedBy = map[string]string{
		"at": "a date", "created_at": "a date", "updated_at": "a date", "released_at": "a date", "year": "a date", "first_day": "a date",
		"name": "the alphabet", "title": "the alphabet",
		"position": "a hand", "distance": "kilometres",
	}
	narrowedBy = strings.Fields(`
		account actor at commune country craft department duration_from_s duration_to_s film form genre kind label language
		mine near object over parent q role skill space standing stage state status unread within_km year_from year_to`)
	ofAnyList = strings.Fields("sort limit cursor count expand facets scope")
	// The numbers that bodies hold.
	numbers = map[string]string{
		"total": "how long a list is", "count": "how many hits have a word of a facet", "status": "of HTTP",
		"year": "of a film", "duration_s": "of a film", "edition": "of a festival", "position": "by hand", "slot": "of a page", "slots": "of a page",
		"travel_km": "how far somebody goes", "annexe": "of the intermittents' scheme",
		"yes": "the votes of a label's people, for them alone", "no": "as yes", "veto": "as yes", "needed": "the rule of a label",
		"votes_needed": "the rule of a label", "max_pins": "the rule of a label", "max_family": "the rule of a label", "max_words": "the rule of a selection",
		"ended": "sessions that were ended", "read": "notifications that were marked",
		"documents": "of the search index", "missing": "of the search index", "stale": "of the search index", "surplus": "of the search index", "behind": "of the search index",
	}
)

// TestNothingReachesPopularity looks at every list, filter and number of the
// merged document.
func TestNothingReachesPopularity(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, Settings{})
	sorted, filtered := 0, 0
	for _, op := range operations(t, p) {
		for _, q := range op.Parameters {
			switch {
			case q.In != "query":
			case q.Name == "sort":
				sorted++
				if len(q.Schema.Enum) == 0 {
					t.Errorf("%s is ordered by anything", op.ID)
				}
				for _, key := range q.Schema.Enum {
					if orderedBy[strings.TrimPrefix(key, "-")] == "" {
						t.Errorf("%s can be ordered by %s", op.ID, key)
					}
				}
			case !slices.Contains(narrowedBy, q.Name) && !slices.Contains(ofAnyList, q.Name):
				t.Errorf("%s can be narrowed by %s", op.ID, q.Name)
			default:
				filtered++
			}
		}
	}
	if sorted < 10 || filtered < 50 {
		t.Errorf("only %d orders and %d filters were looked at", sorted, filtered)
	}
	var document any
	if err := json.Unmarshal(p.must(t, "", http.MethodGet, "/openapi.json", nil).Body, &document); err != nil {
		t.Fatal(err)
	}
	looked := 0
	eachNumber(document, func(name string) {
		if looked++; numbers[name] == "" {
			t.Errorf("a body holds the number %s; what does it measure?", name)
		}
	})
	if looked < 30 {
		t.Errorf("only %d numbers were looked at", looked)
	}
}

// eachNumber calls do with the name of every property of a document's schemas
// that is a number.
func eachNumber(document any, do func(name string)) {
	switch d := document.(type) {
	case []any:
		for _, one := range d {
			eachNumber(one, do)
		}
	case map[string]any:
		properties, _ := d["properties"].(map[string]any)
		for name, property := range properties {
			schema, _ := property.(map[string]any)
			types, ok := schema["type"].([]any)
			if !ok {
				types = []any{schema["type"]}
			}
			if slices.Contains(types, any("integer")) || slices.Contains(types, any("number")) {
				do(name)
			}
		}
		for _, one := range d {
			eachNumber(one, do)
		}
	}
}
