package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/organisations"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

// Membership is a person's place in an organisation.
type Membership struct {
	ID           string     `json:"id" format:"uuid"`
	Organisation *Reference `json:"organisation,omitempty" doc:"Absent where you may not see it."`
	Person       *Reference `json:"person,omitempty" doc:"Absent where you may not see them."`
	Role         string     `json:"role" enum:"admin,editor,member" doc:"An admin decides and invites, an editor writes, a member belongs."`
	Title        string     `json:"title" doc:"What they are there: présidente."`
	State        string     `json:"state" enum:"invited,active,declined,cancelled,ended"`
	Shown        bool       `json:"shown" doc:"The member lets everybody see it."`
	Since        string     `json:"since" doc:"A day, 2024-09-01; empty where nobody said."`
	Until        string     `json:"until" doc:"The last day; empty while it lasts."`
	CreatedAt    time.Time  `json:"created_at"`
}

// MembershipPath is the path of a membership. It is exported because Huma passes
// over embedded structs that are not.
type MembershipPath struct {
	OrganisationPath
	Membership string `path:"membership" maxLength:"36" doc:"The membership's id."`
}

type membershipBody struct {
	ETag string `header:"ETag"`
	Body Membership
}

func (a *API) registerMemberships() {
	tags := []string{"Organisations"}
	const path = "/v1/organisations/{organisation}/memberships"
	huma.Register(a.core, huma.Operation{
		OperationID: "list-memberships", Method: http.MethodGet, Path: path, Tags: tags,
		Summary:     "List who belongs to an organisation",
		Description: "Its own people see all, everybody else those who show it.",
		Extensions:  rest.Permission("membership.read"),
	}, a.listMemberships)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-my-memberships", Method: http.MethodGet, Path: "/v1/me/memberships", Tags: []string{"Me"},
		Summary:     "List where I belong",
		Description: "Also the invitations that wait for an answer.",
		Extensions:  rest.Permission("membership.read"),
	}, a.listMyMemberships)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-person-memberships", Method: http.MethodGet, Path: "/v1/people/{person}/memberships", Tags: []string{"People"},
		Summary:     "List where somebody belongs",
		Description: "What they show; for themselves all.",
		Extensions:  rest.Permission("membership.read"),
	}, a.listPersonMemberships)
	huma.Register(a.core, huma.Operation{
		OperationID: "invite-member", Method: http.MethodPost, Path: path, Tags: tags,
		Summary: "Invite somebody", DefaultStatus: http.StatusCreated,
		Description: "They belong to the organisation once they accept.",
		Extensions:  rest.Permission("membership.invite"),
	}, a.inviteMember)
	huma.Register(a.core, huma.Operation{
		OperationID: "get-membership", Method: http.MethodGet, Path: path + "/{membership}", Tags: tags,
		Summary:    "Read a membership",
		Extensions: rest.Permission("membership.read"),
	}, a.getMembership)
	huma.Register(a.core, huma.Operation{
		OperationID: "change-membership", Method: http.MethodPatch, Path: path + "/{membership}", Tags: tags,
		Summary:     "Change what somebody is in an organisation",
		Description: "A merge patch. The last administrator stays one.",
		Extensions:  rest.Permission("membership.update"),
	}, a.changeMembership)
	huma.Register(a.core, huma.Operation{
		OperationID: "end-membership", Method: http.MethodPost, Path: path + "/{membership}/end", Tags: tags,
		Summary:     "End a membership",
		Description: "One's own, to leave, or another's. The last administrator stays.",
		Extensions:  rest.Permission("membership.end"),
	}, a.endMembership)
	for _, move := range []struct {
		id, path, action, summary string
		do                        func(ctx context.Context, organisation, membership string) (*ent.Membership, error)
	}{
		{"accept-membership", "accept", "membership.accept", "Accept an invitation", a.organisations.Accept},
		{"decline-membership", "decline", "membership.decline", "Decline an invitation", a.organisations.Decline},
		{"cancel-membership", "cancel", "membership.cancel", "Take an invitation back", a.organisations.Cancel},
		{"show-membership", "show", "membership.show", "Let everybody see that I belong to an organisation", a.shown(true)},
		{"hide-membership", "hide", "membership.show", "Let only the organisation's people see that I belong to it", a.shown(false)},
	} {
		huma.Register(a.core, huma.Operation{
			OperationID: move.id, Method: http.MethodPost, Path: path + "/{membership}/" + move.path, Tags: tags,
			Summary:    move.summary,
			Extensions: rest.Permission(move.action),
		}, func(ctx context.Context, in *MembershipPath) (*membershipBody, error) {
			moved, err := move.do(ctx, in.Organisation, in.Membership)
			if err != nil {
				return nil, err
			}
			return a.membership(ctx, moved)
		})
	}
}

func (a *API) endMembership(ctx context.Context, in *struct {
	MembershipPath
	Body *struct {
		Until string `json:"until,omitempty" maxLength:"10" doc:"The last day, no later than today, which it is where you name none."`
	}
},
) (*membershipBody, error) {
	until := ""
	if in.Body != nil {
		until = in.Body.Until
	}
	ended, err := a.organisations.End(ctx, in.Organisation, in.Membership, until)
	if err != nil {
		return nil, err
	}
	return a.membership(ctx, ended)
}

func (a *API) shown(shown bool) func(ctx context.Context, organisation, membership string) (*ent.Membership, error) {
	return func(ctx context.Context, organisation, membership string) (*ent.Membership, error) {
		return a.organisations.Show(ctx, organisation, membership, shown)
	}
}

