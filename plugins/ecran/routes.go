package ecran

import (
	"context"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// Register registers the operations, each noun's in its own file: there what the
// module remembers becomes what people see.
func (e *Ecran) Register(api huma.API) {
	e.registerLabels(api)
	e.registerSelections(api)
	e.registerInvitations(api)
	e.registerHistory(api)
	e.registerPicks(api)
	e.registerVotes(api)
	e.registerConsents(api)
	e.registerProposals(api)
	e.registerPages(api)
	e.registerPins(api)
	e.registerFeeds(api)
}

// Reference names another thing without showing it whole.
type Reference struct {
	ID   string `json:"id" format:"uuid"`
	Name string `json:"name"`
	Slug string `json:"slug"`
}

func viewFilm(f sdk.Film) Reference { return Reference{ID: f.ID, Name: f.Title, Slug: f.Slug} }

// viewPerson names a person; one who is gone has no name.
func viewPerson(id string, people map[string]sdk.Person) Reference {
	p := people[id]
	return Reference{ID: id, Name: p.Name, Slug: p.Handle}
}

// viewSigner names who signed, under the name of that day.
func viewSigner(id, name string, people map[string]sdk.Person) Reference {
	by := viewPerson(id, people)
	by.Name = name
	return by
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

// countIf counts the whole of a list if that was asked for.
func countIf(ctx context.Context, page sdk.Page, list interface {
	Count(ctx context.Context) (int, error)
},
) (*int, error) {
	if !page.Count {
		return nil, nil
	}
	n, err := list.Count(ctx)
	return &n, err
}
