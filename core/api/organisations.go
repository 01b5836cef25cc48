package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/organisations"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// Organisation is a company, an association, a school, a festival.
type Organisation struct {
	ID          string               `json:"id" format:"uuid"`
	Kind        string               `json:"kind" enum:"association,production,provider,institution,school,cinema,festival,collective"`
	Name        string               `json:"name"`
	Slug        string               `json:"slug"`
	LegalName   string               `json:"legal_name"`
	Description string               `json:"description" doc:"Markdown, as they wrote it: render it without HTML."`
	Siren       string               `json:"siren"`
	Siret       string               `json:"siret"`
	RNA         string               `json:"rna"`
	NAF         string               `json:"naf"`
	IDCC        string               `json:"idcc" doc:"Of the collective agreement: 3097."`
	Commune     *Division            `json:"commune,omitempty"`
	Website     string               `json:"website"`
	State       string               `json:"state" enum:"active,closed"`
	Space       Reference            `json:"space" doc:"The organisation's home."`
	Expanded    *OrganisationExpands `json:"expanded,omitempty" doc:"What expand asked for."`
	CreatedAt   time.Time            `json:"created_at"`
	UpdatedAt   time.Time            `json:"updated_at"`
}

// OrganisationExpands are the things beside an organisation that expand can ask
// for.
type OrganisationExpands struct {
	Space   *Space               `json:"space,omitempty"`
	Members []OrganisationMember `json:"members,omitempty" nullable:"false" doc:"Those who show that they belong to it."`
}

// OrganisationMember is somebody who belongs to an organisation.
type OrganisationMember struct {
	Person Reference `json:"person"`
	Role   string    `json:"role" enum:"admin,editor,member"`
	Title  string    `json:"title"`
}

// OrganisationPath is the path of an organisation. It is exported because Huma
// passes over embedded structs that are not.
type OrganisationPath struct {
	Organisation string `path:"organisation" maxLength:"36" doc:"The organisation's id."`
}

// OrganisationExpand is what a reader of organisations wants beside them.
type OrganisationExpand struct {
	Expand []string `query:"expand" enum:"space,members" maxItems:"2" uniqueItems:"true" doc:"Also answer these, in expanded."`
}

func (a *API) registerOrganisations() {
	tags := []string{"Organisations"}
	huma.Register(a.core, huma.Operation{
		OperationID: "list-organisations", Method: http.MethodGet, Path: "/v1/organisations", Tags: tags,
		Summary:    "List organisations",
		Extensions: rest.Permission("organisation.read"),
	}, a.listOrganisations)
	huma.Register(a.core, huma.Operation{
		OperationID: "make-organisation", Method: http.MethodPost, Path: "/v1/organisations", Tags: tags,
		Summary: "Make an organisation", DefaultStatus: http.StatusCreated,
		Description: "You are its first administrator.",
		Extensions:  rest.Permission("organisation.create"),
	}, a.makeOrganisation)
	huma.Register(a.core, huma.Operation{
		OperationID: "get-organisation", Method: http.MethodGet, Path: "/v1/organisations/{organisation}", Tags: tags,
		Summary:    "Read an organisation",
		Extensions: rest.Permission("organisation.read"),
	}, a.getOrganisation)
	huma.Register(a.core, huma.Operation{
		OperationID: "change-organisation", Method: http.MethodPatch, Path: "/v1/organisations/{organisation}", Tags: tags,
		Summary:     "Change an organisation",
		Description: "A merge patch: what is absent stays, null clears. A SIRET brings its SIREN along where there is none.",
		Extensions:  rest.Permission("organisation.update"),
	}, a.changeOrganisation)
	huma.Register(a.core, huma.Operation{
		OperationID: "close-organisation", Method: http.MethodPost, Path: "/v1/organisations/{organisation}/close", Tags: tags,
		Summary:     "Close an organisation",
		Description: "It is in no list any more and takes nobody in. Films go on naming it.",
		Extensions:  rest.Permission("organisation.close"),
	}, a.closeOrganisation)
	huma.Register(a.core, huma.Operation{
		OperationID: "reopen-organisation", Method: http.MethodPost, Path: "/v1/organisations/{organisation}/reopen", Tags: tags,
		Summary:    "Reopen an organisation",
		Extensions: rest.Permission("organisation.close"),
	}, a.reopenOrganisation)
}

