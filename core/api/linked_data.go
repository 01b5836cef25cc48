package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

// LinkedFilm is a film in the words of schema.org, for the pages of a site that
// shows it: https://schema.org/Movie.
type LinkedFilm struct {
	Context     string         `json:"@context" enum:"https://schema.org"`
	Type        string         `json:"@type" enum:"Movie"`
	ID          string         `json:"@id" format:"uri"`
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
	Duration    string         `json:"duration,omitempty" doc:"ISO 8601." example:"PT1080S"`
	DateCreated string         `json:"dateCreated,omitempty" doc:"The year of completion."`
	Genre       []string       `json:"genre,omitempty"`
	InLanguage  []string       `json:"inLanguage,omitempty"`
	SameAs      []string       `json:"sameAs,omitempty" doc:"The film elsewhere."`
	Award       []string       `json:"award,omitempty" doc:"Who chose it, for what and when: the latest hundred, also what has ended."`
	IsPartOf    []LinkedChoice `json:"isPartOf,omitempty" doc:"The selections in which it is now."`
}

// ContentType says that it is JSON-LD.
func (LinkedFilm) ContentType(string) string { return "application/ld+json" }

// LinkedChoice is a selection in the words of schema.org.
type LinkedChoice struct {
	Type   string       `json:"@type" enum:"CreativeWorkSeries"`
	Name   string       `json:"name"`
	URL    string       `json:"url,omitempty"`
	Editor LinkedEditor `json:"editor"`
}

// LinkedEditor is who signs for a selection.
type LinkedEditor struct {
	Type string `json:"@type" enum:"Organization"`
	Name string `json:"name"`
}

func (a *API) registerLinkedData() {
	huma.Register(a.core, huma.Operation{
		OperationID: "get-film-linked-data", Method: http.MethodGet, Path: "/v1/films/{film}/linked-data", Tags: []string{"Films"},
		Summary:     "Read a film as JSON-LD",
		Description: "In the words of schema.org, with who chose it: to be put into the page of a site that shows the film.",
		Extensions:  rest.Permission("recognition.read"),
	}, a.getLinkedFilm)
}

// awards is how many recognitions a film's linked data names.
const awards = 100

func (a *API) getLinkedFilm(ctx context.Context, in *FilmPath) (*struct{ Body LinkedFilm }, error) {
	film, err := a.films.Film(ctx, in.Film)
	if err != nil {
		return nil, err
	}
	chosen, err := a.films.Recognitions(ctx, film.ID, core.Page{Sort: "-from", Limit: awards})
	if err != nil {
		return nil, err
	}
	view := LinkedFilm{
		Context: "https://schema.org", Type: "Movie", ID: a.public + "/v1/films/" + film.ID,
		Name: film.Title, Description: film.Synopsis, InLanguage: film.Languages, Genre: linkedGenres(film),
	}
	if film.DurationS != nil {
		view.Duration = fmt.Sprintf("PT%dS", *film.DurationS)
	}
	if film.Year != nil {
		view.DateCreated = fmt.Sprint(*film.Year)
	}
	if id := film.Identifiers["wikidata"]; id != "" {
		view.SameAs = append(view.SameAs, "https://www.wikidata.org/entity/"+id)
	}
	if id := film.Identifiers["imdb"]; id != "" {
		view.SameAs = append(view.SameAs, "https://www.imdb.com/title/"+id+"/")
	}
	now := a.now()
	for _, r := range chosen.Items {
		said := viewRecognition(r)
		view.Award = append(view.Award, fmt.Sprintf("%s (%d)", strings.Trim(said.By+", "+said.Title, ", "), said.From.Year()))
		if said.Until == nil || said.Until.After(now) {
			view.IsPartOf = append(view.IsPartOf, LinkedChoice{
				Type: "CreativeWorkSeries", Name: said.Title, URL: said.URL, Editor: LinkedEditor{"Organization", said.By},
			})
		}
	}
	return &struct{ Body LinkedFilm }{view}, nil
}

// linkedGenres are the French names of a film's form and genres.
func linkedGenres(f *ent.Film) []string {
	var names []string
	for _, t := range films.Forms {
		if t.Code == string(f.Form) {
			names = append(names, t.FR)
		}
	}
	for _, t := range films.Genres {
		for _, code := range f.Genres {
			if t.Code == code {
				names = append(names, t.FR)
			}
		}
	}
	return names
}
