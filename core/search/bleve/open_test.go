package bleve_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/core/search/bleve"
)

var garrigue = search.Document{
	Key: search.Key{Kind: "film", ID: "00000000-0000-4000-9000-000000000110"}, Names: []string{"Garrigue"},
	Facets: map[string][]string{"premiere": {"2019-05-18"}}, // a word, whatever it looks like
}

func found(t *testing.T, index *bleve.Index, q search.Query) int {
	t.Helper()
	q.Limit = 10
	answer, err := index.Find(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Total
}

func whole(t *testing.T, index *bleve.Index) bool {
	t.Helper()
	is, err := index.Whole(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// built returns a folder with an index that was built to its end, and closed.
func built(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	index := open(t, dir)
	next, err := index.Rebuild(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Put(t.Context(), garrigue); err != nil {
		t.Fatal(err)
	}
	if err := next.Done(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := index.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestReopenKeeps(t *testing.T) {
	t.Parallel()
	index := open(t, built(t))
	if !whole(t, index) || found(t, index, search.Query{Words: "garrigue"}) != 1 {
		t.Error("what was built is not there any more")
	}
}

func TestFacetLikeADate(t *testing.T) {
	t.Parallel()
	index := open(t, built(t))
	q := search.Query{Facets: map[string][]string{"premiere": {"2019-05-18"}}}
	if got := found(t, index, q); got != 1 {
		t.Errorf("found %d, want 1", got)
	}
}

func TestFacetTellsCaseApart(t *testing.T) {
	t.Parallel()
	index := open(t, t.TempDir())
	d := garrigue
	d.Facets = map[string][]string{"stage": {"editing"}}
	if err := index.Put(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]int{"editing": 1, "Editing": 0, "edit": 0} {
		if got := found(t, index, search.Query{Facets: map[string][]string{"stage": {word}}}); got != want {
			t.Errorf("%s: found %d, want %d", word, got, want)
		}
	}
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(dir string) error{
		"the name is nonsense":    func(dir string) error { return os.WriteFile(filepath.Join(dir, "current"), []byte("?"), 0o600) },
		"the name is of none":     func(dir string) error { return os.WriteFile(filepath.Join(dir, "current"), []byte("99"), 0o600) },
		"the name is lost":        func(dir string) error { return os.Remove(filepath.Join(dir, "current")) },
		"the generation is empty": func(dir string) error { return empty(filepath.Join(dir, "2")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := built(t)
			if err := damage(dir); err != nil {
				t.Fatal(err)
			}
			index := open(t, dir)
			if whole(t, index) || found(t, index, search.Query{}) != 0 {
				t.Error("a damaged index is whole")
			}
			if err := index.Put(t.Context(), garrigue); err != nil || found(t, index, search.Query{}) != 1 {
				t.Errorf("it takes nothing: %v", err)
			}
		})
	}
}

func empty(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Mkdir(dir, 0o700)
}

func TestUnfinishedIsRemoved(t *testing.T) {
	t.Parallel()
	dir := built(t)
	index := open(t, dir)
	if _, err := index.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := index.Close(); err != nil {
		t.Fatal(err)
	}
	index = open(t, dir)
	if !whole(t, index) || found(t, index, search.Query{}) != 1 {
		t.Error("a rebuild that never ended has cost the old index")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%d things in the folder, %v, want the generation and its name", len(entries), err)
	}
}

func TestTaken(t *testing.T) {
	t.Parallel()
	dir := built(t)
	index := open(t, dir)
	if _, err := bleve.Open(dir); err == nil {
		t.Error("two have one index")
	}
	if !whole(t, index) || found(t, index, search.Query{}) != 1 {
		t.Error("who came second has damaged it")
	}
}