func (a *API) listOrganisations(ctx context.Context, in *struct {
	rest.ListParams
	OrganisationExpand
	Sort  string `query:"sort" enum:"name,-name,created_at,-created_at" default:"name"`
	Space string `query:"space" maxLength:"64" doc:"Id or slug of a space; the whole network where it is absent."`
	Scope string `query:"scope" enum:"here,subtree" default:"subtree"`
	Kind  string `query:"kind" enum:"association,production,provider,institution,school,cinema,festival,collective"`
	State string `query:"state" enum:"active,closed" default:"active" doc:"The closed are listed for who moderates there."`
},
) (*struct{ Body rest.ListBody[Organisation] }, error) {
	filters := filtersOf("space", in.Space, "scope", in.Scope, "kind", in.Kind, "state", in.State)
	page, err := a.cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	space, err := a.space(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	list, err := a.organisations.List(ctx, organisations.Filter{
		Scope: spaces.Scope(space, in.Scope == "subtree"), Kind: in.Kind, State: in.State,
	}, page)
	if err != nil {
		return nil, err
	}
	views, err := a.viewOrganisations(ctx, list.Items, in.Expand)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Organisation] }{}
	out.Body = rest.ListOf(list, a.cursors, in.Sort, filters, func(o *ent.Organisation) Organisation { return views[o.ID] })
	return out, nil
}

type organisationBody struct {
	ETag string `header:"ETag"`
	Body Organisation
}

func (a *API) makeOrganisation(ctx context.Context, in *struct {
	Body struct {
		Space       string `json:"space" minLength:"1" maxLength:"64" doc:"Id or slug of the organisation's home."`
		Kind        string `json:"kind" enum:"association,production,provider,institution,school,cinema,festival,collective"`
		Name        string `json:"name" minLength:"1" maxLength:"160"`
		LegalName   string `json:"legal_name,omitempty" maxLength:"200"`
		Description string `json:"description,omitempty" maxLength:"4000" doc:"Markdown."`
		Siren       string `json:"siren,omitempty" maxLength:"20"`
		Siret       string `json:"siret,omitempty" maxLength:"30"`
		RNA         string `json:"rna,omitempty" maxLength:"20"`
		NAF         string `json:"naf,omitempty" maxLength:"10"`
		IDCC        string `json:"idcc,omitempty" maxLength:"8"`
		Commune     string `json:"commune,omitempty" maxLength:"5" doc:"INSEE code."`
		Website     string `json:"website,omitempty" maxLength:"500"`
	}
},
) (*struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Organisation
}, error,
) {
	space, err := a.space(ctx, in.Body.Space)
	if err != nil {
		return nil, err
	}
	b := in.Body
	made, err := a.organisations.Make(ctx, organisations.NewOrganisation{
		Place: spaces.Place(space), Kind: b.Kind, Name: b.Name, LegalName: b.LegalName, Description: b.Description,
		Siren: b.Siren, Siret: b.Siret, RNA: b.RNA, NAF: b.NAF, IDCC: b.IDCC, Commune: b.Commune, Website: b.Website,
	})
	if err != nil {
		return nil, err
	}
	body, err := a.organisation(ctx, made, nil)
	if err != nil {
		return nil, err
	}
	return &struct {
		Location string `header:"Location"`
		ETag     string `header:"ETag"`
		Body     Organisation
	}{"/v1/organisations/" + made.ID, body.ETag, body.Body}, nil
}

func (a *API) getOrganisation(ctx context.Context, in *struct {
	OrganisationPath
	OrganisationExpand
	rest.IfNoneMatch
},
) (*organisationBody, error) {
	found, err := a.organisations.Organisation(ctx, in.Organisation)
	if err != nil {
		return nil, err
	}
	body, err := a.organisation(ctx, found, in.Expand)
	if err != nil {
		return nil, err
	}
	return body, in.Changed(body.ETag)
}

