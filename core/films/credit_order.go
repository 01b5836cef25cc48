package films

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/credit"
)

// OrderCredits puts these credits first in the titles of a film, in this order;
// the others follow in theirs: action credit.update. It returns ErrUnknown,
// [core.ErrDenied], or [core.ErrInvalid] with those that the titles do not have
// or that are named twice. Of several orders at the same time the last holds.
func (c *Catalog) OrderCredits(ctx context.Context, id string, first []string) error {
	return c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		f, err := c.seen(ctx, client, id)
		if err != nil {
			return err
		}
		if err := c.allow(ctx, "credit.update", f); err != nil {
			return err
		}
		if err := lockFilm(ctx, client, id); err != nil {
			return err
		}
		rows, err := client.Credit.Query().Where(credit.FilmID(id), credit.StateIn(titles...)).
			Order(ent.Asc(credit.FieldPosition, credit.FieldID)).
			Select(credit.FieldID, credit.FieldPosition).All(ctx)
		if err != nil {
			return err
		}
		order, err := ordered(rows, first)
		if err != nil {
			return err
		}
		moved := make([]*ent.Credit, 0, len(order))
		for position, row := range order {
			if row.Position != position {
				row.Position = position
				moved = append(moved, row)
			}
		}
		if len(moved) == 0 {
			return nil
		}
		for some := range slices.Chunk(moved, creditsAtOnce) {
			if err := c.place(ctx, some); err != nil {
				return err
			}
		}
		entry := audit.Entry{
			Action: "credit.update", Object: "film:" + f.ID, Place: f.place(),
			Data: map[string]any{"ordered": len(moved)},
		}
		if err := c.audit.Record(ctx, entry); err != nil {
			return err
		}
		return c.creditsMoved(ctx, "credit.ordered.v1", f)
	})
}

// ordered returns the credits, those with the ids first.
func ordered(rows []*ent.Credit, first []string) ([]*ent.Credit, error) {
	var form text.Form
	byID := make(map[string]*ent.Credit, len(rows))
	for _, row := range rows {
		byID[row.ID] = row
	}
	order := make([]*ent.Credit, 0, len(rows))
	for i, id := range first {
		at := fmt.Sprintf("/credits/%d", i)
		switch row, there := byID[id]; {
		case !there:
			form.Refuse(at, "credit_unknown", "The titles have no such credit.", "Le générique n'a pas cette mention.")
		case row == nil:
			form.Refuse(at, "twice", "It is named twice.", "Cette mention est donnée deux fois.")
		default:
			order = append(order, row)
			byID[id] = nil
		}
	}
	for _, row := range rows {
		if byID[row.ID] != nil {
			order = append(order, row)
		}
	}
	return order, form.Err()
}

// place writes the positions of the credits, in one statement.
func (c *Catalog) place(ctx context.Context, rows []*ent.Credit) error {
	var cases strings.Builder
	args, ids := make([]any, 0, 3*len(rows)+1), make([]any, 0, len(rows))
	for _, row := range rows {
		cases.WriteString(" WHEN ? THEN CAST(? AS INTEGER)")
		args, ids = append(args, row.ID, row.Position), append(ids, row.ID)
	}
	args = append(append(args, c.store.DB().Now()), ids...)
	_, err := c.store.DB().Exec(ctx, "UPDATE credits SET position = CASE id"+cases.String()+" END, version = version + 1, updated_at = ? WHERE id IN (?"+
		strings.Repeat(", ?", len(rows)-1)+")", args...)
	return err
}
