package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/communes"
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
	Held       *FilmHold  `json:"held,omitempty" doc:"Since when and why moderators keep it from being released; absent where they do not."`
	Space      Reference  `json:"space" doc:"The film's home."`
	Owner      *Reference `json:"owner,omitempty" doc:"Who answers for it; absent where you may not see them."`
	Origin     string     `json:"origin" enum:"made,recorded" doc:"Whether it is made here, or its facts were brought in from elsewhere."`

	Titles      map[string]string `json:"titles" doc:"In other languages, by ISO 639 code."`
	Synopses    map[string]string `json:"synopses" doc:"In other languages, by ISO 639 code."`
	Genres      []FilmTerm        `json:"genres" nullable:"false"`
	Countries   []string          `json:"countries" nullable:"false" doc:"Of production, ISO 3166-1 alpha-2."`
	Regions     []Division        `json:"regions" nullable:"false" doc:"Of production."`
	Languages   []string          `json:"languages" nullable:"false" doc:"Spoken in it, ISO 639."`
	Warnings    []FilmTerm        `json:"warnings" nullable:"false" doc:"What some want to know before they watch."`
	Identifiers map[string]string `json:"identifiers" doc:"By register: isan, eidr, imdb, tmdb, wikidata, visa."`
	Consent     string            `json:"consent" enum:"open,ask,none" doc:"To being selected: by any label, after asking, or not at all."`
	Expanded    *FilmExpands      `json:"expanded,omitempty" doc:"What expand asked for."`
	CreatedAt   time.Time         `json:"created_at"`
	UpdatedAt   time.Time         `json:"updated_at"`
}

// FilmHold is that moderators hold a film.
type FilmHold struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

func viewHold(f *ent.Film) *FilmHold {
	if f.HeldAt == nil {
		return nil
	}
	return &FilmHold{*f.HeldAt, f.HeldFor}
}

// FilmTerm is a word of a closed list.
type FilmTerm struct {
	Code string `json:"code"`
	Name Words  `json:"name"`
}

// FilmExpands are the things beside a film that expand can ask for.
type FilmExpands struct {
	Space        *Space        `json:"space,omitempty"`
	Owner        *Person       `json:"owner,omitempty"`
	Credits      []Credit      `json:"credits,omitempty" nullable:"false" doc:"The first 50, in the order of the titles."`
	Recognitions []Recognition `json:"recognitions,omitempty" nullable:"false" doc:"The latest 20."`
	Members      []FilmMember  `json:"members,omitempty" nullable:"false" doc:"The first 50, for those who make the film."`
}

// FilmExpand is what a reader of films wants beside them.
type FilmExpand struct {
	Expand []string `query:"expand" enum:"space,owner,credits,recognitions,members" maxItems:"5" uniqueItems:"true" doc:"Also answer these, in expanded."`
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
		OperationID: "record-film", Method: http.MethodPost, Path: "/v1/films/record", Tags: tags,
		Summary: "Write down a film that was made elsewhere", DefaultStatus: http.StatusCreated,
		Description: "For films that labels want to choose and whose makers are not here. It is yours to keep until it is handed over to them.",
		Extensions:  rest.Permission("film.record"),
	}, a.recordFilm)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-film-terms", Method: http.MethodGet, Path: "/v1/film-terms", Tags: []string{"Nomenclature"},
		Summary:    "List the genres and the content warnings of films",
		Extensions: rest.Public(),
	}, a.listFilmTerms)
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
	huma.Register(a.core, huma.Operation{
		OperationID: "hold-film", Method: http.MethodPost, Path: "/v1/films/{film}/hold", Tags: tags,
		Summary:     "Hold a film",
		Description: "By a moderator: it leaves every screen at once, and is not released again until the hold is lifted. Its owners are told, and its people read why.",
		Extensions:  rest.Permission("film.hold"),
	}, a.holdFilm)
	huma.Register(a.core, huma.Operation{
		OperationID: "lift-film", Method: http.MethodPost, Path: "/v1/films/{film}/lift", Tags: tags,
		Summary:     "Lift the hold of a film",
		Description: "It stays withdrawn until its owner releases it.",
		Extensions:  rest.Permission("film.lift"),
	}, a.liftFilm)
}

