package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/rest"
)

// Commune is a commune of France, of today or part of one.
type Commune struct {
	Code       string    `json:"code" example:"29052" doc:"INSEE's."`
	Name       string    `json:"name"`
	Kind       string    `json:"kind" enum:"current,district,delegated,associated"`
	Parent     *Division `json:"parent,omitempty" doc:"The commune that it is part of today; absent for one of today."`
	Department Division  `json:"department"`
	Region     Division  `json:"region"`
}

// Division is a part of France, by INSEE code.
type Division struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func (a *API) registerCommunes() {
	tags := []string{"Nomenclature"}
	huma.Register(a.core, huma.Operation{
		OperationID: "find-communes", Method: http.MethodGet, Path: "/v1/communes", Tags: tags,
		Summary:     "Find communes as a name is typed",
		Description: "Those of today first, then those that are part of another, each by name; never by size. There are no further pages: one types on.",
		Extensions:  rest.Public(),
	}, a.findCommunes)
	huma.Register(a.core, huma.Operation{
		OperationID: "get-commune", Method: http.MethodGet, Path: "/v1/communes/{commune}", Tags: tags,
		Summary:    "Read a commune",
		Extensions: rest.Public(),
	}, a.getCommune)
}

func (a *API) findCommunes(_ context.Context, in *struct {
	rest.IfNoneMatch
	Q          string `query:"q" required:"true" minLength:"1" maxLength:"60" doc:"The beginning of the name, without regard to accents, case and hyphens."`
	Department string `query:"department" maxLength:"3" doc:"Code of a department: 29."`
	Limit      int    `query:"limit" minimum:"1" maximum:"100" default:"10"`
},
) (*kept[rest.ListBody[Commune]], error) {
	list := core.List[communes.Commune]{Items: communes.Named(in.Q, in.Department, in.Limit)}
	out := keep(rest.ListOf(list, a.cursors, "", "", viewCommune))
	return out, in.Changed(out.ETag)
}

func (a *API) getCommune(_ context.Context, in *struct {
	Commune string `path:"commune" maxLength:"5" doc:"INSEE code."`
	rest.IfNoneMatch
},
) (*kept[Commune], error) {
	commune, ok := communes.Get(in.Commune)
	if !ok {
		return nil, errCommuneUnknown
	}
	out := keep(viewCommune(commune))
	return out, in.Changed(out.ETag)
}

var errCommuneUnknown = &core.Fault{
	Kind: core.Missing, Code: "commune_unknown",
	EN: "There is no commune with this code.",
	FR: "Aucune commune n'a ce code.",
}

func viewCommune(c communes.Commune) Commune {
	department, _ := communes.Department(c.Department)
	region, _ := communes.Region(c.Region)
	view := Commune{
		Code: c.Code, Name: c.Name, Kind: string(c.Kind),
		Department: Division{department.Code, department.Name}, Region: Division{region.Code, region.Name},
	}
	if parent, ok := communes.Get(c.Parent); ok {
		view.Parent = &Division{parent.Code, parent.Name}
	}
	return view
}
