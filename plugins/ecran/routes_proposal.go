package ecran

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/ecran/ent/proposal"
	"github.com/labfilms/labfilms/plugins/sdk"
)

func (e *Ecran) registerProposals(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "propose-film", Method: http.MethodPost, Path: "/labels/{label}/proposals", DefaultStatus: http.StatusCreated,
		Summary:     "Propose a film to a label",
		Description: "What becomes of it is known to the label's people and to you.",
		Extensions:  sdk.Permission("ecran.proposal.create"),
	}, e.propose)
	huma.Register(api, huma.Operation{
		OperationID: "list-proposals", Method: http.MethodGet, Path: "/proposals",
		Summary:     "List proposals",
		Description: "Your own, and those to the labels of whose people you are; the latest first.",
		Extensions:  sdk.Permission("ecran.proposal.read"),
	}, e.listProposals)
	huma.Register(api, huma.Operation{
		OperationID: "take-proposal", Method: http.MethodPost, Path: "/proposals/{proposal}/take",
		Summary:     "Pick a film that was proposed",
		Description: "In a selection of the label, signed with your name. The pick is made, and the proposal taken, at once or not at all.",
		Extensions:  sdk.Permission("ecran.proposal.take"),
	}, e.takeProposal)
	huma.Register(api, huma.Operation{
		OperationID: "decline-proposal", Method: http.MethodPost, Path: "/proposals/{proposal}/decline",
		Summary:     "Decline a proposal",
		Description: "With a word to who proposed, which nobody else reads.",
		Extensions:  sdk.Permission("ecran.proposal.decline"),
	}, e.declineProposal)
	huma.Register(api, huma.Operation{
		OperationID: "withdraw-proposal", Method: http.MethodPost, Path: "/proposals/{proposal}/withdraw",
		Summary:    "Take a proposal back",
		Extensions: sdk.Permission("ecran.proposal.withdraw"),
	}, e.withdrawProposal)
}

// Proposal is a proposal as the label's people and its maker see it.
type Proposal struct {
	ID        string     `json:"id" format:"uuid"`
	Label     Reference  `json:"label"`
	Film      Reference  `json:"film"`
	By        Reference  `json:"by"`
	Why       string     `json:"why"`
	State     string     `json:"state" enum:"proposed,taken,declined,withdrawn"`
	Answer    string     `json:"answer"`
	Pick      *string    `json:"pick" nullable:"true" doc:"The id of the pick that it was taken as."`
	CreatedAt time.Time  `json:"created_at"`
	DecidedAt *time.Time `json:"decided_at" nullable:"true"`
}

// ProposalPath names a proposal in a path.
type ProposalPath struct {
	Proposal string `path:"proposal" maxLength:"36" doc:"The proposal's id."`
}

type proposalBody struct {
	Location string `header:"Location"`
	Body     Proposal
}

func (e *Ecran) propose(ctx context.Context, in *struct {
	LabelPath
	Body NewProposal
},
) (*proposalBody, error) {
	p, err := e.Propose(ctx, in.Label, in.Body)
	return e.proposal(ctx, p, err)
}

type listProposalsInput struct {
	sdk.ScopeParam
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
	Cursor string `query:"cursor" maxLength:"1024"`
	Label  string `query:"label" maxLength:"36" doc:"Only what was proposed to this label."`
	State  string `query:"state" enum:"proposed,taken,declined,withdrawn"`
}

func (e *Ecran) listProposals(ctx context.Context, in *listProposalsInput) (*struct{ Body sdk.ListBody[Proposal] }, error) {
	const sort = "-created_at"
	filters := filtersOf(ctx, "scope", in.Scope, "label", in.Label, "state", in.State)
	page, err := e.host.Cursors.Open(sdk.ListParams{Limit: in.Limit, Cursor: in.Cursor}, sort, filters)
	if err != nil {
		return nil, err
	}
	list, err := e.Proposals(ctx, ProposalFilter{Label: in.Label, State: proposal.State(in.State)}, page)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(list.Items))
	for i, p := range list.Items {
		ids[i] = p.PersonID
	}
	people, err := e.host.People.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	view := func(p Proposed) Proposal { return viewProposal(p, people) }
	return &struct{ Body sdk.ListBody[Proposal] }{sdk.ListOf(list, e.host.Cursors, sort, filters, view)}, nil
}

func (e *Ecran) takeProposal(ctx context.Context, in *struct {
	ProposalPath
	Body struct {
		Selection string     `json:"selection" minLength:"1" maxLength:"36" doc:"The selection's id: one of the label."`
		Note      string     `json:"note,omitempty" maxLength:"5000" doc:"Why this film, signed with your name."`
		Conflict  string     `json:"conflict,omitempty" maxLength:"500"`
		From      *time.Time `json:"from,omitempty"`
		Until     *time.Time `json:"until,omitempty"`
		Answer    string     `json:"answer,omitempty" maxLength:"2000" doc:"A word to who proposed."`
	}
},
) (*proposalBody, error) {
	b := in.Body
	p, err := e.TakeProposal(ctx, in.Proposal, b.Selection, b.Answer, NewPick{Note: b.Note, Conflict: b.Conflict, From: b.From, Until: b.Until})
	return e.proposal(ctx, p, err)
}

func (e *Ecran) declineProposal(ctx context.Context, in *struct {
	ProposalPath
	Body struct {
		Answer string `json:"answer,omitempty" maxLength:"2000" doc:"A word to who proposed."`
	}
},
) (*proposalBody, error) {
	p, err := e.DeclineProposal(ctx, in.Proposal, in.Body.Answer)
	return e.proposal(ctx, p, err)
}

func (e *Ecran) withdrawProposal(ctx context.Context, in *ProposalPath) (*proposalBody, error) {
	p, err := e.WithdrawProposal(ctx, in.Proposal)
	return e.proposal(ctx, p, err)
}

func (e *Ecran) proposal(ctx context.Context, p Proposed, err error) (*proposalBody, error) {
	if err != nil {
		return nil, err
	}
	people, err := e.host.People.Get(ctx, []string{p.PersonID})
	if err != nil {
		return nil, err
	}
	return &proposalBody{Location: address(p.SpaceID, "proposals") + "?label=" + p.LabelID, Body: viewProposal(p, people)}, nil
}

func viewProposal(p Proposed, people map[string]sdk.Person) Proposal {
	l := p.Edges.Label
	return Proposal{
		ID: p.ID, Label: Reference{ID: l.ID, Name: l.Name, Slug: l.Slug}, Film: viewFilm(p.Film), By: viewPerson(p.PersonID, people),
		Why: p.Why, State: string(p.State), Answer: p.Answer, Pick: p.PickID, CreatedAt: p.CreatedAt, DecidedAt: p.DecidedAt,
	}
}
