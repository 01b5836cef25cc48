package ecran

import (
	"context"
	"time"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/change"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// PublishSelection publishes a selection of a label for which the asker
// chooses, and tells its films if it is public. Publishing what is published
// changes nothing. It returns ErrSelectionUnknown, ErrLabelClosed, or
// ErrInvitationOpen for a carte blanche that its guest has not accepted.
func (e *Ecran) PublishSelection(ctx context.Context, id string) (*ent.Selection, error) {
	if _, err := openSelection(ctx, e.store.From(ctx), id, "ecran.selection.publish"); err != nil {
		return nil, err
	}
	var published *ent.Selection
	err := e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		now := sdk.Now(ctx)
		n, err := c.Selection.Update().Where(selection.ID(id), selection.StateEQ(selection.StateDraft),
			selection.Or(selection.InvitationIsNil(), selection.InvitationEQ(selection.InvitationAccepted))).
			SetState(selection.StatePublished).SetPublishedAt(now).SetUpdatedAt(now).AddVersion(1).
			Save(ctx)
		if err != nil {
			return err
		}
		if published, err = withLabel(ctx, c, id); err != nil {
			return err
		}
		if n == 0 && published.State == selection.StateDraft {
			return ErrInvitationOpen
		}
		if n == 0 {
			return nil
		}
		if err := remember(ctx, c, id, change.KindPublished); err != nil {
			return err
		}
		if err := c.Label.UpdateOneID(published.LabelID).SetActedAt(now).Exec(ctx); err != nil {
			return err
		}
		// The label's row is taken: whether it is accepted is read once more.
		if published, err = withLabel(ctx, c, id); err != nil {
			return err
		}
		if err := e.recognise(ctx, c, published); err != nil {
			return err
		}
		return sdk.Record(ctx, selectionPublished, id, SelectionPublished{
			Label: published.LabelID, Title: published.Title, Visibility: string(published.Visibility),
		})
	})
	if err != nil {
		return nil, err
	}
	return published, nil
}

// recognise tells the films that are on screen in a selection on public view
// and were not told yet. The caller has just changed the selection, and so
// holds it against a pick that is being made and another publication.
func (e *Ecran) recognise(ctx context.Context, c *ent.Client, s *ent.Selection) error {
	// What is to come on view or to leave it at an instant is looked at then; what
	// is over already, at once.
	now := sdk.Now(ctx)
	for _, at := range []*time.Time{s.From, s.Until} {
		if s.State == selection.StatePublished && at != nil && (at.After(now) || at == s.Until) {
			if err := sdk.RecordAt(ctx, *at, selectionDue, s.ID, struct{}{}); err != nil {
				return err
			}
		}
	}
	if !onView(s, now) {
		return nil
	}
	picks, err := c.Pick.Query().Where(
		pick.SelectionID(s.ID), pick.StateEQ(pick.StateOnScreen), pick.RecognisedAtIsNil(),
	).Order(pick.ByPosition()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		if err := e.recognisePick(ctx, c, s, p); err != nil {
			return err
		}
	}
	return nil
}

// leaveView tells the films of a selection that nobody finds any more that
// their recognition has ended. If it comes back into view, they are recognised
// anew: what has ended stays ended.
func leaveView(ctx context.Context, c *ent.Client, id string) error {
	picks, err := c.Pick.Query().Where(
		pick.SelectionID(id), pick.StateEQ(pick.StateOnScreen), pick.RecognisedAtNotNil(),
	).Order(pick.ByPosition()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		n, err := c.Pick.Update().Where(pick.ID(p.ID), pick.RecognisedAtNotNil(), pick.EndedAtIsNil()).
			ClearRecognisedAt().SetRecognition(sdk.NewID()).Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			continue // it has ended, and told so itself
		}
		if err := recognitionEnds(ctx, p, sdk.Now(ctx), ""); err != nil {
			return err
		}
	}
	return nil
}
