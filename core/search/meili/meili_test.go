package meili_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/core/search/meili"
	"github.com/labfilms/labfilms/core/search/searchtest"
)

// server returns the Meilisearch for tests and its key.
func server(t testing.TB) (url, key string) {
	t.Helper()
	url = os.Getenv("LABFILMS_TEST_MEILI")
	if url == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("LABFILMS_TEST_MEILI is not set, and CI skips nothing")
		}
		t.Skip("LABFILMS_TEST_MEILI is not set; make test starts a Meilisearch")
	}
	return url, os.Getenv("LABFILMS_TEST_MEILI_KEY")
}

// open returns an index of its own, which is gone when the test ends.
func open(t testing.TB) *meili.Index {
	t.Helper()
	url, key := server(t)
	index, err := meili.Open(t.Context(), meili.Options{URL: url, Key: key, Prefix: "test-" + strings.ToLower(rand.Text())})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := index.Forget(context.Background()); err != nil {
			t.Errorf("forget: %v", err)
		}
		index.Close()
	})
	return index
}

func doc(kind, id, name string) search.Document {
	return search.Document{
		Key: search.Key{Kind: kind, ID: id}, Names: []string{name},
		Place: core.Place{Network: "n", Region: "r", Space: "s"},
	}
}

func ids(t *testing.T, index search.Index, q search.Query) string {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 50
	}
	found, err := index.Find(t.Context(), q)
	if err != nil {
		t.Fatalf("find %q: %v", q.Words, err)
	}
	if found.Total != len(found.Hits) {
		t.Errorf("find %q: total %d of %d hits", q.Words, found.Total, len(found.Hits))
	}
	var all []string
	for _, h := range found.Hits {
		all = append(all, h.ID)
	}
	return strings.Join(all, " ")
}

