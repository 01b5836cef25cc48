package ecran

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/sdk"
)

func (e *Ecran) registerPicks(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "pick-film", Method: http.MethodPost, Path: "/selections/{selection}/picks", DefaultStatus: http.StatusCreated,
		Summary:     "Pick a film",
		Description: "The film is released and yours to see, and its maker agrees, or is asked. The note is signed with your name, and is not rewritten: end the pick and make another.",
		Extensions:  sdk.Permission("ecran.pick.create"),
	}, e.pickFilm)
	huma.Register(api, huma.Operation{
		OperationID: "list-picks", Method: http.MethodGet, Path: "/selections/{selection}/picks",
		Summary:     "List the picks of a selection",
		Description: "In the order that the curators gave them. A film that you may not see is left out, so a page may be short.",
		Extensions:  sdk.Permission("ecran.pick.read"),
	}, e.listPicks)
	huma.Register(api, huma.Operation{
		OperationID: "get-pick", Method: http.MethodGet, Path: "/selections/{selection}/picks/{pick}",
		Summary:    "Read a pick",
		Extensions: sdk.Permission("ecran.pick.read"),
	}, e.getPick)
	huma.Register(api, huma.Operation{
		OperationID: "end-pick", Method: http.MethodDelete, Path: "/selections/{selection}/picks/{pick}",
		Summary:     "End a pick",
		Description: "The film leaves the screen. The pick is remembered, and the film's recognition says until when.",
		Extensions:  sdk.Permission("ecran.pick.end"),
	}, e.endPick)
	huma.Register(api, huma.Operation{
		OperationID: "remove-pick", Method: http.MethodPost, Path: "/selections/{selection}/picks/{pick}/remove",
		Summary:     "Remove a pick, and say why",
		Description: "As ending it; a reason is kept with the recognition, and an empty one is silence.",
		Extensions:  sdk.Permission("ecran.pick.remove"),
	}, e.removePick)
	huma.Register(api, huma.Operation{
		OperationID: "withdraw-pick", Method: http.MethodPost, Path: "/selections/{selection}/picks/{pick}/withdraw",
		Summary:     "Take your film off the screen",
		Description: "By who owns the film, at once and without giving a reason.",
		Extensions:  sdk.Permission("ecran.pick.withdraw"),
	}, e.withdrawPick)
}

// Pick is a pick as its readers see it.
type Pick struct {
	ID       string     `json:"id" format:"uuid"`
	Film     *Reference `json:"film,omitempty" doc:"Absent where it is no longer available, and the note is kept; to the label's people it has no name then."`
	Note     string     `json:"note"`
	By       Reference  `json:"by" doc:"Who signed, under the name of that day."`
	Conflict string     `json:"conflict" doc:"What the signer has to do with the film, in their words."`
	From     time.Time  `json:"from"`
	Until    *time.Time `json:"until" nullable:"true" doc:"When it left the screen, or will."`
	Reason   string     `json:"reason" doc:"Why it left, if that is to be known."`
	State    string     `json:"state" enum:"under_vote,asked,scheduled,on_screen,ended,withdrawn,removed,refused"`
}

// PickPath names a pick in a path.
type PickPath struct {
	SelectionPath
	Pick string `path:"pick" maxLength:"36" doc:"The pick's id."`
}

type pickBody struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Pick
}

func (e *Ecran) pickFilm(ctx context.Context, in *struct {
	SelectionPath
	Body NewPick
},
) (*pickBody, error) {
	p, err := e.Pick(ctx, in.Selection, in.Body)
	if err != nil {
		return nil, err
	}
	return e.pick(ctx, p)
}

type listPicksInput struct {
	SelectionPath
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
	Cursor string `query:"cursor" maxLength:"1024"`
	State  string `query:"state" enum:"on_screen,ended,under_vote,asked,scheduled,withdrawn,removed,refused" default:"on_screen" doc:"What is on screen, or what was. withdrawn: what is no longer available, without its film. The other states are the label's people's to see, and empty to others."`
}

func (e *Ecran) listPicks(ctx context.Context, in *listPicksInput) (*struct{ Body sdk.ListBody[Pick] }, error) {
	const sort = "position"
	filters := filtersOf(ctx, "selection", in.Selection, "state", in.State)
	page, err := e.host.Cursors.Open(sdk.ListParams{Limit: in.Limit, Cursor: in.Cursor}, sort, filters)
	if err != nil {
		return nil, err
	}
	picks, err := e.Picks(ctx, in.Selection, pick.State(in.State), page)
	if err != nil {
		return nil, err
	}
	people, err := e.signersOf(ctx, picks.Items...)
	if err != nil {
		return nil, err
	}
	view := func(p Picked) Pick { return viewPick(p, people) }
	return &struct{ Body sdk.ListBody[Pick] }{sdk.ListOf(picks, e.host.Cursors, sort, filters, view)}, nil
}

func (e *Ecran) getPick(ctx context.Context, in *struct {
	PickPath
	sdk.IfNoneMatch
},
) (*pickBody, error) {
	p, err := e.PickOf(ctx, in.Selection, in.Pick)
	if err != nil {
		return nil, err
	}
	body, err := e.pick(ctx, p)
	if err != nil {
		return nil, err
	}
	return body, in.Changed(body.ETag)
}

func (e *Ecran) endPick(ctx context.Context, in *struct {
	PickPath
	sdk.IfMatch
},
) (*struct{}, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	return nil, e.EndPick(ctx, in.Selection, in.Pick, version)
}

func (e *Ecran) removePick(ctx context.Context, in *struct {
	PickPath
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"500" doc:"Kept with the film's recognition, and shown. Empty: silence."`
	}
},
) (*pickBody, error) {
	p, err := e.RemovePick(ctx, in.Selection, in.Pick, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return e.pick(ctx, p)
}

func (e *Ecran) withdrawPick(ctx context.Context, in *PickPath) (*pickBody, error) {
	p, err := e.WithdrawPick(ctx, in.Selection, in.Pick)
	if err != nil {
		return nil, err
	}
	return e.pick(ctx, p)
}

func (e *Ecran) pick(ctx context.Context, p Picked) (*pickBody, error) {
	people, err := e.signersOf(ctx, p)
	if err != nil {
		return nil, err
	}
	view := viewPick(p, people)
	return &pickBody{
		Location: address(p.SpaceID, "selections", p.SelectionID, "picks", p.ID),
		ETag:     sdk.ETag(p.Version, view), Body: view,
	}, nil
}

func viewPick(p Picked, people map[string]sdk.Person) Pick {
	v := Pick{
		ID: p.ID, Note: p.Note, By: viewSigner(p.SignerID, p.SignerName, people), Conflict: p.Conflict,
		From: p.From, Until: p.Until, Reason: p.Reason, State: string(p.StateNow()),
	}
	if p.Film.ID != "" {
		film := viewFilm(p.Film)
		v.Film = &film
	}
	return v
}

// signersOf returns who signed the picks, in one call.
func (e *Ecran) signersOf(ctx context.Context, picks ...Picked) (map[string]sdk.Person, error) {
	ids := make([]string, len(picks))
	for i, p := range picks {
		ids[i] = p.SignerID
	}
	return e.host.People.Get(ctx, ids)
}
