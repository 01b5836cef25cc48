package ecran

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/feeds"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// Register registers the operations. This file and routes_page.go are the
// module's one edge: here what it remembers becomes what people see.
func (e *Ecran) Register(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "list-labels", Method: http.MethodGet, Path: "/labels",
		Summary:     "List labels",
		Description: "The labels of the space, or of the space and those below it, by date or by the alphabet.",
		Extensions:  sdk.Permission("ecran.label.read"),
	}, e.listLabels)
	huma.Register(api, huma.Operation{
		OperationID: "make-label", Method: http.MethodPost, Path: "/labels", DefaultStatus: http.StatusCreated,
		Summary:     "Make a label",
		Description: "Every member may have a label of their own. To sign for the space, a festival or a committee takes the role of curator.",
		Extensions:  sdk.Permission("ecran.label.create"),
	}, e.makeLabel)
	huma.Register(api, huma.Operation{
		OperationID: "get-label", Method: http.MethodGet, Path: "/labels/{label}",
		Summary:    "Read a label",
		Extensions: sdk.Permission("ecran.label.read"),
	}, e.getLabel)
	huma.Register(api, huma.Operation{
		OperationID: "change-label", Method: http.MethodPatch, Path: "/labels/{label}",
		Summary:     "Change a label",
		Description: "A merge patch, by who holds the label or directs it. If-Match names the version that was read.",
		Extensions:  sdk.Permission("ecran.label.update"),
	}, e.changeLabel)
	huma.Register(api, huma.Operation{
		OperationID: "accept-label", Method: http.MethodPost, Path: "/labels/{label}/accept",
		Summary:     "Accept a label that is requested",
		Description: "The space's curators let a member sign for more than themselves.",
		Extensions:  sdk.Permission("ecran.label.accept"),
	}, e.acceptLabel)
	huma.Register(api, huma.Operation{
		OperationID: "refuse-label", Method: http.MethodPost, Path: "/labels/{label}/refuse",
		Summary:    "Refuse a label that is requested",
		Extensions: sdk.Permission("ecran.label.refuse"),
	}, e.refuseLabel)
	huma.Register(api, huma.Operation{
		OperationID: "close-label", Method: http.MethodPost, Path: "/labels/{label}/close",
		Summary:     "Close a label",
		Description: "For good. What it shows leaves the screen and is remembered, and the films keep their recognitions.",
		Extensions:  sdk.Permission("ecran.label.close"),
	}, e.closeLabel)
	huma.Register(api, huma.Operation{
		OperationID: "transfer-label", Method: http.MethodPost, Path: "/labels/{label}/transfer",
		Summary:     "Hand a label to one of its directors",
		Description: "By its holder, who directs it from then on.",
		Extensions:  sdk.Permission("ecran.label.transfer"),
	}, e.transferLabel)
	huma.Register(api, huma.Operation{
		OperationID: "leave-label", Method: http.MethodPost, Path: "/labels/{label}/leave",
		Summary:     "Leave a label",
		Description: "Ends your own part in it.",
		Extensions:  sdk.Permission("ecran.label.leave"),
	}, e.leaveLabel)
	huma.Register(api, huma.Operation{
		OperationID: "get-label-feed-atom", Method: http.MethodGet, Path: "/labels/{label}/feed.atom",
		Summary:     "Follow a label, as Atom",
		Description: "The latest 50 films of its public selections, as Atom.",
		Extensions:  sdk.Permission("ecran.label.read"),
	}, e.labelFeed((*feeds.Feed).ToAtom, atomType))
	huma.Register(api, huma.Operation{
		OperationID: "get-label-feed-json", Method: http.MethodGet, Path: "/labels/{label}/feed.json",
		Summary:     "Follow a label, as JSON Feed",
		Description: "The latest 50 films of its public selections, as JSON Feed.",
		Extensions:  sdk.Permission("ecran.label.read"),
	}, e.labelFeed((*feeds.Feed).ToJSON, jsonFeedType))

	huma.Register(api, huma.Operation{
		OperationID: "make-selection", Method: http.MethodPost, Path: "/labels/{label}/selections", DefaultStatus: http.StatusCreated,
		Summary:     "Make a selection",
		Description: "It is a draft, known to the label's people alone, until it is published.",
		Extensions:  sdk.Permission("ecran.selection.create"),
	}, e.makeSelection)
	huma.Register(api, huma.Operation{
		OperationID: "list-selections", Method: http.MethodGet, Path: "/selections",
		Summary:     "List selections",
		Description: "What is on public view, and everything of your own labels, by date or by the alphabet.",
		Extensions:  sdk.Permission("ecran.selection.read"),
	}, e.listSelections)
	huma.Register(api, huma.Operation{
		OperationID: "get-selection", Method: http.MethodGet, Path: "/selections/{selection}",
		Summary:    "Read a selection",
		Extensions: sdk.Permission("ecran.selection.read"),
	}, e.getSelection)
	huma.Register(api, huma.Operation{
		OperationID: "change-selection", Method: http.MethodPatch, Path: "/selections/{selection}",
		Summary:     "Change a selection",
		Description: "A merge patch, by who chooses for the label. If-Match names the version that was read.",
		Extensions:  sdk.Permission("ecran.selection.update"),
	}, e.changeSelection)
	huma.Register(api, huma.Operation{
		OperationID: "publish-selection", Method: http.MethodPost, Path: "/selections/{selection}/publish",
		Summary:     "Publish a selection",
		Description: "If it is public, its films keep the recognition from now on. To publish again changes nothing.",
		Extensions:  sdk.Permission("ecran.selection.publish"),
	}, e.publishSelection)
	huma.Register(api, huma.Operation{
		OperationID: "order-selection", Method: http.MethodPut, Path: "/selections/{selection}/order",
		Summary:     "Put the picks of a selection in order",
		Description: "All current picks, each once. If-Match names the version of the selection that was read.",
		Extensions:  sdk.Permission("ecran.selection.update"),
	}, e.orderSelection)
	huma.Register(api, huma.Operation{
		OperationID: "get-selection-feed-atom", Method: http.MethodGet, Path: "/selections/{selection}/feed.atom",
		Summary:     "Follow a selection, as Atom",
		Description: "The latest 50 films that came on screen in it, as Atom.",
		Extensions:  sdk.Permission("ecran.selection.read"),
	}, e.selectionFeed((*feeds.Feed).ToAtom, atomType))
	huma.Register(api, huma.Operation{
		OperationID: "get-selection-feed-json", Method: http.MethodGet, Path: "/selections/{selection}/feed.json",
		Summary:     "Follow a selection, as JSON Feed",
		Description: "The latest 50 films that came on screen in it, as JSON Feed.",
		Extensions:  sdk.Permission("ecran.selection.read"),
	}, e.selectionFeed((*feeds.Feed).ToJSON, jsonFeedType))

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

	huma.Register(api, huma.Operation{
		OperationID: "get-page", Method: http.MethodGet, Path: "/page",
		Summary:     "Read the page of the space",
		Description: "What its curators put forward, by slot: now, at an instant of the past, or, for its curators, of the future. Cache-Control never promises more than the time to its next planned change.",
		Extensions:  sdk.Permission("ecran.page.read"),
	}, e.getPage)
	huma.Register(api, huma.Operation{
		OperationID: "change-page", Method: http.MethodPatch, Path: "/page",
		Summary:     "Set how many slots the page has",
		Description: "What is pinned beyond them is not shown.",
		Extensions:  sdk.Permission("ecran.page.update"),
	}, e.changePage)
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

