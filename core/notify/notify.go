// Package notify keeps what people are told: that something waits for them, or
// has happened to what is theirs. Any area tells in the transaction of the
// deed. A notice holds no text: what it is about is read again, under the
// rights of who reads it. To deliver it elsewhere is another's part.
package notify

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/policies"
)

// Notice is something that a person is told.
type Notice struct {
	Person  string // who is told
	Type    string // noun.past, of Types: "credit.proposed"
	Subject string // noun:id of what it is about: "credit:0192…"
	Within  string // noun:id of what that belongs to: "film:0192…"; or empty
}

// Box owns the notifications. It is safe for concurrent use.
type Box struct {
	store db.Store[*ent.Client]
	gate  *policies.Gate
}

// New returns the notifications that are kept in d.
func New(d *db.DB, gate *policies.Gate) *Box {
	return &Box{
		store: db.Bind(d, func(drv dialect.Driver) *ent.Client { return ent.NewClient(ent.Driver(drv)) }),
		gate:  gate,
	}
}

// Tell keeps the notices, in the transaction of ctx; without one it returns
// [db.ErrReadOnly]. Nobody is told what they did themselves. A type that is not
// in [Types] is a defect, and an error.
func (b *Box) Tell(ctx context.Context, notices ...Notice) error {
	by := core.ActorFrom(ctx).Person
	client, now := b.store.From(ctx), b.store.DB().Now()
	var rows []*ent.NotificationCreate
	for _, n := range notices {
		if _, known := Types[n.Type]; !known {
			return fmt.Errorf("notify: %q is no type of notification", n.Type)
		}
		if n.Person == "" || n.Person == by {
			continue
		}
		rows = append(rows, client.Notification.Create().
			SetAt(now).SetPersonID(n.Person).SetType(n.Type).SetSubject(n.Subject).SetWithin(n.Within).SetBy(by))
	}
	if len(rows) == 0 {
		return nil
	}
	if err := client.Notification.CreateBulk(rows...).Exec(ctx); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}
