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
	Slug     string  `json:"slug" doc:"It may change; then the old one answers 308 and the new address."`
	Path     string  `json:"path" doc:"Where grants hold: here and below. It never changes."`
	Name     string  `json:"name"`
	Code     *string `json:"code" nullable:"true" doc:"The region's INSEE code."`
	ParentID *string `json:"parent_id" format:"uuid" nullable:"true"`
	Locale   string  `json:"locale" doc:"The language of its pages: a BCP 47 tag."`
	TimeZone string  `json:"time_zone" doc:"As in the tz database. Its days begin and end there."`

	Description string `json:"description" doc:"Markdown."`
	Contact     string `json:"contact" doc:"An e-mail address for everybody, or empty."`
	Website     string `json:"website"`
	Colour      string `json:"colour" example:"#1d6fa5"`
	Joining     string `json:"joining" enum:"open,invitation" doc:"Whether people join by themselves."`
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
		OperationID: "create-space", Method: http.MethodPost, Path: "/v1/spaces", Tags: tags,
		Summary: "Make a space below another", DefaultStatus: http.StatusCreated,
		Description: "A region stands below the network, an institution below the network or a region. No address is ever given twice, not even one that a space has left.",
		Extensions:  rest.Permission("space.create"),
	}, a.createSpace)
	huma.Register(a.core, huma.Operation{
		OperationID: "change-space", Method: http.MethodPatch, Path: "/v1/spaces/{space}", Tags: tags,
		Summary:     "Change a space's settings",
		Description: "A merge patch: what is absent stays, null clears. If-Match names the version that was read. A slug that the space leaves answers 308 and the new address.",
		Extensions:  rest.Permission("space.update"),
	}, a.changeSpace)
	huma.Register(a.core, huma.Operation{
		OperationID: "join-space", Method: http.MethodPost, Path: "/v1/spaces/{space}/join", Tags: tags,
		Summary:     "Join a space",
		Description: "You become a member, and a creator if you are one at home. Joining twice is joining once.",
		Extensions:  rest.Permission("space.join"),
	}, a.joinSpace)
	huma.Register(a.core, huma.Operation{
		OperationID: "leave-space", Method: http.MethodPost, Path: "/v1/spaces/{space}/leave", Tags: tags,
		Summary: "Leave a space", DefaultStatus: http.StatusNoContent,
		Description: "Ends what joining gave. Another role is given up by revoking its grant; a home, by moving it first.",
		Extensions:  rest.Permission("space.leave"),
	}, a.leaveSpace)
	huma.Register(a.core, huma.Operation{
		OperationID: "move-home", Method: http.MethodPut, Path: "/v1/me/home", Tags: []string{"Me"},
		Summary:     "Move my home to another space",
		Description: "You join it, and are listed there. You stay a member where you were, and films stay where they were made.",
		Extensions:  rest.Permission("me.update"),
	}, a.moveHome)
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

// named returns the space that the path names. It returns [core.MovedTo] where
// that is by a slug which the space has left.
func (a *API) named(ctx context.Context, name string) (*ent.Space, error) {
	space, err := a.spaces.Get(ctx, name)
	if err == nil && name != space.Slug && name != space.ID {
		return nil, core.MovedTo("space", space.Slug)
	}
	return space, err
}

type spaceBody struct {
	ETag string `header:"ETag"`
	Body Space
}

func spaceOf(s *ent.Space) *spaceBody {
	view := viewSpace(s)
	return &spaceBody{ETag: rest.ETag(s.Version, view), Body: view}
}

