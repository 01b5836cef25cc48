package directory

import (
	"context"
	"slices"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/person"
)

// Found returns people with an account, with their crafts, as lists have them:
// action person.read. Those with these ids, at most 500; or, where ids is nil,
// the first after the id, at most limit, by id. It is two queries.
func (d *Directory) Found(ctx context.Context, ids []string, after string, limit int) ([]*ent.Person, error) {
	if !d.gate.Lists(ctx, "person.read", "").Always() {
		return nil, core.ErrDenied
	}
	query := d.store.From(ctx).Person.Query().Where(listed, person.Listed(true)).WithCrafts(inOrder).Order(person.ByID())
	if ids != nil {
		query.Where(person.IDIn(slices.DeleteFunc(slices.Clone(ids), noID)...))
	} else {
		query.Where(person.IDGT(after)).Limit(limit)
	}
	return query.All(ctx)
}

// Suspended returns the ids of the people who are suspended, at most limit. It
// tells nobody anything: it is for the platform, to leave their things out.
func (d *Directory) Suspended(ctx context.Context, limit int) ([]string, error) {
	return d.store.From(ctx).Person.Query().Where(person.Suspended(true)).Limit(limit).IDs(ctx)
}
