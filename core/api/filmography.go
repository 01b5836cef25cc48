package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/rest"
)

// Work is a film in a filmography.
type Work struct {
	Film         WorkFilm      `json:"film"`
	Credits      []WorkCredit  `json:"credits" nullable:"false" doc:"What they have done in it, in the order of the titles."`
	Recognitions []Recognition `json:"recognitions" nullable:"false" doc:"Who has chosen it, the latest first."`
}

// WorkFilm is what a filmography says of a film.
type WorkFilm struct {
	Reference
	Year       *int       `json:"year" nullable:"true"`
	DurationS  *int       `json:"duration_s" nullable:"true" doc:"Running time in seconds."`
	Form       string     `json:"form" enum:"fiction,documentary,animation,experimental,music_video"`
	Stage      string     `json:"stage" enum:"idea,development,preparation,shooting,post,finished,released,withdrawn"`
	ReleasedAt *time.Time `json:"released_at" nullable:"true"`
}

// WorkCredit is what a filmography says of a credit.
type WorkCredit struct {
	Name string `json:"name" doc:"As the titles have it."`
	CreditCraft
	Character  string `json:"character"`
	Uncredited bool   `json:"uncredited" doc:"Not in the titles on the screen."`
	Confirmed  bool   `json:"confirmed" doc:"False for somebody without an account, who could not say yes."`
}

func (a *API) registerFilmography() {
	const about = "The films that you can see, each once. The order is a fact of the film, never a measure of its success; a film without a year counts as the oldest, and by release only what was released is listed."
	huma.Register(a.core, huma.Operation{
		OperationID: "list-filmography", Method: http.MethodGet, Path: "/v1/people/{person}/filmography", Tags: []string{"People"},
		Summary:     "List the films of a person",
		Description: about + " Of what the person has confirmed; nobody confirms for somebody without an account.",
		Extensions:  rest.Permission("credit.read"),
	}, a.listFilmography)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-organisation-filmography", Method: http.MethodGet, Path: "/v1/organisations/{organisation}/filmography", Tags: []string{"Organisations"},
		Summary:     "List the films of an organisation",
		Description: about + " Of what the organisation has confirmed.",
		Extensions:  rest.Permission("credit.read"),
	}, a.listOrganisationFilmography)
}

// FilmographyParams are the parameters of a filmography. They are exported
// because Huma passes over embedded structs that are not.
type FilmographyParams struct {
	rest.ListParams
	Sort       string `query:"sort" enum:"-year,year,title,-title,-released_at,released_at" default:"-year"`
	Department string `query:"department" maxLength:"8" doc:"Only what they have done in this department of the crew: IMA."`
}

type listFilmographyInput struct {
	Person string `path:"person" maxLength:"64" doc:"The person's id or handle."`
	FilmographyParams
}

func (a *API) listFilmography(ctx context.Context, in *listFilmographyInput) (*struct{ Body rest.ListBody[Work] }, error) {
	person, err := a.directory.Person(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return a.filmography(in.FilmographyParams, "person", person.ID, func(filter films.WorkFilter, page core.Page) (core.List[films.Work], error) {
		return a.films.Filmography(ctx, person, filter, page)
	})
}

type listOrganisationFilmographyInput struct {
	Organisation string `path:"organisation" maxLength:"64" doc:"The organisation's id."`
	FilmographyParams
}

func (a *API) listOrganisationFilmography(ctx context.Context, in *listOrganisationFilmographyInput) (*struct{ Body rest.ListBody[Work] }, error) {
	return a.filmography(in.FilmographyParams, "organisation", in.Organisation, func(filter films.WorkFilter, page core.Page) (core.List[films.Work], error) {
		return a.films.FilmographyOfOrganisation(ctx, in.Organisation, filter, page)
	})
}

// filmography answers with the works that list returns.
func (a *API) filmography(in FilmographyParams, of, id string, list func(films.WorkFilter, core.Page) (core.List[films.Work], error)) (*struct{ Body rest.ListBody[Work] }, error) {
	filters := filtersOf(of, id, "department", in.Department)
	page, err := a.cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	works, err := list(films.WorkFilter{Department: in.Department}, page)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Work] }{}
	out.Body = rest.ListOf(works, a.cursors, in.Sort, filters, viewWork)
	return out, nil
}

func viewWork(w films.Work) Work {
	f := w.Film
	view := Work{
		Film: WorkFilm{
			Reference: Reference{ID: f.ID, Name: f.Title, Slug: f.Slug},
			Year:      f.Year, DurationS: f.DurationS, Form: string(f.Form), Stage: string(f.Stage), ReleasedAt: f.ReleasedAt,
		},
		Credits: []WorkCredit{}, Recognitions: []Recognition{},
	}
	for _, c := range w.Credits {
		view.Credits = append(view.Credits, WorkCredit{
			Name: c.Name, CreditCraft: viewCraftOf(c), Character: c.Character, Uncredited: c.Uncredited,
			Confirmed: films.Agreed(c),
		})
	}
	for _, r := range w.Recognitions {
		view.Recognitions = append(view.Recognitions, viewRecognition(r))
	}
	return view
}
