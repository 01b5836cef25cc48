package bleve

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	blevesearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/search"
)

// Of long queries only the beginning is looked for.
const (
	mostWords  = 20
	mostLetter = 60
)

// mostValues is how many words of a facet are counted.
const mostValues = 1000

var stopWords = func() analysis.TokenMap {
	m := analysis.NewTokenMap()
	if err := m.LoadBytes(fr.FrenchStopWords); err != nil {
		panic(err) // it is the library's own
	}
	return m
}()

// request returns what the library is asked for a query.
func (g *generation) request(q search.Query) *bleve.SearchRequest {
	must := []query.Query{}
	terms := g.words(q.Words)
	order := []string{"sort"}
	if len(terms) > 0 {
		order = []string{"-_score", "sort"}
	} else {
		must = append(must, bleve.NewMatchAllQuery())
	}
	ends := utf8.RuneCountInString(q.Words) > 0 && !strings.HasSuffix(q.Words, " ")
	for i, t := range terms {
		must = append(must, g.word(t, ends && i == len(terms)-1))
	}
	if len(q.Kinds) > 0 {
		must = append(must, anyOf("kind", q.Kinds))
	}
	if field, id := levelOf(q.Scope); id != "" {
		must = append(must, is(field, id))
	}
	for name, values := range q.Facets {
		field := "facets." + name
		if name == "kind" || name == "region" {
			field = name
		}
		must = append(must, anyOf(field, values))
	}
	for name, r := range q.Ranges {
		yes := true
		n := query.NewNumericRangeInclusiveQuery(r.From, r.To, &yes, &yes)
		n.SetField("numbers." + name)
		n.SetBoost(0)
		must = append(must, n)
	}
	if q.Near != nil {
		near := bleve.NewGeoDistanceQuery(q.Near.Lon, q.Near.Lat, fmt.Sprintf("%fkm", q.Near.KM))
		near.SetField("at")
		near.SetBoost(0)
		must = append(must, near)
	}
	b := query.NewBooleanQuery(must, nil, nil)
	for module, spaces := range q.Off {
		if len(spaces) > 0 {
			b.AddMustNot(bleve.NewConjunctionQuery(is("module", module), anyOf("space", spaces)))
		}
	}
	if len(q.Without) > 0 {
		b.AddMustNot(anyOf("id", q.Without), anyOf("owner", q.Without))
	}
	r := bleve.NewSearchRequestOptions(b, min(max(q.Limit, 0), 100), min(max(q.Offset, 0), 1000), false)
	r.Fields = []string{"stamp", "names", "text"}
	r.SortBy(order)
	for _, name := range q.Count {
		field := "facets." + name
		if name == "kind" || name == "region" {
			field = name
		}
		r.AddFacet(name, bleve.NewFacetRequest(field, mostValues))
	}
	return r
}

// located returns what the library is asked for where the words of a query are
// in these hits: to know that of all that fits would take far longer. It is nil
// where there are no words, or no hits.
func (g *generation) located(q search.Query, hits blevesearch.DocumentMatchCollection) *bleve.SearchRequest {
	terms := g.words(q.Words)
	if len(terms) == 0 || len(hits) == 0 {
		return nil
	}
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	must := []query.Query{query.NewDocIDQuery(ids)}
	for i, t := range terms {
		must = append(must, g.word(t, !strings.HasSuffix(q.Words, " ") && i == len(terms)-1))
	}
	r := bleve.NewSearchRequestOptions(bleve.NewConjunctionQuery(must...), len(ids), 0, false)
	r.IncludeLocations = true
	return r
}

// levelOf returns the column that says whether a document is in the scope, and
// what has to be in it; none for no scope.
func levelOf(s core.Scope) (field, id string) {
	switch {
	case s.Place.Space == "":
		return "", ""
	case !s.Subtree || s.Place.Level() == core.Institution:
		return "space", s.Place.Space
	case s.Place.Level() == core.Region:
		return "region", s.Place.Space
	default:
		return "network", s.Place.Space
	}
}

// words returns the words of what was typed, as the index has them: without
// those that every French text is full of, unless there are no others.
func (g *generation) words(typed string) []string {
	var all, telling []string
	for _, t := range g.analyzer.Analyze([]byte(typed)) {
		word := string(t.Term)
		if word == "" || utf8.RuneCountInString(word) > mostLetter {
			continue
		}
		if all = append(all, word); !stopWords[word] {
			telling = append(telling, word)
		}
	}
	if len(telling) > 0 {
		// The last one may be the beginning of a word that tells.
		if last := all[len(all)-1]; last != telling[len(telling)-1] {
			telling = append(telling, last)
		}
		all = telling
	}
	return all[:min(len(all), mostWords)]
}

// word is the query for one word: as it is, in the names first; as the
// beginning of one, if it is the last; and with a letter or two amiss.
func (g *generation) word(word string, last bool) query.Query {
	ways := []query.Query{boosted(is("names", word), 8), boosted(is("also", word), 4)}
	for _, t := range g.prose.Analyze([]byte(word)) {
		ways = append(ways, boosted(is("text", string(t.Term)), 1))
	}
	letters := utf8.RuneCountInString(word)
	if last {
		begin := string([]rune(word)[:min(letters, longest)])
		ways = append(ways, boosted(is("begin", begin), 4), boosted(is("also_begin", begin), 2))
	}
	if amiss := typos(letters); amiss > 0 {
		for field, boost := range map[string]float64{"names": 2, "also": 1} {
			f := bleve.NewFuzzyQuery(word)
			f.SetField(field)
			f.SetFuzziness(amiss)
			f.SetPrefix(1)
			f.SetBoost(boost)
			ways = append(ways, f)
		}
	}
	return bleve.NewDisjunctionQuery(ways...)
}

// typos returns how many letters of a word may be amiss.
func typos(letters int) int {
	switch {
	case letters >= 9:
		return 2
	case letters >= 5:
		return 1
	default:
		return 0
	}
}

func is(field, term string) *query.TermQuery {
	t := bleve.NewTermQuery(term)
	t.SetField(field)
	t.SetBoost(0)
	return t
}

func boosted(t *query.TermQuery, boost float64) *query.TermQuery {
	t.SetBoost(boost)
	return t
}

func anyOf(field string, values []string) query.Query {
	values = slices.Compact(slices.Sorted(slices.Values(values)))
	ways := make([]query.Query, len(values))
	for i, v := range values {
		ways[i] = is(field, v)
	}
	if len(ways) == 1 {
		return ways[0]
	}
	return bleve.NewDisjunctionQuery(ways...)
}