// Reference names another thing without showing it whole.
type Reference struct {
	ID   string `json:"id" format:"uuid"`
	Name string `json:"name"`
	Slug string `json:"slug"`
}

// Label is a label as its readers see it.
type Label struct {
	ID        string     `json:"id" format:"uuid"`
	SpaceID   string     `json:"space_id" format:"uuid"`
	Kind      string     `json:"kind" enum:"personal,personality,committee,festival,institution,region,platform"`
	Name      string     `json:"name"`
	Slug      string     `json:"slug"`
	Manifesto string     `json:"manifesto"`
	Holder    Reference  `json:"holder" doc:"The person who answers for it."`
	Curators  []Curator  `json:"curators" nullable:"false"`
	Rules     LabelRules `json:"rules"`
	State     string     `json:"state" enum:"requested,active,closed"`
	Dormant   bool       `json:"dormant" doc:"It has chosen nothing for twelve months."`
	CreatedAt time.Time  `json:"created_at"`
}

// Curator is a person who chooses for a label.
type Curator struct {
	Person Reference `json:"person"`
	Role   string    `json:"role" enum:"director,curator,contributor"`
}

// Selection is a selection as its readers see it.
type Selection struct {
	ID          string     `json:"id" format:"uuid"`
	SpaceID     string     `json:"space_id" format:"uuid"`
	Label       Reference  `json:"label"`
	Title       string     `json:"title"`
	Slug        string     `json:"slug"`
	Text        string     `json:"text"`
	Kind        string     `json:"kind" enum:"playlist,permanent,cycle,carte_blanche"`
	Ordering    string     `json:"ordering" enum:"manual,chronological"`
	Edition     *int       `json:"edition" nullable:"true"`
	Guest       *Reference `json:"guest,omitempty" doc:"To whom the carte blanche was given."`
	From        *time.Time `json:"from" nullable:"true"`
	Until       *time.Time `json:"until" nullable:"true"`
	Visibility  string     `json:"visibility" enum:"public,unlisted,private"`
	State       string     `json:"state" enum:"draft,published"`
	PublishedAt *time.Time `json:"published_at" nullable:"true"`
	CreatedAt   time.Time  `json:"created_at"`
}

