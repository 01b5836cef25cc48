package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/crafts"
	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/ent"
)

// documentsPage is how many documents are read at a time to fill an index.
const documentsPage = 100

// sources are where the documents of search come from: films and people from
// the core, the other kinds from the modules whose they are.
func (p *Program) sources() (map[string]search.Source, error) {
	sources := map[string]search.Source{
		"film":   {Documents: p.filmDocuments},
		"person": {Documents: p.personDocuments},
	}
	kinds, err := p.host.Kinds()
	if err != nil {
		return nil, err
	}
	for kind, module := range kinds {
		sources[kind] = search.Source{Module: module, Documents: func(ctx context.Context, ids []string, cursor string) ([]search.Document, string, error) {
			return p.host.Documents(ctx, module, kind, ids, cursor)
		}}
	}
	return sources, nil
}

// creditsFound is how many names of its titles a film is found by.
const creditsFound = 100

func (p *Program) filmDocuments(ctx context.Context, ids []string, cursor string) (docs []search.Document, next string, err error) {
	rows, err := p.films.Found(ctx, ids, cursor, documentsPage)
	if err != nil || len(rows) == 0 {
		return nil, "", err
	}
	these := make([]string, len(rows))
	for i, f := range rows {
		these[i] = f.ID
	}
	titles, err := p.films.TitlesOf(ctx, these, creditsFound)
	if err != nil {
		return nil, "", err
	}
	recognitions, err := p.films.RecognitionsOf(ctx, these, creditsFound)
	if err != nil {
		return nil, "", err
	}
	for _, f := range rows {
		d := search.Document{
			Key: search.Key{Kind: "film", ID: f.ID}, Owner: f.OwnerID,
			Place: core.Place{Network: f.NetworkID, Region: f.RegionID, Space: f.SpaceID},
			Names: append([]string{f.Title}, others(f.Title, f.Titles)...), Text: f.Synopsis,
			Facets: map[string][]string{
				"stage": {string(f.Stage)}, "form": {string(f.Form)}, "genre": f.Genres, "country": f.Countries, "language": f.Languages,
			},
			Numbers: map[string]float64{},
		}
		if f.Year != nil {
			d.Numbers["year"] = float64(*f.Year)
		}
		if f.DurationS != nil {
			d.Numbers["duration_s"] = float64(*f.DurationS)
		}
		for _, c := range titles[f.ID] {
			d.Also = append(d.Also, c.Name)
		}
		for _, t := range slices.Concat(films.Forms, films.Genres) {
			if t.Code == string(f.Form) || slices.Contains(f.Genres, t.Code) {
				d.Also = appendOnce(appendOnce(d.Also, t.FR), t.EN)
			}
		}
		for _, r := range recognitions[f.ID] {
			d.Facets["label"] = appendOnce(d.Facets["label"], r.By)
		}
		docs = append(docs, d)
	}
	return docs, following(ids, these), nil
}

// others returns the titles in other languages, in the order of these.
func others(title string, titles map[string]string) []string {
	var all []string
	for _, language := range slices.Sorted(maps.Keys(titles)) {
		if t := titles[language]; t != "" && t != title {
			all = appendOnce(all, t)
		}
	}
	return all
}

func appendOnce(all []string, s string) []string {
	if slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}

// following returns where the next page begins, empty after the last.
func following(ids, these []string) string {
	if ids != nil || len(these) < documentsPage {
		return ""
	}
	return these[len(these)-1]
}

func (p *Program) personDocuments(ctx context.Context, ids []string, cursor string) (docs []search.Document, next string, err error) {
	rows, err := p.directory.Found(ctx, ids, cursor, documentsPage)
	if err != nil || len(rows) == 0 {
		return nil, "", err
	}
	these := make([]string, len(rows))
	for i, person := range rows {
		these[i] = person.ID
		docs = append(docs, personDocument(ctx, person))
	}
	return docs, following(ids, these), nil
}

// personDocument is what everybody may know of a person, section by section.
func personDocument(ctx context.Context, p *ent.Person) search.Document {
	shows := func(section string) bool { return directory.Shows(ctx, p, section) }
	d := search.Document{
		Key: search.Key{Kind: "person", ID: p.ID}, Owner: p.ID,
		Place:  core.Place{Network: p.NetworkID, Region: p.RegionID, Space: p.SpaceID},
		Names:  []string{p.Name},
		Also:   []string{p.Handle},
		Facets: map[string][]string{},
	}
	for _, row := range p.Edges.Crafts {
		craft, ok := crafts.Get(row.Craft)
		if !ok {
			continue
		}
		d.Facets["craft"] = append(d.Facets["craft"], craft.Code)
		d.Facets["department"] = appendOnce(d.Facets["department"], craft.Department)
		// However one calls it: in both forms and languages, and for short.
		for _, name := range append([]string{craft.Masculine, craft.Feminine, craft.English}, craft.Aliases...) {
			if name = strings.TrimSpace(name); name != "" {
				d.Also = appendOnce(d.Also, name)
			}
		}
	}
	if shows("bio") {
		d.Text = p.Bio
	}
	if shows("skills") {
		d.Facets["skill"] = p.Skills
		d.Also = append(d.Also, p.Skills...)
	}
	if shows("languages") {
		d.Facets["language"] = p.Languages
	}
	if shows("standing") && p.Standing != nil {
		d.Facets["standing"] = []string{string(*p.Standing)}
	}
	if shows("statuses") {
		d.Facets["status"] = p.Statuses
	}
	if c, ok := communes.Get(p.Commune); ok && shows("place") {
		if current, ok := communes.Current(p.Commune); ok {
			d.Facets["commune"] = []string{current.Code}
		}
		d.Also = append(d.Also, c.Name)
		d.At = &search.Point{Lat: c.Lat, Lon: c.Lon}
	}
	return d
}