type listFilmsInput struct {
	rest.ListParams
	FilmExpand
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
	views, err := a.viewFilms(ctx, list.Items, in.Expand)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Film] }{}
	out.Body = rest.ListOf(list, a.cursors, in.Sort, filters, func(f *ent.Film) Film { return views[f.ID] })
	return out, nil
}

// FilmFacts are what people say of a film beside its title. They are exported
// because Huma passes over embedded structs that are not.
type FilmFacts struct {
	Synopsis    string            `json:"synopsis,omitempty" maxLength:"4000"`
	DurationS   *int              `json:"duration_s,omitempty" minimum:"1" maximum:"360000"`
	Form        string            `json:"form,omitempty" enum:"fiction,documentary,animation,experimental,music_video" default:"fiction"`
	Titles      map[string]string `json:"titles,omitempty" doc:"In other languages, by ISO 639 code: at most 30."`
	Synopses    map[string]string `json:"synopses,omitempty" doc:"In other languages, by ISO 639 code: at most 30."`
	Genres      []string          `json:"genres,omitempty" maxItems:"20" nullable:"false" doc:"Codes: see /v1/film-terms."`
	Countries   []string          `json:"countries,omitempty" maxItems:"20" nullable:"false" doc:"ISO 3166-1 alpha-2."`
	Regions     []string          `json:"regions,omitempty" maxItems:"20" nullable:"false" doc:"INSEE codes of regions."`
	Languages   []string          `json:"languages,omitempty" maxItems:"20" nullable:"false" doc:"ISO 639."`
	Warnings    []string          `json:"warnings,omitempty" maxItems:"20" nullable:"false" doc:"Codes: see /v1/film-terms."`
	Identifiers map[string]string `json:"identifiers,omitempty" doc:"By register: isan, eidr, imdb, tmdb, wikidata, visa."`
	Consent     string            `json:"consent,omitempty" enum:"open,ask,none" default:"open"`
}

func (f FilmFacts) film() films.NewFilm {
	return films.NewFilm{
		Synopsis: f.Synopsis, DurationS: f.DurationS, Form: f.Form, Titles: f.Titles, Synopses: f.Synopses,
		Genres: f.Genres, Countries: f.Countries, Regions: f.Regions, Languages: f.Languages, Warnings: f.Warnings,
		Identifiers: f.Identifiers, Consent: f.Consent,
	}
}

type makeFilmInput struct {
	Body struct {
		Space string `json:"space" minLength:"1" maxLength:"64" doc:"Id or slug of the film's home."`
		Title string `json:"title" minLength:"1" maxLength:"200"`
		Year  *int   `json:"year,omitempty" minimum:"1888" maximum:"2200"`
		FilmFacts
	}
}

func (a *API) makeFilm(ctx context.Context, in *makeFilmInput) (*filmMade, error) {
	made := in.Body.film()
	made.Title, made.Year = in.Body.Title, in.Body.Year
	return a.newFilm(ctx, in.Body.Space, made)
}

func (a *API) recordFilm(ctx context.Context, in *struct {
	Body struct {
		Space string `json:"space" minLength:"1" maxLength:"64" doc:"Id or slug of the film's home."`
		Title string `json:"title" minLength:"1" maxLength:"200"`
		Year  int    `json:"year" minimum:"1888" maximum:"2200"`
		Stage string `json:"stage,omitempty" enum:"finished,released" default:"released"`
		FilmFacts
	}
},
) (*filmMade, error) {
	made := in.Body.film()
	made.Title, made.Year, made.Stage, made.Recorded = in.Body.Title, &in.Body.Year, in.Body.Stage, true
	return a.newFilm(ctx, in.Body.Space, made)
}