func (a *API) changeOrganisation(ctx context.Context, in *struct {
	OrganisationPath
	rest.IfMatch
	Body struct {
		Kind        rest.Opt[string] `json:"kind,omitempty" enum:"association,production,provider,institution,school,cinema,festival,collective"`
		Name        rest.Opt[string] `json:"name,omitempty" minLength:"1" maxLength:"160"`
		LegalName   rest.Opt[string] `json:"legal_name,omitempty" maxLength:"200"`
		Description rest.Opt[string] `json:"description,omitempty" maxLength:"4000"`
		Siren       rest.Opt[string] `json:"siren,omitempty" maxLength:"20"`
		Siret       rest.Opt[string] `json:"siret,omitempty" maxLength:"30"`
		RNA         rest.Opt[string] `json:"rna,omitempty" maxLength:"20"`
		NAF         rest.Opt[string] `json:"naf,omitempty" maxLength:"10"`
		IDCC        rest.Opt[string] `json:"idcc,omitempty" maxLength:"8"`
		Commune     rest.Opt[string] `json:"commune,omitempty" maxLength:"5"`
		Website     rest.Opt[string] `json:"website,omitempty" maxLength:"500"`
	}
},
) (*organisationBody, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	b := in.Body
	changed, err := a.organisations.Change(ctx, in.Organisation, version, organisations.Change{
		Kind: b.Kind, Name: b.Name, LegalName: b.LegalName, Description: b.Description,
		Siren: b.Siren, Siret: b.Siret, RNA: b.RNA, NAF: b.NAF, IDCC: b.IDCC, Commune: b.Commune, Website: b.Website,
	})
	if err != nil {
		return nil, err
	}
	return a.organisation(ctx, changed, nil)
}

type closeOrganisationInput struct {
	OrganisationPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"For the audit."`
	}
}

func (a *API) closeOrganisation(ctx context.Context, in *closeOrganisationInput) (*organisationBody, error) {
	closed, err := a.organisations.Close(ctx, in.Organisation, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return a.organisation(ctx, closed, nil)
}

func (a *API) reopenOrganisation(ctx context.Context, in *closeOrganisationInput) (*organisationBody, error) {
	reopened, err := a.organisations.Reopen(ctx, in.Organisation, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return a.organisation(ctx, reopened, nil)
}

func (a *API) organisation(ctx context.Context, o *ent.Organisation, expand []string) (*organisationBody, error) {
	views, err := a.viewOrganisations(ctx, []*ent.Organisation{o}, expand)
	if err != nil {
		return nil, err
	}
	view := views[o.ID]
	return &organisationBody{ETag: rest.ETag(o.Version, view), Body: view}, nil
}

// viewOrganisations returns organisations as the asker sees them, by id, in a
// constant number of queries.
func (a *API) viewOrganisations(ctx context.Context, all []*ent.Organisation, expand []string) (map[string]Organisation, error) {
	homes, err := homesOf(ctx, a.spaces, all, func(o *ent.Organisation) string { return o.SpaceID })
	if err != nil {
		return nil, err
	}
	ids, spaceIDs := make([]string, len(all)), make([]string, len(all))
	expands := map[string]*OrganisationExpands{}
	for i, o := range all {
		ids[i], spaceIDs[i] = o.ID, o.SpaceID
		if len(expand) > 0 {
			expands[o.ID] = &OrganisationExpands{}
		}
	}
	for _, what := range expand {
		switch what {
		case "space":
			found, err := a.spaces.ByID(ctx, spaceIDs)
			if err != nil {
				return nil, err
			}
			for _, o := range all {
				if home := found[o.SpaceID]; home != nil {
					view := viewSpace(home)
					expands[o.ID].Space = &view
				}
			}
		case "members":
			found, err := a.organisations.MembersOf(ctx, ids)
			if err != nil {
				return nil, err
			}
			for id, memberships := range found {
				for _, m := range memberships {
					expands[id].Members = append(expands[id].Members, OrganisationMember{
						Person: *personReference(m.Edges.Person), Role: string(m.Role), Title: m.Title,
					})
				}
			}
		}
	}
	views := make(map[string]Organisation, len(all))
	for _, o := range all {
		view := Organisation{
			ID: o.ID, Kind: string(o.Kind), Name: o.Name, Slug: o.Slug, LegalName: o.LegalName, Description: o.Description,
			Siren: o.Siren, Siret: o.Siret, RNA: o.Rna, NAF: o.Naf, IDCC: o.Idcc, Website: o.Website, State: string(o.State),
			Space: homes[o.SpaceID], Expanded: expands[o.ID], CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
		}
		if c, ok := communes.Get(o.Commune); ok {
			view.Commune = &Division{c.Code, c.Name}
		}
		views[o.ID] = view
	}
	return views, nil
}
