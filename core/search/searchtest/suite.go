// Package searchtest is what every engine of search has to do: one table that
// all of them pass.
//
// By nature they differ in three things, and the table asks for none of them: in
// which order hits come that fit in the same field and in as many words (bleve
// weighs how rare a word is, Meilisearch how near the words are to each other);
// where a piece of a text is cut; and whether the words of a facet are told
// apart by case (in bleve they are, Meilisearch narrows by both).
package searchtest

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/search"
)

// Run tests the engine. open returns an index with nothing in it, another one
// each time it is called; it sees to it that the index is closed.
func Run(t *testing.T, open func(t *testing.T) search.Index) {
	t.Run("find", func(t *testing.T) {
		index := open(t)
		put(t, index, documents()...)
		for _, c := range cases() {
			t.Run(c.name, func(t *testing.T) { c.run(t, index) })
		}
		t.Run("counts", func(t *testing.T) { counts(t, index) })
		t.Run("pages", func(t *testing.T) { pages(t, index) })
		t.Run("highlights", func(t *testing.T) { highlights(t, index) })
	})
	t.Run("keep", func(t *testing.T) { keep(t, open(t)) })
	t.Run("rebuild", func(t *testing.T) { rebuild(t, open(t)) })
	t.Run("abandon", func(t *testing.T) { abandon(t, open(t)) })
	t.Run("crowd", func(t *testing.T) { crowd(t, open(t)) })
	t.Run("load", func(t *testing.T) { load(t, open(t)) })
}

// find is a question and the numbers of the documents that answer it.
type find struct {
	name  string
	query search.Query
	want  []int
	order bool // want is in order; else the first is first if first says so
	first bool
}

func (c find) run(t *testing.T, index search.Index) {
	t.Helper()
	q := c.query
	q.Limit = 100
	found, err := index.Find(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	got, want := ids(found), make([]string, len(c.want))
	for i, n := range c.want {
		want[i] = id(n)
	}
	if found.Total != len(want) {
		t.Errorf("Total = %d, want %d", found.Total, len(want))
	}
	if c.first && len(got) > 0 && got[0] != want[0] {
		t.Errorf("first is %s, want %s", got[0], want[0])
	}
	if !c.order {
		slices.Sort(got)
		slices.Sort(want)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q: found %s, want %s", short(q.Words), numbers(got), numbers(want))
	}
}

func words(name, typed string, want ...int) find {
	return find{name: name, query: search.Query{Words: typed}, want: want}
}

func in(space string, subtree bool) core.Scope {
	return core.Scope{Place: place(space), Subtree: subtree}
}

func put(t *testing.T, index search.Index, docs ...search.Document) {
	t.Helper()
	if err := index.Put(t.Context(), docs...); err != nil {
		t.Fatal(err)
	}
}

func ids(f search.Found) []string {
	all := make([]string, len(f.Hits))
	for i, h := range f.Hits {
		all[i] = h.ID
	}
	return all
}

// numbers writes ids as the tables do.
func numbers(ids []string) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = strings.TrimLeft(id[len(id)-12:], "0")
	}
	return "[" + strings.Join(all, " ") + "]"
}

func short(s string) string { return s[:min(len(s), 60)] }

// balanced reports whether the marks are in pairs with something between, and
// the text is whole letters.
func balanced(s string) bool {
	open := false
	for i, r := range s {
		switch string(r) {
		case search.MarkOpen:
			if open {
				return false
			}
			open = true
		case search.MarkClose:
			if !open || strings.HasSuffix(s[:i], search.MarkOpen) {
				return false
			}
			open = false
		}
	}
	return !open && utf8.ValidString(s)
}

var unmark = strings.NewReplacer(search.MarkOpen, "", search.MarkClose, "")
