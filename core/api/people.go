package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// Person is a public profile.
type Person struct {
	ID        string    `json:"id" format:"uuid"`
	Handle    string    `json:"handle"`
	Name      string    `json:"name"`
	Space     Reference `json:"space" doc:"The person's home."`
	CreatedAt time.Time `json:"created_at"`
}

func (a *API) registerPeople() {
	tags := []string{"People"}
	huma.Register(a.core, huma.Operation{
		OperationID: "list-people", Method: http.MethodGet, Path: "/v1/people", Tags: tags,
		Summary:    "List people",
		Extensions: rest.Permission("person.read"),
	}, a.listPeople)
	huma.Register(a.core, huma.Operation{
		OperationID: "get-person", Method: http.MethodGet, Path: "/v1/people/{person}", Tags: tags,
		Summary:    "Read a person's profile",
		Extensions: rest.Permission("person.read"),
	}, a.getPerson)
}

type listPeopleInput struct {
	rest.ListParams
	Sort  string `query:"sort" enum:"name,-name,created_at,-created_at" default:"name"`
	Space string `query:"space" maxLength:"64" doc:"Id or slug of a space; the whole network where it is absent."`
	Scope string `query:"scope" enum:"here,subtree" default:"subtree"`
}

func (a *API) listPeople(ctx context.Context, in *listPeopleInput) (*struct{ Body rest.ListBody[Person] }, error) {
	filters := filtersOf("space", in.Space, "scope", in.Scope)
	page, err := a.cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	space, err := a.space(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	list, err := a.directory.People(ctx, spaces.Scope(space, in.Scope == "subtree"), page)
	if err != nil {
		return nil, err
	}
	homes, err := homesOf(ctx, a.spaces, list.Items, func(p *ent.Person) string { return p.SpaceID })
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Person] }{}
	out.Body = rest.ListOf(list, a.cursors, in.Sort, filters, func(p *ent.Person) Person { return viewPerson(p, homes) })
	return out, nil
}

func (a *API) getPerson(ctx context.Context, in *struct {
	Person string `path:"person" maxLength:"64" doc:"The person's id or handle."`
},
) (*struct{ Body Person }, error) {
	person, err := a.directory.Person(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	homes, err := homesOf(ctx, a.spaces, []*ent.Person{person}, func(p *ent.Person) string { return p.SpaceID })
	if err != nil {
		return nil, err
	}
	return &struct{ Body Person }{viewPerson(person, homes)}, nil
}

func viewPerson(p *ent.Person, homes map[string]Reference) Person {
	return Person{ID: p.ID, Handle: p.Handle, Name: p.Name, Space: homes[p.SpaceID], CreatedAt: p.CreatedAt}
}
