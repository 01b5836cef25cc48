package directory

import (
	"context"
	"slices"

	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
)

// Holders returns the people whose logins these accounts are, at most 500, by
// the account's id: action person.read. It leaves out whom the actor does not
// get to see, whatever the reason. It takes two queries.
func (d *Directory) Holders(ctx context.Context, accounts []string) (map[string]*ent.Person, error) {
	rows, err := d.store.From(ctx).Account.Query().
		Where(account.IDIn(slices.DeleteFunc(slices.Clone(accounts), noID)...)).
		Select(account.FieldID, account.FieldPersonID).
		All(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.PersonID
	}
	people, err := d.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	holders := make(map[string]*ent.Person, len(rows))
	for _, row := range rows {
		if p := people[row.PersonID]; p != nil {
			holders[row.ID] = p
		}
	}
	return holders, nil
}
