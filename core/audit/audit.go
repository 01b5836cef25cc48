// Package audit keeps who did what to what, where and why. Any area records
// its deeds in the transaction that does them: there is no deed without its
// entry, and no entry of a deed that was rolled back. Nothing changes or
// removes an entry.
package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"entgo.io/ent/dialect"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/policies"
)

// Entry is a deed. Who did it, when, and in which request, Record knows.
type Entry struct {
	Action string     // noun.verb: "module.switch"
	Object string     // noun:id of what it was done to
	Place  core.Place // where; its ids are kept
	Reason string     // in the words of who did it, where they were asked; at most 1000 characters
	Data   any        // what else belongs to it, as JSON; never a secret
}

// Log is the audit. It is safe for concurrent use.
type Log struct {
	store db.Store[*ent.Client]
	gate  *policies.Gate
}

// New returns the audit that is kept in d.
func New(d *db.DB, gate *policies.Gate) *Log {
	return &Log{
		store: db.Bind(d, func(drv dialect.Driver) *ent.Client { return ent.NewClient(ent.Driver(drv)) }),
		gate:  gate,
	}
}

// Record keeps a deed of the actor of ctx, in the transaction of ctx; without
// one it returns [db.ErrReadOnly].
func (l *Log) Record(ctx context.Context, e Entry) error {
	entry := l.store.From(ctx).AuditEntry.Create().
		SetAt(l.store.DB().Now()).
		SetActor(core.ActorFrom(ctx).Account).
		SetAction(e.Action).
		SetObject(e.Object).
		SetReason(e.Reason).
		SetNetworkID(e.Place.Network).SetRegionID(e.Place.Region).SetSpaceID(e.Place.Space).
		SetRequestID(rest.RequestIDFrom(ctx))
	if e.Data != nil {
		data, err := json.Marshal(e.Data)
		if err != nil {
			return fmt.Errorf("audit: %s: %w", e.Action, err)
		}
		entry.SetData(data)
	}
	if err := entry.Exec(ctx); err != nil {
		return fmt.Errorf("audit: %s: %w", e.Action, err)
	}
	return nil
}
