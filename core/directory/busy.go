package directory

import (
	"context"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/busyperiod"
)

var (
	// ErrBusyUnknown is the fault of naming a busy period that is not one's own.
	ErrBusyUnknown = &core.Fault{
		Kind: core.Missing, Code: "busy_period_unknown",
		EN: "There is no such busy period.",
		FR: "Cette période n'existe pas.",
	}
	// ErrBusyFull is the fault of having too many.
	ErrBusyFull = &core.Fault{
		Kind: core.Conflict, Code: "busy_periods_full",
		EN: "You have 500 busy periods. Remove some that are over.",
		FR: "Vous avez 500 périodes. Supprimez-en qui sont passées.",
	}
)

const (
	busyMax   = 500
	busyYears = 5 // how far ahead
)

// NewBusy is a time in which somebody cannot work: whole days, both included.
type NewBusy struct {
	FirstDay, LastDay string // 2027-03-01
	Note              string // for the person alone, up to 200 characters
}

// AddBusy adds a busy period to one's own: action person.update. It returns
// [core.ErrInvalid] with the reasons, or ErrBusyFull.
func (d *Directory) AddBusy(ctx context.Context, in NewBusy) (*ent.BusyPeriod, error) {
	var form text.Form
	first, firstErr := time.Parse(time.DateOnly, in.FirstDay)
	last, lastErr := time.Parse(time.DateOnly, in.LastDay)
	for pointer, err := range map[string]error{"/first_day": firstErr, "/last_day": lastErr} {
		if err != nil {
			form.Refuse(pointer, "day", "A day is written 2027-03-01.", "Un jour s'écrit 2027-03-01.")
		}
	}
	now := d.store.DB().Now()
	switch {
	case firstErr != nil || lastErr != nil:
	case last.Before(first):
		form.Refuse("/last_day", "order", "It is before the first day.", "Ce jour précède le premier.")
	case last.After(now.AddDate(busyYears, 0, 0)) || first.Before(now.AddDate(-busyYears, 0, 0)):
		form.Refuse("/last_day", "range", "Within five years.", "Dans les cinq ans.")
	}
	note := form.Prose("/note", in.Note, 200)
	var made *ent.BusyPeriod
	err := d.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		me, err := d.self(ctx, c)
		if err != nil {
			return err
		}
		if err := form.Err(); err != nil {
			return err
		}
		if n, err := c.BusyPeriod.Query().Where(busyperiod.PersonID(me.ID)).Count(ctx); err != nil {
			return err
		} else if n >= busyMax {
			return ErrBusyFull
		}
		made, err = c.BusyPeriod.Create().
			SetPersonID(me.ID).SetFirstDay(in.FirstDay).SetLastDay(in.LastDay).SetNote(note).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		return err
	})
	return made, err
}

// RemoveBusy removes one of one's own busy periods: action person.update. It
// returns ErrBusyUnknown.
func (d *Directory) RemoveBusy(ctx context.Context, id string) error {
	return d.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		me, err := d.self(ctx, c)
		if err != nil {
			return err
		}
		if noID(id) {
			return ErrBusyUnknown
		}
		n, err := c.BusyPeriod.Delete().Where(busyperiod.ID(id), busyperiod.PersonID(me.ID)).Exec(ctx)
		if err == nil && n == 0 {
			return ErrBusyUnknown
		}
		return err
	})
}

// self returns the asker's own profile, locked, for a change of it.
func (d *Directory) self(ctx context.Context, c *ent.Client) (seen, error) {
	me := core.ActorFrom(ctx).Person
	if me == "" {
		if err := d.gate.Check(ctx, "person.update", "", core.RelationSet(core.Self)); err != nil {
			return seen{}, err
		}
		return seen{}, core.ErrUnauthenticated // the platform itself has no profile
	}
	s, err := d.one(ctx, c, me)
	if err != nil {
		return seen{}, err
	}
	return s, d.gate.Check(ctx, "person.update", s.path, s.relations)
}

// Busy returns the busy periods of a person who shows them to the actor, sorted
// by first_day; none of one who does not: action person.read. The note is only
// for the person. It returns ErrPersonUnknown, and [core.MovedTo] as Person does.
func (d *Directory) Busy(ctx context.Context, name string, page core.Page) (core.List[*ent.BusyPeriod], error) {
	var list core.List[*ent.BusyPeriod]
	p, err := d.Person(ctx, name)
	if err != nil {
		return list, err
	}
	query := d.store.From(ctx).BusyPeriod.Query().Where(busyperiod.PersonID(p.ID))
	if !Shows(ctx, p, "busy") {
		query.Where(busyperiod.IDIn()) // as if there were none
	}
	rows, err := query.Clone().Where(db.Keyset[string](page, busyperiod.FieldFirstDay)).All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, func(b *ent.BusyPeriod) core.Key { return db.KeyOf(b.FirstDay, b.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	if core.ActorFrom(ctx).Person != p.ID {
		for _, row := range list.Items {
			row.Note = ""
		}
	}
	return list, nil
}
