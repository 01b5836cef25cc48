package films

import (
	"context"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/ent/credit"
	memberships "github.com/labfilms/labfilms/ent/membership"
)

// Companies returns, of these films, those that credit an organisation to which
// the actor belongs today: who judges such a film has a stake in it. It tells
// the actor nothing but about themselves, and so asks no action. It is at most
// two queries.
func (c *Catalog) Companies(ctx context.Context, ids []string) (map[string]bool, error) {
	found := map[string]bool{}
	me := core.ActorFrom(ctx).Person
	if me == "" || len(ids) == 0 {
		return found, nil
	}
	client, today := c.store.From(ctx), c.store.DB().Now().Format(time.DateOnly)
	theirs, err := client.Membership.Query().Where(
		memberships.PersonID(me), memberships.StateEQ(memberships.StateActive),
		memberships.SinceLTE(today), memberships.Or(memberships.Until(""), memberships.UntilGTE(today)),
	).Select(memberships.FieldOrganisationID).Strings(ctx)
	if err != nil || len(theirs) == 0 {
		return found, err
	}
	credited, err := client.Credit.Query().Where(
		credit.FilmIDIn(ids...), credit.OrganisationIDIn(theirs...), credit.StateIn(agreed...),
	).Select(credit.FieldFilmID).Strings(ctx)
	for _, id := range credited {
		found[id] = true
	}
	return found, err
}
