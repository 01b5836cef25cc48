package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/crafts"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// Credit is a name in the titles of a film.
type Credit struct {
	ID           string     `json:"id" format:"uuid"`
	Film         *Reference `json:"film,omitempty" doc:"Where credits of several films are listed."`
	Name         string     `json:"name" doc:"As the titles have it."`
	Person       *Reference `json:"person,omitempty" doc:"The profile, once the person has confirmed it or if they have no account; the film's people always have it."`
	Organisation *Reference `json:"organisation,omitempty" doc:"The organisation, once it has confirmed it."`
	CreditCraft
	Character  string `json:"character"`
	Position   int    `json:"position" doc:"The order of the titles."`
	Uncredited bool   `json:"uncredited" doc:"Not in the titles on the screen."`
	Confirmed  bool   `json:"confirmed" doc:"Who is credited has said yes."`
	Source     string `json:"source" enum:"team,module,record" doc:"Who says so: the film's people, a module, or facts that were recorded elsewhere."`
	*CreditState
}

// CreditCraft is what somebody is credited for: one of the two. It is exported
// because Huma passes over embedded structs that are not.
type CreditCraft struct {
	Craft     *CraftReference `json:"craft,omitempty" doc:"Of the nomenclature."`
	CraftText string          `json:"craft_text,omitempty" doc:"In words, where the nomenclature does not have it."`
}

// CraftReference names a craft without showing it whole.
type CraftReference struct {
	Code string `json:"code" example:"IMA-DOP"`
	Name Words  `json:"name"`
}

// CreditState is what only the film's team, who is credited and the moderators
// are told. It is exported because Huma passes over embedded structs that are
// not.
type CreditState struct {
	State      string     `json:"state,omitempty" enum:"proposed,confirmed,refused,disputed,removed,withdrawn" doc:"For the film's team, who is credited and the moderators, as is what follows."`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	Dispute    string     `json:"dispute,omitempty" doc:"Why it is disputed."`
	DisputedBy *Reference `json:"disputed_by,omitempty"`
	Settlement string     `json:"settlement,omitempty" doc:"Why the dispute was settled as it was."`
}

type creditBody struct {
	ETag string `header:"ETag"`
	Body Credit
}

// CreditPath is the path of a credit. It is exported because Huma passes over
// embedded structs that are not.
type CreditPath struct {
	FilmPath
	Credit string `path:"credit" maxLength:"36" doc:"The credit's id."`
}

