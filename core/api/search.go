package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/core/spaces"
)

// Hit is something that was found, as everybody may see it.
type Hit struct {
	Kind       string              `json:"kind" example:"film" doc:"film, person, or what a module shows: label, selection …"`
	ID         string              `json:"id" format:"uuid"`
	Name       string              `json:"name"`
	Module     string              `json:"module,omitempty" doc:"Whose kind it is; absent for the core's."`
	Space      Reference           `json:"space" doc:"Where it is at home."`
	Facets     map[string][]string `json:"facets" nullable:"false" doc:"What it can be narrowed by."`
	Numbers    map[string]float64  `json:"numbers" nullable:"false"`
	Highlights Highlights          `json:"highlights" doc:"Where the words are, as HTML; empty where they are not, or where the text has just changed."`
}

// Highlights are the pieces of a hit in which the words are, each in <em>.
type Highlights struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Findings is the body of a search.
type Findings struct {
	rest.ListBody[Hit]
	Total  int                     `json:"total" doc:"How many there are; about, beyond 1000."`
	Facets map[string][]FacetCount `json:"facets" nullable:"false" doc:"Of those that were asked for, how many of all there are have which word."`
}

// FacetCount is how many hits have a word.
type FacetCount struct {
	Word  string `json:"word"`
	Count int    `json:"count"`
}

func (a *API) registerSearch() {
	tags := []string{"Search"}
	huma.Register(a.core, huma.Operation{
		OperationID: "search", Method: http.MethodGet, Path: "/v1/search", Tags: tags,
		Summary:     "Search",
		Description: "People, films and what modules show, by words as they are typed: with a letter amiss, without accents, and with the last word only begun. What fits best comes first: the name before the text, a whole word before its beginning; and by name where that is the same. Without words everything is found, by name. Nothing is ordered by success. What everybody may see is found, and nothing else, by anybody.",
		Extensions:  rest.Public(),
	}, a.search)
	huma.Register(a.core, huma.Operation{
		OperationID: "rebuild-search", Method: http.MethodPost, Path: "/v1/search/rebuild", Tags: tags, DefaultStatus: http.StatusAccepted,
		Summary:     "Have the search index built anew",
		Description: "Beside the one that answers, which it replaces when it is whole. It also happens by itself when the index was lost.",
		Extensions:  rest.Permission("search.rebuild"),
	}, a.rebuildSearch)
	huma.Register(a.core, huma.Operation{
		OperationID: "compare-search", Method: http.MethodGet, Path: "/v1/search/comparison", Tags: tags,
		Summary:     "Compare the search index with the database",
		Description: "Document by document, which takes its time where there are many. What the index has not been told of yet is no difference.",
		Extensions:  rest.Permission("search.compare"),
	}, a.compareSearch)
}

type searchInput struct {
	Q        string   `query:"q" maxLength:"200" doc:"What is looked for, as it is being typed."`
	Kind     []string `query:"kind" maxItems:"10" doc:"Only these kinds: film, person, label, selection …"`
	Space    string   `query:"space" maxLength:"64" doc:"Id or slug of a space; the whole network where it is absent."`
	Scope    string   `query:"scope" enum:"here,subtree" default:"subtree"`
	Stage    []string `query:"stage" maxItems:"10" doc:"Of a film."`
	Form     []string `query:"form" maxItems:"10" doc:"Of a film."`
	Genre    []string `query:"genre" maxItems:"10" doc:"Of a film."`
	Country  []string `query:"country" maxItems:"10" doc:"Of a film."`
	Language []string `query:"language" maxItems:"10" doc:"Of a film, or of a person."`
	Label    []string `query:"label" maxItems:"10" doc:"The name of a label that chose the film."`
	Craft    []string `query:"craft" maxItems:"10" doc:"Code of a craft of a person."`
	Skill    []string `query:"skill" maxItems:"10" doc:"Of a person."`
	Standing []string `query:"standing" maxItems:"10" doc:"Of a person."`
	Status   []string `query:"status" maxItems:"10" doc:"Of a person: what they look for."`
	YearFrom int      `query:"year_from" minimum:"1888" maximum:"2200" doc:"Of a film."`
	YearTo   int      `query:"year_to" minimum:"1888" maximum:"2200" doc:"Of a film."`
	LongFrom int      `query:"duration_from_s" minimum:"1" maximum:"1000000" doc:"Of a film, in seconds."`
	LongTo   int      `query:"duration_to_s" minimum:"1" maximum:"1000000" doc:"Of a film, in seconds."`
	Near     string   `query:"near" maxLength:"5" doc:"INSEE code of a commune: people who show that they live near it."`
	WithinKM int      `query:"within_km" minimum:"1" maximum:"500" doc:"How far around it, in kilometres. Default: 25."`
	Facets   []string `query:"facets" enum:"stage,form,genre,country,language,label,craft,department,skill,standing,status,commune,label_kind,selection_kind,kind,region" maxItems:"16" uniqueItems:"true" doc:"The facets to count."`
	Limit    int      `query:"limit" minimum:"1" maximum:"100" default:"20"`
	Cursor   string   `query:"cursor" maxLength:"1024"`
}

