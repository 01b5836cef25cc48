package films

import (
	"context"
	"slices"

	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/film"
)

// Found returns the films that the actor may see: action film.read. Those with
// these ids, at most 500; or, where ids is nil, the first after the id, at most
// limit, by id. It is one query.
func (c *Catalog) Found(ctx context.Context, ids []string, after string, limit int) ([]*ent.Film, error) {
	query := c.store.From(ctx).Film.Query().Where(c.visible(ctx, "film.read")).Order(film.ByID())
	if ids != nil {
		query.Where(film.IDIn(slices.DeleteFunc(slices.Clone(ids), noID)...))
	} else {
		query.Where(film.IDGT(after)).Limit(limit)
	}
	return query.All(ctx)
}
