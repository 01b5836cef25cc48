package ecran

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/sdk"
)

func (e *Ecran) registerInvitations(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "accept-invitation", Method: http.MethodPost, Path: "/selections/{selection}/invitation/accept",
		Summary:     "Accept a carte blanche",
		Description: "By who it was given to: they pick in it from now on, and the label may publish it.",
		Extensions:  sdk.Permission("ecran.invitation.answer"),
	}, e.acceptInvitation)
	huma.Register(api, huma.Operation{
		OperationID: "decline-invitation", Method: http.MethodPost, Path: "/selections/{selection}/invitation/decline",
		Summary:     "Decline a carte blanche",
		Description: "By who it was given to. The label may give it to somebody else.",
		Extensions:  sdk.Permission("ecran.invitation.answer"),
	}, e.declineInvitation)
}

func (e *Ecran) acceptInvitation(ctx context.Context, in *SelectionPath) (*selectionBody, error) {
	s, err := e.AcceptInvitation(ctx, in.Selection)
	if err != nil {
		return nil, err
	}
	return e.selection(ctx, s)
}

func (e *Ecran) declineInvitation(ctx context.Context, in *SelectionPath) (*selectionBody, error) {
	s, err := e.DeclineInvitation(ctx, in.Selection)
	if err != nil {
		return nil, err
	}
	return e.selection(ctx, s)
}
