package ecran

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/sdk"
)

func (e *Ecran) registerPins(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "pin", Method: http.MethodPost, Path: "/pins", DefaultStatus: http.StatusCreated,
		Summary:     "Pin something on the page",
		Description: "A label, a selection or a pick that everybody may see, of the space or one below it. In a slot there is one thing at a time.",
		Extensions:  sdk.Permission("ecran.pin.create"),
	}, e.makePin)
	huma.Register(api, huma.Operation{
		OperationID: "list-pins", Method: http.MethodGet, Path: "/pins",
		Summary:     "List what is pinned",
		Description: "For the space's curators: what is on the page and what will be, by the instant at which it begins.",
		Extensions:  sdk.Permission("ecran.pin.read"),
	}, e.listPins)
	huma.Register(api, huma.Operation{
		OperationID: "get-pin", Method: http.MethodGet, Path: "/pins/{pin}",
		Summary:    "Read a pin",
		Extensions: sdk.Permission("ecran.pin.read"),
	}, e.getPin)
	huma.Register(api, huma.Operation{
		OperationID: "end-pin", Method: http.MethodDelete, Path: "/pins/{pin}",
		Summary:     "Take a pin off the page",
		Description: "If-Match names the version that was read.",
		Extensions:  sdk.Permission("ecran.pin.end"),
	}, e.endPin)
}

// Pin is a pin as the space's curators see it.
type Pin struct {
	ID     string     `json:"id" format:"uuid"`
	Kind   string     `json:"kind" enum:"label,selection,pick"`
	Target string     `json:"target" format:"uuid"`
	Slot   int        `json:"slot"`
	Reason string     `json:"reason"`
	By     Reference  `json:"by" doc:"Who signed, under the name of that day."`
	From   time.Time  `json:"from"`
	Until  *time.Time `json:"until" nullable:"true"`
}

// PinPath names a pin in a path.
type PinPath struct {
	Pin string `path:"pin" maxLength:"36" doc:"The pin's id."`
}

type pinBody struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Pin
}

func (e *Ecran) makePin(ctx context.Context, in *struct{ Body NewPin }) (*pinBody, error) {
	p, err := e.Pin(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return e.pin(ctx, p)
}

type listPinsInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
	Cursor string `query:"cursor" maxLength:"1024"`
	Over   bool   `query:"over" doc:"Those that are over, instead of those that are or will be on the page."`
}

func (e *Ecran) listPins(ctx context.Context, in *listPinsInput) (*struct{ Body sdk.ListBody[Pin] }, error) {
	const sort = "from"
	filters := filtersOf(ctx, "over", fmt.Sprint(in.Over))
	page, err := e.host.Cursors.Open(sdk.ListParams{Limit: in.Limit, Cursor: in.Cursor}, sort, filters)
	if err != nil {
		return nil, err
	}
	list, err := e.Pins(ctx, PinFilter{Over: in.Over}, page)
	if err != nil {
		return nil, err
	}
	people, err := e.pinnersOf(ctx, list.Items...)
	if err != nil {
		return nil, err
	}
	view := func(p *ent.Pin) Pin { return viewPin(p, people) }
	return &struct{ Body sdk.ListBody[Pin] }{sdk.ListOf(list, e.host.Cursors, sort, filters, view)}, nil
}

func (e *Ecran) getPin(ctx context.Context, in *struct {
	PinPath
	sdk.IfNoneMatch
},
) (*pinBody, error) {
	p, err := e.PinOf(ctx, in.Pin)
	if err != nil {
		return nil, err
	}
	body, err := e.pin(ctx, p)
	if err != nil {
		return nil, err
	}
	return body, in.Changed(body.ETag)
}

func (e *Ecran) endPin(ctx context.Context, in *struct {
	PinPath
	sdk.IfMatch
},
) (*struct{}, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	return nil, e.EndPin(ctx, in.Pin, version)
}

func (e *Ecran) pin(ctx context.Context, p *ent.Pin) (*pinBody, error) {
	people, err := e.pinnersOf(ctx, p)
	if err != nil {
		return nil, err
	}
	view := viewPin(p, people)
	return &pinBody{Location: address(p.SpaceID, "pins", p.ID), ETag: sdk.ETag(p.Version, view), Body: view}, nil
}

// pinnersOf returns who signed the pins, in one call.
func (e *Ecran) pinnersOf(ctx context.Context, pins ...*ent.Pin) (map[string]sdk.Person, error) {
	ids := make([]string, len(pins))
	for i, p := range pins {
		ids[i] = p.SignerID
	}
	return e.host.People.Get(ctx, ids)
}

func viewPin(p *ent.Pin, people map[string]sdk.Person) Pin {
	return Pin{
		ID: p.ID, Kind: string(p.Kind), Target: p.TargetID, Slot: p.Slot, Reason: p.Reason,
		By: viewSigner(p.SignerID, p.SignerName, people), From: p.From, Until: p.Until,
	}
}
