package meili

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/meilisearch/meilisearch-go"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/search"
)

// Of long queries only the beginning is looked for; Meilisearch itself looks at
// ten words.
const (
	mostWords  = 10
	mostLetter = 60
)

// cropMark is what Meilisearch puts where a text was cut. It is taken out again.
const cropMark = "\ue002"

// Find answers a query. An index that was never built has nothing in it.
func (i *Index) Find(ctx context.Context, q search.Query) (search.Found, error) {
	ctx, cancel := context.WithTimeout(ctx, forFind)
	defer cancel()
	words := wordsOf(q.Words)
	limit, offset := min(max(q.Limit, 0), 100), min(max(q.Offset, 0), 1000)
	request := &meilisearch.SearchRequest{
		Limit:                int64(max(limit, 1)), // none would be twenty
		Offset:               int64(offset),
		AttributesToRetrieve: []string{"kind", "id", "stamp"},
		MatchingStrategy:     meilisearch.All,
		Filter:               filterOf(q),
		Sort:                 []string{"sort:asc", "id:asc"},
	}
	if words != "" {
		request.AttributesToHighlight = []string{"names", "text"}
		request.AttributesToCrop = []string{"text"}
		request.CropLength = 25
		request.CropMarker = cropMark
		request.HighlightPreTag = search.MarkOpen
		request.HighlightPostTag = search.MarkClose
	}
	for _, name := range q.Count {
		request.Facets = append(request.Facets, facet(name))
	}
	answer, err := i.server.Index(i.uid).SearchWithContext(ctx, words, request)
	if isUnknown(err) {
		return search.Found{Facets: countsOf(q.Count, nil)}, nil
	}
	if err != nil {
		return search.Found{}, fault(err)
	}
	found := search.Found{Total: int(answer.EstimatedTotalHits)}
	for _, h := range answer.Hits[:min(limit, len(answer.Hits))] {
		hit, err := hitOf(h)
		if err != nil {
			return search.Found{}, err
		}
		found.Hits = append(found.Hits, hit)
	}
	var counted map[string]map[string]int
	if len(answer.FacetDistribution) > 0 {
		if err := json.Unmarshal(answer.FacetDistribution, &counted); err != nil {
			return search.Found{}, fmt.Errorf("meili: %w", err)
		}
	}
	found.Facets = countsOf(q.Count, counted)
	return found, nil
}

func countsOf(names []string, counted map[string]map[string]int) map[string]map[string]int {
	if len(names) == 0 {
		return nil
	}
	counts := map[string]map[string]int{}
	for _, name := range names {
		counts[name] = map[string]int{}
		maps.Copy(counts[name], counted[facet(name)])
	}
	return counts
}

// wordsOf returns what was typed as words that mean nothing else to
// Meilisearch, without those that tell nothing unless there are no others. A
// space at the end says that the last of them is whole.
func wordsOf(typed string) string {
	var all, telling []string
	for _, w := range strings.FieldsFunc(typed, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}) {
		if len([]rune(w)) > mostLetter {
			continue
		}
		if all = append(all, w); !stopWords[strings.ToLower(w)] {
			telling = append(telling, w)
		}
	}
	if len(all) == 0 {
		return ""
	}
	ends := ""
	if last := typed[len(typed)-1]; last == ' ' {
		ends = " "
	}
	if len(telling) > 0 {
		if stop := all[len(all)-1]; stop != telling[len(telling)-1] && ends == "" {
			telling = append(telling, stop) // it may be the beginning of one that tells
		}
		all = telling
	}
	return strings.Join(all[:min(len(all), mostWords)], " ") + ends
}

// filterOf returns what narrows a question. All parts have to hold.
func filterOf(q search.Query) []string {
	parts := []string{"kind EXISTS"} // the mark has none
	if len(q.Kinds) > 0 {
		parts = append(parts, in("kind", q.Kinds))
	}
	if attribute, id := levelOf(q.Scope); id != "" {
		parts = append(parts, in(attribute, []string{id}))
	}
	for _, module := range slices.Sorted(maps.Keys(q.Off)) {
		if spaces := q.Off[module]; len(spaces) > 0 {
			parts = append(parts, "NOT ("+in("module", []string{module})+" AND "+in("space", spaces)+")")
		}
	}
	if len(q.Without) > 0 {
		parts = append(parts, "NOT "+in("id", q.Without), "NOT "+in("owner", q.Without))
	}
	for _, name := range slices.Sorted(maps.Keys(q.Facets)) {
		parts = append(parts, in(facet(name), q.Facets[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(q.Ranges)) {
		r, attribute := q.Ranges[name], quoted("numbers."+name)
		if r.From == nil && r.To == nil {
			parts = append(parts, attribute+" EXISTS")
		}
		if r.From != nil {
			parts = append(parts, attribute+" >= "+number(*r.From))
		}
		if r.To != nil {
			parts = append(parts, attribute+" <= "+number(*r.To))
		}
	}
	if q.Near != nil {
		parts = append(parts, "_geoRadius("+number(q.Near.Lat)+", "+number(q.Near.Lon)+", "+number(q.Near.KM*1000)+")")
	}
	return parts
}

// facet returns the attribute that a facet is kept in.
func facet(name string) string {
	if name == "kind" || name == "region" {
		return name
	}
	return "facets." + name
}

// levelOf returns the attribute that says whether a document is in the scope,
// and what has to be in it; nothing for no scope.
func levelOf(s core.Scope) (attribute, id string) {
	switch {
	case s.Space == "":
		return "", ""
	case !s.Subtree || s.Level() == core.Institution:
		return "space", s.Space
	default:
		return string(s.Level()), s.Space
	}
}

func in(attribute string, values []string) string {
	words := make([]string, len(values))
	for n, v := range values {
		words[n] = quoted(v)
	}
	return quoted(attribute) + " IN [" + strings.Join(words, ", ") + "]"
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// quoted returns a word that is nothing but a word in a filter, whatever is in
// it.
func quoted(word string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word) + `"`
}

// hitOf returns a hit of Meilisearch as ours.
func hitOf(h meilisearch.Hit) (search.Hit, error) {
	var found struct {
		row
		Formatted struct {
			Names []string `json:"names"`
			Text  string   `json:"text"`
		} `json:"_formatted"`
	}
	if err := h.DecodeInto(&found.row); err != nil {
		return search.Hit{}, fmt.Errorf("meili: %w", err)
	}
	if raw := h["_formatted"]; len(raw) > 0 {
		if err := json.Unmarshal(raw, &found.Formatted); err != nil {
			return search.Hit{}, fmt.Errorf("meili: %w", err)
		}
	}
	hit := search.Hit{Key: search.Key{Kind: found.Kind, ID: found.ID}, Stamp: found.Stamp}
	most := 0
	for _, name := range found.Formatted.Names {
		if marks := strings.Count(name, search.MarkOpen); marks > most {
			hit.Name, most = name, marks
		}
	}
	if strings.Contains(found.Formatted.Text, search.MarkOpen) {
		hit.Text = strings.Trim(found.Formatted.Text, cropMark)
	}
	return hit, nil
}
