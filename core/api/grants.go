package api

import (
	"context"
	"net/http"
	"slices"
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
	Person    *Reference `json:"person,omitempty" doc:"Whose account it is; absent for somebody whom you do not get to see."`
	GrantedBy *Reference `json:"granted_by,omitempty" doc:"Who gave it; absent for the platform itself, and for somebody whom you do not get to see."`
	CreatedAt time.Time  `json:"created_at"`
	Until     *time.Time `json:"until" nullable:"true" doc:"When it ends by itself; null for no end."`
}

func (a *API) registerGrants() {
	tags := []string{"Spaces"}
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
		Description: "It holds nowhere from the next request on. Your own you may give up yourself, unless you are the last one who runs the space.",
		Extensions:  rest.Permission("grant.revoke"),
	}, a.revokeGrant)
}

type listGrantsInput struct {
	SpacePath
	rest.ListParams
	Role    string `query:"role" maxLength:"40" doc:"Only grants of this role."`
	Account string `query:"account" format:"uuid" doc:"Only the grants of this account."`
}

func (a *API) listGrants(ctx context.Context, in *listGrantsInput) (*struct{ Body rest.ListBody[Grant] }, error) {
	const sort = "-created_at"
	filters := filtersOf("space", in.Space, "role", in.Role, "account", in.Account)
	page, err := a.cursors.Open(in.ListParams, sort, filters)
	if err != nil {
		return nil, err
	}
	space, err := a.named(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	list, err := a.spaces.Grants(ctx, space, spaces.GrantFilter{Role: in.Role, Account: in.Account}, page)
	if err != nil {
		return nil, err
	}
	here := map[string]Reference{space.ID: reference(space)}
	people, err := a.grantHolders(ctx, list.Items)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Grant] }{}
	out.Body = rest.ListOf(list, a.cursors, sort, filters, func(g *ent.Grant) Grant { return viewGrant(g, here, people) })
	return out, nil
}

type createGrantInput struct {
	SpacePath
	Body struct {
		AccountID string     `json:"account_id" format:"uuid"`
		Role      string     `json:"role" minLength:"1" maxLength:"40"`
		Until     *time.Time `json:"until,omitempty" doc:"When it ends by itself."`
		LastDay   string     `json:"last_day,omitempty" format:"date" doc:"Or the last day on which it holds, in the space's time zone."`
	}
}

func (a *API) createGrant(ctx context.Context, in *createGrantInput) (*struct {
	Location string `header:"Location"`
	Body     Grant
}, error,
) {
	space, err := a.named(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	grant, err := a.spaces.Grant(ctx, space, spaces.NewGrant{
		Account: in.Body.AccountID, Role: core.Role(in.Body.Role),
		Until: in.Body.Until, LastDay: in.Body.LastDay,
	})
	if err != nil {
		return nil, err
	}
	views, err := a.viewGrants(ctx, []*ent.Grant{grant})
	if err != nil {
		return nil, err
	}
	return &struct {
		Location string `header:"Location"`
		Body     Grant
	}{"/v1/spaces/" + space.Slug + "/grants/" + grant.ID, views[0]}, nil
}

func (a *API) revokeGrant(ctx context.Context, in *struct {
	SpacePath
	Grant string `path:"grant" maxLength:"36"`
},
) (*struct{}, error) {
	space, err := a.named(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	return nil, a.spaces.Revoke(ctx, space, in.Grant)
}

// grantHolders returns references to those who have the grants and to those who gave
// them, by account.
func (a *API) grantHolders(ctx context.Context, grants []*ent.Grant) (map[string]*Reference, error) {
	var ids []string
	for _, g := range grants {
		ids = append(ids, g.AccountID, g.GrantedBy)
	}
	return a.holders(ctx, ids)
}

// holders returns references to those whose accounts these are and whom the
// asker gets to see, by account.
func (a *API) holders(ctx context.Context, accounts []string) (map[string]*Reference, error) {
	slices.Sort(accounts)
	holders, err := a.directory.Holders(ctx, slices.Compact(accounts))
	if err != nil {
		return nil, err
	}
	refs := make(map[string]*Reference, len(holders))
	for account, p := range holders {
		refs[account] = personReference(p)
	}
	return refs, nil
}

func personReference(p *ent.Person) *Reference {
	return &Reference{ID: p.ID, Name: p.Name, Slug: p.Handle}
}

func viewGrant(g *ent.Grant, homes map[string]Reference, people map[string]*Reference) Grant {
	return Grant{
		ID: g.ID, Role: g.Role, Space: homes[g.SpaceID], AccountID: g.AccountID,
		Person: people[g.AccountID], GrantedBy: people[g.GrantedBy],
		CreatedAt: g.CreatedAt, Until: g.Until,
	}
}

// viewGrants shows grants of several spaces, in a constant number of queries.
func (a *API) viewGrants(ctx context.Context, grants []*ent.Grant) ([]Grant, error) {
	homes, err := homesOf(ctx, a.spaces, grants, func(g *ent.Grant) string { return g.SpaceID })
	if err != nil {
		return nil, err
	}
	people, err := a.grantHolders(ctx, grants)
	if err != nil {
		return nil, err
	}
	views := make([]Grant, 0, len(grants))
	for _, g := range grants {
		views = append(views, viewGrant(g, homes, people))
	}
	return views, nil
}
