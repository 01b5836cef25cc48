package ecran

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// Register registers the operations. This file is the module's one edge: here
// what it remembers becomes what people see.
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
		OperationID: "pick-film", Method: http.MethodPost, Path: "/selections/{selection}/picks", DefaultStatus: http.StatusCreated,
		Summary:     "Pick a film",
		Description: "The film is released and yours to see. The note is signed with your name, and is not rewritten: end the pick and make another.",
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
		Extensions:  sdk.Permission("ecran.pick.delete"),
	}, e.endPick)
}

// Reference names another thing without showing it whole.
type Reference struct {
	ID   string `json:"id" format:"uuid"`
	Name string `json:"name"`
	Slug string `json:"slug"`
}

// Label is a label as its readers see it.
type Label struct {
	ID        string    `json:"id" format:"uuid"`
	SpaceID   string    `json:"space_id" format:"uuid"`
	Kind      string    `json:"kind" enum:"personal,personality,committee,festival,institution,region,platform"`
	Name      string    `json:"name"`
	Slug      string    `json:"slug"`
	Manifesto string    `json:"manifesto"`
	Holder    Reference `json:"holder" doc:"The person who answers for it."`
	Curators  []Curator `json:"curators" nullable:"false"`
	CreatedAt time.Time `json:"created_at"`
}

// Curator is a person who chooses for a label.
type Curator struct {
	Person Reference `json:"person"`
	Role   string    `json:"role" enum:"director,curator"`
}

// Selection is a selection as its readers see it.
type Selection struct {
	ID          string     `json:"id" format:"uuid"`
	SpaceID     string     `json:"space_id" format:"uuid"`
	Label       Reference  `json:"label"`
	Title       string     `json:"title"`
	Slug        string     `json:"slug"`
	Text        string     `json:"text"`
	Visibility  string     `json:"visibility" enum:"public,unlisted,private"`
	State       string     `json:"state" enum:"draft,published"`
	PublishedAt *time.Time `json:"published_at" nullable:"true"`
	CreatedAt   time.Time  `json:"created_at"`
}

// Pick is a pick as its readers see it.
type Pick struct {
	ID    string     `json:"id" format:"uuid"`
	Film  Reference  `json:"film"`
	Note  string     `json:"note"`
	By    Reference  `json:"by" doc:"Who signed, under the name of that day."`
	From  time.Time  `json:"from"`
	Until *time.Time `json:"until" nullable:"true" doc:"When it left the screen."`
	State string     `json:"state" enum:"on_screen,ended"`
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
	Sort string `query:"sort" enum:"-created_at,created_at,name,-name" default:"name"`
}

func (e *Ecran) listLabels(ctx context.Context, in *listLabelsInput) (*struct{ Body sdk.ListBody[Label] }, error) {
	filters := filtersOf(ctx, "scope", in.Scope)
	page, err := e.host.Cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	labels, err := e.Labels(ctx, page)
	if err != nil {
		return nil, err
	}
	people, err := e.peopleOf(ctx, labels.Items...)
	if err != nil {
		return nil, err
	}
	view := func(l *ent.Label) Label { return viewLabel(l, people) }
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
	return showSelection(s), nil
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
	return &struct{ Body sdk.ListBody[Selection] }{sdk.ListOf(selections, e.host.Cursors, in.Sort, filters, viewSelection)}, nil
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
	body := showSelection(s)
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
	return showSelection(s), nil
}

func (e *Ecran) publishSelection(ctx context.Context, in *SelectionPath) (*selectionBody, error) {
	s, err := e.PublishSelection(ctx, in.Selection)
	if err != nil {
		return nil, err
	}
	return showSelection(s), nil
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
	State  string `query:"state" enum:"on_screen,ended" default:"on_screen" doc:"What is on screen, or what was."`
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
	view := viewLabel(l, people)
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

func showSelection(s *ent.Selection) *selectionBody {
	view := viewSelection(s)
	return &selectionBody{Location: address(s.SpaceID, "selections", s.ID), ETag: sdk.ETag(s.Version, view), Body: view}
}

func viewLabel(l *ent.Label, people map[string]sdk.Person) Label {
	v := Label{
		ID: l.ID, SpaceID: l.SpaceID, Kind: string(l.Kind), Name: l.Name, Slug: l.Slug, Manifesto: l.Manifesto,
		Holder: viewPerson(l.HolderID, people), Curators: []Curator{}, CreatedAt: l.CreatedAt,
	}
	for _, c := range l.Edges.Curators {
		v.Curators = append(v.Curators, Curator{Person: viewPerson(c.PersonID, people), Role: string(c.Role)})
	}
	return v
}

func viewSelection(s *ent.Selection) Selection {
	l := s.Edges.Label
	return Selection{
		ID: s.ID, SpaceID: s.SpaceID, Label: Reference{ID: l.ID, Name: l.Name, Slug: l.Slug},
		Title: s.Title, Slug: s.Slug, Text: s.Text, Visibility: string(s.Visibility), State: string(s.State),
		PublishedAt: s.PublishedAt, CreatedAt: s.CreatedAt,
	}
}

func viewPick(p Picked, people map[string]sdk.Person) Pick {
	by := viewPerson(p.SignerID, people)
	by.Name = p.SignerName
	return Pick{
		ID: p.ID, Film: Reference{ID: p.Film.ID, Name: p.Film.Title, Slug: p.Film.Slug},
		Note: p.Note, By: by, From: p.From, Until: p.Until, State: string(p.State),
	}
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
