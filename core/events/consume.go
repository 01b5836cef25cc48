package events

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/deadletter"
	"github.com/labfilms/labfilms/ent/outbox"
	"github.com/labfilms/labfilms/ent/outboxcursor"
)

// consume brings c its events, and tries again with those that it failed to
// take, until ctx is done or the database fails.
func (l *Log) consume(ctx context.Context, c *consumer) error {
	if err := l.cursor(ctx, c.name); err != nil {
		return err
	}
	absent := 0 // how often in a row the consumer was not there
	for ctx.Err() == nil {
		next, err := l.retry(ctx, c)
		n := 0
		if err == nil {
			n, err = l.deliver(ctx, c)
		}
		switch {
		case unavailable(err):
			absent++
			next = min(l.patience.backoff(absent), jitter(5*time.Second))
		case err != nil:
			return err
		default:
			absent = 0
		}
		if n == batch {
			continue
		}
		wait := time.NewTimer(next)
		select {
		case <-ctx.Done():
		case <-wait.C:
		case <-c.woken:
			if absent > 0 { // a new event is no reason to try sooner
				select {
				case <-ctx.Done():
				case <-wait.C:
				}
			}
		}
		wait.Stop()
	}
	return nil
}

// deliver brings c what comes after its cursor, a batch at most, and returns
// how many events it has moved past. It stops at a consumer that is not there,
// with its error.
func (l *Log) deliver(ctx context.Context, c *consumer) (n int, err error) {
	client := l.store.From(ctx)
	cursor, err := client.OutboxCursor.Query().Where(outboxcursor.ID(c.name)).Only(ctx)
	if err != nil {
		return 0, err
	}
	rows, err := client.Outbox.Query().
		Where(outbox.PositionGT(cursor.Position)).
		Order(outbox.ByPosition()).
		Limit(batch).
		All(ctx)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	aside, err := l.aside(ctx, c)
	if err != nil {
		return 0, err
	}
	var (
		letters []*ent.DeadLetter
		absence error
	)
	for _, row := range rows {
		if ctx.Err() != nil {
			break // what c has taken is still written down
		}
		if c.takes(row.Type) {
			var failure error
			if !aside[row.Subject] {
				failure = l.call(ctx, c, event(row))
			}
			if unavailable(failure) || failure != nil && ctx.Err() != nil {
				absence = failure
				break
			}
			if failure != nil || aside[row.Subject] {
				aside[row.Subject] = true
				letters = append(letters, l.letter(c, row, failure))
			}
		}
		n++
	}
	if n == 0 {
		return 0, absence
	}
	// Taken is taken, even if we are told to end just now.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err = l.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		for _, letter := range letters {
			if err := put(ctx, client, letter); err != nil {
				return err
			}
		}
		return l.advance(ctx, c.name, cursor.Position, *rows[n-1].Position)
	})
	if err != nil {
		return 0, err
	}
	return n, absence
}

// aside returns the subjects of which letters of c are waiting.
func (l *Log) aside(ctx context.Context, c *consumer) (map[string]bool, error) {
	subjects, err := l.store.From(ctx).DeadLetter.Query().
		Where(deadletter.Consumer(c.name), deadletter.NextAtNotNil()).
		Unique(true).
		Select(deadletter.FieldSubject).
		Strings(ctx)
	if err != nil {
		return nil, err
	}
	aside := make(map[string]bool, len(subjects))
	for _, subject := range subjects {
		aside[subject] = true
	}
	return aside, nil
}

// retry tries again with the letters of c that are due, the first of each
// subject, and returns in how long the next will be.
func (l *Log) retry(ctx context.Context, c *consumer) (next time.Duration, err error) {
	next = l.patience.poll
	letters, err := l.store.From(ctx).DeadLetter.Query().
		Where(deadletter.Consumer(c.name), deadletter.NextAtNotNil(), firstOfSubject(c)).
		Order(deadletter.ByNextAt(), deadletter.ByPosition()).
		Limit(batch).
		All(ctx)
	if err != nil {
		return 0, err
	}
	for _, letter := range letters {
		if wait := time.Until(*letter.NextAt); wait > 0 {
			return min(next, wait), nil
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		row, err := l.store.From(ctx).Outbox.Query().Where(outbox.Position(letter.Position)).Only(ctx)
		if err != nil {
			return 0, err
		}
		failure := l.call(ctx, c, event(row))
		if unavailable(failure) || failure != nil && ctx.Err() != nil {
			return 0, failure
		}
		if err := l.settle(ctx, letter, failure); err != nil {
			return 0, err
		}
		next = 0 // what waited behind it may be due
	}
	return next, nil
}

// call has c take the event. A panic is an error like another.
func (l *Log) call(ctx context.Context, c *consumer, e core.Event) (err error) {
	ctx, cancel := context.WithTimeout(core.WithActor(ctx, core.System()), l.patience.call)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return c.fn(ctx, e)
}

// unavailable reports whether err says that the consumer is not there.
func unavailable(err error) bool {
	var (
		fault *core.Fault
		full  *core.Error
	)
	switch {
	case errors.As(err, &full):
		return full.Fault.Kind == core.Unavailable
	case errors.As(err, &fault):
		return fault.Kind == core.Unavailable
	default:
		return false
	}
}

// firstOfSubject lets through the waiting letters of c that none of the same
// subject comes before.
func firstOfSubject(c *consumer) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		first := entsql.Dialect(s.Dialect()).
			Select(entsql.Min(deadletter.FieldPosition)).
			From(entsql.Table(deadletter.Table)).
			Where(entsql.And(entsql.EQ(deadletter.FieldConsumer, c.name), entsql.NotNull(deadletter.FieldNextAt))).
			GroupBy(deadletter.FieldSubject)
		s.Where(entsql.In(s.C(deadletter.FieldPosition), first))
	}
}