func (a *API) registerCredits() {
	tags := []string{"Films"}
	huma.Register(a.core, huma.Operation{
		OperationID: "list-credits", Method: http.MethodGet, Path: "/v1/films/{film}/credits", Tags: tags,
		Summary:     "List the credits of a film",
		Description: "In the order of the titles. The film's team, its moderators and who is credited also see what was refused, withdrawn or removed.",
		Extensions:  rest.Permission("credit.read"),
	}, a.listCredits)
	huma.Register(a.core, huma.Operation{
		OperationID: "propose-credits", Method: http.MethodPost, Path: "/v1/films/{film}/credits", Tags: tags,
		Summary: "Credit people and organisations", DefaultStatus: http.StatusCreated,
		Description: "All or none. Who has an account is told, and says yes or no. What you say of yourself is confirmed at once.",
		Extensions:  rest.Permission("credit.propose"),
	}, a.proposeCredits)
	huma.Register(a.core, huma.Operation{
		OperationID: "get-credit", Method: http.MethodGet, Path: "/v1/films/{film}/credits/{credit}", Tags: tags,
		Summary:     "Read a credit",
		Description: "Who is credited reads theirs before they can see the film.",
		Extensions:  rest.Permission("credit.read"),
	}, a.getCredit)
	huma.Register(a.core, huma.Operation{
		OperationID: "change-credit", Method: http.MethodPatch, Path: "/v1/films/{film}/credits/{credit}", Tags: tags,
		Summary:     "Change a proposed credit",
		Description: "A merge patch: what is absent stays, null clears. Once it is confirmed only its position can change.",
		Extensions:  rest.Permission("credit.update"),
	}, a.changeCredit)
	huma.Register(a.core, huma.Operation{
		OperationID: "order-credits", Method: http.MethodPost, Path: "/v1/films/{film}/credits/order", Tags: tags,
		Summary: "Put the titles in order", DefaultStatus: http.StatusNoContent,
		Description: "The credits that you name come first, in this order; the others follow in theirs.",
		Extensions:  rest.Permission("credit.update"),
	}, a.orderCredits)
	for _, verb := range []struct {
		id, name, summary, about, permission string
		do                                   func(context.Context, *CreditPath) (*creditBody, error)
	}{
		{"confirm-credit", "confirm", "Confirm a credit of yours", "From now on it is in your filmography, where people can see the film.", "credit.confirm", a.confirmCredit},
		{"withdraw-credit", "withdraw", "Withdraw a proposed credit", "A confirmed one is disputed instead.", "credit.withdraw", a.withdrawCredit},
	} {
		huma.Register(a.core, huma.Operation{
			OperationID: verb.id, Method: http.MethodPost, Path: "/v1/films/{film}/credits/{credit}/" + verb.name, Tags: tags,
			Summary: verb.summary, Description: verb.about, Extensions: rest.Permission(verb.permission),
		}, verb.do)
	}
	huma.Register(a.core, huma.Operation{
		OperationID: "refuse-credit", Method: http.MethodPost, Path: "/v1/films/{film}/credits/{credit}/refuse", Tags: tags,
		Summary:     "Refuse a credit of yours",
		Description: "It leaves the titles. The reason is for the film's owner.",
		Extensions:  rest.Permission("credit.refuse"),
	}, a.refuseCredit)
	huma.Register(a.core, huma.Operation{
		OperationID: "dispute-credit", Method: http.MethodPost, Path: "/v1/films/{film}/credits/{credit}/dispute", Tags: tags,
		Summary:     "Dispute a confirmed credit",
		Description: "Who is credited or an owner says that it is wrong. Until a moderator settles it, the public sees what it saw before.",
		Extensions:  rest.Permission("credit.dispute"),
	}, a.disputeCredit)
	huma.Register(a.core, huma.Operation{
		OperationID: "settle-credit", Method: http.MethodPost, Path: "/v1/films/{film}/credits/{credit}/settle", Tags: tags,
		Summary:     "Settle a disputed credit",
		Description: "A moderator of the film's home does, who is on neither side.",
		Extensions:  rest.Permission("credit.settle"),
	}, a.settleCredit)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-my-credits", Method: http.MethodGet, Path: "/v1/me/credits", Tags: []string{"Me"},
		Summary:     "List my credits",
		Description: "In every film, also one that you cannot see yet; and those of the organisations for which you may answer.",
		Extensions:  rest.Permission("credit.read"),
	}, a.listMyCredits)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-disputed-credits", Method: http.MethodGet, Path: "/v1/credits", Tags: tags,
		Summary:     "List the disputed credits of a space",
		Description: "For its moderators: what waits for them the longest comes first.",
		Extensions:  rest.Permission("credit.settle"),
	}, a.listDisputedCredits)
}

type listCreditsInput struct {
	FilmPath
	rest.ListParams
	Sort  string `query:"sort" enum:"position,-position" default:"position" doc:"The order of the titles."`
	State string `query:"state" enum:"proposed,confirmed,refused,disputed,removed,withdrawn" doc:"Only credits in this state, of those whose state you are told."`
}

func (a *API) listCredits(ctx context.Context, in *listCreditsInput) (*struct{ Body rest.ListBody[Credit] }, error) {
	filters := filtersOf("film", in.Film, "state", in.State)
	page, err := a.cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	list, err := a.films.Credits(ctx, in.Film, films.CreditFilter{State: in.State}, page)
	if err != nil {
		return nil, err
	}
	named, err := a.namesIn(ctx, list.Items)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Credit] }{}
	out.Body = rest.ListOf(list, a.cursors, in.Sort, filters, named.view)
	return out, nil
}