func TestWordsFind(t *testing.T) {
	t.Parallel()
	index := open(t)
	etoile, soeur, port, le := doc("film", "a", "L'Étoile du large"), doc("film", "b", "Ma sœur de Saint-Malo"), doc("film", "c", "Le Port"), doc("person", "d", "Le")
	port.Text = "Une étoile se lève au-dessus du port, et Gwenaëlle la filme."
	port.Facets = map[string][]string{"stage": {"writing"}}
	port.Numbers = map[string]float64{"year": 2024}
	port.At = &search.Point{Lat: 48.1, Lon: -1.6}
	port.Owner = "o"
	if err := index.Put(t.Context(), etoile, soeur, port, le); err != nil {
		t.Fatal(err)
	}
	year := 2024.0
	for name, c := range map[string]struct {
		q    search.Query
		want string
	}{
		"nothing typed":    {search.Query{}, "a d c b"},
		"accent":           {search.Query{Words: "etoile"}, "a c"},
		"elision":          {search.Query{Words: "l’étoile"}, "a c"},
		"ligature":         {search.Query{Words: "soeur"}, "b"},
		"hyphen":           {search.Query{Words: "saint malo"}, "b"},
		"hyphen, typed":    {search.Query{Words: "saint-malo"}, "b"},
		"typo":             {search.Query{Words: "etoyle"}, "a c"},
		"no typo in short": {search.Query{Words: "pxrt"}, ""},
		"beginning":        {search.Query{Words: "gwen"}, "c"},
		"beginning first":  {search.Query{Words: "gwen port"}, ""},
		"all words":        {search.Query{Words: "étoile montagne"}, ""},
		"quotes":           {search.Query{Words: `"port étoile"`}, "c"},
		"minus":            {search.Query{Words: "étoile -port"}, "c"},
		"signs alone":      {search.Query{Words: `"*-`}, "a d c b"},
		"kind":             {search.Query{Kinds: []string{"person"}}, "d"},
		"facet":            {search.Query{Facets: map[string][]string{"stage": {"writing"}}}, "c"},
		"unknown facet":    {search.Query{Facets: map[string][]string{"nothing": {"x"}}}, ""},
		"range":            {search.Query{Ranges: map[string]search.Range{"year": {From: &year, To: &year}}}, "c"},
		"near":             {search.Query{Near: &search.Near{Point: search.Point{Lat: 48.1, Lon: -1.7}, KM: 10}}, "c"},
		"far":              {search.Query{Near: &search.Near{Point: search.Point{Lat: 44, Lon: -1.7}, KM: 10}}, ""},
		"without":          {search.Query{Without: []string{"a", "o"}}, "d b"},
		"the region":       {search.Query{Scope: core.Scope{Place: core.Place{Network: "n", Region: "r", Space: "r"}, Subtree: true}}, "a d c b"},
		"the region alone": {search.Query{Scope: core.Scope{Place: core.Place{Network: "n", Region: "r", Space: "r"}}}, ""},
		"quoted value":     {search.Query{Kinds: []string{`x" OR kind = "film`, `\`, `\" OR kind EXISTS OR kind = "`}}, ""},
		"quoted attribute": {search.Query{Facets: map[string][]string{`x" EXISTS OR "kind`: {"film"}}}, ""},
	} {
		if got := ids(t, index, c.q); got != c.want {
			t.Errorf("%s: found %q, want %q", name, got, c.want)
		}
	}
	found, err := index.Find(t.Context(), search.Query{Words: "etoile", Limit: 10, Count: []string{"kind", "stage", "nothing"}})
	if err != nil {
		t.Fatal(err)
	}
	if found.Facets["kind"]["film"] != 2 || found.Facets["stage"]["writing"] != 1 {
		t.Errorf("counts: %v", found.Facets)
	}
	if got, want := found.Hits[0].Name, "L'"+search.MarkOpen+"Étoile"+search.MarkClose+" du large"; got != want {
		t.Errorf("name %q, want %q", got, want)
	}
	if !strings.Contains(found.Hits[1].Text, search.MarkOpen+"étoile"+search.MarkClose) {
		t.Errorf("text %q", found.Hits[1].Text)
	}
}

func TestANewIndexTakesThePlaceOfTheOldOne(t *testing.T) {
	t.Parallel()
	ctx, index := t.Context(), open(t)
	whole := func(want bool) {
		t.Helper()
		if got, err := index.Whole(ctx); err != nil || got != want {
			t.Errorf("whole: %v, %v, want %v", got, err, want)
		}
	}
	whole(false)
	if err := index.Put(ctx, doc("film", "old", "Ancien")); err != nil {
		t.Fatal(err)
	}
	whole(false)
	r, err := index.Rebuild(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Put(ctx, doc("film", "new", "Nouveau"), doc("film", "gone", "Parti")),
		index.Put(ctx, doc("film", "meanwhile", "Entre")), index.Drop(ctx, search.Key{Kind: "film", ID: "gone"})); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, index, search.Query{}); got != "old meanwhile" {
		t.Errorf("during: %q", got)
	}
	if err := errors.Join(r.Done(ctx), r.Abandon(ctx)); err != nil {
		t.Fatal(err)
	}
	whole(true)
	if got := ids(t, index, search.Query{}); got != "meanwhile new" {
		t.Errorf("after: %q", got)
	}
	var all []string
	if err := index.All(ctx, func(k search.Key, stamp string) error {
		all = append(all, k.ID+" "+stamp)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	if want := []string{"meanwhile " + doc("film", "meanwhile", "Entre").Stamp(), "new " + doc("film", "new", "Nouveau").Stamp()}; !slices.Equal(all, want) {
		t.Errorf("all: %v, want %v", all, want)
	}
}

func TestAServerThatIsDownOrDoesNotTakeTheKeyIsUnavailable(t *testing.T) {
	t.Parallel()
	url, _ := server(t)
	for name, o := range map[string]meili.Options{
		"down": {URL: "http://127.0.0.1:1", Key: "a-secret-key-of-ours", Prefix: "p"},
		"key":  {URL: url, Key: "a-secret-key-of-ours", Prefix: "p"},
	} {
		index, err := meili.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = index.Find(t.Context(), search.Query{Words: "x"})
		if !errors.Is(err, search.ErrUnavailable) || strings.Contains(err.Error(), o.Key) {
			t.Errorf("%s: find: %v", name, err)
		}
		if err := index.Put(t.Context(), doc("film", "a", "A")); !errors.Is(err, search.ErrUnavailable) || strings.Contains(err.Error(), o.Key) {
			t.Errorf("%s: put: %v", name, err)
		}
		index.Close()
	}
}

func TestSuite(t *testing.T) {
	searchtest.Run(t, func(t *testing.T) search.Index { return open(t) })
}
