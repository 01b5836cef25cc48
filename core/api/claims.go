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

// Claim is somebody saying that a profile without an account is theirs.
type Claim struct {
	ID        string     `json:"id" format:"uuid"`
	Person    *Reference `json:"person,omitempty" doc:"The profile; absent where you may not see it any more."`
	Claimant  *Reference `json:"claimant,omitempty" doc:"Who says that it is theirs; absent where you may not see them."`
	State     string     `json:"state" enum:"pending,accepted,refused,withdrawn"`
	Note      string     `json:"note" doc:"Why, in the claimant's words."`
	Reason    string     `json:"reason,omitempty" doc:"In the words of who decided."`
	CreatedAt time.Time  `json:"created_at"`
	DecidedAt *time.Time `json:"decided_at" nullable:"true"`
}

// ClaimPath is the path of a claim. It is exported because Huma passes over
// embedded structs that are not.
type ClaimPath struct {
	Claim string `path:"claim" maxLength:"36" doc:"The claim's id."`
}

func (a *API) registerClaims() {
	tags := []string{"People"}
	huma.Register(a.core, huma.Operation{
		OperationID: "claim-person", Method: http.MethodPost, Path: "/v1/people/{person}/claims", Tags: tags,
		Summary: "Say that a profile is mine", DefaultStatus: http.StatusCreated,
		Description: "Who wrote it down answers; if others say so too, a moderator does. Then the profile and its credits go into yours.",
		Extensions:  rest.Permission("claim.create"),
	}, a.claimPerson)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-person-claims", Method: http.MethodGet, Path: "/v1/people/{person}/claims", Tags: tags,
		Summary:     "List the claims on a profile",
		Description: "All of them for who may decide, else your own.",
		Extensions:  rest.Permission("claim.read"),
	}, a.listPersonClaims)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-claims", Method: http.MethodGet, Path: "/v1/claims", Tags: tags,
		Summary:    "List the claims that a space has to decide on",
		Extensions: rest.Permission("claim.read"),
	}, a.listClaims)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-my-claims", Method: http.MethodGet, Path: "/v1/me/claims", Tags: []string{"Me"},
		Summary:    "List my claims",
		Extensions: rest.Permission("claim.read"),
	}, a.listMyClaims)
	huma.Register(a.core, huma.Operation{
		OperationID: "accept-claim", Method: http.MethodPost, Path: "/v1/claims/{claim}/accept", Tags: tags,
		Summary:     "Accept a claim",
		Description: "The other claims on the profile are refused.",
		Extensions:  rest.Permission("claim.decide"),
	}, a.acceptClaim)
	huma.Register(a.core, huma.Operation{
		OperationID: "refuse-claim", Method: http.MethodPost, Path: "/v1/claims/{claim}/refuse", Tags: tags,
		Summary:    "Refuse a claim",
		Extensions: rest.Permission("claim.decide"),
	}, a.refuseClaim)
	huma.Register(a.core, huma.Operation{
		OperationID: "withdraw-claim", Method: http.MethodPost, Path: "/v1/claims/{claim}/withdraw", Tags: tags,
		Summary:    "Withdraw my claim",
		Extensions: rest.Permission("claim.withdraw"),
	}, a.withdrawClaim)
}

type claimBody struct{ Body Claim }

func (a *API) claimPerson(ctx context.Context, in *struct {
	PersonPath
	Body struct {
		Note string `json:"note,omitempty" maxLength:"1000" doc:"Why it is you."`
	}
},
) (*struct {
	Location string `header:"Location"`
	Body     Claim
}, error,
) {
	made, err := a.directory.Claim(ctx, in.Person, in.Body.Note)
	if err != nil {
		return nil, err
	}
	body, err := a.claim(ctx, made)
	if err != nil {
		return nil, err
	}
	return &struct {
		Location string `header:"Location"`
		Body     Claim
	}{"/v1/me/claims", body.Body}, nil
}

func (a *API) listPersonClaims(ctx context.Context, in *struct {
	PersonPath
	rest.ListParams
},
) (*struct{ Body rest.ListBody[Claim] }, error) {
	return a.claims(ctx, in.ListParams, filtersOf("person", in.Person), func(page core.Page) (core.List[*ent.Claim], error) {
		return a.directory.ClaimsOn(ctx, in.Person, page)
	})
}

