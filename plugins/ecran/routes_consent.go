package ecran

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/sdk"
)

func (e *Ecran) registerConsents(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "list-consents", Method: http.MethodGet, Path: "/consents",
		Summary:     "List what labels ask of the makers",
		Description: "Of one film, by who owns it; or of one label, by its people. The latest first.",
		Extensions:  sdk.Permission("ecran.consent.read"),
	}, e.listConsents)
	huma.Register(api, huma.Operation{
		OperationID: "grant-consent", Method: http.MethodPost, Path: "/consents/{consent}/grant",
		Summary:     "Agree to a film being chosen by the label",
		Description: "What waits for it goes on, and what is to come needs not ask.",
		Extensions:  sdk.Permission("ecran.consent.answer"),
	}, e.grantConsent)
	huma.Register(api, huma.Operation{
		OperationID: "refuse-consent", Method: http.MethodPost, Path: "/consents/{consent}/refuse",
		Summary:     "Refuse, or take your agreement back",
		Description: "What the label shows of the film leaves the screen at once; what was is remembered.",
		Extensions:  sdk.Permission("ecran.consent.answer"),
	}, e.refuseConsent)
}

// Consent is what a label has asked of a film's maker.
type Consent struct {
	ID         string     `json:"id" format:"uuid"`
	Film       Reference  `json:"film"`
	Label      Reference  `json:"label"`
	State      string     `json:"state" enum:"asked,granted,refused,lapsed" doc:"Silence for seven days lapses."`
	AskedAt    time.Time  `json:"asked_at"`
	AnsweredAt *time.Time `json:"answered_at" nullable:"true"`
}

// ConsentPath names a consent in a path.
type ConsentPath struct {
	Consent string `path:"consent" maxLength:"36" doc:"The consent's id."`
}

type consentBody struct{ Body Consent }

type listConsentsInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
	Cursor string `query:"cursor" maxLength:"1024"`
	Film   string `query:"film" maxLength:"36" doc:"Of this film, by who owns it."`
	Label  string `query:"label" maxLength:"36" doc:"Of this label, by its people. One of the two is given."`
}

func (e *Ecran) listConsents(ctx context.Context, in *listConsentsInput) (*struct{ Body sdk.ListBody[Consent] }, error) {
	if (in.Film == "") == (in.Label == "") {
		return nil, sdk.ErrInvalid.With(sdk.Reason{
			Pointer: "film", Code: "required",
			EN: "Name either a film or a label.", FR: "Nommez soit un film, soit un label.",
		})
	}
	const sort = "-asked_at"
	filters := filtersOf(ctx, "film", in.Film, "label", in.Label)
	page, err := e.host.Cursors.Open(sdk.ListParams{Limit: in.Limit, Cursor: in.Cursor}, sort, filters)
	if err != nil {
		return nil, err
	}
	list, err := e.Consents(ctx, in.Film, in.Label, page)
	if err != nil {
		return nil, err
	}
	return &struct{ Body sdk.ListBody[Consent] }{sdk.ListOf(list, e.host.Cursors, sort, filters, viewConsent)}, nil
}

func (e *Ecran) grantConsent(ctx context.Context, in *ConsentPath) (*consentBody, error) {
	c, err := e.GrantConsent(ctx, in.Consent)
	if err != nil {
		return nil, err
	}
	return &consentBody{viewConsent(c)}, nil
}

func (e *Ecran) refuseConsent(ctx context.Context, in *ConsentPath) (*consentBody, error) {
	c, err := e.RefuseConsent(ctx, in.Consent)
	if err != nil {
		return nil, err
	}
	return &consentBody{viewConsent(c)}, nil
}

func viewConsent(c Consented) Consent {
	l := c.Edges.Label
	return Consent{
		ID: c.ID, Film: viewFilm(c.Film), Label: Reference{ID: l.ID, Name: l.Name, Slug: l.Slug},
		State: string(c.State), AskedAt: c.AskedAt, AnsweredAt: c.AnsweredAt,
	}
}
