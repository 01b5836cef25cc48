package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// AuditEntry is a deed: who did what to what, where and why.
type AuditEntry struct {
	ID        string     `json:"id" format:"uuid"`
	At        time.Time  `json:"at"`
	Action    string     `json:"action" example:"film.release"`
	Object    string     `json:"object" example:"film:0192f0c1-7d3a-7000-8000-000000000000" doc:"What it was done to: noun:id."`
	Space     *Reference `json:"space,omitempty" doc:"Where."`
	Actor     *Reference `json:"actor,omitempty" doc:"Who did it; absent for the platform itself, and for somebody whom you do not get to see."`
	Reason    string     `json:"reason" doc:"In the words of who did it."`
	Data      any        `json:"data" doc:"What else belongs to it; null for nothing."`
	RequestID string     `json:"request_id,omitempty" doc:"Of the request that did it: for who runs the space."`
}

type auditBody struct {
	Body rest.ListBody[AuditEntry]
}

// AuditParams are the parameters of every list of deeds.
type AuditParams struct {
	rest.ListParams
	Sort string `query:"sort" enum:"-at,at" default:"-at"`
}

func (a *API) registerAudit() {
	tags := []string{"Audit"}
	huma.Register(a.core, huma.Operation{
		OperationID: "list-audit", Method: http.MethodGet, Path: "/v1/audit", Tags: tags,
		Summary:    "List what was done in a space",
		Extensions: rest.Permission("audit.read"),
	}, a.listAudit)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-film-audit", Method: http.MethodGet, Path: "/v1/films/{film}/audit", Tags: tags,
		Summary:     "List what was done to a film",
		Description: "For its owners, and for who runs its space.",
		Extensions:  rest.Permission("audit.read"),
	}, a.listFilmAudit)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-organisation-audit", Method: http.MethodGet, Path: "/v1/organisations/{organisation}/audit", Tags: tags,
		Summary:     "List what was done to an organisation",
		Description: "For its administrators, and for who runs its space.",
		Extensions:  rest.Permission("audit.read"),
	}, a.listOrganisationAudit)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-my-audit", Method: http.MethodGet, Path: "/v1/me/audit", Tags: tags,
		Summary:    "List what was done to my account and my profile, and what I did",
		Extensions: rest.Permission("audit.read"),
	}, a.listMyAudit)
}

type listAuditInput struct {
	AuditParams
	Space  string `query:"space" maxLength:"64" doc:"Id or slug of a space; the whole network where it is absent."`
	Scope  string `query:"scope" enum:"here,subtree" default:"subtree" doc:"The space alone, or with the spaces below it."`
	Object string `query:"object" maxLength:"128" doc:"Only what was done to this: noun:id."`
	Actor  string `query:"actor" format:"uuid" doc:"Only what this account did."`
}

func (a *API) listAudit(ctx context.Context, in *listAuditInput) (*auditBody, error) {
	space, err := a.space(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	filters := filtersOf("space", in.Space, "scope", in.Scope, "object", in.Object, "actor", in.Actor)
	scope := spaces.Scope(space, in.Scope == "subtree")
	return a.auditPage(ctx, in.AuditParams, filters, true, func(page core.Page) (core.List[*ent.AuditEntry], error) {
		return a.audit.List(ctx, scope, audit.Filter{Object: in.Object, Actor: in.Actor}, page)
	})
}

func (a *API) listFilmAudit(ctx context.Context, in *struct {
	FilmPath
	AuditParams
},
) (*auditBody, error) {
	seen, err := a.films.Get(ctx, []string{in.Film})
	if err != nil {
		return nil, err
	}
	film, ok := seen[in.Film]
	if !ok {
		return nil, films.ErrUnknown
	}
	return a.auditPage(ctx, in.AuditParams, filtersOf("film", in.Film), false, func(page core.Page) (core.List[*ent.AuditEntry], error) {
		return a.audit.History(ctx, "film:"+film.ID, film.Path, film.Relations, page)
	})
}

func (a *API) listOrganisationAudit(ctx context.Context, in *struct {
	Organisation string `path:"organisation" maxLength:"36" doc:"The organisation's id."`
	AuditParams
},
) (*auditBody, error) {
	standing, err := a.organisations.Standing(ctx, in.Organisation)
	if err != nil {
		return nil, err
	}
	return a.auditPage(ctx, in.AuditParams, filtersOf("organisation", in.Organisation), false, func(page core.Page) (core.List[*ent.AuditEntry], error) {
		return a.audit.History(ctx, "organisation:"+in.Organisation, standing.Path, standing.Relations, page)
	})
}

func (a *API) listMyAudit(ctx context.Context, in *AuditParams) (*auditBody, error) {
	return a.auditPage(ctx, *in, filtersOf("actor", "me"), false, func(page core.Page) (core.List[*ent.AuditEntry], error) {
		return a.audit.Mine(ctx, page)
	})
}

// auditPage answers with a page of deeds: for who runs a space with the request
// that did each, which leads to the log.
func (a *API) auditPage(ctx context.Context, in AuditParams, filters string, requests bool, list func(core.Page) (core.List[*ent.AuditEntry], error)) (*auditBody, error) {
	page, err := a.cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	entries, err := list(page)
	if err != nil {
		return nil, err
	}
	homes, err := homesOf(ctx, a.spaces, entries.Items, func(e *ent.AuditEntry) string { return e.SpaceID })
	if err != nil {
		return nil, err
	}
	actors := make([]string, 0, len(entries.Items))
	for _, e := range entries.Items {
		actors = append(actors, e.Actor)
	}
	people, err := a.holders(ctx, actors)
	if err != nil {
		return nil, err
	}
	out := &auditBody{}
	out.Body = rest.ListOf(entries, a.cursors, in.Sort, filters, func(e *ent.AuditEntry) AuditEntry {
		view := viewAuditEntry(e, homes, people)
		if !requests {
			view.RequestID = ""
		}
		return view
	})
	return out, nil
}

func viewAuditEntry(e *ent.AuditEntry, homes map[string]Reference, people map[string]*Reference) AuditEntry {
	view := AuditEntry{
		ID: e.ID, At: e.At, Action: e.Action, Object: e.Object, Actor: people[e.Actor],
		Reason: e.Reason, RequestID: e.RequestID,
	}
	if home, ok := homes[e.SpaceID]; ok {
		view.Space = &home
	}
	if e.Data != nil {
		view.Data = e.Data
	}
	return view
}
