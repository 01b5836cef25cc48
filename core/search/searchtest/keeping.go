package searchtest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/labfilms/labfilms/core/search"
)

// counts tests that facets count all hits, not those of the page, and nothing
// that may not be found.
func counts(t *testing.T, index search.Index) {
	q := search.Query{Count: []string{"kind", "region", "stage"}, Limit: 1}
	for _, c := range []struct {
		name    string
		with    func(q search.Query) search.Query
		kind    map[string]int
		editing int
		reunion int
	}{
		{"all", func(q search.Query) search.Query { return q }, map[string]int{"person": 14, "film": 20, "label": 2, "selection": 2}, 2, 4},
		{"with words", func(q search.Query) search.Query { q.Words = "phare"; return q }, map[string]int{"person": 1, "film": 2, "selection": 1}, 0, 0},
		{"without", func(q search.Query) search.Query { q.Without = []string{id(5), id(7)}; return q }, map[string]int{"person": 12, "film": 18, "label": 2, "selection": 2}, 1, 2},
		{"off", func(q search.Query) search.Query {
			q.Off = map[string][]string{"ecran": {brest, rennes, bretagne, occitanie}}
			return q
		}, map[string]int{"person": 14, "film": 20}, 2, 4},
		{"none", func(q search.Query) search.Query { q.Words = "xylophoniste"; return q }, map[string]int{}, 0, 0},
	} {
		found, err := index.Find(t.Context(), c.with(q))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if !maps.Equal(found.Facets["kind"], c.kind) {
			t.Errorf("%s: kind counts %v, want %v", c.name, found.Facets["kind"], c.kind)
		}
		if got := found.Facets["stage"]["editing"]; got != c.editing {
			t.Errorf("%s: editing counts %d, want %d", c.name, got, c.editing)
		}
		if got := found.Facets["region"][reunion]; got != c.reunion {
			t.Errorf("%s: region counts %d, want %d", c.name, got, c.reunion)
		}
	}
}

