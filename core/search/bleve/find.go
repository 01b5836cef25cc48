package bleve

import (
	"context"

	blevesearch "github.com/blevesearch/bleve/v2/search"

	"github.com/labfilms/labfilms/core/search"
)

// The most hits that are shown, and passed over.
const (
	mostHits   = 100
	mostOffset = 1000
)

// exact is how many hits are counted exactly in any case.
const exact = 1000

// find answers a query.
func (g *generation) find(ctx context.Context, q search.Query) (search.Found, error) {
	found := search.Found{Facets: map[string]map[string]int{}}
	hits, total, err := g.page(ctx, q)
	if err != nil {
		return found, err
	}
	if found.Total = total; len(q.Count) > 0 {
		ways := g.ways(q)
		answer, err := g.index.SearchInContext(ctx, counted(ways[len(ways)-1], q.Count))
		if err != nil {
			return found, err
		}
		found.Total = int(answer.Total)
		for name, facet := range answer.Facets {
			found.Facets[name] = countsOf(facet)
		}
	}
	if len(hits) == 0 {
		return found, nil
	}
	answer, err := g.index.SearchInContext(ctx, g.shown(q, hits))
	if err != nil {
		return found, err
	}
	shown := make(map[string]*blevesearch.DocumentMatch, len(hits))
	for _, hit := range answer.Hits {
		shown[hit.ID] = hit
	}
	for _, hit := range hits {
		if h := shown[hit.id]; h != nil { // else it has gone since
			found.Hits = append(found.Hits, hitOf(h))
		}
	}
	return found, nil
}

// page returns the hits of a page, in order, and how many there are in all. One
// way of fitting is tried after the other until the page is full; what fits in
// a worse way is then counted where that may come to less than exact, and not
// weighed.
func (g *generation) page(ctx context.Context, q search.Query) (hits []*match, total int, err error) {
	r, done, err := g.read()
	if err != nil {
		return nil, 0, err
	}
	defer done()
	from := min(max(q.Offset, 0), mostOffset)
	to := from + min(max(q.Limit, 0), mostHits)
	ways := g.ways(q)
	for n, way := range ways {
		better, fit, err := r.best(ctx, way, to-len(hits), hits)
		if err != nil {
			return nil, 0, err
		}
		hits, total = append(hits, better...), fit
		if len(hits) == to && n < len(ways)-1 {
			if total < exact {
				total, err = r.count(ctx, ways[len(ways)-1])
			}
			return hits[min(from, len(hits)):], total, err
		}
	}
	return hits[min(from, len(hits)):], total, nil
}

func countsOf(facet *blevesearch.FacetResult) map[string]int {
	counts := map[string]int{}
	if facet.Terms == nil {
		return counts
	}
	for _, t := range facet.Terms.Terms() {
		counts[t.Term] = t.Count
	}
	return counts
}
