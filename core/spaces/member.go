package spaces

import (
	"context"

	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/grant"
	"github.com/labfilms/labfilms/ent/space"
)

// Members returns which of these people have a role at the space, or above it,
// that holds now. Of a space that is not there nobody has. It asks no action: it
// is for modules, which show it to nobody. It is at most two queries.
func (s *Spaces) Members(ctx context.Context, spaceID string, people []string) (map[string]bool, error) {
	members := make(map[string]bool, len(people))
	if spaceID == "" || len(people) == 0 {
		return members, nil
	}
	client := s.store.From(ctx)
	at, err := client.Space.Query().Where(space.ID(spaceID)).Only(ctx)
	if ent.IsNotFound(err) {
		return members, nil
	}
	if err != nil {
		return nil, err
	}
	grants, err := client.Grant.Query().Where(
		grant.PathIn(above(at.Path)...), holds(s.store.DB().Now()), grant.HasAccountWith(account.PersonIDIn(people...)),
	).WithAccount().All(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		members[g.Edges.Account.PersonID] = true
	}
	return members, nil
}

// above returns the path and those of the spaces above it: of "/fr/bretagne/" also
// "/fr/".
func above(path string) []string {
	var paths []string
	for i := range path {
		if i > 0 && path[i] == '/' {
			paths = append(paths, path[:i+1])
		}
	}
	return paths
}
