package notify

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/notification"
	"github.com/labfilms/labfilms/ent/predicate"
)

// ErrUnknown is the fault of naming a notification that is not there, or not
// the asker's.
var ErrUnknown = &core.Fault{
	Kind: core.Missing, Code: "notification_unknown",
	EN: "There is no such notification.",
	FR: "Cette notification n'existe pas.",
}

// List returns what the asker was told, or what of it they have not read,
// sorted by at: action notification.read.
func (b *Box) List(ctx context.Context, unread bool, page core.Page) (core.List[*ent.Notification], error) {
	var list core.List[*ent.Notification]
	mine, err := b.mine(ctx, "notification.read")
	if err != nil {
		return list, err
	}
	query := b.store.From(ctx).Notification.Query().Where(mine)
	if unread {
		query.Where(notification.ReadAtIsNil())
	}
	rows, err := query.Clone().Where(db.Keyset[time.Time](page, notification.FieldAt)).All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, func(n *ent.Notification) core.Key { return db.KeyOf(n.At, n.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

// Read notes that the asker has read a notification, and returns it: action
// notification.update. Reading twice is reading once. It returns ErrUnknown,
// also for what somebody else was told.
func (b *Box) Read(ctx context.Context, id string) (*ent.Notification, error) {
	mine, err := b.mine(ctx, "notification.update")
	if err != nil {
		return nil, err
	}
	if uuid.Validate(id) != nil {
		return nil, ErrUnknown
	}
	var read *ent.Notification
	err = b.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		err := c.Notification.Update().
			Where(mine, notification.ID(id), notification.ReadAtIsNil()).
			SetReadAt(b.store.DB().Now()).
			Exec(ctx)
		if err != nil {
			return err
		}
		read, err = c.Notification.Query().Where(mine, notification.ID(id)).Only(ctx)
		if ent.IsNotFound(err) {
			return ErrUnknown
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return read, nil
}

// ReadAll notes that the asker has read everything that they were told until
// then, the instant included, and returns how much that was: action
// notification.update. The zero time is now. What comes while they read stays
// unread: until is the at of the newest that they saw.
func (b *Box) ReadAll(ctx context.Context, until time.Time) (int, error) {
	mine, err := b.mine(ctx, "notification.update")
	if err != nil {
		return 0, err
	}
	now := b.store.DB().Now()
	if until.IsZero() || until.After(now) {
		until = now
	}
	n := 0
	err = b.store.Write(ctx, func(ctx context.Context, c *ent.Client) (err error) {
		n, err = c.Notification.Update().
			Where(mine, notification.ReadAtIsNil(), notification.AtLTE(until)).
			SetReadAt(now).
			Save(ctx)
		return err
	})
	return n, err
}

// mine returns the predicate of what the asker was told, if they may do the
// action. Nobody tells the platform itself anything.
func (b *Box) mine(ctx context.Context, action string) (predicate.Notification, error) {
	if err := b.gate.Check(ctx, action, "", core.RelationSet(core.Self)); err != nil {
		return nil, err
	}
	person := core.ActorFrom(ctx).Person
	if person == "" {
		return nil, core.ErrDenied
	}
	return notification.PersonID(person), nil
}
