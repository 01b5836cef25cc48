package searchtest

import (
	"strings"

	"github.com/labfilms/labfilms/core/search"
)

func cases() []find {
	number := func(f float64) *float64 { return &f }
	return []find{
		words("an accent that was not typed", "clemence", 8, 109),
		words("an accent that was typed too much", "kérvella", 1, 101),
		words("case", "KERVELLA", 1, 101),
		words("elision in the name", "hostis", 5, 103),
		words("elision typed", "l'hostis", 5, 103),
		words("elision with the typographer's apostrophe", "L’Hostis", 5, 103),
		words("oe for œ", "coeuret", 4, 102, 106),
		words("œ", "cœuret", 4, 102, 106),
		words("a dotless i", "yildiz", 12),
		words("hyphen typed", "anne-sophie", 3, 115),
		words("hyphen left out", "anne sophie", 3, 115),
		words("second half of a hyphenated name", "baptiste", 6, 107),
		words("a letter amiss in a long word", "kervela ", 1, 101),
		words("two letters amiss in a longer word", "documantalyste ", 111),
		words("transposition", "documentailste ", 111),
		words("transposition in a word of eight letters", "garirgue ", 110),
		words("no letter amiss in a short word", "mar ", []int{}...),
		words("a short word is itself", "mer ", 112, 2),
		words("prefix of the last word", "guilh", 9, 110),
		words("prefix of the last word only", "guilh castelnau", []int{}...),
		words("first word whole, second begun", "guilhem cast", 9, 110),
		words("all words are needed", "guilhem kervella", []int{}...),
		words("words across fields", "garrigue castelnau", 110),
		words("title and text", "garrigue berger", 110),
		words("stop words do not count", "le bout du monde", 103),
		words("stop words within prose", "berger et ses chiens", 110),
		words("nothing but stop words", "où es-tu", 114),
		words("a craft by its short name", "chef op", 1, 7),
		words("a craft by its English acronym", "dop", 1, 7),
		words("a craft in English", "screenwriter", 8),
		words("a word of a text", "maloya", 108),
		words("a plural in a text", "marées", 1),
		words("nothing", "xylophoniste", []int{}...),
		{name: "the name before the text", query: search.Query{Words: "phare"}, want: []int{105, 12, 106, 204}, first: true},
		{name: "ties by id where the names are the same", query: search.Query{Words: "zéro"}, want: []int{119, 120}, order: true},

		{name: "kinds", query: search.Query{Words: "phare", Kinds: []string{"film", "selection"}}, want: []int{105, 106, 204}},
		{name: "by name", query: search.Query{Kinds: []string{"label", "selection"}}, want: []int{203, 201, 202, 204}, order: true},
		{name: "by name without accents", query: search.Query{Scope: in(brest, false), Kinds: []string{"person"}}, want: []int{1, 5, 2}, order: true},
		{name: "a kind that is not there", query: search.Query{Kinds: []string{"dragon"}}},

		{name: "a facet", query: search.Query{Facets: map[string][]string{"stage": {"editing"}}}, want: []int{103, 115}},
		{name: "one of a facet's words", query: search.Query{Facets: map[string][]string{"stage": {"editing", "shooting"}}}, want: []int{103, 108, 115}},
		{name: "two facets", query: search.Query{Facets: map[string][]string{"stage": {"editing", "shooting"}, "form": {"shooting-court"}}}, want: []int{108}},
		{name: "a facet's word is not in parts", query: search.Query{Facets: map[string][]string{"form": {"editing"}}}},
		{name: "a facet that nobody has", query: search.Query{Facets: map[string][]string{"colour": {"red"}}}},
		{name: "a facet's word with quotes", query: search.Query{Facets: map[string][]string{"stage": {`x" OR kind = "film`, `\`}}}},
		{name: "region as a facet", query: search.Query{Facets: map[string][]string{"region": {reunion}}, Kinds: []string{"film"}}, want: []int{107, 108}},

		{name: "a closed range", query: search.Query{Ranges: map[string]search.Range{"year": {From: number(2019), To: number(2021)}}}, want: []int{101, 102, 109, 116}},
		{name: "from", query: search.Query{Ranges: map[string]search.Range{"year": {From: number(2023)}}}, want: []int{103, 108, 115}},
		{name: "to", query: search.Query{Ranges: map[string]search.Range{"year": {To: number(2001)}}}, want: []int{119, 120}},
		{name: "two ranges", query: search.Query{Ranges: map[string]search.Range{"year": {To: number(2012)}, "duration_s": {From: number(600)}}}, want: []int{117, 118}},
		{name: "a range that nobody is in", query: search.Query{Ranges: map[string]search.Range{"year": {From: number(2030)}}}},
		{name: "an open range is having the number", query: search.Query{Words: "kervella", Ranges: map[string]search.Range{"year": {}}}, want: []int{101}},
		{name: "a number that nobody has", query: search.Query{Ranges: map[string]search.Range{"weight": {From: number(0)}}}},

		{name: "near, 10 km", query: search.Query{Near: &search.Near{Point: *atBrest, KM: 10}}, want: []int{1, 2}},
		{name: "near, 50 km", query: search.Query{Near: &search.Near{Point: *atBrest, KM: 50}}, want: []int{1, 2, 5}},
		{name: "near, 60 km", query: search.Query{Near: &search.Near{Point: *atBrest, KM: 60}}, want: []int{1, 2, 3, 5}},
		{name: "near, and a word", query: search.Query{Words: "son", Near: &search.Near{Point: *atBrest, KM: 50}}, want: []int{2}},

		{name: "an institution alone", query: search.Query{Scope: in(toulouse, false), Kinds: []string{"film"}}, want: []int{109, 114, 116}},
		{name: "an institution with what is below", query: search.Query{Scope: in(toulouse, true), Kinds: []string{"film"}}, want: []int{109, 114, 116}},
		{name: "a region alone", query: search.Query{Scope: in(occitanie, false), Kinds: []string{"film"}}, want: []int{110, 117}},
		{name: "a region with what is below", query: search.Query{Scope: in(occitanie, true), Kinds: []string{"film"}}, want: []int{109, 110, 114, 116, 117}},
		{name: "the network alone", query: search.Query{Scope: in(france, false)}, want: []int{119}},
		{name: "the network with what is below", query: search.Query{Scope: in(france, true), Words: "zéro"}, want: []int{119, 120}},

		{name: "off in a space", query: search.Query{Kinds: []string{"label", "selection"}, Off: map[string][]string{"ecran": {brest, rennes}}}, want: []int{201, 202}},
		{name: "off is of the module alone", query: search.Query{Scope: in(brest, false), Kinds: []string{"film", "selection"}, Words: "bout", Off: map[string][]string{"ecran": {brest}}}, want: []int{103}},
		{name: "off nowhere", query: search.Query{Kinds: []string{"label"}, Off: map[string][]string{"ecran": {}}}, want: []int{201, 202}},
		{name: "without an id", query: search.Query{Words: "zéro", Without: []string{id(119)}}, want: []int{120}},
		{name: "without an owner", query: search.Query{Words: "kervella", Without: []string{id(1)}}},
		{name: "without what is not there", query: search.Query{Words: "kervella", Without: []string{id(999), `"`}}, want: []int{1, 101}},

		words("operators are words", "garrigue AND castelnau", []int{}...),
		words("a minus means nothing", "garrigue -castelnau", 110),
		words("a star means nothing", "garrig*", 110),
		words("quotes mean nothing", `"castelnau garrigue"`, 110),
		words("a quote that is not closed", `"garrigue`, 110),
		words("a field is a word", "name:garrigue", []int{}...),
		words("brackets and slashes", `(garrigue) /.*/ [a TO z] ~2 ^5 \ && ||`, []int{}...),
		words("control characters", "garrigue\x00\x1b\u202e", 110),
		words("10 kB of words", strings.Repeat("garrigue ", 1200), 110),
		words("10 kB of one word", strings.Repeat("garrigue", 1200)+" lou ", 10, 114),
		words("invalid UTF-8", "garrigue \xff\xfe", 110),
	}
}