// Pick is a pick as its readers see it.
type Pick struct {
	ID       string     `json:"id" format:"uuid"`
	Film     Reference  `json:"film"`
	Note     string     `json:"note"`
	By       Reference  `json:"by" doc:"Who signed, under the name of that day."`
	Conflict string     `json:"conflict" doc:"What the signer has to do with the film, in their words."`
	From     time.Time  `json:"from"`
	Until    *time.Time `json:"until" nullable:"true" doc:"When it left the screen, or will."`
	Reason   string     `json:"reason" doc:"Why it left, if that is to be known."`
	State    string     `json:"state" enum:"under_vote,asked,scheduled,on_screen,ended,withdrawn,removed,refused"`
}

// Votes is how the votes on a pick stand.
type Votes struct {
	Yes    int    `json:"yes"`
	No     int    `json:"no"`
	Veto   int    `json:"veto"`
	Needed int    `json:"needed"`
	Mine   string `json:"mine" enum:",yes,no,veto" doc:"Yours; empty if you have not voted."`
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

// Page is the page of a space at an instant.
type Page struct {
	At        time.Time  `json:"at"`
	Slots     int        `json:"slots"`
	ChangesAt *time.Time `json:"changes_at" nullable:"true" doc:"The next instant at which something planned changes on it."`
	Pins      []Block    `json:"pins" nullable:"false" doc:"By slot."`
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

// LabelPath names a label in a path. It is exported, as its like below, for
// Huma to see what is embedded.
type LabelPath struct {
	Label string `path:"label" maxLength:"36" doc:"The label's id."`
}

// SelectionPath names a selection in a path.
type SelectionPath struct {
	Selection string `path:"selection" maxLength:"36" doc:"The selection's id."`
}

// PickPath names a pick in a path.
type PickPath struct {
	SelectionPath
	Pick string `path:"pick" maxLength:"36" doc:"The pick's id."`
}

// ConsentPath names a consent in a path.
type ConsentPath struct {
	Consent string `path:"consent" maxLength:"36" doc:"The consent's id."`
}

// ProposalPath names a proposal in a path.
type ProposalPath struct {
	Proposal string `path:"proposal" maxLength:"36" doc:"The proposal's id."`
}

// PinPath names a pin in a path.
type PinPath struct {
	Pin string `path:"pin" maxLength:"36" doc:"The pin's id."`
}

type labelBody struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Label
}

type selectionBody struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Selection
}

type pickBody struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Pick
}

type listLabelsInput struct {
	sdk.ListParams
	sdk.ScopeParam
	Sort  string `query:"sort" enum:"-created_at,created_at,name,-name" default:"name"`
	State string `query:"state" enum:"active,requested,closed" default:"active" doc:"What is requested is known to its people and to the space's curators."`
	Kind  string `query:"kind" enum:"personal,personality,committee,festival,institution,region,platform" doc:"Only labels of this kind."`
}

func (e *Ecran) listLabels(ctx context.Context, in *listLabelsInput) (*struct{ Body sdk.ListBody[Label] }, error) {
	filters := filtersOf(ctx, "scope", in.Scope, "state", in.State, "kind", in.Kind)
	page, err := e.host.Cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	labels, err := e.Labels(ctx, LabelFilter{State: label.State(in.State), Kind: label.Kind(in.Kind)}, page)
	if err != nil {
		return nil, err
	}
	people, err := e.peopleOf(ctx, labels.Items...)
	if err != nil {
		return nil, err
	}
	now := sdk.Now(ctx)
	view := func(l *ent.Label) Label { return viewLabel(l, people, now) }
	return &struct{ Body sdk.ListBody[Label] }{sdk.ListOf(labels, e.host.Cursors, in.Sort, filters, view)}, nil
}

