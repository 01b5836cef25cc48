package ecran

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/sdk"
)

func (e *Ecran) registerSelections(api huma.API) {
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
	Invitation  string     `json:"invitation,omitempty" enum:"open,accepted,declined" doc:"What the guest says to it."`
	MaxWords    int        `json:"max_words" doc:"How many words a note in it has at most. 0: as many as it takes."`
	From        *time.Time `json:"from" nullable:"true"`
	Until       *time.Time `json:"until" nullable:"true"`
	Visibility  string     `json:"visibility" enum:"public,unlisted,private"`
	State       string     `json:"state" enum:"draft,published"`
	PublishedAt *time.Time `json:"published_at" nullable:"true"`
	CreatedAt   time.Time  `json:"created_at"`
}

// SelectionPath names a selection in a path.
type SelectionPath struct {
	Selection string `path:"selection" maxLength:"36" doc:"The selection's id."`
}

type selectionBody struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Selection
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

func (e *Ecran) selection(ctx context.Context, s *ent.Selection) (*selectionBody, error) {
	guests, err := e.guestsOf(ctx, s)
	if err != nil {
		return nil, err
	}
	view := viewSelection(s, guests)
	return &selectionBody{Location: address(s.SpaceID, "selections", s.ID), ETag: sdk.ETag(s.Version, view), Body: view}, nil
}

func viewSelection(s *ent.Selection, guests map[string]sdk.Person) Selection {
	l := s.Edges.Label
	v := Selection{
		ID: s.ID, SpaceID: s.SpaceID, Label: Reference{ID: l.ID, Name: l.Name, Slug: l.Slug},
		Title: s.Title, Slug: s.Slug, Text: s.Text, Visibility: string(s.Visibility), State: string(s.State),
		Kind: string(s.Kind), Ordering: string(s.Ordering), Edition: s.Edition, From: s.From, Until: s.Until,
		MaxWords: s.MaxWords, PublishedAt: s.PublishedAt, CreatedAt: s.CreatedAt,
	}
	if s.GuestID != nil {
		guest := viewPerson(*s.GuestID, guests)
		v.Guest, v.Invitation = &guest, string(*s.Invitation)
	}
	return v
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
