package films

import (
	"context"
	"maps"
	"slices"

	"github.com/labfilms/labfilms/ent/credit"
	"github.com/labfilms/labfilms/ent/filmmember"
)

// Families returns who stands behind these films, which the actor sees, by
// film: the ids of who answers for each, of those who are credited with
// directing it, and of the people and organisations credited with producing it.
// Films that share one are of one family. It is one query.
func (c *Catalog) Families(ctx context.Context, films map[string]Seen) (map[string][]string, error) {
	behind := make(map[string][]string, len(films))
	if len(films) == 0 {
		return behind, nil
	}
	for id, f := range films {
		behind[id] = []string{f.OwnerID}
	}
	rows, err := c.store.From(ctx).Credit.Query().Where(
		credit.FilmIDIn(slices.Sorted(maps.Keys(films))...), credit.StateIn(agreed...),
		credit.CraftIn("REA-REA", "PRO-PRO", "PRO-DEL"),
	).Order(credit.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		for _, id := range []*string{row.PersonID, row.OrganisationID} {
			if id != nil && !slices.Contains(behind[row.FilmID], *id) {
				behind[row.FilmID] = append(behind[row.FilmID], *id)
			}
		}
	}
	return behind, nil
}

// Parts returns who of these people has a part in these films, which the actor
// sees, by film: who owns or edits it, or is credited in it and has agreed. It is
// two queries, and none where nobody is named.
func (c *Catalog) Parts(ctx context.Context, films map[string]Seen, people []string) (map[string][]string, error) {
	found := map[string][]string{}
	people = slices.DeleteFunc(slices.Clone(people), noID)
	if len(films) == 0 || len(people) == 0 {
		return found, nil
	}
	client, ids := c.store.From(ctx), slices.Sorted(maps.Keys(films))
	members, err := client.FilmMember.Query().Where(filmmember.FilmIDIn(ids...), filmmember.PersonIDIn(people...)).
		Order(filmmember.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	credits, err := client.Credit.Query().Where(credit.FilmIDIn(ids...), credit.PersonIDIn(people...), credit.StateIn(agreed...)).
		Order(credit.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	add := func(film, person string) {
		if !slices.Contains(found[film], person) {
			found[film] = append(found[film], person)
		}
	}
	for _, row := range members {
		add(row.FilmID, row.PersonID)
	}
	for _, row := range credits {
		add(row.FilmID, *row.PersonID)
	}
	return found, nil
}
