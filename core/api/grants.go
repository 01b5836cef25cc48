package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// Grant is a role that an account has in a space and below it.
type Grant struct {
	ID        string     `json:"id" format:"uuid"`
	Role      string     `json:"role"`
	Space     Reference  `json:"space"`
	AccountID string     `json:"account_id" format:"uuid"`
	CreatedAt time.Time  `json:"created_at"`
	Until     *time.Time `json:"until" nullable:"true" doc:"When it ends by itself; null for no end."`
}

func (a *API) registerGrants() {
	tags := []string{"Grants"}
	huma.Register(a.core, huma.Operation{
		OperationID: "list-grants", Method: http.MethodGet, Path: "/v1/spaces/{space}/grants", Tags: tags,
		Summary:    "List who has which role in a space",
		Extensions: rest.Permission("grant.read"),
	}, a.listGrants)
	huma.Register(a.core, huma.Operation{
		OperationID: "create-grant", Method: http.MethodPost, Path: "/v1/spaces/{space}/grants", Tags: tags,
		Summary: "Grant a role in a space", DefaultStatus: http.StatusCreated,
		Description: "One gives only what one has: a role within one's own, at a space of one's own branch.",
		Extensions:  rest.Permission("grant.create"),
	}, a.createGrant)
	huma.Register(a.core, huma.Operation{
		OperationID: "revoke-grant", Method: http.MethodDelete, Path: "/v1/spaces/{space}/grants/{grant}", Tags: tags,
		Summary: "Revoke a grant", DefaultStatus: http.StatusNoContent,
		Description: "It holds nowhere from the next request on.",
		Extensions:  rest.Permission("grant.revoke"),
	}, a.revokeGrant)
}

type listGrantsInput struct {
	SpacePath
	rest.ListParams
}

func (a *API) listGrants(ctx context.Context, in *listGrantsInput) (*struct{ Body rest.ListBody[Grant] }, error) {
	const sort = "-created_at"
	filters := filtersOf("space", in.Space)
	page, err := a.cursors.Open(in.ListParams, sort, filters)
	if err != nil {
		return nil, err
	}
	space, err := a.spaces.Get(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	list, err := a.spaces.Grants(ctx, space, page)
	if err != nil {
		return nil, err
	}
	here := reference(space)
	out := &struct{ Body rest.ListBody[Grant] }{}
	out.Body = rest.ListOf(list, a.cursors, sort, filters, func(g *ent.Grant) Grant { return viewGrant(g, here) })
	return out, nil
}

type createGrantInput struct {
	SpacePath
	Body struct {
		AccountID string     `json:"account_id" format:"uuid"`
		Role      string     `json:"role" minLength:"1" maxLength:"40"`
		Until     *time.Time `json:"until,omitempty"`
	}
}

func (a *API) createGrant(ctx context.Context, in *createGrantInput) (*struct {
	Location string `header:"Location"`
	Body     Grant
}, error,
) {
	space, err := a.spaces.Get(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	grant, err := a.spaces.Grant(ctx, space, spaces.NewGrant{
		Account: in.Body.AccountID, Role: core.Role(in.Body.Role), Until: in.Body.Until,
	})
	if err != nil {
		return nil, err
	}
	return &struct {
		Location string `header:"Location"`
		Body     Grant
	}{"/v1/spaces/" + space.Slug + "/grants/" + grant.ID, viewGrant(grant, reference(space))}, nil
}

func (a *API) revokeGrant(ctx context.Context, in *struct {
	SpacePath
	Grant string `path:"grant" maxLength:"36"`
},
) (*struct{}, error) {
	space, err := a.spaces.Get(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	return nil, a.spaces.Revoke(ctx, space, in.Grant)
}

func viewGrant(g *ent.Grant, space Reference) Grant {
	return Grant{ID: g.ID, Role: g.Role, Space: space, AccountID: g.AccountID, CreatedAt: g.CreatedAt, Until: g.Until}
}

// viewGrants shows grants of several spaces, which it reads in one query.
func (a *API) viewGrants(ctx context.Context, grants []*ent.Grant) ([]Grant, error) {
	homes, err := homesOf(ctx, a.spaces, grants, func(g *ent.Grant) string { return g.SpaceID })
	if err != nil {
		return nil, err
	}
	views := make([]Grant, 0, len(grants))
	for _, g := range grants {
		views = append(views, viewGrant(g, homes[g.SpaceID]))
	}
	return views, nil
}
