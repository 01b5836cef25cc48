package bleve

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
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

// ways returns how documents may fit a query, those that fit best first, each way
// with those before it among what it finds: all the words whole in a name; the
// last one begun there; in a name or in what goes with it; and anything that fits
// at all, in the text, and with a letter amiss.
func (g *generation) ways(q search.Query) []query.Query {
	terms, narrow := g.words(q.Words), narrowed(q)
	if len(terms) == 0 {
		return []query.Query{narrow(bleve.NewMatchAllQuery())}
	}
	var whole, begin, known, any []query.Query
	for i, t := range terms {
		last := typing(q) && i == len(terms)-1
		name, also := boosted(is("names", t), 8), boosted(is("also", t), 4)
		whole = append(whole, name)
		if last {
			name, also = boosted(is("begin", begun(t)), 4), boosted(is("also_begin", begun(t)), 2)
		}
		begin, known = append(begin, name), append(known, bleve.NewDisjunctionQuery(name, also))
		any = append(any, g.word(t, last))
	}
	ways := []query.Query{narrow(whole...)}
	if typing(q) {
		ways = append(ways, narrow(begin...))
	}
	return append(ways, narrow(known...), narrow(any...))
}

// typing reports whether the last word may be the beginning of one.
func typing(q search.Query) bool { return !strings.HasSuffix(q.Words, " ") }

// narrowed returns a query for what fits these ones and everything else that is
// asked, which says nothing of how well it fits.
func narrowed(q search.Query) func(...query.Query) query.Query {
	var must, not []query.Query
	if len(q.Kinds) > 0 {
		must = append(must, anyOf("kind", q.Kinds))
	}
	if field, id := levelOf(q.Scope); id != "" {
		must = append(must, is(field, id))
	}
	for name, values := range q.Facets {
		must = append(must, anyOf(facetField(name), values))
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
	for module, spaces := range q.Off {
		if len(spaces) > 0 {
			not = append(not, bleve.NewConjunctionQuery(is("module", module), anyOf("space", spaces)))
		}
	}
	if len(q.Without) > 0 {
		not = append(not, anyOf("id", q.Without), anyOf("owner", q.Without))
	}
	return func(fit ...query.Query) query.Query {
		return query.NewBooleanQuery(slices.Concat(fit, must), nil, not)
	}
}

func facetField(name string) string {
	if name == "kind" || name == "region" {
		return name
	}
	return "facets." + name
}

// counted returns what the library is asked to count the facets of all that
// fits.
func counted(fits query.Query, facets []string) *bleve.SearchRequest {
	r := bleve.NewSearchRequestOptions(fits, 0, 0, false)
	r.Score = "none"
	for _, name := range facets {
		r.AddFacet(name, bleve.NewFacetRequest(facetField(name), mostValues))
	}
	return r
}

// shown returns what the library is asked to show of these hits: their stamp,
// and where in them the words of the query are.
func (g *generation) shown(q search.Query, hits []*match) *bleve.SearchRequest {
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.id
	}
	terms := g.words(q.Words)
	must := []query.Query{query.NewDocIDQuery(ids)}
	for i, t := range terms {
		must = append(must, g.word(t, typing(q) && i == len(terms)-1))
	}
	r := bleve.NewSearchRequestOptions(bleve.NewConjunctionQuery(must...), len(ids), 0, false)
	r.IncludeLocations = len(terms) > 0
	r.Fields = []string{"stamp", "names", "text"}
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
	if last {
		ways = append(ways, boosted(is("begin", begun(word)), 4), boosted(is("also_begin", begun(word)), 2))
	}
	if amiss := typos(utf8.RuneCountInString(word)); amiss > 0 {
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

// begun returns as much of a word as is kept of beginnings.
func begun(word string) string {
	letters := []rune(word)
	return string(letters[:min(len(letters), longest)])
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