// NewCredit is a credit as it is proposed.
type NewCredit struct {
	Person       string `json:"person,omitempty" maxLength:"36" doc:"Id of a person; give this, an organisation, or a name alone."`
	Organisation string `json:"organisation,omitempty" maxLength:"36" doc:"Id of an organisation."`
	Name         string `json:"name,omitempty" maxLength:"160" doc:"As the titles have it; their own name where it is absent."`
	Craft        string `json:"craft,omitempty" maxLength:"16" doc:"Code of the nomenclature; give this or craft_text."`
	CraftText    string `json:"craft_text,omitempty" maxLength:"120" doc:"A craft that the nomenclature does not have."`
	Character    string `json:"character,omitempty" maxLength:"160" doc:"Whom an actor plays."`
	Position     *int   `json:"position,omitempty" minimum:"0" maximum:"100000" doc:"The order of the titles; after all others where it is absent."`
	Uncredited   bool   `json:"uncredited,omitempty" doc:"Not in the titles on the screen."`
}

type proposeCreditsInput struct {
	FilmPath
	Body struct {
		Credits []NewCredit `json:"credits" minItems:"1" maxItems:"500" nullable:"false"`
	}
}

func (a *API) proposeCredits(ctx context.Context, in *proposeCreditsInput) (*struct {
	Location string `header:"Location"`
	Body     struct {
		Data []Credit `json:"data" nullable:"false"`
	}
}, error,
) {
	proposed := make([]films.NewCredit, len(in.Body.Credits))
	for i, c := range in.Body.Credits {
		proposed[i] = films.NewCredit(c)
	}
	made, err := a.films.Propose(ctx, in.Film, proposed)
	if err != nil {
		return nil, err
	}
	named, err := a.namesIn(ctx, made)
	if err != nil {
		return nil, err
	}
	out := &struct {
		Location string `header:"Location"`
		Body     struct {
			Data []Credit `json:"data" nullable:"false"`
		}
	}{Location: "/v1/films/" + in.Film + "/credits"}
	for _, c := range made {
		out.Body.Data = append(out.Body.Data, named.view(c))
	}
	return out, nil
}

func (a *API) getCredit(ctx context.Context, in *struct {
	CreditPath
	rest.IfNoneMatch
},
) (*creditBody, error) {
	credit, err := a.films.Credit(ctx, in.Film, in.Credit)
	if err != nil {
		return nil, err
	}
	body, err := a.credit(ctx, credit)
	if err != nil {
		return nil, err
	}
	return body, in.Changed(body.ETag)
}

type changeCreditInput struct {
	CreditPath
	rest.IfMatch
	Body struct {
		Name       rest.Opt[string] `json:"name,omitempty" minLength:"1" maxLength:"160"`
		Craft      rest.Opt[string] `json:"craft,omitempty" maxLength:"16" doc:"To give a craft takes the craft in words back, and the other way round."`
		CraftText  rest.Opt[string] `json:"craft_text,omitempty" maxLength:"120"`
		Character  rest.Opt[string] `json:"character,omitempty" maxLength:"160"`
		Position   rest.Opt[int]    `json:"position,omitempty" minimum:"0" maximum:"100000"`
		Uncredited rest.Opt[bool]   `json:"uncredited,omitempty"`
	}
}

func (a *API) changeCredit(ctx context.Context, in *changeCreditInput) (*creditBody, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	return a.answerCredit(ctx)(a.films.ChangeCredit(ctx, in.Film, in.Credit, version, films.CreditChange(in.Body)))
}

func (a *API) orderCredits(ctx context.Context, in *struct {
	FilmPath
	Body struct {
		Credits []string `json:"credits" minItems:"1" maxItems:"3000" nullable:"false" doc:"Ids of credits of the film."`
	}
},
) (*struct{}, error) {
	return nil, a.films.OrderCredits(ctx, in.Film, in.Body.Credits)
}

