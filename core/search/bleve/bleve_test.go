package bleve_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/core/search/bleve"
	"github.com/labfilms/labfilms/core/search/searchtest"
	"github.com/labfilms/labfilms/core/text"
)

func open(t testing.TB, dir string) *bleve.Index {
	t.Helper()
	index, err := bleve.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = index.Close() }) // a test may have closed it
	return index
}

func TestIndex(t *testing.T) {
	t.Parallel()
	searchtest.Run(t, func(t *testing.T) search.Index { return open(t, t.TempDir()) })
}

// Names that begin the same are told apart by their ends, and those that are the
// same by their ids, on whatever page they stand.
func TestOrderOfNamesThatBeginTheSame(t *testing.T) {
	t.Parallel()
	index := open(t, t.TempDir())
	beginning := "maree " + strings.Repeat("tres ", 8)
	names := []string{
		"maree", "maree", "maree basse", "maree b", "maree",
		beginning + "haute", beginning + "basse", beginning + "haute", beginning, beginning + "beste",
	}
	var docs []search.Document
	for i, name := range names {
		docs = append(docs, search.Document{Key: search.Key{Kind: "film", ID: fmt.Sprintf("%02d", (i*7)%len(names))}, Names: []string{name}, Place: core.Place{Network: "n", Space: "s"}})
	}
	if err := index.Put(t.Context(), docs...); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(docs, func(a, b search.Document) int {
		return cmp.Or(cmp.Compare(text.Slug(a.Names[0]), text.Slug(b.Names[0])), cmp.Compare(a.ID, b.ID))
	})
	// "mar" begins a word of each; the longer a name is, the less it is that.
	for size := 1; size <= len(docs); size++ {
		var met []string
		for offset := 0; offset < len(docs); offset += size {
			found, err := index.Find(t.Context(), search.Query{Words: "mar", Limit: size, Offset: offset, Scope: core.Scope{Place: core.Place{Network: "n", Space: "s"}, Subtree: true}})
			if err != nil {
				t.Fatal(err)
			}
			for _, hit := range found.Hits {
				met = append(met, hit.ID)
			}
		}
		var want []string
		for _, d := range docs {
			want = append(want, d.ID)
		}
		if !slices.Equal(met, want) {
			t.Fatalf("in pages of %d it finds %q, want %q", size, met, want)
		}
	}
}
