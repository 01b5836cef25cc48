package events

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/deadletter"
	"github.com/labfilms/labfilms/ent/outbox"
	"github.com/labfilms/labfilms/ent/outboxcursor"
)

// Settled waits until every consumer that this process has subscribed has
// taken, or given up, everything that was recorded, and what they themselves
// recorded because of it. It returns an error that says what is missing when
// ctx is done before. It is for tests and demonstrations; somebody must be running the
// relay.
func (l *Log) Settled(ctx context.Context) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	missing := "everything"
	for {
		found, err := l.missing(ctx)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("events: not settled: %s: %w", missing, ctx.Err())
		case err != nil:
			return fmt.Errorf("events: settled: %w", err)
		case found == "":
			return nil
		}
		missing = found
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// missing says what is not done yet.
func (l *Log) missing(ctx context.Context) (string, error) {
	before, err := l.last(ctx)
	if err != nil || before < 0 {
		return "events without a position", err
	}
	var behind []string
	for _, c := range l.subscribed() {
		client := l.store.From(ctx)
		there, err := client.OutboxCursor.Query().
			Where(outboxcursor.ID(c.name), outboxcursor.PositionGTE(before)).Exist(ctx)
		if err != nil {
			return "", err
		}
		waiting, err := client.DeadLetter.Query().
			Where(deadletter.Consumer(c.name), deadletter.NextAtNotNil()).Exist(ctx)
		if err != nil {
			return "", err
		}
		if !there || waiting {
			behind = append(behind, c.name)
		}
	}
	if behind != nil {
		return "behind: " + strings.Join(behind, ", "), nil
	}
	// A consumer may have recorded something before its cursor was read.
	after, err := l.last(ctx)
	if err != nil || after != before {
		return "events that came in the meantime", err
	}
	return "", nil
}

// last returns the last position that was given, -1 while events are without.
func (l *Log) last(ctx context.Context) (int64, error) {
	client := l.store.From(ctx)
	waiting, err := client.Outbox.Query().Where(outbox.PositionIsNil()).Exist(ctx)
	if err != nil || waiting {
		return -1, err
	}
	cursor, err := client.OutboxCursor.Query().Where(outboxcursor.ID(relay)).Only(ctx)
	if ent.IsNotFound(err) {
		return -1, nil // nobody has relayed yet
	}
	if err != nil {
		return 0, err
	}
	return cursor.Position, nil
}