func (a *API) getSpace(ctx context.Context, in *struct {
	SpacePath
	rest.IfNoneMatch
},
) (*spaceBody, error) {
	space, err := a.named(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	body := spaceOf(space)
	return body, in.Changed(body.ETag)
}

type createSpaceInput struct {
	Body struct {
		Parent      string `json:"parent" minLength:"1" maxLength:"64" doc:"Id or slug of the space right above."`
		Kind        string `json:"kind" enum:"region,institution"`
		Slug        string `json:"slug" minLength:"1" maxLength:"64" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$" doc:"Of its address."`
		Name        string `json:"name" minLength:"1" maxLength:"120"`
		Code        string `json:"code,omitempty" maxLength:"16" doc:"The region's INSEE code."`
		Locale      string `json:"locale,omitempty" maxLength:"35" doc:"A BCP 47 tag. Default: that of the space above."`
		TimeZone    string `json:"time_zone,omitempty" maxLength:"64" doc:"As in the tz database. Default: that of the space above."`
		Description string `json:"description,omitempty" maxLength:"4000" doc:"Markdown."`
		Contact     string `json:"contact,omitempty" maxLength:"254" doc:"An e-mail address for everybody."`
		Website     string `json:"website,omitempty" maxLength:"500"`
		Colour      string `json:"colour,omitempty" maxLength:"7" example:"#1d6fa5"`
		Joining     string `json:"joining,omitempty" enum:"open,invitation" default:"open" doc:"Whether people join by themselves."`
	}
}

func (a *API) createSpace(ctx context.Context, in *createSpaceInput) (*struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Space
}, error,
) {
	parent, err := a.spaces.Get(ctx, in.Body.Parent)
	if err != nil {
		return nil, err
	}
	made, err := a.spaces.Create(ctx, parent, spaces.NewSpace{
		Kind: in.Body.Kind, Slug: in.Body.Slug, Name: in.Body.Name, Code: in.Body.Code,
		Locale: in.Body.Locale, TimeZone: in.Body.TimeZone, Description: in.Body.Description,
		Contact: in.Body.Contact, Website: in.Body.Website, Colour: in.Body.Colour, Joining: in.Body.Joining,
	})
	if err != nil {
		return nil, err
	}
	body := spaceOf(made)
	return &struct {
		Location string `header:"Location"`
		ETag     string `header:"ETag"`
		Body     Space
	}{"/v1/spaces/" + made.Slug, body.ETag, body.Body}, nil
}

type changeSpaceInput struct {
	SpacePath
	rest.IfMatch
	Body struct {
		Slug        rest.Opt[string] `json:"slug,omitempty" minLength:"1" maxLength:"64" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$"`
		Name        rest.Opt[string] `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Locale      rest.Opt[string] `json:"locale,omitempty" maxLength:"35"`
		TimeZone    rest.Opt[string] `json:"time_zone,omitempty" maxLength:"64"`
		Description rest.Opt[string] `json:"description,omitempty" maxLength:"4000"`
		Contact     rest.Opt[string] `json:"contact,omitempty" maxLength:"254"`
		Website     rest.Opt[string] `json:"website,omitempty" maxLength:"500"`
		Colour      rest.Opt[string] `json:"colour,omitempty" maxLength:"7"`
		Joining     rest.Opt[string] `json:"joining,omitempty" enum:"open,invitation"`
	}
}

func (a *API) changeSpace(ctx context.Context, in *changeSpaceInput) (*spaceBody, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	space, err := a.named(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	changed, err := a.spaces.Change(ctx, space, version, spaces.Change{
		Slug: in.Body.Slug, Name: in.Body.Name, Locale: in.Body.Locale, TimeZone: in.Body.TimeZone,
		Description: in.Body.Description, Contact: in.Body.Contact, Website: in.Body.Website,
		Colour: in.Body.Colour, Joining: in.Body.Joining,
	})
	if err != nil {
		return nil, err
	}
	return spaceOf(changed), nil
}

// Belonging is where somebody is now, and as what.
type Belonging struct {
	Space  Reference `json:"space"`
	Grants []Grant   `json:"grants" nullable:"false" doc:"Your roles there by having joined."`
}

func (a *API) joinSpace(ctx context.Context, in *SpacePath) (*struct{ Body Belonging }, error) {
	space, err := a.named(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	grants, err := a.spaces.Join(ctx, space)
	if err != nil {
		return nil, err
	}
	views, err := a.viewGrants(ctx, grants)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Belonging }{Belonging{Space: reference(space), Grants: views}}, nil
}

func (a *API) leaveSpace(ctx context.Context, in *SpacePath) (*struct{}, error) {
	space, err := a.named(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	return nil, a.spaces.Leave(ctx, space)
}

type moveHomeInput struct {
	Body struct {
		Space string `json:"space" minLength:"1" maxLength:"64" doc:"Id or slug of a region or an institution."`
	}
}

func (a *API) moveHome(ctx context.Context, in *moveHomeInput) (*struct{ Body Belonging }, error) {
	space, err := a.spaces.Get(ctx, in.Body.Space)
	if err != nil {
		return nil, err
	}
	grants, err := a.spaces.MoveHome(ctx, space)
	if err != nil {
		return nil, err
	}
	views, err := a.viewGrants(ctx, grants)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Belonging }{Belonging{Space: reference(space), Grants: views}}, nil
}

func (a *API) listModules(ctx context.Context, in *SpacePath) (*struct {
	Body struct {
		Data []ModuleState `json:"data" nullable:"false"`
	}
}, error,
) {
	space, err := a.named(ctx, in.Space)
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
	space, err := a.named(ctx, in.Space)
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
	space, err := a.named(ctx, in.Space)
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
		Description: s.Description, Contact: s.Contact, Website: s.Website, Colour: s.Colour, Joining: string(s.Joining),
	}
}

func reference(s *ent.Space) Reference { return Reference{ID: s.ID, Name: s.Name, Slug: s.Slug} }