func (a *API) confirmCredit(ctx context.Context, in *CreditPath) (*creditBody, error) {
	return a.answerCredit(ctx)(a.films.Confirm(ctx, in.Film, in.Credit))
}

func (a *API) withdrawCredit(ctx context.Context, in *CreditPath) (*creditBody, error) {
	return a.answerCredit(ctx)(a.films.WithdrawCredit(ctx, in.Film, in.Credit))
}

type refuseCreditInput struct {
	CreditPath
	Body *struct {
		Reason string `json:"reason,omitempty" maxLength:"1000"`
	}
}

func (a *API) refuseCredit(ctx context.Context, in *refuseCreditInput) (*creditBody, error) {
	reason := ""
	if in.Body != nil {
		reason = in.Body.Reason
	}
	return a.answerCredit(ctx)(a.films.Refuse(ctx, in.Film, in.Credit, reason))
}

type disputeCreditInput struct {
	CreditPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000"`
	}
}

func (a *API) disputeCredit(ctx context.Context, in *disputeCreditInput) (*creditBody, error) {
	return a.answerCredit(ctx)(a.films.Dispute(ctx, in.Film, in.Credit, in.Body.Reason))
}

type settleCreditInput struct {
	CreditPath
	Body struct {
		Outcome string `json:"outcome" enum:"confirmed,removed" doc:"Whether the credit stays."`
		Reason  string `json:"reason" minLength:"1" maxLength:"1000"`
	}
}

func (a *API) settleCredit(ctx context.Context, in *settleCreditInput) (*creditBody, error) {
	return a.answerCredit(ctx)(a.films.SettleCredit(ctx, in.Film, in.Credit, in.Body.Outcome, in.Body.Reason))
}

type listMyCreditsInput struct {
	rest.ListParams
	Sort  string `query:"sort" enum:"-created_at,created_at" default:"-created_at"`
	State string `query:"state" enum:"proposed,confirmed,refused,disputed,removed,withdrawn" doc:"Only credits in this state; what is proposed waits for you."`
}

func (a *API) listMyCredits(ctx context.Context, in *listMyCreditsInput) (*struct{ Body rest.ListBody[Credit] }, error) {
	filters := filtersOf("state", in.State)
	page, err := a.cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	list, err := a.films.MyCredits(ctx, films.CreditFilter{State: in.State}, page)
	if err != nil {
		return nil, err
	}
	named, err := a.namesIn(ctx, list.Items)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Credit] }{}
	out.Body = rest.ListOf(list, a.cursors, in.Sort, filters, named.viewOfMany)
	return out, nil
}

type listDisputedCreditsInput struct {
	rest.ListParams
	Sort  string `query:"sort" enum:"updated_at,-updated_at" default:"updated_at"`
	State string `query:"state" enum:"disputed" default:"disputed"`
	Space string `query:"space" maxLength:"64" doc:"Id or slug of a space; the whole network where it is absent."`
	Scope string `query:"scope" enum:"here,subtree" default:"subtree" doc:"The space alone, or with the spaces below it."`
}

func (a *API) listDisputedCredits(ctx context.Context, in *listDisputedCreditsInput) (*struct{ Body rest.ListBody[Credit] }, error) {
	filters := filtersOf("state", in.State, "space", in.Space, "scope", in.Scope)
	page, err := a.cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	space, err := a.space(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	list, err := a.films.Disputes(ctx, spaces.Scope(space, in.Scope == "subtree"), page)
	if err != nil {
		return nil, err
	}
	named, err := a.namesIn(ctx, list.Items)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Credit] }{}
	out.Body = rest.ListOf(list, a.cursors, in.Sort, filters, named.viewOfMany)
	return out, nil
}

// answerCredit answers a verb of a credit.
func (a *API) answerCredit(ctx context.Context) func(films.Credited, error) (*creditBody, error) {
	return func(credit films.Credited, err error) (*creditBody, error) {
		if err != nil {
			return nil, err
		}
		return a.credit(ctx, credit)
	}
}

