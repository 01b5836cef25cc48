package ecran

import (
	"context"
	"time"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/change"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// Changed is one change of a selection, and the film that it is about as the
// asker may see it: its zero where it is about none, or they may not.
type Changed struct {
	*ent.Change
	Film sdk.Film
}

// History lists who has done what to a selection, the latest first, for those who make it
// together: the label's people, and the guest of a carte blanche. It returns
// ErrSelectionUnknown.
func (e *Ecran) History(ctx context.Context, selectionID string, page sdk.Page) (sdk.List[Changed], error) {
	c := e.store.From(ctx)
	if _, err := findSelection(ctx, c, selectionID, "ecran.history.read"); err != nil {
		return sdk.List[Changed]{}, err
	}
	rows, err := c.Change.Query().Where(change.SelectionID(selectionID), sdk.Keyset[time.Time](page, change.FieldAt)).All(ctx)
	if err != nil {
		return sdk.List[Changed]{}, err
	}
	list := sdk.PageOf(rows, page, func(row *ent.Change) sdk.Key { return sdk.KeyOf(row.At, row.ID) })
	var ids []string
	for _, row := range list.Items {
		if row.FilmID != nil {
			ids = append(ids, *row.FilmID)
		}
	}
	films, err := e.host.Films.Get(ctx, ids)
	if err != nil {
		return sdk.List[Changed]{}, err
	}
	seen := sdk.List[Changed]{Next: list.Next}
	for _, row := range list.Items {
		item := Changed{Change: row}
		if row.FilmID != nil {
			item.Film = films[*row.FilmID]
		}
		seen.Items = append(seen.Items, item)
	}
	return seen, nil
}

// remember writes into the history of a selection what is being done to it: the
// fields that change, if that is what it is.
func remember(ctx context.Context, c *ent.Client, selectionID string, kind change.Kind, fields ...string) error {
	return changeBy(ctx, c, selectionID, kind).SetFields(fields).Exec(ctx)
}

// rememberPick does so of a pick.
func rememberPick(ctx context.Context, c *ent.Client, p *ent.Pick, kind change.Kind) error {
	return changeBy(ctx, c, p.SelectionID, kind).SetPickID(p.ID).SetFilmID(p.FilmID).Exec(ctx)
}

func changeBy(ctx context.Context, c *ent.Client, selectionID string, kind change.Kind) *ent.ChangeCreate {
	row := c.Change.Create().SetSelectionID(selectionID).SetAt(sdk.Now(ctx)).SetKind(kind)
	if person := sdk.ActorFrom(ctx).Person; person != "" {
		row.SetPersonID(person)
	}
	return row
}

// endings is what the history says of a pick that comes to such an end.
var endings = map[pick.State]change.Kind{
	pick.StateEnded:     change.KindEnded,
	pick.StateRemoved:   change.KindRemoved,
	pick.StateWithdrawn: change.KindWithdrawn,
	pick.StateRefused:   change.KindRefused,
}
