package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/crafts"
	"github.com/labfilms/labfilms/core/rest"
)

// Words is a text in both languages of the platform.
type Words struct {
	FR string `json:"fr"`
	EN string `json:"en"`
}

// Craft is what one does on a film.
type Craft struct {
	Code       string          `json:"code" example:"IMA-DOP"`
	Name       Words           `json:"name" doc:"In French the form that names women and men."`
	Masculine  string          `json:"masculine" doc:"In French."`
	Feminine   string          `json:"feminine" doc:"In French."`
	Aliases    []string        `json:"aliases" nullable:"false" doc:"Other words for it, in either language."`
	Department CraftDepartment `json:"department"`
	Head       bool            `json:"head" doc:"Leads the department."`
	Annexe     *int            `json:"annexe" nullable:"true" doc:"Annexe 8 or 10 of the French unemployment insurance; null for neither."`
	ROME       *string         `json:"rome" nullable:"true" doc:"Code in the French register of occupations."`
	TMDB       *string         `json:"tmdb" nullable:"true" doc:"The job at The Movie Database."`
}

// CraftDepartment is a part of the crew.
type CraftDepartment struct {
	Code string `json:"code" example:"IMA"`
	Name Words  `json:"name"`
}

// nomenclature is what changes with a version of the program and not before.
const nomenclature = "public, max-age=3600"

func (a *API) registerCrafts() {
	tags := []string{"Nomenclature"}
	huma.Register(a.core, huma.Operation{
		OperationID: "list-crafts", Method: http.MethodGet, Path: "/v1/crafts", Tags: tags,
		Summary:     "List the crafts",
		Description: "The whole nomenclature, or what begins like q in any form or language, in the order of a film's titles.",
		Extensions:  rest.Public(),
	}, a.listCrafts)
	huma.Register(a.core, huma.Operation{
		OperationID: "get-craft", Method: http.MethodGet, Path: "/v1/crafts/{craft}", Tags: tags,
		Summary:    "Read a craft",
		Extensions: rest.Public(),
	}, a.getCraft)
}

// kept is an answer that asker and proxies may keep.
type kept[T any] struct {
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag"`
	Body         T
}

func keep[T any](body T) *kept[T] {
	return &kept[T]{CacheControl: nomenclature, ETag: rest.ETag(1, body), Body: body}
}

func (a *API) listCrafts(_ context.Context, in *struct {
	rest.IfNoneMatch
	Q          string `query:"q" maxLength:"60" doc:"The beginning of a word: chef op, boom."`
	Department string `query:"department" maxLength:"3" doc:"Code of a department: IMA."`
},
) (*kept[rest.ListBody[Craft]], error) {
	list := core.List[crafts.Craft]{}
	found := crafts.All()
	if in.Q != "" {
		found = crafts.Named(in.Q, len(found))
	}
	for _, c := range found {
		if in.Department == "" || c.Department == in.Department {
			list.Items = append(list.Items, c)
		}
	}
	out := keep(rest.ListOf(list, a.cursors, "", "", viewCraft))
	return out, in.Changed(out.ETag)
}

func (a *API) getCraft(_ context.Context, in *struct {
	Craft string `path:"craft" maxLength:"16" doc:"The craft's code."`
	rest.IfNoneMatch
},
) (*kept[Craft], error) {
	craft, ok := crafts.Get(in.Craft)
	if !ok {
		return nil, errCraftUnknown
	}
	out := keep(viewCraft(craft))
	return out, in.Changed(out.ETag)
}

var errCraftUnknown = &core.Fault{
	Kind: core.Missing, Code: "craft_unknown",
	EN: "There is no such craft.",
	FR: "Ce métier n'existe pas.",
}

func viewCraft(c crafts.Craft) Craft {
	view := Craft{
		Code: c.Code, Name: Words{c.French, c.English}, Masculine: c.Masculine, Feminine: c.Feminine,
		Aliases: append([]string{}, c.Aliases...), Head: c.Head,
	}
	if d, ok := crafts.DepartmentOf(c.Department); ok {
		view.Department = CraftDepartment{d.Code, Words{d.French, d.English}}
	}
	if c.Annexe != 0 {
		view.Annexe = &c.Annexe
	}
	if c.ROME != "" {
		view.ROME = &c.ROME
	}
	if c.TMDB != "" {
		view.TMDB = &c.TMDB
	}
	return view
}
