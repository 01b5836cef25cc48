package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// Film is a film as its readers see it.
type Film struct {
	ID         string     `json:"id" format:"uuid"`
	Title      string     `json:"title"`
	Slug       string     `json:"slug"`
	Synopsis   string     `json:"synopsis"`
	Year       *int       `json:"year" nullable:"true" doc:"Year of completion, or the year it is meant for."`
	DurationS  *int       `json:"duration_s" nullable:"true" doc:"Running time in seconds."`
	Form       string     `json:"form" enum:"fiction,documentary,animation,experimental,music_video"`
	Stage      string     `json:"stage" enum:"idea,development,preparation,shooting,post,finished,released,withdrawn"`
	ReleasedAt *time.Time `json:"released_at" nullable:"true"`
	Space      Reference  `json:"space" doc:"The film's home."`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
}

type filmBody struct {
	ETag string `header:"ETag"`
	Body Film
}

type filmMade struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Film
}

// FilmPath is the path of a film. It is exported because Huma passes over
// embedded structs that are not.
type FilmPath struct {
	Film string `path:"film" maxLength:"36" doc:"The film's id."`
}

func (a *API) registerFilms() {
	tags := []string{"Films"}
	huma.Register(a.core, huma.Operation{
		OperationID: "list-films", Method: http.MethodGet, Path: "/v1/films", Tags: tags,
		Summary:     "List films",
		Description: "The released films of a space, or of the space and those below it, and among them your own at every stage. The order is a fact of the film, never a measure of its success.",
		Extensions:  rest.Permission("film.read"),
	}, a.listFilms)
	huma.Register(a.core, huma.Operation{
		OperationID: "make-film", Method: http.MethodPost, Path: "/v1/films", Tags: tags,
		Summary: "Make a film", DefaultStatus: http.StatusCreated,
		Description: "The film begins as an idea and is its maker's until it is released.",
		Extensions:  rest.Permission("film.create"),
	}, a.makeFilm)
	huma.Register(a.core, huma.Operation{
		OperationID: "get-film", Method: http.MethodGet, Path: "/v1/films/{film}", Tags: tags,
		Summary:    "Read a film",
		Extensions: rest.Permission("film.read"),
	}, a.getFilm)
	huma.Register(a.core, huma.Operation{
		OperationID: "change-film", Method: http.MethodPatch, Path: "/v1/films/{film}", Tags: tags,
		Summary:     "Change a film",
		Description: "A merge patch: what is absent stays, null clears. If-Match names the version that was read.",
		Extensions:  rest.Permission("film.update"),
	}, a.changeFilm)
	huma.Register(a.core, huma.Operation{
		OperationID: "delete-film", Method: http.MethodDelete, Path: "/v1/films/{film}", Tags: tags,
		Summary:     "Delete a film that was never released",
		Extensions:  rest.Permission("film.delete"),
		Description: "What was released is withdrawn instead, so that what others said of it keeps its ground.",
	}, a.deleteFilm)
	huma.Register(a.core, huma.Operation{
		OperationID: "release-film", Method: http.MethodPost, Path: "/v1/films/{film}/release", Tags: tags,
		Summary:     "Release a film",
		Description: "From now on everybody can see it and labels can pick it.",
		Extensions:  rest.Permission("film.release"),
	}, a.releaseFilm)
	huma.Register(a.core, huma.Operation{
		OperationID: "withdraw-film", Method: http.MethodPost, Path: "/v1/films/{film}/withdraw", Tags: tags,
		Summary:     "Withdraw a film",
		Description: "It leaves every screen at once. It can be released again.",
		Extensions:  rest.Permission("film.withdraw"),
	}, a.withdrawFilm)
}

type listFilmsInput struct {
	rest.ListParams
	Sort  string `query:"sort" enum:"-created_at,created_at,title,-title,-released_at,released_at" default:"-created_at" doc:"By a date or by the alphabet."`
	Space string `query:"space" maxLength:"64" doc:"Id or slug of a space; the whole network where it is absent."`
	Scope string `query:"scope" enum:"here,subtree" default:"subtree" doc:"The space alone, or with the spaces below it."`
	Stage string `query:"stage" enum:"idea,development,preparation,shooting,post,finished,released,withdrawn" doc:"Only films at this stage."`
	Mine  bool   `query:"mine" doc:"Only films that you are a member of."`
}

func (a *API) listFilms(ctx context.Context, in *listFilmsInput) (*struct{ Body rest.ListBody[Film] }, error) {
	filters := filtersOf("space", in.Space, "scope", in.Scope, "stage", in.Stage, "mine", in.Mine)
	page, err := a.cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	space, err := a.space(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	scope := spaces.Scope(space, in.Scope == "subtree")
	list, err := a.films.List(ctx, films.Filter{Scope: scope, Stage: in.Stage, Mine: in.Mine}, page)
	if err != nil {
		return nil, err
	}
	homes, err := homesOf(ctx, a.spaces, list.Items, func(f *ent.Film) string { return f.SpaceID })
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Film] }{}
	out.Body = rest.ListOf(list, a.cursors, in.Sort, filters, func(f *ent.Film) Film { return viewFilm(f, homes) })
	return out, nil
}