func (a *API) credit(ctx context.Context, credit films.Credited) (*creditBody, error) {
	named, err := a.namesIn(ctx, []films.Credited{credit})
	if err != nil {
		return nil, err
	}
	view := named.view(credit)
	version := 1 // who is told no state does not learn either that it has changed
	if credit.Inside {
		version = credit.Version
	}
	return &creditBody{ETag: rest.ETag(version, view), Body: view}, nil
}

// creditsOf returns the first fifty credits of each of the films, by film, in
// the order of the titles.
func (a *API) creditsOf(ctx context.Context, ids []string) (map[string][]Credit, error) {
	titles, err := a.films.TitlesOf(ctx, ids, 50)
	if err != nil {
		return nil, err
	}
	var all []films.Credited
	for _, credits := range titles {
		all = append(all, credits...)
	}
	names, err := a.namesIn(ctx, all)
	if err != nil {
		return nil, err
	}
	views := make(map[string][]Credit, len(titles))
	for film, credits := range titles {
		for _, c := range credits {
			views[film] = append(views[film], names.view(c))
		}
	}
	return views, nil
}

// creditNames are references to those whom credits name, as far as the asker may see
// them.
type creditNames struct{ people, organisations map[string]Reference }

// namesIn returns who the credits name: a query for every 500 people.
func (a *API) namesIn(ctx context.Context, credits []films.Credited) (creditNames, error) {
	n := creditNames{people: map[string]Reference{}, organisations: map[string]Reference{}}
	var ids []string
	for _, c := range credits {
		if c.Linked && c.PersonID != nil {
			ids = append(ids, *c.PersonID)
		}
		if c.Inside && c.DisputedBy != "" {
			ids = append(ids, c.DisputedBy)
		}
		if o := c.Edges.Organisation; c.Linked && o != nil {
			n.organisations[o.ID] = Reference{ID: o.ID, Name: o.Name, Slug: o.Slug}
		}
	}
	people, err := a.seen(ctx, ids)
	if err != nil {
		return n, err
	}
	for id, p := range people {
		n.people[id] = *personReference(p)
	}
	return n, nil
}

func (n creditNames) view(c films.Credited) Credit {
	view := Credit{
		ID: c.ID, Name: c.Name, CreditCraft: viewCraftOf(c.Credit), Character: c.Character,
		Position: c.Position, Uncredited: c.Uncredited, Confirmed: films.Agreed(c.Credit), Source: string(c.Source),
	}
	if c.Linked && c.PersonID != nil {
		view.Person = referenceTo(n.people, *c.PersonID)
	}
	if c.Linked && c.OrganisationID != nil {
		view.Organisation = referenceTo(n.organisations, *c.OrganisationID)
	}
	if c.Inside {
		view.CreditState = &CreditState{
			State: string(c.State), AnsweredAt: c.AnsweredAt,
			Dispute: c.Dispute, DisputedBy: referenceTo(n.people, c.DisputedBy), Settlement: c.Settlement,
		}
	}
	return view
}

func viewCraftOf(c *ent.Credit) CreditCraft {
	view := CreditCraft{CraftText: c.CraftText}
	if craft, ok := crafts.Get(c.Craft); ok {
		view.Craft = &CraftReference{Code: craft.Code, Name: Words{FR: craft.Label("fr"), EN: craft.Label("en")}}
	}
	return view
}

// viewOfMany is view with the film.
func (n creditNames) viewOfMany(c films.Credited) Credit {
	view := n.view(c)
	view.Film = &Reference{ID: c.Film.ID, Name: c.Film.Title, Slug: c.Film.Slug}
	return view
}

// referenceTo returns the reference, nil where there is none.
func referenceTo(refs map[string]Reference, id string) *Reference {
	if ref, ok := refs[id]; ok {
		return &ref
	}
	return nil
}
