package ecran

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/sdk"
)

func (e *Ecran) registerVotes(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "vote-on-pick", Method: http.MethodPut, Path: "/selections/{selection}/picks/{pick}/vote",
		Summary:     "Vote on a pick",
		Description: "By the label's people while it is under vote. With as many yeses as the label's rules ask for it goes on; a veto refuses it.",
		Extensions:  sdk.Permission("ecran.pick.vote"),
	}, e.vote)
	huma.Register(api, huma.Operation{
		OperationID: "get-votes", Method: http.MethodGet, Path: "/selections/{selection}/picks/{pick}/votes",
		Summary:     "Read how the votes stand",
		Description: "For the label's people: how many, and what you think yourself.",
		Extensions:  sdk.Permission("ecran.vote.read"),
	}, e.getVotes)
}

// Votes is how the votes on a pick stand.
type Votes struct {
	Yes    int    `json:"yes"`
	No     int    `json:"no"`
	Veto   int    `json:"veto"`
	Needed int    `json:"needed"`
	Mine   string `json:"mine" enum:",yes,no,veto" doc:"Yours; empty if you have not voted."`
}

func (e *Ecran) vote(ctx context.Context, in *struct {
	PickPath
	Body struct {
		Choice string `json:"choice" enum:"yes,no,veto"`
	}
},
) (*pickBody, error) {
	p, err := e.Vote(ctx, in.Selection, in.Pick, in.Body.Choice)
	if err != nil {
		return nil, err
	}
	return e.pick(ctx, p)
}

func (e *Ecran) getVotes(ctx context.Context, in *PickPath) (*struct{ Body Votes }, error) {
	t, err := e.TallyOf(ctx, in.Selection, in.Pick)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Votes }{Votes{Yes: t.Yes, No: t.No, Veto: t.Veto, Needed: t.Needed, Mine: t.Mine}}, nil
}