func (a *API) listMemberships(ctx context.Context, in *struct {
	OrganisationPath
	rest.ListParams
	State string `query:"state" enum:"invited,active,declined,cancelled,ended"`
},
) (*struct{ Body rest.ListBody[Membership] }, error) {
	return a.memberships(ctx, in.ListParams, filtersOf("organisation", in.Organisation, "state", in.State), func(page core.Page) (core.List[*ent.Membership], error) {
		return a.organisations.Memberships(ctx, in.Organisation, in.State, page)
	})
}

func (a *API) listMyMemberships(ctx context.Context, in *struct{ rest.ListParams }) (*struct{ Body rest.ListBody[Membership] }, error) {
	me := core.ActorFrom(ctx).Person
	if me == "" {
		return nil, core.ErrUnauthenticated
	}
	return a.memberships(ctx, in.ListParams, filtersOf("mine", true), func(page core.Page) (core.List[*ent.Membership], error) {
		return a.organisations.MembershipsOf(ctx, me, page)
	})
}

func (a *API) listPersonMemberships(ctx context.Context, in *struct {
	PersonPath
	rest.ListParams
},
) (*struct{ Body rest.ListBody[Membership] }, error) {
	person, err := a.directory.Person(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return a.memberships(ctx, in.ListParams, filtersOf("person", person.ID), func(page core.Page) (core.List[*ent.Membership], error) {
		return a.organisations.MembershipsOf(ctx, person.ID, page)
	})
}

// memberships answers with a list of memberships in the order in which they
// began.
func (a *API) memberships(ctx context.Context, params rest.ListParams, filters string, read func(core.Page) (core.List[*ent.Membership], error)) (*struct{ Body rest.ListBody[Membership] }, error) {
	page, err := a.cursors.Open(params, "created_at", filters)
	if err != nil {
		return nil, err
	}
	list, err := read(page)
	if err != nil {
		return nil, err
	}
	views, err := a.viewMemberships(ctx, list.Items)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Membership] }{}
	out.Body = rest.ListOf(list, a.cursors, "created_at", filters, func(m *ent.Membership) Membership { return views[m.ID] })
	return out, nil
}

func (a *API) inviteMember(ctx context.Context, in *struct {
	OrganisationPath
	Body struct {
		Person string `json:"person" minLength:"1" maxLength:"36" doc:"Id of a person with an account."`
		Role   string `json:"role" enum:"admin,editor,member"`
		Title  string `json:"title,omitempty" maxLength:"120"`
		Since  string `json:"since,omitempty" maxLength:"10" doc:"A day: 2024-09-01."`
	}
},
) (*struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Membership
}, error,
) {
	made, err := a.organisations.Invite(ctx, in.Organisation, organisations.NewMembership{
		Person: in.Body.Person, Role: in.Body.Role, Title: in.Body.Title, Since: in.Body.Since,
	})
	if err != nil {
		return nil, err
	}
	body, err := a.membership(ctx, made)
	if err != nil {
		return nil, err
	}
	return &struct {
		Location string `header:"Location"`
		ETag     string `header:"ETag"`
		Body     Membership
	}{"/v1/organisations/" + in.Organisation + "/memberships/" + made.ID, body.ETag, body.Body}, nil
}

func (a *API) getMembership(ctx context.Context, in *struct {
	MembershipPath
	rest.IfNoneMatch
},
) (*membershipBody, error) {
	found, err := a.organisations.Membership(ctx, in.Organisation, in.Membership)
	if err != nil {
		return nil, err
	}
	body, err := a.membership(ctx, found)
	if err != nil {
		return nil, err
	}
	return body, in.Changed(body.ETag)
}

func (a *API) changeMembership(ctx context.Context, in *struct {
	MembershipPath
	rest.IfMatch
	Body struct {
		Role  rest.Opt[string] `json:"role,omitempty" enum:"admin,editor,member"`
		Title rest.Opt[string] `json:"title,omitempty" maxLength:"120"`
		Since rest.Opt[string] `json:"since,omitempty" maxLength:"10"`
		Until rest.Opt[string] `json:"until,omitempty" maxLength:"10"`
	}
},
) (*membershipBody, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	changed, err := a.organisations.ChangeMembership(ctx, in.Organisation, in.Membership, version, organisations.MembershipChange{
		Role: in.Body.Role, Title: in.Body.Title, Since: in.Body.Since, Until: in.Body.Until,
	})
	if err != nil {
		return nil, err
	}
	return a.membership(ctx, changed)
}

func (a *API) membership(ctx context.Context, m *ent.Membership) (*membershipBody, error) {
	views, err := a.viewMemberships(ctx, []*ent.Membership{m})
	if err != nil {
		return nil, err
	}
	view := views[m.ID]
	return &membershipBody{ETag: rest.ETag(m.Version, view), Body: view}, nil
}

// viewMemberships returns memberships as the asker sees them, by id, in a
// constant number of queries.
func (a *API) viewMemberships(ctx context.Context, memberships []*ent.Membership) (map[string]Membership, error) {
	var people, homes []string
	for _, m := range memberships {
		people, homes = append(people, m.PersonID), append(homes, m.OrganisationID)
	}
	persons, err := a.directory.Get(ctx, people)
	if err != nil {
		return nil, err
	}
	found, err := a.organisations.Get(ctx, homes)
	if err != nil {
		return nil, err
	}
	views := make(map[string]Membership, len(memberships))
	for _, m := range memberships {
		view := Membership{
			ID: m.ID, Role: string(m.Role), Title: m.Title, State: string(m.State), Shown: m.Shown,
			Since: m.Since, Until: m.Until, CreatedAt: m.CreatedAt,
		}
		if p := persons[m.PersonID]; p != nil {
			view.Person = personReference(p)
		}
		if o := found[m.OrganisationID]; o != nil {
			view.Organisation = &Reference{ID: o.ID, Name: o.Name, Slug: o.Slug}
		}
		views[m.ID] = view
	}
	return views, nil
}
