package ecran

import (
	"context"
	"fmt"
	"time"

	"github.com/gorilla/feeds"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/proposal"
	"github.com/labfilms/labfilms/plugins/sdk"
)

func (e *Ecran) acceptLabel(ctx context.Context, in *LabelPath) (*labelBody, error) {
	return e.moved(ctx, in.Label, e.AcceptLabel)
}

func (e *Ecran) refuseLabel(ctx context.Context, in *LabelPath) (*labelBody, error) {
	return e.moved(ctx, in.Label, e.RefuseLabel)
}

func (e *Ecran) closeLabel(ctx context.Context, in *LabelPath) (*labelBody, error) {
	return e.moved(ctx, in.Label, e.CloseLabel)
}

func (e *Ecran) moved(ctx context.Context, id string, move func(context.Context, string) (*ent.Label, error)) (*labelBody, error) {
	l, err := move(ctx, id)
	if err != nil {
		return nil, err
	}
	return e.label(ctx, l)
}

func (e *Ecran) transferLabel(ctx context.Context, in *struct {
	LabelPath
	Body struct {
		Person string `json:"person" minLength:"1" maxLength:"36" doc:"The director who is to hold it."`
	}
},
) (*labelBody, error) {
	l, err := e.TransferLabel(ctx, in.Label, in.Body.Person)
	if err != nil {
		return nil, err
	}
	return e.label(ctx, l)
}

func (e *Ecran) leaveLabel(ctx context.Context, in *LabelPath) (*struct{}, error) {
	return nil, e.LeaveLabel(ctx, in.Label)
}

func (e *Ecran) orderSelection(ctx context.Context, in *struct {
	SelectionPath
	sdk.IfMatch
	Body struct {
		Picks []string `json:"picks" maxItems:"1000" nullable:"false" doc:"The ids of all current picks, each once."`
	}
},
) (*selectionBody, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	s, err := e.OrderSelection(ctx, in.Selection, version, in.Body.Picks)
	if err != nil {
		return nil, err
	}
	return e.selection(ctx, s)
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

type pageBody struct {
	CacheControl string `header:"Cache-Control"`
	Body         Page
}

func (e *Ecran) getPage(ctx context.Context, in *struct {
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
	return e.page(ctx, front)
}

func (e *Ecran) changePage(ctx context.Context, in *struct {
	Body struct {
		Slots int `json:"slots" minimum:"1" maximum:"24" doc:"How many things the page puts forward at one instant."`
	}
},
) (*pageBody, error) {
	front, err := e.SetSlots(ctx, in.Body.Slots)
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
	return &pageBody{CacheControl: fmt.Sprintf("%s, max-age=%d", kept, seconds), Body: view}, nil
}

type feedBody struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

// The media types of feeds.
const (
	atomType     = "application/atom+xml; charset=utf-8"
	jsonFeedType = "application/feed+json"
)

// format writes a feed as text.
type format func(*feeds.Feed) (string, error)

func (e *Ecran) labelFeed(write format, media string) func(context.Context, *LabelPath) (*feedBody, error) {
	return func(ctx context.Context, in *LabelPath) (*feedBody, error) {
		feed, err := e.LabelFeed(ctx, in.Label)
		return showFeed(feed, err, write, media)
	}
}

func (e *Ecran) selectionFeed(write format, media string) func(context.Context, *SelectionPath) (*feedBody, error) {
	return func(ctx context.Context, in *SelectionPath) (*feedBody, error) {
		feed, err := e.SelectionFeed(ctx, in.Selection)
		return showFeed(feed, err, write, media)
	}
}

func showFeed(feed *feeds.Feed, err error, write format, media string) (*feedBody, error) {
	if err != nil {
		return nil, err
	}
	text, err := write(feed)
	if err != nil {
		return nil, err
	}
	// Not for caches that are shared: what is in it may depend on who asks.
	return &feedBody{ContentType: media, CacheControl: "private, max-age=60", Body: []byte(text)}, nil
}