// query returns what is looked for, or all the reasons why the input does not
// fit.
func (a *API) query(ctx context.Context, in *searchInput) (search.Query, error) {
	q := search.Query{
		Words: in.Q, Kinds: in.Kind, Limit: in.Limit, Count: in.Facets,
		Facets: map[string][]string{}, Ranges: map[string]search.Range{}, Off: map[string][]string{},
	}
	var reasons []core.Reason
	for _, kind := range in.Kind {
		if !slices.Contains(a.finder.Kinds(), kind) {
			reasons = append(reasons, core.Reason{Pointer: "query/kind", Code: "unknown", EN: "There is no such kind.", FR: "Ce genre de résultat n'existe pas."})
		}
	}
	for name, words := range map[string][]string{
		"stage": in.Stage, "form": in.Form, "genre": in.Genre, "country": in.Country, "language": in.Language, "label": in.Label,
		"craft": in.Craft, "skill": in.Skill, "standing": in.Standing, "status": in.Status,
	} {
		if len(words) > 0 {
			q.Facets[name] = words
		}
	}
	between(q.Ranges, "year", in.YearFrom, in.YearTo)
	between(q.Ranges, "duration_s", in.LongFrom, in.LongTo)
	if in.WithinKM != 0 && in.Near == "" {
		reasons = append(reasons, nearWhat)
	}
	if in.Near != "" {
		commune, ok := communes.Get(in.Near)
		if !ok {
			reasons = append(reasons, core.Reason{Pointer: "query/near", Code: "unknown", EN: errCommuneUnknown.EN, FR: errCommuneUnknown.FR})
		}
		q.Near = &search.Near{Point: search.Point{Lat: commune.Lat, Lon: commune.Lon}, KM: float64(cmp.Or(in.WithinKM, around))}
	}
	if len(reasons) > 0 {
		return q, core.ErrInvalid.With(reasons...)
	}
	space, err := a.space(ctx, in.Space)
	if err != nil {
		return q, err
	}
	q.Scope = core.Scope{Place: spaces.Place(space), Subtree: in.Scope == "subtree"}
	for _, module := range a.modules.Names() {
		if q.Off[module], err = a.spaces.Off(ctx, space, module); err != nil {
			return q, err
		}
	}
	return q, nil
}

func between(ranges map[string]search.Range, name string, from, to int) {
	var r search.Range
	if from > 0 {
		n := float64(from)
		r.From = &n
	}
	if to > 0 {
		n := float64(to)
		r.To = &n
	}
	if r.From != nil || r.To != nil {
		ranges[name] = r
	}
}

// furthestHit is how many hits can be paged through.
const furthestHit = 1000

