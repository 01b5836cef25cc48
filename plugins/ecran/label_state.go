package ecran

import (
	"context"
	"errors"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pin"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// AcceptLabel makes a requested label active: its space's curators. It returns
// ErrLabelUnknown or ErrLabelClosed.
func (e *Ecran) AcceptLabel(ctx context.Context, id string) (*ent.Label, error) {
	return e.moveLabel(ctx, id, "ecran.label.accept", label.StateActive)
}

// RefuseLabel refuses a requested label: its space's curators. It returns
// ErrLabelUnknown or ErrLabelClosed.
func (e *Ecran) RefuseLabel(ctx context.Context, id string) (*ent.Label, error) {
	return e.moveLabel(ctx, id, "ecran.label.refuse", label.StateClosed)
}

// CloseLabel closes a label for good: whoever holds or directs it. All that it
// shows leaves the screen, and is remembered; its pins end. It returns
// ErrLabelUnknown or ErrLabelClosed.
func (e *Ecran) CloseLabel(ctx context.Context, id string) (*ent.Label, error) {
	return e.moveLabel(ctx, id, "ecran.label.close", label.StateClosed)
}

func (e *Ecran) moveLabel(ctx context.Context, id, action string, to label.State) (*ent.Label, error) {
	l, err := findLabel(ctx, e.store.From(ctx), id, action)
	if err != nil {
		return nil, err
	}
	if l.State == to {
		return l, nil
	}
	move, ok := Labels.Move(action, l.State, to)
	if !ok {
		return nil, ErrLabelClosed
	}
	var moved *ent.Label
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		n, err := c.Label.Update().Where(label.ID(id), label.StateEQ(l.State)).
			SetState(to).SetUpdatedAt(sdk.Now(ctx)).AddVersion(1).Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return sdk.ErrStale
		}
		if to == label.StateClosed {
			if err := errors.Join(endAllOf(ctx, c, id), retold(ctx, c, selection.LabelID(id))); err != nil {
				return err
			}
		}
		if to == label.StateActive {
			if err := e.recogniseAllOf(ctx, c, id); err != nil {
				return err
			}
		}
		if moved, err = c.Label.Query().Where(label.ID(id)).WithCurators(inOrder).Only(ctx); err != nil {
			return err
		}
		return sdk.Record(ctx, move.Event, id, LabelMoved{State: string(to)})
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

// recogniseAllOf tells the films of what a label has published of which nobody
// could know before it was accepted.
func (e *Ecran) recogniseAllOf(ctx context.Context, c *ent.Client, id string) error {
	published, err := c.Selection.Query().Where(selection.LabelID(id), selection.StateEQ(selection.StatePublished)).
		WithLabel().Order(selection.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, s := range published {
		if err := e.recognise(ctx, c, s); err != nil {
			return err
		}
	}
	return retold(ctx, c, selection.LabelID(id))
}

// endAllOf ends what a label shows: its picks and its pins.
func endAllOf(ctx context.Context, c *ent.Client, id string) error {
	picks, err := c.Pick.Query().Where(pick.EndedAtIsNil(), pick.HasSelectionWith(selection.LabelID(id))).Order(pick.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		if err := endPick(ctx, c, p, "ecran.pick.end", pick.StateEnded, ""); err != nil {
			return err
		}
	}
	return endPins(ctx, c, sdk.Now(ctx), pin.LabelID(id))
}
