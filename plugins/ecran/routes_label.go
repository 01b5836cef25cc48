package ecran

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/sdk"
)

func (e *Ecran) registerLabels(api huma.API) {
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

// LabelPath names a label in a path. It is exported, as its like below, for
// Huma to see what is embedded.
type LabelPath struct {
	Label string `path:"label" maxLength:"36" doc:"The label's id."`
}

type labelBody struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Label
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

func (e *Ecran) label(ctx context.Context, l *ent.Label) (*labelBody, error) {
	people, err := e.peopleOf(ctx, l)
	if err != nil {
		return nil, err
	}
	view := viewLabel(l, people, sdk.Now(ctx))
	return &labelBody{Location: address(l.SpaceID, "labels", l.ID), ETag: sdk.ETag(l.Version, view), Body: view}, nil
}

func viewLabel(l *ent.Label, people map[string]sdk.Person, now time.Time) Label {
	v := Label{
		ID: l.ID, SpaceID: l.SpaceID, Kind: string(l.Kind), Name: l.Name, Slug: l.Slug, Manifesto: l.Manifesto,
		Holder: viewPerson(l.HolderID, people), Curators: []Curator{}, CreatedAt: l.CreatedAt,
		Rules: rulesOf(l),
		State: string(l.State), Dormant: l.State == label.StateActive && l.ActedAt.AddDate(1, 0, 0).Before(now),
	}
	for _, c := range l.Edges.Curators {
		v.Curators = append(v.Curators, Curator{Person: viewPerson(c.PersonID, people), Role: string(c.Role)})
	}
	return v
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