// pages tests that pages follow on each other and hold everything once.
func pages(t *testing.T, index search.Index) {
	seen := map[string]bool{}
	for offset := 0; offset < 45; offset += 5 {
		found, err := index.Find(t.Context(), search.Query{Limit: 5, Offset: offset})
		if err != nil {
			t.Fatal(err)
		}
		if found.Total != len(documents()) {
			t.Errorf("from %d: Total = %d, want %d", offset, found.Total, len(documents()))
		}
		for _, id := range ids(found) {
			if seen[id] {
				t.Errorf("%s is on two pages", numbers([]string{id}))
			}
			seen[id] = true
		}
	}
	if len(seen) != len(documents()) {
		t.Errorf("%d documents on all pages, want %d", len(seen), len(documents()))
	}
	for _, typed := range []string{"phare", "le", "m", "kervela", "anne sophie"} {
		all, err := index.Find(t.Context(), search.Query{Words: typed, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for offset, want := range ids(all) {
			one, err := index.Find(t.Context(), search.Query{Words: typed, Limit: 1, Offset: offset})
			if err != nil {
				t.Fatal(err)
			}
			if got := ids(one); !slices.Equal(got, []string{want}) || one.Total != all.Total {
				t.Errorf("%q: from %d: %s of %d, want [%s] of %d", typed, offset, numbers(got), one.Total, numbers([]string{want}), all.Total)
			}
		}
	}
	if found, err := index.Find(t.Context(), search.Query{}); err != nil || len(found.Hits) != 0 {
		t.Errorf("no limit: %d hits, %v, want none", len(found.Hits), err)
	}
}

// highlights tests that what fits is marked, and nothing else.
func highlights(t *testing.T, index search.Index) {
	docs := map[string]search.Document{}
	for _, d := range documents() {
		docs[d.ID] = d
	}
	for typed, want := range map[string][2]string{
		"garrigue": {"<Garrigue>", ""},
		"maloya":   {"", "<maloya>"},
		"étoile":   {"<toile", ""}, // of both, by their ends
	} {
		found, err := index.Find(t.Context(), search.Query{Words: typed, Limit: 10})
		if err != nil || len(found.Hits) == 0 {
			t.Fatalf("%s: %d hits, %v", typed, len(found.Hits), err)
		}
		for _, h := range found.Hits {
			if !balanced(h.Name) || !balanced(h.Text) {
				t.Errorf("%s: the marks of %q and %q are not in pairs", typed, h.Name, h.Text)
			}
			d := docs[h.ID]
			if h.Stamp != d.Stamp() {
				t.Errorf("%s: the stamp is %s, want %s", typed, h.Stamp, d.Stamp())
			}
			if h.Name != "" && !slices.Contains(d.Names, unmark.Replace(h.Name)) {
				t.Errorf("%s: %q is none of %q", typed, h.Name, d.Names)
			}
			if !strings.Contains(d.Text, unmark.Replace(h.Text)) {
				t.Errorf("%s: %q is no piece of %q", typed, h.Text, d.Text)
			}
		}
		if typed == "étoile" {
			continue
		}
		shown := strings.NewReplacer(search.MarkOpen, "<", search.MarkClose, ">")
		if got := shown.Replace(found.Hits[0].Name); got != want[0] {
			t.Errorf("%s: name is %q, want %q", typed, got, want[0])
		}
		if got := shown.Replace(found.Hits[0].Text); !strings.Contains(got, want[1]) || (got != "") != (want[1] != "") {
			t.Errorf("%s: text is %q, want %q in it", typed, got, want[1])
		}
	}
}

// stamps returns what All tells.
func stamps(t *testing.T, index search.Index) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := index.All(t.Context(), func(k search.Key, stamp string) error {
		if _, twice := all[k.ID]; twice {
			return fmt.Errorf("%s twice", k.ID)
		}
		all[k.ID] = stamp
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// keep tests what is put, put again and dropped.
func keep(t *testing.T, index search.Index) {
	if whole, err := index.Whole(t.Context()); whole || err != nil {
		t.Errorf("a new index: Whole = %v, %v, want false", whole, err)
	}
	words("nothing yet", "garrigue").run(t, index)
	put(t, index)
	docs := documents()
	put(t, index, docs...)
	put(t, index, docs...)
	all := stamps(t, index)
	for _, d := range docs {
		if all[d.ID] != d.Stamp() {
			t.Errorf("All: the stamp of %s is %q, want %q", d.Names[0], all[d.ID], d.Stamp())
		}
	}
	if len(all) != len(docs) {
		t.Errorf("All: %d documents, want %d", len(all), len(docs))
	}
	some, err := index.Stamps(t.Context(), docs[0].Key, search.Key{Kind: "film", ID: id(999)}, docs[15].Key)
	if want := map[search.Key]string{docs[0].Key: docs[0].Stamp(), docs[15].Key: docs[15].Stamp()}; err != nil || !maps.Equal(some, want) {
		t.Errorf("Stamps: %v, %v, want %v", some, err, want)
	}
	if none, err := index.Stamps(t.Context()); err != nil || len(none) != 0 {
		t.Errorf("Stamps of none: %v, %v", none, err)
	}
	stop := errors.New("stop")
	if err := index.All(t.Context(), func(search.Key, string) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("All returns %v, want the error of each", err)
	}
	changed := film(110, "Causse", occitanie, "released", 2017, 1080, "Un berger.", 9)
	put(t, index, changed)
	words("the old name", "garrigue").run(t, index)
	words("the new name", "causse", 110).run(t, index)
	if err := index.Drop(t.Context(), changed.Key, search.Key{Kind: "film", ID: id(999)}); err != nil {
		t.Fatal(err)
	}
	words("dropped", "causse").run(t, index)
	if err := index.Drop(t.Context()); err != nil {
		t.Errorf("dropping nothing: %v", err)
	}
}

// rebuild tests that a new index is seen when it is done, and not before.
func rebuild(t *testing.T, index search.Index) {
	docs := documents()
	put(t, index, docs...)
	next, err := index.Rebuild(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := index.Rebuild(t.Context()); err == nil {
		t.Error("two rebuilds at a time")
	}
	if err := next.Put(t.Context(), film(130, "Nouvelle vague", brest, "released", 2025, 60, "", 1)); err != nil {
		t.Fatal(err)
	}
	words("not yet", "nouvelle").run(t, index)
	words("still the old", "garrigue", 110).run(t, index)
	put(t, index, film(131, "Entretemps", brest, "released", 2025, 60, "", 1))
	if err := next.Put(t.Context(), docs[0], docs[1]); err != nil {
		t.Fatal(err)
	}
	if err := index.Drop(t.Context(), docs[1].Key); err != nil {
		t.Fatal(err)
	}
	words("put meanwhile is in the old", "entretemps", 131).run(t, index)
	if whole, err := index.Whole(t.Context()); whole || err != nil {
		t.Errorf("before it is done: Whole = %v, %v, want false", whole, err)
	}
	if err := next.Done(t.Context()); err != nil {
		t.Fatal(err)
	}
	if whole, err := index.Whole(t.Context()); !whole || err != nil {
		t.Errorf("when it is done: Whole = %v, %v, want true", whole, err)
	}
	find{name: "the new one, with what was put and dropped meanwhile", want: []int{131, 1, 130}, order: true}.run(t, index)
	if err := next.Abandon(t.Context()); err != nil {
		t.Errorf("to abandon what is done: %v", err)
	}
	words("it stays", "nouvelle", 130).run(t, index)
}

// abandon tests that nothing is left of a rebuild that was given up.
func abandon(t *testing.T, index search.Index) {
	put(t, index, documents()...)
	for range 2 {
		next, err := index.Rebuild(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := next.Put(t.Context(), film(130, "Nouvelle vague", brest, "released", 2025, 60, "", 1)); err != nil {
			t.Fatal(err)
		}
		if err := next.Abandon(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	words("given up", "nouvelle").run(t, index)
	words("the old", "garrigue", 110).run(t, index)
	if whole, err := index.Whole(t.Context()); whole || err != nil {
		t.Errorf("Whole = %v, %v, want false", whole, err)
	}
}

// crowd tests that who searches while others write and rebuild always finds all
// of one index: a document that is in every one of them.
func crowd(t *testing.T, index search.Index) {
	docs := documents()
	put(t, index, docs...)
	var writing, reading sync.WaitGroup
	done := make(chan struct{})
	for n := range 4 {
		writing.Go(func() {
			for turn := range 5 {
				d := film(500+n, "Passage", brest, "released", 2000+float64(turn), 60, "", 1)
				if err := errors.Join(index.Put(t.Context(), d), index.Drop(t.Context(), d.Key)); err != nil {
					t.Error(err)
				}
			}
		})
		reading.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				found, err := index.Find(t.Context(), search.Query{Words: "garrigue", Limit: 10})
				if err != nil || found.Total != 1 || len(found.Hits) != 1 {
					t.Errorf("found %d of 1, %v", found.Total, err)
					return
				}
			}
		})
	}
	writing.Go(func() {
		for range 3 {
			next, err := index.Rebuild(t.Context())
			if err == nil {
				err = errors.Join(next.Put(t.Context(), docs...), next.Done(t.Context()))
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	writing.Wait()
	close(done)
	reading.Wait()
	if got := len(stamps(t, index)); got != len(docs) {
		t.Errorf("%d documents are left, want %d", got, len(docs))
	}
}
