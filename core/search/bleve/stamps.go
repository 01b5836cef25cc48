package bleve

import (
	"context"
	"strings"

	"github.com/blevesearch/bleve/v2"

	"github.com/labfilms/labfilms/core/search"
)

// allAtOnce is how many documents All reads at a time.
const allAtOnce = 1000

// All calls each with every document's key and stamp. A rebuild that is done
// meanwhile does not wait for it: it goes on in the new index.
func (i *Index) All(ctx context.Context, each func(k search.Key, stamp string) error) error {
	r := bleve.NewSearchRequestOptions(bleve.NewMatchAllQuery(), allAtOnce, 0, false)
	r.SortBy([]string{"_id"})
	for {
		hits, err := i.stamps(ctx, r)
		if err != nil {
			return err
		}
		for _, hit := range hits {
			if err := each(hit.Key, hit.Stamp); err != nil {
				return err
			}
		}
		if len(hits) < allAtOnce {
			return nil
		}
		r.SetSearchAfter([]string{id(hits[allAtOnce-1].Key)})
	}
}

// Stamps returns the stamps of these documents.
func (i *Index) Stamps(ctx context.Context, keys ...search.Key) (map[search.Key]string, error) {
	ids := make([]string, len(keys))
	for n, k := range keys {
		ids[n] = id(k)
	}
	hits, err := i.stamps(ctx, bleve.NewSearchRequestOptions(bleve.NewDocIDQuery(ids), len(ids), 0, false))
	stamps := make(map[search.Key]string, len(hits))
	for _, hit := range hits {
		stamps[hit.Key] = hit.Stamp
	}
	return stamps, err
}

func (i *Index) stamps(ctx context.Context, r *bleve.SearchRequest) ([]search.Hit, error) {
	i.mu.RLock()
	defer i.mu.RUnlock()
	r.Fields = []string{"stamp"}
	answer, err := i.current.index.SearchInContext(ctx, r)
	if err != nil {
		return nil, failed(err)
	}
	hits := make([]search.Hit, len(answer.Hits))
	for n, hit := range answer.Hits {
		stamp, _ := hit.Fields["stamp"].(string)
		hits[n] = search.Hit{Key: keyOf(hit.ID), Stamp: stamp}
	}
	return hits, nil
}

func keyOf(id string) search.Key {
	kind, rest, _ := strings.Cut(id, "-")
	return search.Key{Kind: kind, ID: rest}
}