func (e *Ecran) makeLabel(ctx context.Context, in *struct{ Body NewLabel }) (*labelBody, error) {
	l, err := e.MakeLabel(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return e.label(ctx, l)
}

func (e *Ecran) getLabel(ctx context.Context, in *struct {
	LabelPath
	sdk.IfNoneMatch
},
) (*labelBody, error) {
	l, err := e.Label(ctx, in.Label)
	if err != nil {
		return nil, err
	}
	body, err := e.label(ctx, l)
	if err != nil {
		return nil, err
	}
	return body, in.Changed(body.ETag)
}

func (e *Ecran) changeLabel(ctx context.Context, in *struct {
	LabelPath
	sdk.IfMatch
	Body LabelChange
},
) (*labelBody, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	l, err := e.ChangeLabel(ctx, in.Label, version, in.Body)
	if err != nil {
		return nil, err
	}
	return e.label(ctx, l)
}

func (e *Ecran) makeSelection(ctx context.Context, in *struct {
	LabelPath
	Body NewSelection
},
) (*selectionBody, error) {
	s, err := e.MakeSelection(ctx, in.Label, in.Body)
	if err != nil {
		return nil, err
	}
	return e.selection(ctx, s)
}

type listSelectionsInput struct {
	sdk.ListParams
	sdk.ScopeParam
	Sort  string `query:"sort" enum:"-created_at,created_at,title,-title" default:"-created_at"`
	Label string `query:"label" maxLength:"36" doc:"Only the selections of this label: its id."`
}

func (e *Ecran) listSelections(ctx context.Context, in *listSelectionsInput) (*struct{ Body sdk.ListBody[Selection] }, error) {
	filters := filtersOf(ctx, "scope", in.Scope, "label", in.Label)
	page, err := e.host.Cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	selections, err := e.Selections(ctx, in.Label, page)
	if err != nil {
		return nil, err
	}
	guests, err := e.guestsOf(ctx, selections.Items...)
	if err != nil {
		return nil, err
	}
	view := func(s *ent.Selection) Selection { return viewSelection(s, guests) }
	return &struct{ Body sdk.ListBody[Selection] }{sdk.ListOf(selections, e.host.Cursors, in.Sort, filters, view)}, nil
}

func (e *Ecran) getSelection(ctx context.Context, in *struct {
	SelectionPath
	sdk.IfNoneMatch
},
) (*selectionBody, error) {
	s, err := e.Selection(ctx, in.Selection)
	if err != nil {
		return nil, err
	}
	body, err := e.selection(ctx, s)
	if err != nil {
		return nil, err
	}
	return body, in.Changed(body.ETag)
}

func (e *Ecran) changeSelection(ctx context.Context, in *struct {
	SelectionPath
	sdk.IfMatch
	Body SelectionChange
},
) (*selectionBody, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	s, err := e.ChangeSelection(ctx, in.Selection, version, in.Body)
	if err != nil {
		return nil, err
	}
	return e.selection(ctx, s)
}

func (e *Ecran) publishSelection(ctx context.Context, in *SelectionPath) (*selectionBody, error) {
	s, err := e.PublishSelection(ctx, in.Selection)
	if err != nil {
		return nil, err
	}
	return e.selection(ctx, s)
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
	State  string `query:"state" enum:"on_screen,ended,under_vote,asked,scheduled,withdrawn,removed,refused" default:"on_screen" doc:"What is on screen, or what was. The other states are the label's people's to see, and empty to others."`
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

func (e *Ecran) label(ctx context.Context, l *ent.Label) (*labelBody, error) {
	people, err := e.peopleOf(ctx, l)
	if err != nil {
		return nil, err
	}
	view := viewLabel(l, people, sdk.Now(ctx))
	return &labelBody{Location: address(l.SpaceID, "labels", l.ID), ETag: sdk.ETag(l.Version, view), Body: view}, nil
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

func (e *Ecran) selection(ctx context.Context, s *ent.Selection) (*selectionBody, error) {
	guests, err := e.guestsOf(ctx, s)
	if err != nil {
		return nil, err
	}
	view := viewSelection(s, guests)
	return &selectionBody{Location: address(s.SpaceID, "selections", s.ID), ETag: sdk.ETag(s.Version, view), Body: view}, nil
}

// guestsOf returns to whom the selections were given, in one call; none where
// there is no guest.
func (e *Ecran) guestsOf(ctx context.Context, selections ...*ent.Selection) (map[string]sdk.Person, error) {
	var ids []string
	for _, s := range selections {
		if s.GuestID != nil {
			ids = append(ids, *s.GuestID)
		}
	}
	return e.host.People.Get(ctx, ids)
}

func viewLabel(l *ent.Label, people map[string]sdk.Person, now time.Time) Label {
	v := Label{
		ID: l.ID, SpaceID: l.SpaceID, Kind: string(l.Kind), Name: l.Name, Slug: l.Slug, Manifesto: l.Manifesto,
		Holder: viewPerson(l.HolderID, people), Curators: []Curator{}, CreatedAt: l.CreatedAt,
		Rules: LabelRules{MaxPins: l.MaxPins, OwnFilms: string(l.OwnFilms), NoteRequired: l.NoteRequired, VotesNeeded: l.VotesNeeded},
		State: string(l.State), Dormant: l.State == label.StateActive && l.ActedAt.AddDate(1, 0, 0).Before(now),
	}
	for _, c := range l.Edges.Curators {
		v.Curators = append(v.Curators, Curator{Person: viewPerson(c.PersonID, people), Role: string(c.Role)})
	}
	return v
}

func viewSelection(s *ent.Selection, guests map[string]sdk.Person) Selection {
	l := s.Edges.Label
	v := Selection{
		ID: s.ID, SpaceID: s.SpaceID, Label: Reference{ID: l.ID, Name: l.Name, Slug: l.Slug},
		Title: s.Title, Slug: s.Slug, Text: s.Text, Visibility: string(s.Visibility), State: string(s.State),
		Kind: string(s.Kind), Ordering: string(s.Ordering), Edition: s.Edition, From: s.From, Until: s.Until,
		PublishedAt: s.PublishedAt, CreatedAt: s.CreatedAt,
	}
	if s.GuestID != nil {
		guest := viewPerson(*s.GuestID, guests)
		v.Guest = &guest
	}
	return v
}

func viewPick(p Picked, people map[string]sdk.Person) Pick {
	return Pick{
		ID: p.ID, Film: viewFilm(p.Film), Note: p.Note, By: viewSigner(p.SignerID, p.SignerName, people), Conflict: p.Conflict,
		From: p.From, Until: p.Until, Reason: p.Reason, State: string(p.StateNow()),
	}
}

func viewFilm(f sdk.Film) Reference { return Reference{ID: f.ID, Name: f.Title, Slug: f.Slug} }

// viewSigner names who signed, under the name of that day.
func viewSigner(id, name string, people map[string]sdk.Person) Reference {
	by := viewPerson(id, people)
	by.Name = name
	return by
}

// viewPerson names a person; one who is gone has no name.
func viewPerson(id string, people map[string]sdk.Person) Reference {
	p := people[id]
	return Reference{ID: id, Name: p.Name, Slug: p.Handle}
}

// peopleOf returns the holders and curators of the labels, in one call.
func (e *Ecran) peopleOf(ctx context.Context, labels ...*ent.Label) (map[string]sdk.Person, error) {
	var ids []string
	for _, l := range labels {
		ids = append(ids, l.HolderID)
		for _, c := range l.Edges.Curators {
			ids = append(ids, c.PersonID)
		}
	}
	return e.host.People.Get(ctx, ids)
}

// signersOf returns who signed the picks, in one call.
func (e *Ecran) signersOf(ctx context.Context, picks ...Picked) (map[string]sdk.Person, error) {
	ids := make([]string, len(picks))
	for i, p := range picks {
		ids[i] = p.SignerID
	}
	return e.host.People.Get(ctx, ids)
}

// address is the path of something of Écran. It names the space by its id,
// which never changes.
func address(spaceID string, of ...string) string {
	path := "/v1/spaces/" + spaceID + "/ecran"
	for _, name := range of {
		path += "/" + url.PathEscape(name)
	}
	return path
}

// filtersOf writes what a list was asked for, its space included, so that a
// cursor holds for that list alone.
func filtersOf(ctx context.Context, pairs ...string) string {
	v := url.Values{"space": {sdk.ActorFrom(ctx).Space.ID}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}
