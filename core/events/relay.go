package events

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent/outbox"
	"github.com/labfilms/labfilms/ent/outboxcursor"
)

const (
	relay = "relay" // the name of the lock, and of the cursor of the last position that was given
	batch = 100     // events at a time
)

// errSuperseded says that another process moved a cursor: the lock was lost
// without our knowing, and somebody else relays.
var errSuperseded = errors.New("events: another process relays")

// Run relays, or waits for its turn to, until ctx is done; it then returns
// nil. Every process of the platform runs it once. Trouble is logged and tried
// again.
func (l *Log) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		lock, err := l.store.DB().TryLock(ctx, relay)
		if lock != nil {
			err = l.lead(ctx, lock)
			lock.Release()
		}
		if err != nil && ctx.Err() == nil {
			l.log.WarnContext(ctx, "the relay of events was interrupted", "error", err)
		}
		l.follow(ctx)
	}
	return nil
}

// follow passes on that there is something to do, until it is time to try for
// the lock again.
func (l *Log) follow(ctx context.Context) {
	again := time.NewTimer(jitter(l.patience.poll))
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			return
		case <-l.woken:
			if err := l.store.DB().Wake(ctx, relay); err != nil && ctx.Err() == nil {
				l.log.WarnContext(ctx, "the relay of events could not be woken", "error", err)
			}
		}
	}
}

// lead relays until ctx is done, the lock is lost or the database fails.
func (l *Log) lead(ctx context.Context, lock *db.Lock) error {
	ctx, stop := context.WithCancelCause(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop(nil)

	running.Go(func() {
		for {
			if err := lock.Wait(ctx); err != nil {
				stop(err)
				return
			}
			l.Wake()
		}
	})
	if err := l.cursor(ctx, relay); err != nil {
		return err
	}
	l.mu.Lock()
	for _, fn := range l.beside {
		running.Go(func() { fn(ctx) })
	}
	l.mu.Unlock()
	poll := time.NewTicker(l.patience.poll)
	defer poll.Stop()
	led := 0 // how many consumers are running: they are only ever added
	for {
		for {
			n, err := l.position(ctx)
			if err != nil {
				return errors.Join(context.Cause(ctx), err)
			}
			if n < batch {
				break
			}
		}
		consumers := l.subscribed()
		for _, c := range consumers[led:] {
			running.Go(func() {
				if err := l.consume(ctx, c); err != nil {
					stop(fmt.Errorf("events: %s: %w", c.name, err))
				}
			})
		}
		led = len(consumers)
		for _, c := range consumers {
			c.wake()
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-l.woken:
		case <-poll.C:
		}
	}
}

// cursor makes the cursor of that name, unless there is one.
func (l *Log) cursor(ctx context.Context, name string) error {
	_, err := l.store.DB().Exec(ctx, `INSERT INTO outbox_cursors (consumer, position) VALUES (?, 0) ON CONFLICT (consumer) DO NOTHING`, name)
	return err
}

// position gives the next positions to events that were committed, a batch at
// most, and returns to how many.
func (l *Log) position(ctx context.Context) (n int64, err error) {
	d := l.store.DB()
	waiting, err := l.store.From(ctx).Outbox.Query().Where(outbox.PositionIsNil()).Exist(ctx)
	if err != nil || !waiting {
		return 0, err // most of the time; and no writer is held up for it
	}
	err = d.Write(ctx, func(ctx context.Context) error {
		var last int64
		if err := d.QueryRow(ctx, `SELECT position FROM outbox_cursors WHERE consumer = ?`, []any{relay}, &last); err != nil {
			return err
		}
		n, err = d.Exec(ctx, `UPDATE outbox SET position = placed.position
			FROM (SELECT id, CAST(? AS bigint) + row_number() OVER (ORDER BY id) AS position
			      FROM (SELECT id FROM outbox WHERE position IS NULL ORDER BY id LIMIT ?) AS waiting) AS placed
			WHERE outbox.id = placed.id`, last, batch)
		if err != nil || n == 0 {
			return err
		}
		return l.advance(ctx, relay, last, last+n)
	})
	return n, err
}

// advance moves a cursor. The position that it must have had is the fence
// against a relay that has lost its lock and does not know.
func (l *Log) advance(ctx context.Context, name string, from, to int64) error {
	n, err := l.store.From(ctx).OutboxCursor.Update().
		Where(outboxcursor.ID(name), outboxcursor.Position(from)).
		SetPosition(to).
		Save(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		return errSuperseded
	}
	return nil
}

// backoff returns how long to wait after that many failures.
func (p patience) backoff(failures int) time.Duration {
	wait := p.longest
	if shift := failures - 1; shift < 30 {
		wait = min(wait, p.first<<shift)
	}
	return jitter(wait)
}

// jitter returns d, give or take a quarter: what failed together does not try
// again together.
func jitter(d time.Duration) time.Duration {
	return d*3/4 + rand.N(d/2+1)
}