func (a *API) listClaims(ctx context.Context, in *struct {
	rest.ListParams
	Space string `query:"space" maxLength:"64" doc:"Id or slug of a space; the whole network where it is absent."`
	Scope string `query:"scope" enum:"here,subtree" default:"subtree"`
	State string `query:"state" enum:"pending,accepted,refused,withdrawn" default:"pending"`
},
) (*struct{ Body rest.ListBody[Claim] }, error) {
	space, err := a.space(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	filters := filtersOf("space", in.Space, "scope", in.Scope, "state", in.State)
	return a.claims(ctx, in.ListParams, filters, func(page core.Page) (core.List[*ent.Claim], error) {
		return a.directory.ClaimsAt(ctx, spaces.Scope(space, in.Scope == "subtree"), in.State, page)
	})
}

func (a *API) listMyClaims(ctx context.Context, in *struct{ rest.ListParams }) (*struct{ Body rest.ListBody[Claim] }, error) {
	return a.claims(ctx, in.ListParams, filtersOf("mine", true), func(page core.Page) (core.List[*ent.Claim], error) {
		return a.directory.MyClaims(ctx, page)
	})
}

// claims answers with a list of claims, the latest first.
func (a *API) claims(ctx context.Context, params rest.ListParams, filters string, read func(core.Page) (core.List[*ent.Claim], error)) (*struct{ Body rest.ListBody[Claim] }, error) {
	page, err := a.cursors.Open(params, "-created_at", filters)
	if err != nil {
		return nil, err
	}
	list, err := read(page)
	if err != nil {
		return nil, err
	}
	views, err := a.viewClaims(ctx, list.Items)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Claim] }{}
	out.Body = rest.ListOf(list, a.cursors, "-created_at", filters, func(c *ent.Claim) Claim { return views[c.ID] })
	return out, nil
}

func (a *API) acceptClaim(ctx context.Context, in *struct {
	ClaimPath
	Body *struct {
		Reason string `json:"reason,omitempty" maxLength:"1000"`
	}
},
) (*claimBody, error) {
	reason := ""
	if in.Body != nil {
		reason = in.Body.Reason
	}
	claim, err := a.directory.Accept(ctx, in.Claim, reason)
	if err != nil {
		return nil, err
	}
	return a.claim(ctx, claim)
}

func (a *API) refuseClaim(ctx context.Context, in *struct {
	ClaimPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"For the claimant."`
	}
},
) (*claimBody, error) {
	claim, err := a.directory.Refuse(ctx, in.Claim, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return a.claim(ctx, claim)
}

func (a *API) withdrawClaim(ctx context.Context, in *ClaimPath) (*claimBody, error) {
	claim, err := a.directory.Withdraw(ctx, in.Claim)
	if err != nil {
		return nil, err
	}
	return a.claim(ctx, claim)
}

func (a *API) claim(ctx context.Context, c *ent.Claim) (*claimBody, error) {
	views, err := a.viewClaims(ctx, []*ent.Claim{c})
	if err != nil {
		return nil, err
	}
	return &claimBody{views[c.ID]}, nil
}

// viewClaims returns claims as the asker sees them, by id, in a constant number
// of queries.
func (a *API) viewClaims(ctx context.Context, claims []*ent.Claim) (map[string]Claim, error) {
	var ids []string
	for _, c := range claims {
		ids = append(ids, c.PersonID, c.ClaimantID)
	}
	people, err := a.directory.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	views := make(map[string]Claim, len(claims))
	for _, c := range claims {
		view := Claim{
			ID: c.ID, State: string(c.State), Note: c.Note, Reason: c.Reason, CreatedAt: c.CreatedAt, DecidedAt: c.DecidedAt,
		}
		if p := people[c.PersonID]; p != nil {
			view.Person = personReference(p)
		}
		if p := people[c.ClaimantID]; p != nil {
			view.Claimant = personReference(p)
		}
		views[c.ID] = view
	}
	return views, nil
}
