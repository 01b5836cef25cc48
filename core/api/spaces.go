package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// Reference names another thing without showing it whole.
type Reference struct {
	ID    string `json:"id" format:"uuid"`
	Name  string `json:"name"`
	Slug  string `json:"slug"`
	Image string `json:"image,omitempty" format:"uri"`
}

// Space is the network, a region or an institution as its visitors see it.
type Space struct {
	ID       string  `json:"id" format:"uuid"`
	Kind     string  `json:"kind" enum:"network,region,institution"`
	Slug     string  `json:"slug"`
	Path     string  `json:"path"`
	Name     string  `json:"name"`
	Code     *string `json:"code" nullable:"true" doc:"The region's INSEE code."`
	ParentID *string `json:"parent_id" format:"uuid" nullable:"true"`
	Locale   string  `json:"locale"`
	TimeZone string  `json:"time_zone" doc:"As in the tz database."`
}

// ModuleState is a module's switch in a space.
type ModuleState struct {
	Module    string `json:"module"`
	Summary   string `json:"summary"`
	Version   string `json:"version"`
	State     string `json:"state" enum:"off,on,read_only,closing"`
	Inherited bool   `json:"inherited" doc:"The space has not set it; the state is its parent's."`
}

// SpacePath is the path of a space.
type SpacePath struct {
	Space string `path:"space" maxLength:"64" doc:"The space's id or slug."`
}

func (a *API) registerSpaces() {
	tags := []string{"Spaces"}
	huma.Register(a.core, huma.Operation{
		OperationID: "list-spaces", Method: http.MethodGet, Path: "/v1/spaces", Tags: tags,
		Summary:    "List spaces",
		Extensions: rest.Permission("space.read"),
	}, a.listSpaces)
	huma.Register(a.core, huma.Operation{
		OperationID: "get-space", Method: http.MethodGet, Path: "/v1/spaces/{space}", Tags: tags,
		Summary:    "Read a space",
		Extensions: rest.Permission("space.read"),
	}, a.getSpace)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-space-modules", Method: http.MethodGet, Path: "/v1/spaces/{space}/modules", Tags: tags,
		Summary:    "List the modules of a space and their switches",
		Extensions: rest.Permission("module.read"),
	}, a.listModules)
	huma.Register(a.core, huma.Operation{
		OperationID: "get-space-module", Method: http.MethodGet, Path: "/v1/spaces/{space}/modules/{module}", Tags: tags,
		Summary:    "Read a module's switch in a space",
		Extensions: rest.Permission("module.read"),
	}, a.getModule)
	huma.Register(a.core, huma.Operation{
		OperationID: "switch-space-module", Method: http.MethodPut, Path: "/v1/spaces/{space}/modules/{module}", Tags: tags,
		Summary:     "Switch a module in a space",
		Description: "The switch holds for the space and for every space below it that has not set its own. It takes effect on the next request. What the module keeps is kept.",
		Extensions:  rest.Permission("module.switch"),
	}, a.switchModule)
}

type listSpacesInput struct {
	rest.ListParams
	Sort   string `query:"sort" enum:"name,-name" default:"name"`
	Kind   string `query:"kind" enum:"network,region,institution"`
	Parent string `query:"parent" maxLength:"64" doc:"Only the spaces right below this one: its id or slug."`
}

func (a *API) listSpaces(ctx context.Context, in *listSpacesInput) (*struct{ Body rest.ListBody[Space] }, error) {
	filters := filtersOf("kind", in.Kind, "parent", in.Parent)
	page, err := a.cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	list, err := a.spaces.List(ctx, spaces.Filter{Kind: in.Kind, Parent: in.Parent}, page)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Space] }{}
	out.Body = rest.ListOf(list, a.cursors, in.Sort, filters, viewSpace)
	return out, nil
}

func (a *API) getSpace(ctx context.Context, in *SpacePath) (*struct{ Body Space }, error) {
	space, err := a.spaces.Get(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Space }{viewSpace(space)}, nil
}

func (a *API) listModules(ctx context.Context, in *SpacePath) (*struct {
	Body struct {
		Data []ModuleState `json:"data" nullable:"false"`
	}
}, error,
) {
	space, err := a.spaces.Get(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	out := &struct {
		Body struct {
			Data []ModuleState `json:"data" nullable:"false"`
		}
	}{}
	states, err := a.spaces.Modules(ctx, space, a.modules.Names())
	if err != nil {
		return nil, err
	}
	out.Body.Data = make([]ModuleState, 0, len(states))
	for _, state := range states {
		out.Body.Data = append(out.Body.Data, a.viewModuleState(state))
	}
	return out, nil
}

// ModulePath is the path of a module in a space.
type ModulePath struct {
	SpacePath
	Module string `path:"module" maxLength:"40" doc:"The module's name."`
}

func (a *API) getModule(ctx context.Context, in *ModulePath) (*struct{ Body ModuleState }, error) {
	space, err := a.spaces.Get(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	state, err := a.moduleState(ctx, space, in.Module)
	if err != nil {
		return nil, err
	}
	return &struct{ Body ModuleState }{state}, nil
}

type switchModuleInput struct {
	ModulePath
	Body struct {
		State string `json:"state" enum:"off,on,read_only,closing"`
	}
}

func (a *API) switchModule(ctx context.Context, in *switchModuleInput) (*struct{ Body ModuleState }, error) {
	space, err := a.spaces.Get(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(a.modules.Names(), in.Module) {
		return nil, ErrModuleUnknown
	}
	if err := a.spaces.Switch(ctx, space, in.Module, spaces.State(in.Body.State), nil); err != nil {
		return nil, err
	}
	state, err := a.moduleState(ctx, space, in.Module)
	if err != nil {
		return nil, err
	}
	return &struct{ Body ModuleState }{state}, nil
}

// ErrModuleUnknown is the fault of naming a module that is not installed.
var ErrModuleUnknown = &core.Fault{
	Kind: core.Missing, Code: "module_unknown",
	EN: "There is no such module.",
	FR: "Ce module n'existe pas.",
}

func (a *API) moduleState(ctx context.Context, space *ent.Space, module string) (ModuleState, error) {
	if !slices.Contains(a.modules.Names(), module) {
		return ModuleState{}, ErrModuleUnknown
	}
	state, err := a.spaces.Module(ctx, space, module)
	if err != nil {
		return ModuleState{}, err
	}
	return a.viewModuleState(state), nil
}

func (a *API) viewModuleState(s spaces.ModuleState) ModuleState {
	summary, version := a.modules.Summary(s.Module)
	return ModuleState{Module: s.Module, Summary: summary, Version: version, State: string(s.State), Inherited: s.Inherited}
}

func viewSpace(s *ent.Space) Space {
	return Space{
		ID: s.ID, Kind: string(s.Kind), Slug: s.Slug, Path: s.Path, Name: s.Name, Code: s.Code,
		ParentID: s.ParentID, Locale: s.Locale, TimeZone: s.TimeZone,
	}
}

func reference(s *ent.Space) Reference { return Reference{ID: s.ID, Name: s.Name, Slug: s.Slug} }
