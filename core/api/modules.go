package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// Modules is what the API needs of whoever runs the modules: cmd fills it with
// the host.
type Modules interface {
	// Names returns the installed modules in order, running or not.
	Names() []string
	// Summary says in a sentence what the module is for, and its version.
	Summary(module string) (summary, version string)
	// Document returns the module's OpenAPI document as JSON, with full public
	// paths. It is there while the module is down.
	Document(module string) []byte
	// Serve answers a request below /v1/spaces/{space}/{module}/. The space
	// is known to the asker and the module is not off in it.
	Serve(w http.ResponseWriter, r *http.Request, call ModuleCall)
}

// ModuleCall is what the platform knows of a request before a module sees it.
type ModuleCall struct {
	Module string
	Space  *ent.Space
	State  string // on, read_only or closing
	Scope  core.Scope
	Actor  *core.Actor
}

// ErrModuleOff is the fault of a request to a module that is not installed or
// not switched on in the space. One answer for both: what is off is not there.
var ErrModuleOff = &core.Fault{
	Kind: core.Missing, Code: "module_off",
	EN: "This module is not available in this space.",
	FR: "Ce module n'est pas disponible dans cet espace.",
}

// modulePath splits /v1/spaces/{space}/{module}/… and reports whether the path
// belongs to a module.
func modulePath(path string) (space, module string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/v1/spaces/")
	if !ok {
		return "", "", false
	}
	space, rest, ok = strings.Cut(rest, "/")
	if !ok || space == "" {
		return "", "", false
	}
	module, _, _ = strings.Cut(rest, "/")
	return space, module, core.ModuleName(module)
}

// serveModule answers for the module, or refuses before the module knows of
// the request: unknown space, module off.
func (a *API) serveModule(w http.ResponseWriter, r *http.Request, name, module string) {
	call, err := a.moduleCall(r.Context(), name, module, r.URL.Query().Get("scope") == "subtree")
	if err != nil {
		r.Pattern = "/v1/spaces/{space}/" // for a space that has moved
		rest.WriteProblem(w, r, err)
		return
	}
	a.modules.Serve(w, r, call)
}

func (a *API) moduleCall(ctx context.Context, name, module string, subtree bool) (ModuleCall, error) {
	space, err := a.named(ctx, name)
	if err != nil {
		return ModuleCall{}, err
	}
	if !slices.Contains(a.modules.Names(), module) {
		return ModuleCall{}, ErrModuleOff
	}
	state, err := a.spaces.Effective(ctx, space, module)
	if err != nil {
		return ModuleCall{}, err
	}
	if state == spaces.Off {
		return ModuleCall{}, ErrModuleOff
	}
	call := ModuleCall{
		Module: module, Space: space, State: string(state), Actor: core.ActorFrom(ctx),
		Scope: core.Scope{Place: spaces.Place(space), Subtree: subtree},
	}
	// Also where the space alone is asked for: what it puts forward may be of a
	// space below it.
	call.Scope.Off, err = a.spaces.Off(ctx, space, module)
	return call, err
}

// Module is an installed module.
type Module struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Summary string `json:"summary"`
}

func (a *API) registerModules() {
	huma.Register(a.core, huma.Operation{
		OperationID: "list-modules", Method: http.MethodGet, Path: "/v1/modules", Tags: []string{"Spaces"},
		Summary:    "List the installed modules",
		Extensions: rest.Public(),
	}, a.listInstalled)
}

type installed struct {
	Body struct {
		Data []Module `json:"data" nullable:"false"`
	}
}

func (a *API) listInstalled(context.Context, *struct{}) (*installed, error) {
	out := &installed{}
	out.Body.Data = []Module{}
	for _, name := range a.modules.Names() {
		summary, version := a.modules.Summary(name)
		out.Body.Data = append(out.Body.Data, Module{Name: name, Version: version, Summary: summary})
	}
	return out, nil
}
