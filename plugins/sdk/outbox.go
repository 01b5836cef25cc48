package sdk

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// Record says that something happened, in the transaction of the change: the
// two are committed together or not at all. It is told to everybody who
// listens, at least once, also if the process dies right after the commit.
//
// The type is one of the manifest's Emits; subject is the id of the thing it
// happened to; data is what listeners are told, as JSON, and nothing that some
// of them may not know. The event's place is the space of the request. Record
// fails outside of a Write.
func Record(ctx context.Context, typ, subject string, data any) error {
	return RecordAt(ctx, instanceFrom(ctx).host.DB.Now(), typ, subject, data)
}

// RecordAt is Record of something that is told at an instant and not before; one
// that has passed is now. A module that listens to an event of its own can so
// do something when a date comes, whatever has been restarted until then. What
// was recorded is told in any case: whoever listens looks whether it still
// holds.
func RecordAt(ctx context.Context, due time.Time, typ, subject string, data any) error {
	i := instanceFrom(ctx)
	if !slices.Contains(i.manifest.Emits, typ) {
		return fmt.Errorf("record %s: the manifest does not say that the module emits it", typ)
	}
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("record %s: %w", typ, err)
	}
	a, d := ActorFrom(ctx), i.host.DB
	place := a.Space.Place
	_, err = d.Driver(ctx).Tx(ctx) // refuses where there is no transaction
	if err != nil {
		return fmt.Errorf("record %s: %w", typ, err)
	}
	_, err = d.Exec(ctx, `INSERT INTO sdk_outbox (id, type, subject, network_id, region_id, space_id, actor, at, due_at, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		db.NewID(), typ, subject, place.Network, place.Region, place.Space, a.Account, d.Now(), due.UTC().Truncate(time.Microsecond), body)
	if err != nil {
		return fmt.Errorf("record %s: %w", typ, err)
	}
	d.AfterCommit(ctx, i.relay.wake)
	return nil
}

// relay hands what Record wrote to the host. It is the only reader of
// sdk_outbox in the process.
type relay struct {
	db       *db.DB
	services wire.HostClient
	log      *slog.Logger

	woken  chan struct{}
	cancel context.CancelFunc
	done   chan struct{}
}

const (
	relayBatch = 100
	relayFirst = 50 * time.Millisecond // after a failure, doubled up to relayLast
	relayLast  = 5 * time.Second
	relayIdle  = 30 * time.Second // looks again without being woken
)

func newRelay(d *db.DB, services wire.HostClient, log *slog.Logger) relay {
	return relay{db: d, services: services, log: log, woken: make(chan struct{}, 1)}
}

// wake makes the relay look at once.
func (r *relay) wake() {
	select {
	case r.woken <- struct{}{}:
	default:
	}
}

func (r *relay) start() {
	ctx, cancel := context.WithCancel(context.Background()) //nolint:forbidigo // it runs as long as the module
	r.cancel, r.done = cancel, make(chan struct{})
	go func() {
		defer close(r.done)
		r.run(ctx)
	}()
}

// stop ends the relay. What is left is relayed by the next process.
func (r *relay) stop() {
	if r.cancel != nil {
		r.cancel()
		<-r.done
	}
}

func (r *relay) run(ctx context.Context) {
	pause := relayFirst
	for {
		var wait time.Duration
		switch n, err := r.send(ctx); {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.log.Warn("events stay in the outbox", "err", err, "again_in", pause)
			wait, pause = pause, min(2*pause, relayLast)
		case n == relayBatch:
			pause = relayFirst
			continue
		default:
			pause, wait = relayFirst, r.untilDue(ctx)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-r.woken:
		}
		timer.Stop()
	}
}

// send hands over the oldest events and deletes those that the host has
// recorded. It returns how many there were.
func (r *relay) send(ctx context.Context) (int, error) {
	rows, err := r.pending(ctx)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	if _, err := r.services.Emit(ctx, &wire.Events{Events: rows}); err != nil {
		return 0, fmt.Errorf("emit: %w", err)
	}
	err = r.db.Write(ctx, func(ctx context.Context) error {
		for _, e := range rows {
			if _, err := r.db.Exec(ctx, `DELETE FROM sdk_outbox WHERE id = ?`, e.GetId()); err != nil {
				return err
			}
		}
		return nil
	})
	return len(rows), err
}

// untilDue returns in how long the relay has to look again without being woken:
// when the next event of the outbox is due.
func (r *relay) untilDue(ctx context.Context) time.Duration {
	var next *time.Time
	err := r.db.QueryRow(ctx, `SELECT due_at FROM sdk_outbox ORDER BY due_at LIMIT 1`, nil, &next)
	if err != nil || next == nil {
		return relayIdle
	}
	return min(max(next.Sub(r.db.Now()), time.Millisecond), relayIdle)
}

// pending returns the oldest events of the outbox that are due.
func (r *relay) pending(ctx context.Context) ([]*wire.Event, error) {
	var rows sql.Rows
	now := "?"
	if r.db.Dialect() == db.Postgres {
		now = "$1"
	}
	query := fmt.Sprintf(`SELECT id, type, subject, network_id, region_id, space_id, actor, at, data FROM sdk_outbox WHERE due_at <= %s ORDER BY id LIMIT %d`, now, relayBatch)
	if err := r.db.Driver(ctx).Query(ctx, query, []any{r.db.Now()}, &rows); err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	defer rows.Close()
	var events []*wire.Event
	for rows.Next() {
		var (
			e  wire.Event
			at time.Time
		)
		if err := rows.Scan(&e.Id, &e.Type, &e.Subject, &e.Network, &e.Region, &e.Space, &e.Actor, &at, &e.Data); err != nil {
			return nil, fmt.Errorf("read the outbox: %w", err)
		}
		e.AtUnixMicro = at.UnixMicro()
		events = append(events, &e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return events, nil
}
