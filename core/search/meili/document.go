package meili

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/meilisearch/meilisearch-go"

	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/core/text"
)

// key is the attribute that tells documents apart, and markKey what the mark
// has in it: a kind and its id have a hyphen between them, the mark has none.
const (
	key     = "key"
	markKey = "whole"
)

// row is a document as Meilisearch keeps it.
type row struct {
	Key     string              `json:"key"`
	Kind    string              `json:"kind,omitempty"`
	ID      string              `json:"id"`
	Owner   string              `json:"owner,omitempty"`
	Module  string              `json:"module,omitempty"`
	Network string              `json:"network,omitempty"`
	Region  string              `json:"region,omitempty"`
	Space   string              `json:"space,omitempty"`
	Stamp   string              `json:"stamp"`
	Sort    string              `json:"sort"`
	Names   []string            `json:"names"`
	Also    []string            `json:"also,omitempty"`
	Text    string              `json:"text,omitempty"`
	Facets  map[string][]string `json:"facets,omitempty"`
	Numbers map[string]float64  `json:"numbers,omitempty"`
	Geo     *geo                `json:"_geo,omitempty"`
}

type geo struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// mark is the last thing in a new index. It has no kind, and every question is
// for what has one.
type mark struct {
	Key      string `json:"key"`
	Settings string `json:"settings"` // the fingerprint of those that the index was built with
}

func idOf(k search.Key) string { return k.Kind + "-" + k.ID }

func rowOf(d search.Document) row {
	r := row{
		Key: idOf(d.Key), Kind: d.Kind, ID: d.ID, Owner: d.Owner, Module: d.Module,
		Network: d.Place.Network, Region: d.Place.Region, Space: d.Place.Space,
		Stamp: d.Stamp(), Names: d.Names, Also: d.Also, Text: d.Text, Facets: d.Facets, Numbers: d.Numbers,
	}
	if len(d.Names) > 0 {
		r.Sort = text.Slug(d.Names[0])
	}
	if d.At != nil {
		r.Geo = &geo{Lat: d.At.Lat, Lng: d.At.Lon}
	}
	return r
}

// settings are how the index is kept. Its stop words are ours alone: a name may
// have no other words.
func settings() *meilisearch.Settings {
	prefixes := "indexingTime"
	return &meilisearch.Settings{
		RankingRules:         []string{"words", "typo", "attribute", "proximity", "exactness", "sort"},
		SearchableAttributes: []string{"names", "also", "text"},
		FilterableAttributes: []string{"kind", "id", "owner", "module", "network", "region", "space", "facets", "numbers", "_geo"},
		SortableAttributes:   []string{"sort", "id"},
		LocalizedAttributes:  []*meilisearch.LocalizedAttributes{{Locales: []string{"fra"}, AttributePatterns: []string{"names", "also", "text"}}},
		TypoTolerance: &meilisearch.TypoTolerance{
			Enabled:             true,
			MinWordSizeForTypos: meilisearch.MinWordSizeForTypos{OneTypo: 5, TwoTypos: 9},
			DisableOnWords:      []string{},
			DisableOnAttributes: []string{},
		},
		Pagination:   &meilisearch.Pagination{MaxTotalHits: 2000},
		Faceting:     &meilisearch.Faceting{MaxValuesPerFacet: 1000, SortFacetValuesBy: map[string]meilisearch.SortFacetType{"*": meilisearch.SortFacetTypeCount}},
		PrefixSearch: &prefixes,
	}
}

// fingerprint tells settings apart: an index that was built with others is not
// whole, and is built anew.
func fingerprint() string {
	written, err := json.Marshal(settings())
	if err != nil {
		panic(err) // words and numbers
	}
	sum := sha256.Sum256(written)
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// stopWords are the words that every French text is full of, and what is left
// of them before an apostrophe.
var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		a à ai as au aux avec c ce ces cet cette d dans de des du elle elles en es est et
		eu il ils j je jusqu l la le les leur leurs lorsqu lui m ma mais me mes moi mon n
		ne nos notre nous on ont ou où par pas pour puisqu qu que qui quoiqu s sa se ses
		si son sont sur t ta te tes toi ton tu un une vos votre vous y`) {
		m[w] = true
	}
	return m
}()
