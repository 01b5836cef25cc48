package films

import (
	"context"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/film"
	"github.com/labfilms/labfilms/ent/filmmember"
)

var (
	// ErrHeld is the fault of releasing a film that a moderator holds, and of
	// holding it twice.
	ErrHeld = &core.Fault{
		Kind: core.Conflict, Code: "film_held",
		EN: "The film is held by the moderators, who say why in held.reason.",
		FR: "Le film est retenu par la modération, qui en donne la raison dans held.reason.",
	}
	// ErrNotHeld is the fault of lifting what is not held.
	ErrNotHeld = &core.Fault{
		Kind: core.Conflict, Code: "film_not_held",
		EN: "The film is not held.",
		FR: "Le film n'est pas retenu.",
	}
)

// reasonMax is the most letters of a moderator's reason.
const reasonMax = 1000

// Hold takes a film from every screen and keeps its owners from releasing it
// again until the hold is lifted: action film.hold, of moderators. A film that is
// withdrawn already is kept withdrawn. The reason is required, at most 1000
// letters; the film's people read it, its owners are told. It returns ErrUnknown,
// [core.ErrDenied], ErrStage for a film that nobody but its makers has seen, or
// ErrHeld.
func (c *Catalog) Hold(ctx context.Context, id, reason string) (*ent.Film, error) {
	return c.hold(ctx, "film.hold", "film.held", id, reason, func(f Seen, change *ent.FilmUpdate, reason string) error {
		switch {
		case f.HeldAt != nil:
			return ErrHeld
		case f.Stage != film.StageReleased && f.Stage != film.StageWithdrawn:
			return ErrStage
		}
		change.SetStage(film.StageWithdrawn).SetHeldAt(c.store.DB().Now()).SetHeldFor(reason)
		return nil
	})
}

// Lift ends a hold: action film.lift, of moderators. The film stays withdrawn;
// to release it is its owners' again. It takes a reason as Hold does, and returns
// ErrUnknown, [core.ErrDenied] or ErrNotHeld.
func (c *Catalog) Lift(ctx context.Context, id, reason string) (*ent.Film, error) {
	return c.hold(ctx, "film.lift", "film.lifted", id, reason, func(f Seen, change *ent.FilmUpdate, _ string) error {
		if f.HeldAt == nil {
			return ErrNotHeld
		}
		change.ClearHeldAt().SetHeldFor("")
		return nil
	})
}

func (c *Catalog) hold(ctx context.Context, action, notice, id, reason string, change func(f Seen, change *ent.FilmUpdate, reason string) error) (*ent.Film, error) {
	var changed *ent.Film
	err := c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		// Alone, so that a release at the same moment comes before, and is seen,
		// or comes to nothing.
		if noID(id) {
			return ErrUnknown
		}
		if _, err := client.Film.Query().Where(film.ID(id), db.Alone).IDs(ctx); err != nil {
			return err
		}
		f, err := c.seen(ctx, client, id)
		if err != nil {
			return err
		}
		if err := c.allow(ctx, action, f); err != nil {
			return err
		}
		var form text.Form
		if reason = form.Prose("/reason", reason, reasonMax); reason == "" {
			form.Refuse("/reason", "required", "It must not be empty.", "Ce champ ne doit pas être vide.")
		}
		if err := form.Err(); err != nil {
			return err
		}
		update := client.Film.Update().Where(film.ID(id)).SetUpdatedAt(c.store.DB().Now()).AddVersion(1)
		if err := change(f, update, reason); err != nil {
			return err
		}
		if err := update.Exec(ctx); err != nil {
			return err
		}
		if changed, err = client.Film.Get(ctx, id); err != nil {
			return err
		}
		entry := audit.Entry{Action: action, Object: "film:" + id, Place: f.place(), Reason: reason}
		if err := c.audit.Record(ctx, entry); err != nil {
			return err
		}
		if m, moves := Stages.Move(action, f.Stage, changed.Stage); moves {
			if err := c.tell(ctx, m.Event, f, changed, []string{film.FieldStage}); err != nil {
				return err
			}
		}
		return c.tellOwners(ctx, client, id, notice)
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// tellOwners tells the owners of a film what has happened to it.
func (c *Catalog) tellOwners(ctx context.Context, client *ent.Client, id, notice string) error {
	owners, err := client.FilmMember.Query().
		Where(filmmember.FilmID(id), filmmember.RoleEQ(filmmember.RoleOwner)).
		Select(filmmember.FieldPersonID).Strings(ctx)
	if err != nil {
		return err
	}
	notices := make([]notify.Notice, len(owners))
	for i, owner := range owners {
		notices[i] = notify.Notice{Person: owner, Type: notice, Subject: "film:" + id}
	}
	return c.notify.Tell(ctx, notices...)
}