type makeFilmInput struct {
	Body struct {
		Space     string `json:"space" minLength:"1" maxLength:"64" doc:"Id or slug of the film's home."`
		Title     string `json:"title" minLength:"1" maxLength:"200"`
		Synopsis  string `json:"synopsis,omitempty" maxLength:"4000"`
		Year      *int   `json:"year,omitempty" minimum:"1888" maximum:"2200"`
		DurationS *int   `json:"duration_s,omitempty" minimum:"1" maximum:"360000"`
		Form      string `json:"form,omitempty" enum:"fiction,documentary,animation,experimental,music_video" default:"fiction"`
	}
}

func (a *API) makeFilm(ctx context.Context, in *makeFilmInput) (*filmMade, error) {
	space, err := a.space(ctx, in.Body.Space)
	if err != nil {
		return nil, err
	}
	film, err := a.films.Make(ctx, films.NewFilm{
		Place: spaces.Place(space), Title: in.Body.Title, Synopsis: in.Body.Synopsis,
		Year: in.Body.Year, DurationS: in.Body.DurationS, Form: in.Body.Form,
	})
	if err != nil {
		return nil, err
	}
	body, err := a.film(ctx, film)
	if err != nil {
		return nil, err
	}
	return &filmMade{Location: "/v1/films/" + film.ID, ETag: body.ETag, Body: body.Body}, nil
}

func (a *API) getFilm(ctx context.Context, in *struct {
	FilmPath
	rest.IfNoneMatch
},
) (*filmBody, error) {
	film, err := a.films.Film(ctx, in.Film)
	if err != nil {
		return nil, err
	}
	body, err := a.film(ctx, film)
	if err != nil {
		return nil, err
	}
	return body, in.Changed(body.ETag)
}

type changeFilmInput struct {
	FilmPath
	rest.IfMatch
	Body struct {
		Title     rest.Opt[string] `json:"title,omitempty" minLength:"1" maxLength:"200"`
		Synopsis  rest.Opt[string] `json:"synopsis,omitempty" maxLength:"4000"`
		Year      rest.Opt[int]    `json:"year,omitempty" minimum:"1888" maximum:"2200"`
		DurationS rest.Opt[int]    `json:"duration_s,omitempty" minimum:"1" maximum:"360000"`
		Form      rest.Opt[string] `json:"form,omitempty" enum:"fiction,documentary,animation,experimental,music_video"`
		Stage     rest.Opt[string] `json:"stage,omitempty" enum:"idea,development,preparation,shooting,post,finished" doc:"Release and withdraw have operations of their own."`
	}
}

func (a *API) changeFilm(ctx context.Context, in *changeFilmInput) (*filmBody, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	film, err := a.films.Change(ctx, in.Film, version, films.Change{
		Title: in.Body.Title, Synopsis: in.Body.Synopsis, Year: in.Body.Year,
		DurationS: in.Body.DurationS, Form: in.Body.Form, Stage: in.Body.Stage,
	})
	if err != nil {
		return nil, err
	}
	return a.film(ctx, film)
}

func (a *API) deleteFilm(ctx context.Context, in *struct {
	FilmPath
	rest.IfMatch
},
) (*struct{}, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	return nil, a.films.Delete(ctx, in.Film, version)
}

func (a *API) releaseFilm(ctx context.Context, in *FilmPath) (*filmBody, error) {
	film, err := a.films.Release(ctx, in.Film)
	if err != nil {
		return nil, err
	}
	return a.film(ctx, film)
}

func (a *API) withdrawFilm(ctx context.Context, in *FilmPath) (*filmBody, error) {
	film, err := a.films.Withdraw(ctx, in.Film)
	if err != nil {
		return nil, err
	}
	return a.film(ctx, film)
}

func (a *API) film(ctx context.Context, film *ent.Film) (*filmBody, error) {
	homes, err := homesOf(ctx, a.spaces, []*ent.Film{film}, func(f *ent.Film) string { return f.SpaceID })
	if err != nil {
		return nil, err
	}
	view := viewFilm(film, homes)
	return &filmBody{ETag: rest.ETag(film.Version, view), Body: view}, nil
}

func viewFilm(f *ent.Film, homes map[string]Reference) Film {
	return Film{
		ID: f.ID, Title: f.Title, Slug: f.Slug, Synopsis: f.Synopsis, Year: f.Year, DurationS: f.DurationS,
		Form: string(f.Form), Stage: string(f.Stage), ReleasedAt: f.ReleasedAt, Space: homes[f.SpaceID],
		CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt,
	}
}