func (a *API) search(ctx context.Context, in *searchInput) (*struct{ Body Findings }, error) {
	q, err := a.query(ctx, in)
	if err != nil {
		return nil, err
	}
	const sort = "fit"
	filters := filtersOf("q", in.Q, "space", q.Scope.Space, "scope", in.Scope, "kind", in.Kind, "facets", q.Facets, "ranges", []int{in.YearFrom, in.YearTo, in.LongFrom, in.LongTo}, "near", in.Near, "within", in.WithinKM)
	page, err := a.cursors.Open(rest.ListParams{Limit: in.Limit, Cursor: in.Cursor}, sort, filters)
	if err != nil {
		return nil, err
	}
	if page.After != nil {
		if q.Offset, err = strconv.Atoi(page.After.Value); err != nil {
			return nil, err
		}
	}
	found, err := a.finder.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	homes, err := homesOf(ctx, a.spaces, found.Results, func(r search.Result) string { return r.Place.Space })
	if err != nil {
		return nil, err
	}
	list := core.List[search.Result]{Items: found.Results}
	if next := q.Offset + in.Limit; next < min(found.Total, furthestHit) {
		list.Next = &core.Key{Value: strconv.Itoa(next)}
	}
	body := Findings{
		ListBody: rest.ListOf(list, a.cursors, sort, filters, func(r search.Result) Hit { return viewHit(r, homes) }),
		Total:    found.Total, Facets: map[string][]FacetCount{},
	}
	for name, counts := range found.Facets {
		body.Facets[name] = viewFacet(counts)
	}
	return &struct{ Body Findings }{body}, nil
}

func viewHit(r search.Result, homes map[string]Reference) Hit {
	h := Hit{
		Kind: r.Kind, ID: r.ID, Module: r.Module, Space: homes[r.Place.Space], Facets: map[string][]string{}, Numbers: map[string]float64{},
		Highlights: Highlights{Name: r.Name, Text: r.Text},
	}
	if len(r.Names) > 0 {
		h.Name = r.Names[0]
	}
	for name, words := range r.Document.Facets {
		if len(words) > 0 {
			h.Facets[name] = words
		}
	}
	for name, n := range r.Document.Numbers {
		h.Numbers[name] = n
	}
	return h
}

// viewFacet returns the words of a facet, those that most have first and then
// by the alphabet.
func viewFacet(counts map[string]int) []FacetCount {
	all := make([]FacetCount, 0, len(counts))
	for word, n := range counts {
		if word != "" { // what is the network's own is in no region
			all = append(all, FacetCount{word, n})
		}
	}
	slices.SortFunc(all, func(a, b FacetCount) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Word, b.Word)) })
	return all
}

func (a *API) rebuildSearch(ctx context.Context, in *struct {
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Why, for the audit."`
	}
},
) (*struct{}, error) {
	return nil, a.finder.Ask(ctx, in.Body.Reason)
}

// Comparison says on which documents the search index and the database do not
// agree.
type Comparison struct {
	Documents   int                  `json:"documents" doc:"How many documents there are to be found."`
	Missing     int                  `json:"missing" doc:"How many of them the index does not have."`
	Stale       int                  `json:"stale" doc:"How many of them the index has as they were before."`
	Surplus     int                  `json:"surplus" doc:"How many documents the index has beside them."`
	Behind      int                  `json:"behind" doc:"How many things have changed of which the index has not been told yet: they are compared when it has."`
	Differences []DocumentDifference `json:"differences" nullable:"false" doc:"The first hundred of those."`
}

// DocumentDifference is a document on which they do not agree.
type DocumentDifference struct {
	Kind  string `json:"kind" example:"film"`
	ID    string `json:"id"`
	State string `json:"state" enum:"missing,stale,surplus"`
}

// differencesShown is how many differences a comparison names.
const differencesShown = 100

func (a *API) compareSearch(ctx context.Context, _ *struct{}) (*struct{ Body Comparison }, error) {
	body := Comparison{Differences: []DocumentDifference{}}
	counts := map[search.State]*int{search.Missing: &body.Missing, search.Stale: &body.Stale, search.Surplus: &body.Surplus}
	var err error
	body.Documents, err = a.finder.Compare(ctx, func(d search.Difference) error {
		*counts[d.State]++
		if len(body.Differences) < differencesShown {
			body.Differences = append(body.Differences, DocumentDifference{Kind: d.Kind, ID: d.ID, State: string(d.State)})
		}
		return nil
	})
	if err == nil {
		body.Behind, err = a.finder.Behind(ctx)
	}
	return &struct{ Body Comparison }{body}, err
}
