package films

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/film"
)

// ErrStage is the fault of a move that the film's stage does not allow.
var ErrStage = &core.Fault{
	Kind: core.Conflict, Code: "film_stage",
	EN: "The film's stage does not allow this.",
	FR: "L'étape du film ne le permet pas.",
}

// making are the stages at which a film is being made.
var making = []film.Stage{
	film.StageIdea, film.StageDevelopment, film.StagePreparation, film.StageShooting, film.StagePost, film.StageFinished,
}

// Stages are all the ways there are. While a film is being made its people go
// where they want, also back: there are re-shoots. A film that was made
// elsewhere begins where it stands. What was public once does not become a draft
// again.
var Stages = core.Machine[film.Stage]{
	Noun: "film", Starts: []film.Stage{film.StageIdea, film.StageFinished, film.StageReleased},
	Moves: []core.Move[film.Stage]{
		{Action: "film.update", Event: "film.changed.v1", From: making, To: making},
		{Action: "film.release", Event: "film.released.v1", From: append(slices.Clone(making), film.StageWithdrawn), To: []film.Stage{film.StageReleased}},
		{Action: "film.withdraw", Event: "film.withdrawn.v1", From: []film.Stage{film.StageReleased}, To: []film.Stage{film.StageWithdrawn}},
		{Action: "film.hold", Event: "film.withdrawn.v1", From: []film.Stage{film.StageReleased}, To: []film.Stage{film.StageWithdrawn}},
	},
}

// Release shows a film to everybody: action film.release. It returns
// ErrUnknown, [core.ErrDenied], ErrHeld for a film that moderators hold, or
// ErrStage for one that is released. Of several at the same time one releases it.
func (c *Catalog) Release(ctx context.Context, id string) (*ent.Film, error) {
	return c.move(ctx, "film.release", id, film.StageReleased)
}

// Withdraw ends the showing of a film: action film.withdraw. It can be released
// again. It returns ErrUnknown, [core.ErrDenied], or ErrStage for a film that
// is not released.
func (c *Catalog) Withdraw(ctx context.Context, id string) (*ent.Film, error) {
	return c.move(ctx, "film.withdraw", id, film.StageWithdrawn)
}

func (c *Catalog) move(ctx context.Context, action, id string, to film.Stage) (*ent.Film, error) {
	var moved *ent.Film
	err := c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		f, err := c.seen(ctx, client, id)
		if err != nil {
			return err
		}
		if err := c.allow(ctx, action, f); err != nil {
			return err
		}
		m, ok := Stages.Move(action, f.Stage, to)
		if !ok {
			return ErrStage
		}
		if f.HeldAt != nil {
			return ErrHeld
		}
		now := c.store.DB().Now()
		update := client.Film.Update().
			Where(film.ID(id), film.StageEQ(f.Stage), film.HeldAtIsNil()).
			SetStage(to).SetUpdatedAt(now).AddVersion(1)
		if to == film.StageReleased {
			update.SetReleasedAt(now)
		}
		n, err := update.Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrStage // somebody was faster
		}
		if moved, err = client.Film.Get(ctx, id); err != nil {
			return err
		}
		return c.moved(ctx, m, f, moved, []string{film.FieldStage})
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

// Changed is the data of film.changed.v1, film.released.v1 and
// film.withdrawn.v1; their subject is the film.
type Changed struct {
	Title      string     `json:"title"`
	Slug       string     `json:"slug"`
	Stage      film.Stage `json:"stage"`
	Before     film.Stage `json:"before"` // the stage before; the same unless fields has it
	Fields     []string   `json:"fields"` // what changed
	Version    int        `json:"version"`
	ReleasedAt *time.Time `json:"released_at,omitempty"`
}

// moved writes the audit entry and the event of a move.
func (c *Catalog) moved(ctx context.Context, m core.Move[film.Stage], before Seen, after *ent.Film, fields []string) error {
	entry := audit.Entry{
		Action: m.Action, Object: "film:" + after.ID, Place: before.place(),
		Data: map[string]film.Stage{"from": before.Stage, "to": after.Stage},
	}
	if err := c.audit.Record(ctx, entry); err != nil {
		return err
	}
	return c.tell(ctx, m.Event, before, after, fields)
}

// tell records that a film has changed.
func (c *Catalog) tell(ctx context.Context, event string, before Seen, after *ent.Film, fields []string) error {
	data, err := json.Marshal(Changed{
		Title: after.Title, Slug: after.Slug, Stage: after.Stage, Before: before.Stage,
		Fields: fields, Version: after.Version, ReleasedAt: after.ReleasedAt,
	})
	if err != nil {
		return err
	}
	return c.events.Record(ctx, core.Event{Type: event, Subject: after.ID, Place: before.place(), Data: data})
}
