package bleve

import (
	"strings"
	"unicode"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/datetime/flexible"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"github.com/blevesearch/bleve/v2/analysis/token/edgengram"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	tokenizer "github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/registry"
	"golang.org/x/text/unicode/norm"

	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/core/text"
)

// The analyzers: words as they are, without case and accents; their beginnings;
// and what is left of the words of a French text.
const (
	words      = "labfilms_words"
	beginnings = "labfilms_beginnings"
	prose      = "labfilms_prose"
)

// longest is the most letters of a beginning that is kept.
const longest = 20

const (
	foldFilter  = "labfilms_fold"
	gramsFilter = "labfilms_grams"
	noDates     = "labfilms_no_dates"
)

func init() {
	err := registry.RegisterTokenFilter(foldFilter, func(map[string]any, *registry.Cache) (analysis.TokenFilter, error) { return fold{}, nil })
	if err != nil {
		panic(err) // the name is ours
	}
}

// fold writes a token without accents, and ligatures as the letters that they
// join. It leaves the token's place in the text alone, which a filter of
// characters would not.
type fold struct{}

var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "ł", "l", "ı", "i", "đ", "d", "þ", "th", "ð", "d")

func (fold) Filter(tokens analysis.TokenStream) analysis.TokenStream {
	for _, t := range tokens {
		t.Term = []byte(folded(string(t.Term)))
	}
	return tokens
}

func folded(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(ligatures.Replace(s)) {
		if !unicode.In(r, unicode.Mn, unicode.Cf) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// newMapping returns how documents are kept.
func newMapping() (*mapping.IndexMappingImpl, error) {
	m := bleve.NewIndexMapping()
	m.DefaultAnalyzer = keyword.Name
	grams := map[string]any{"type": edgengram.Name, "min": 1.0, "max": float64(longest)}
	if err := m.AddCustomTokenFilter(gramsFilter, grams); err != nil {
		return nil, err
	}
	for name, filters := range map[string][]string{
		words:      {lowercase.Name, fr.ElisionName, foldFilter},
		beginnings: {lowercase.Name, fr.ElisionName, foldFilter, gramsFilter},
		prose:      {lowercase.Name, fr.ElisionName, fr.StopName, fr.LightStemmerName, foldFilter},
	} {
		err := m.AddCustomAnalyzer(name, map[string]any{"type": custom.Name, "tokenizer": tokenizer.Name, "token_filters": filters})
		if err != nil {
			return nil, err
		}
	}
	field := func(analyzer string, stored, located bool) *mapping.FieldMapping {
		f := bleve.NewTextFieldMapping()
		f.Analyzer, f.Store, f.IncludeTermVectors, f.IncludeInAll = analyzer, stored, located, false
		f.DocValues = false
		return f
	}
	exact := func(stored, counted bool) *mapping.FieldMapping {
		f := field(keyword.Name, stored, false)
		f.DocValues = counted
		return f
	}
	doc := bleve.NewDocumentStaticMapping()
	for _, name := range []string{"kind", "region"} {
		doc.AddFieldMappingsAt(name, exact(false, true))
	}
	for _, name := range []string{"owner", "module", "network", "space", "id"} {
		doc.AddFieldMappingsAt(name, exact(false, false))
	}
	doc.AddFieldMappingsAt("stamp", exact(true, false))
	for _, name := range []string{"sort", "first"} {
		doc.AddFieldMappingsAt(name, exact(false, true))
	}
	doc.AddFieldMappingsAt("names", field(words, true, true))
	doc.AddFieldMappingsAt("also", field(words, false, false))
	doc.AddFieldMappingsAt("begin", field(beginnings, false, true))
	doc.AddFieldMappingsAt("also_begin", field(beginnings, false, false))
	doc.AddFieldMappingsAt("text", field(prose, true, true))
	place := bleve.NewGeoPointFieldMapping()
	place.Store, place.IncludeInAll = false, false
	doc.AddFieldMappingsAt("at", place)
	facets := bleve.NewDocumentMapping()
	facets.DefaultAnalyzer = keyword.Name
	doc.AddSubDocumentMapping("facets", facets)
	doc.AddSubDocumentMapping("numbers", bleve.NewDocumentMapping())
	m.DefaultMapping = doc
	m.StoreDynamic = false
	// Words of facets are words, also where they look like dates.
	if err := m.AddCustomDateTimeParser(noDates, map[string]any{"type": flexible.Name, "layouts": []any{"\x00"}}); err != nil {
		return nil, err
	}
	m.DefaultDateTimeParser = noDates
	return m, nil
}

// fieldsOf returns a document as the index keeps it.
func fieldsOf(d search.Document) map[string]any {
	fields := map[string]any{
		"kind": d.Kind, "id": d.ID, "owner": d.Owner, "module": d.Module,
		"network": d.Place.Network, "region": d.Place.Region, "space": d.Place.Space,
		"stamp": d.Stamp(), "names": d.Names, "also": d.Also, "begin": d.Names, "also_begin": d.Also, "text": d.Text,
		"facets": facetsOf(d.Facets), "numbers": numbersOf(d.Numbers),
	}
	name := ""
	if len(d.Names) > 0 {
		name = text.Slug(d.Names[0])
	}
	fields["sort"], fields["first"] = name, firstOf(name)
	if d.At != nil {
		fields["at"] = map[string]any{"lon": d.At.Lon, "lat": d.At.Lat}
	}
	return fields
}

// ends is what stands behind a beginning that is the whole of a name.
const ends = "\x00"

// firstOf returns the beginning of the name that documents are ordered by, which
// is kept a second time: most names are not longer, and those that are longer
// are read only where their beginnings are the same.
func firstOf(name string) string {
	const long = 24
	if len(name) > long {
		return name[:long]
	}
	return name + ends
}

func facetsOf(facets map[string][]string) map[string]any {
	all := make(map[string]any, len(facets))
	for name, values := range facets {
		all[name] = values
	}
	return all
}

func numbersOf(numbers map[string]float64) map[string]any {
	all := make(map[string]any, len(numbers))
	for name, n := range numbers {
		all[name] = n
	}
	return all
}
