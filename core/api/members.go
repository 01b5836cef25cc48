package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

// FilmMember is somebody who makes a film on the platform.
type FilmMember struct {
	ID        string     `json:"id" format:"uuid"`
	Person    *Reference `json:"person,omitempty" doc:"Absent where you may not see them."`
	Role      string     `json:"role" enum:"owner,editor,crew" doc:"An owner decides, an editor also writes, the crew also reads."`
	CreatedAt time.Time  `json:"created_at"`
}

// FilmMemberPath is the path of a member of a film. It is exported because Huma
// passes over embedded structs that are not.
type FilmMemberPath struct {
	FilmPath
	Member string `path:"member" maxLength:"36" doc:"The member's id."`
}

func (a *API) registerMembers() {
	tags := []string{"Films"}
	const path = "/v1/films/{film}/members"
	huma.Register(a.core, huma.Operation{
		OperationID: "list-film-members", Method: http.MethodGet, Path: path, Tags: tags,
		Summary:     "List who makes a film",
		Description: "For those who do. The public reads the titles: /v1/films/{film}/credits.",
		Extensions:  rest.Permission("film_member.read"),
	}, a.listFilmMembers)
	huma.Register(a.core, huma.Operation{
		OperationID: "add-film-member", Method: http.MethodPost, Path: path, Tags: tags,
		Summary: "Take somebody on", DefaultStatus: http.StatusCreated,
		Description: "As an editor or of the crew. Another owner has to accept: see the transfers.",
		Extensions:  rest.Permission("film_member.add"),
	}, a.addFilmMember)
	huma.Register(a.core, huma.Operation{
		OperationID: "change-film-member", Method: http.MethodPut, Path: path + "/{member}/role", Tags: tags,
		Summary:    "Say what somebody is in a film",
		Extensions: rest.Permission("film_member.update"),
	}, a.changeFilmMember)
	huma.Register(a.core, huma.Operation{
		OperationID: "remove-film-member", Method: http.MethodDelete, Path: path + "/{member}", Tags: tags,
		Summary: "Let somebody go, or leave", DefaultStatus: http.StatusNoContent,
		Description: "What the titles say stays. The last owner stays.",
		Extensions:  rest.Permission("film_member.remove"),
	}, a.removeFilmMember)
}

func (a *API) listFilmMembers(ctx context.Context, in *struct {
	FilmPath
	rest.ListParams
},
) (*struct{ Body rest.ListBody[FilmMember] }, error) {
	filters := filtersOf("film", in.Film)
	page, err := a.cursors.Open(in.ListParams, "created_at", filters)
	if err != nil {
		return nil, err
	}
	list, err := a.films.Members(ctx, in.Film, page)
	if err != nil {
		return nil, err
	}
	views, err := a.viewFilmMembers(ctx, list.Items)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[FilmMember] }{}
	out.Body = rest.ListOf(list, a.cursors, "created_at", filters, func(m *ent.FilmMember) FilmMember { return views[m.ID] })
	return out, nil
}

func (a *API) addFilmMember(ctx context.Context, in *struct {
	FilmPath
	Body struct {
		Person string `json:"person" minLength:"1" maxLength:"36" doc:"Id of a person with an account."`
		Role   string `json:"role" enum:"editor,crew"`
	}
},
) (*struct {
	Location string `header:"Location"`
	Body     FilmMember
}, error,
) {
	made, err := a.films.AddMember(ctx, in.Film, in.Body.Person, in.Body.Role)
	if err != nil {
		return nil, err
	}
	views, err := a.viewFilmMembers(ctx, []*ent.FilmMember{made})
	if err != nil {
		return nil, err
	}
	return &struct {
		Location string `header:"Location"`
		Body     FilmMember
	}{"/v1/films/" + in.Film + "/members/" + made.ID, views[made.ID]}, nil
}

func (a *API) changeFilmMember(ctx context.Context, in *struct {
	FilmMemberPath
	Body struct {
		Role string `json:"role" enum:"editor,crew"`
	}
},
) (*struct{ Body FilmMember }, error) {
	changed, err := a.films.ChangeMember(ctx, in.Film, in.Member, in.Body.Role)
	if err != nil {
		return nil, err
	}
	views, err := a.viewFilmMembers(ctx, []*ent.FilmMember{changed})
	if err != nil {
		return nil, err
	}
	return &struct{ Body FilmMember }{views[changed.ID]}, nil
}

func (a *API) removeFilmMember(ctx context.Context, in *FilmMemberPath) (*struct{}, error) {
	return nil, a.films.RemoveMember(ctx, in.Film, in.Member)
}

// membersOf returns the first fifty members of each of the films, by film.
func (a *API) membersOf(ctx context.Context, ids []string) (map[string][]FilmMember, error) {
	found, err := a.films.MembersOf(ctx, ids, 50)
	if err != nil {
		return nil, err
	}
	views, err := a.viewFilmMembers(ctx, slices.Concat(slices.Collect(maps.Values(found))...))
	if err != nil {
		return nil, err
	}
	all := make(map[string][]FilmMember, len(found))
	for film, members := range found {
		for _, m := range members {
			all[film] = append(all[film], views[m.ID])
		}
	}
	return all, nil
}

// viewFilmMembers returns members as the asker sees them, by id, in a constant
// number of queries.
func (a *API) viewFilmMembers(ctx context.Context, members []*ent.FilmMember) (map[string]FilmMember, error) {
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.PersonID
	}
	people, err := a.seen(ctx, ids)
	if err != nil {
		return nil, err
	}
	views := make(map[string]FilmMember, len(members))
	for _, m := range members {
		view := FilmMember{ID: m.ID, Role: string(m.Role), CreatedAt: m.CreatedAt}
		if p := people[m.PersonID]; p != nil {
			view.Person = personReference(p)
		}
		views[m.ID] = view
	}
	return views, nil
}

// seen returns those of the people whom the asker sees, by id. It runs one query
// for each five hundred of them.
func (a *API) seen(ctx context.Context, ids []string) (map[string]*ent.Person, error) {
	people := make(map[string]*ent.Person, len(ids))
	for ids := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(ids))), 500) {
		found, err := a.directory.Get(ctx, ids)
		if err != nil {
			return nil, err
		}
		maps.Copy(people, found)
	}
	return people, nil
}