func (a *API) newFilm(ctx context.Context, home string, in films.NewFilm) (*filmMade, error) {
	space, err := a.space(ctx, home)
	if err != nil {
		return nil, err
	}
	in.Place = spaces.Place(space)
	film, err := a.films.Make(ctx, in)
	if err != nil {
		return nil, err
	}
	body, err := a.film(ctx, film, nil)
	if err != nil {
		return nil, err
	}
	return &filmMade{Location: "/v1/films/" + film.ID, ETag: body.ETag, Body: body.Body}, nil
}

// FilmTerms are the closed lists of words that films use.
type FilmTerms struct {
	Genres   []FilmTerm `json:"genres" nullable:"false"`
	Warnings []FilmTerm `json:"warnings" nullable:"false" doc:"What some want to know before they watch."`
}

func (a *API) listFilmTerms(context.Context, *struct{}) (*kept[FilmTerms], error) {
	return keep(FilmTerms{viewTerms(films.Genres, nil), viewTerms(films.Warnings, nil)}), nil
}

// viewTerms returns the words of a list with these codes, all of them for nil.
func viewTerms(list []films.Term, codes []string) []FilmTerm {
	views := []FilmTerm{}
	for _, term := range list {
		if codes == nil || slices.Contains(codes, term.Code) {
			views = append(views, FilmTerm{term.Code, Words{term.FR, term.EN}})
		}
	}
	return views
}

func (a *API) getFilm(ctx context.Context, in *struct {
	FilmPath
	FilmExpand
	rest.IfNoneMatch
},
) (*filmBody, error) {
	film, err := a.films.Film(ctx, in.Film)
	if err != nil {
		return nil, err
	}
	body, err := a.film(ctx, film, in.Expand)
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

		Titles      rest.Opt[map[string]string] `json:"titles,omitempty"`
		Synopses    rest.Opt[map[string]string] `json:"synopses,omitempty"`
		Genres      rest.Opt[[]string]          `json:"genres,omitempty" maxItems:"20"`
		Countries   rest.Opt[[]string]          `json:"countries,omitempty" maxItems:"20"`
		Regions     rest.Opt[[]string]          `json:"regions,omitempty" maxItems:"20"`
		Languages   rest.Opt[[]string]          `json:"languages,omitempty" maxItems:"20"`
		Warnings    rest.Opt[[]string]          `json:"warnings,omitempty" maxItems:"20"`
		Identifiers rest.Opt[map[string]string] `json:"identifiers,omitempty"`
		Consent     rest.Opt[string]            `json:"consent,omitempty" enum:"open,ask,none"`
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
		Titles: in.Body.Titles, Synopses: in.Body.Synopses, Genres: in.Body.Genres, Countries: in.Body.Countries,
		Regions: in.Body.Regions, Languages: in.Body.Languages, Warnings: in.Body.Warnings,
		Identifiers: in.Body.Identifiers, Consent: in.Body.Consent,
	})
	if err != nil {
		return nil, err
	}
	return a.film(ctx, film, nil)
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
	return a.film(ctx, film, nil)
}

func (a *API) withdrawFilm(ctx context.Context, in *FilmPath) (*filmBody, error) {
	film, err := a.films.Withdraw(ctx, in.Film)
	if err != nil {
		return nil, err
	}
	return a.film(ctx, film, nil)
}

