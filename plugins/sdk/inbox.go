package sdk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

const (
	remembered = 30 * 24 * time.Hour // an event that was dealt with is recognised
	answered   = 24 * time.Hour      // an Idempotency-Key holds at least as long
)

// listens returns the types of event that the host is to deliver: the SDK's
// own and the module's.
func (i *instance) listens() []string {
	types := append([]string{personSuspended, personReinstated}, i.manifest.Listens...)
	slices.Sort(types)
	return slices.Compact(types)
}

// deliver deals with the events in order. It returns how many it dealt with,
// and the error of the one after those.
func (i *instance) deliver(ctx context.Context, events []Event) (int, error) {
	for n, e := range events {
		if err := i.receive(ctx, e); err != nil {
			return n, fmt.Errorf("event %s %s: %w", e.Type, e.ID, err)
		}
	}
	return len(events), nil
}

// receive deals with one event once: its effects on the database and the
// memory of having seen it are one transaction.
func (i *instance) receive(ctx context.Context, e Event) (err error) {
	if i.api.Load() == nil {
		return ErrNotReady
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	module := &Actor{
		System: true, Account: e.Actor,
		Space: Space{ID: e.Place.Space, Place: e.Place}, Scope: core.Scope{Place: e.Place},
	}
	ctx = core.WithActor(withActor(i.context(ctx), module), core.System())
	return i.host.DB.Write(ctx, func(ctx context.Context) error {
		fresh, err := i.host.DB.Exec(ctx,
			`INSERT INTO sdk_inbox (source, id, at) VALUES (?, ?, ?) ON CONFLICT (source, id) DO NOTHING`, e.Source, e.ID, i.host.DB.Now())
		if err != nil || fresh == 0 {
			return err
		}
		if err := i.keepSuspended(ctx, e); err != nil {
			return err
		}
		if l, ok := i.module.(Listener); ok && slices.Contains(i.manifest.Listens, e.Type) {
			return l.On(ctx, e)
		}
		return nil
	})
}

// forget deletes what no repetition will ask for any more: the events that
// were seen, and the answers under an Idempotency-Key.
func (i *instance) forget(ctx context.Context) error {
	if _, err := rest.Forget(ctx, i.host.DB, time.Now().Add(-answered)); err != nil {
		return err
	}
	_, err := i.host.DB.Exec(ctx, `DELETE FROM sdk_inbox WHERE at < ?`, i.host.DB.Now().Add(-remembered))
	return err
}
