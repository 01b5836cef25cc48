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

func (e *Ecran) registerPages(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "get-page", Method: http.MethodGet, Path: "/page",
		Summary:     "Read the page of the space",
		Description: "What its curators put forward, by slot: now, at an instant of the past, or, for its curators, of the future. Cache-Control never promises more than the time to its next planned change.",
		Extensions:  sdk.Permission("ecran.page.read"),
	}, e.getPage)
	huma.Register(api, huma.Operation{
		OperationID: "list-page-versions", Method: http.MethodGet, Path: "/page/versions",
		Summary:     "List when the page changed, and will",
		Description: "For the space's curators, the latest first: every instant at which a pin begins or ends, or the slots change. The page at such an instant is the version.",
		Extensions:  sdk.Permission("ecran.pin.read"),
	}, e.listVersions)
	huma.Register(api, huma.Operation{
		OperationID: "change-page", Method: http.MethodPatch, Path: "/page",
		Summary:     "Set how many slots the page has",
		Description: "From now on; what is pinned beyond them is not shown. If-Match names the version of the page that was read.",
		Extensions:  sdk.Permission("ecran.page.update"),
	}, e.changePage)
}

// Page is the page of a space at an instant.
type Page struct {
	At        time.Time  `json:"at"`
	Slots     int        `json:"slots"`
	ChangesAt *time.Time `json:"changes_at" nullable:"true" doc:"The next instant at which something planned changes on it."`
	Pins      []Block    `json:"pins" nullable:"false" doc:"By slot."`
}

// PageVersion is the page from one instant at which it changes until the next.
type PageVersion struct {
	From  time.Time `json:"from" doc:"The page at this instant is the version: ?at="`
	Slots int       `json:"slots"`
}

// Block is what one pin puts forward on a page.
type Block struct {
	Slot      int        `json:"slot"`
	Kind      string     `json:"kind" enum:"label,selection,pick"`
	Reason    string     `json:"reason"`
	By        Reference  `json:"by" doc:"Who signed the pin, under the name of that day."`
	From      time.Time  `json:"from"`
	Until     *time.Time `json:"until" nullable:"true"`
	SpaceID   string     `json:"space_id" format:"uuid" doc:"Where it is at home."`
	Label     Reference  `json:"label"`
	Selection *Reference `json:"selection,omitempty" doc:"Of a selection or a pick."`
	Pick      *Pick      `json:"pick,omitempty" doc:"Of a pick."`
}

type pageBody struct {
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag"`
	Body         Page
}

func (e *Ecran) getPage(ctx context.Context, in *struct {
	sdk.IfNoneMatch
	At time.Time `query:"at" doc:"An instant: the page as it was, or, for the space's curators, as it will be. Default: now."`
},
) (*pageBody, error) {
	now := sdk.Now(ctx)
	at := &now
	if !in.At.IsZero() {
		var form sdk.Form
		at = form.Instant("query/at", &in.At, time.Time{})
		if err := form.Err(); err != nil {
			return nil, err
		}
	}
	front, err := e.Page(ctx, *at)
	if err != nil {
		return nil, err
	}
	body, err := e.page(ctx, front)
	if err != nil {
		return nil, err
	}
	return body, in.Changed(body.ETag)
}

type listVersionsInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
	Cursor string `query:"cursor" maxLength:"1024"`
}

func (e *Ecran) listVersions(ctx context.Context, in *listVersionsInput) (*struct{ Body sdk.ListBody[PageVersion] }, error) {
	const sort = "-from"
	filters := filtersOf(ctx)
	at, err := e.host.Cursors.Open(sdk.ListParams{Limit: in.Limit, Cursor: in.Cursor}, sort, filters)
	if err != nil {
		return nil, err
	}
	versions, err := e.Versions(ctx, at)
	if err != nil {
		return nil, err
	}
	view := func(v Version) PageVersion { return PageVersion(v) }
	return &struct{ Body sdk.ListBody[PageVersion] }{sdk.ListOf(versions, e.host.Cursors, sort, filters, view)}, nil
}

func (e *Ecran) changePage(ctx context.Context, in *struct {
	sdk.IfMatch
	Body struct {
		Slots int `json:"slots" minimum:"1" maximum:"24" doc:"How many things the page puts forward at one instant."`
	}
},
) (*pageBody, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	front, err := e.SetSlots(ctx, version, in.Body.Slots)
	if err != nil {
		return nil, err
	}
	return e.page(ctx, front)
}

func (e *Ecran) page(ctx context.Context, front Front) (*pageBody, error) {
	var pins []*ent.Pin
	var picks []Picked
	for _, s := range front.Pins {
		pins = append(pins, s.Pin)
		if s.Pick != nil {
			picks = append(picks, *s.Pick)
		}
	}
	people, err := e.pinnersOf(ctx, pins...)
	if err != nil {
		return nil, err
	}
	signers, err := e.signersOf(ctx, picks...)
	if err != nil {
		return nil, err
	}
	view := Page{At: front.At, Slots: front.Slots, Pins: []Block{}}
	if !front.Changes.IsZero() {
		view.ChangesAt = &front.Changes
	}
	for _, s := range front.Pins {
		b := Block{
			Slot: s.Pin.Slot, Kind: string(s.Pin.Kind), Reason: s.Pin.Reason, By: viewSigner(s.Pin.SignerID, s.Pin.SignerName, people),
			From: s.Pin.From, Until: s.Pin.Until, SpaceID: s.Label.SpaceID,
			Label: Reference{ID: s.Label.ID, Name: s.Label.Name, Slug: s.Label.Slug},
		}
		if s.Selection != nil {
			b.Selection = &Reference{ID: s.Selection.ID, Name: s.Selection.Title, Slug: s.Selection.Slug}
		}
		if s.Pick != nil {
			p := viewPick(*s.Pick, signers)
			b.Pick = &p
		}
		view.Pins = append(view.Pins, b)
	}
	// What a person may see differs; what everybody may see may be kept by all.
	kept := "public"
	if sdk.ActorFrom(ctx).Account != "" {
		kept = "private"
	}
	seconds := int(front.MaxAge(sdk.Now(ctx)).Seconds())
	shown := view
	shown.At, shown.ChangesAt = time.Time{}, nil // of another instant it may be the same page
	return &pageBody{
		CacheControl: fmt.Sprintf("%s, max-age=%d", kept, seconds),
		ETag:         sdk.ETag(front.Version, shown), Body: view,
	}, nil
}