type holdInput struct {
	FilmPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"Kept in the audit. The film's people read it."`
	}
}

func (a *API) holdFilm(ctx context.Context, in *holdInput) (*filmBody, error) {
	film, err := a.films.Hold(ctx, in.Film, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return a.film(ctx, film, nil)
}

func (a *API) liftFilm(ctx context.Context, in *holdInput) (*filmBody, error) {
	film, err := a.films.Lift(ctx, in.Film, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return a.film(ctx, film, nil)
}

func (a *API) film(ctx context.Context, film *ent.Film, expand []string) (*filmBody, error) {
	views, err := a.viewFilms(ctx, []*ent.Film{film}, expand)
	if err != nil {
		return nil, err
	}
	view := views[film.ID]
	return &filmBody{ETag: rest.ETag(film.Version, view), Body: view}, nil
}

// viewFilms returns films as the asker sees them, by id, in a constant number of
// queries.
func (a *API) viewFilms(ctx context.Context, all []*ent.Film, expand []string) (map[string]Film, error) {
	homes, err := homesOf(ctx, a.spaces, all, func(f *ent.Film) string { return f.SpaceID })
	if err != nil {
		return nil, err
	}
	ids, owners := make([]string, len(all)), make([]string, len(all))
	for i, f := range all {
		ids[i], owners[i] = f.ID, f.OwnerID
	}
	people, err := a.directory.Get(ctx, owners)
	if err != nil {
		return nil, err
	}
	expands, err := a.expandFilms(ctx, all, people, expand)
	if err != nil {
		return nil, err
	}
	views := make(map[string]Film, len(all))
	for _, f := range all {
		view := viewFilm(f, homes)
		if owner := people[f.OwnerID]; owner != nil {
			view.Owner = personReference(owner)
		}
		view.Expanded = expands[f.ID]
		views[f.ID] = view
	}
	return views, nil
}

// expandFilms returns what expand asks for beside each film.
func (a *API) expandFilms(ctx context.Context, all []*ent.Film, owners map[string]*ent.Person, expand []string) (map[string]*FilmExpands, error) {
	if len(expand) == 0 {
		return nil, nil
	}
	expands := make(map[string]*FilmExpands, len(all))
	ids, homes := make([]string, len(all)), make([]string, len(all))
	for i, f := range all {
		expands[f.ID], ids[i], homes[i] = &FilmExpands{}, f.ID, f.SpaceID
	}
	for _, what := range expand {
		switch what {
		case "space":
			found, err := a.spaces.ByID(ctx, homes)
			if err != nil {
				return nil, err
			}
			for _, f := range all {
				if home := found[f.SpaceID]; home != nil {
					view := viewSpace(home)
					expands[f.ID].Space = &view
				}
			}
		case "owner":
			people := make([]*ent.Person, 0, len(owners))
			for _, p := range owners {
				people = append(people, p)
			}
			views, err := a.viewPeople(ctx, people, nil)
			if err != nil {
				return nil, err
			}
			for _, f := range all {
				if view, ok := views[f.OwnerID]; ok {
					expands[f.ID].Owner = &view
				}
			}
		case "credits":
			found, err := a.creditsOf(ctx, ids)
			if err != nil {
				return nil, err
			}
			for id, credits := range found {
				expands[id].Credits = credits
			}
		case "recognitions":
			found, err := a.films.RecognitionsOf(ctx, ids, 20)
			if err != nil {
				return nil, err
			}
			for id, recognitions := range found {
				for _, r := range recognitions {
					expands[id].Recognitions = append(expands[id].Recognitions, viewRecognition(r))
				}
			}
		case "members":
			found, err := a.membersOf(ctx, ids)
			if err != nil {
				return nil, err
			}
			for id, members := range found {
				expands[id].Members = members
			}
		}
	}
	return expands, nil
}

func viewFilm(f *ent.Film, homes map[string]Reference) Film {
	view := Film{
		ID: f.ID, Title: f.Title, Slug: f.Slug, Synopsis: f.Synopsis, Year: f.Year, DurationS: f.DurationS,
		Form: string(f.Form), Stage: string(f.Stage), ReleasedAt: f.ReleasedAt, Held: viewHold(f), Space: homes[f.SpaceID],
		Origin: string(f.Origin), Titles: f.Titles, Synopses: f.Synopses, Identifiers: f.Identifiers,
		Genres: viewTerms(films.Genres, append([]string{}, f.Genres...)), Warnings: viewTerms(films.Warnings, append([]string{}, f.Warnings...)),
		Countries: append([]string{}, f.Countries...), Languages: append([]string{}, f.Languages...), Regions: []Division{},
		Consent: string(f.Consent), CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt,
	}
	for _, code := range f.Regions {
		if region, ok := communes.Region(code); ok {
			view.Regions = append(view.Regions, Division{region.Code, region.Name})
		}
	}
	for _, m := range []*map[string]string{&view.Titles, &view.Synopses, &view.Identifiers} {
		if *m == nil {
			*m = map[string]string{}
		}
	}
	return view
}
