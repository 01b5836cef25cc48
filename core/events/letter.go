package events

import (
	"context"
	"fmt"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/deadletter"
	"github.com/labfilms/labfilms/ent/outbox"
)

// ErrLetterUnknown is the fault of a letter that is not there, or not any more.
var ErrLetterUnknown = &core.Fault{
	Kind: core.Missing, Code: "letter_unknown",
	EN: "There is no such event waiting.",
	FR: "Il n'y a pas d'événement de ce genre en attente.",
}

// Letter is an event that a consumer did not take.
type Letter struct {
	*ent.DeadLetter
	Event core.Event
}

// GivenUp reports whether the letter is not tried any more.
func (l Letter) GivenUp() bool { return l.NextAt == nil }

// Letters returns the events that were not taken: those that are tried again,
// and those that were given up. The order is that of their first failure; the
// page's sort "-at" turns it round. It is for the operator: the caller has made
// sure that the actor is one.
func (l *Log) Letters(ctx context.Context, p core.Page) (core.List[Letter], error) {
	client := l.store.From(ctx)
	rows, err := client.DeadLetter.Query().Where(db.Keyset[time.Time](p, deadletter.FieldAt)).All(ctx)
	if err != nil {
		return core.List[Letter]{}, fmt.Errorf("events: letters: %w", err)
	}
	positions := make([]int64, len(rows))
	for i, row := range rows {
		positions[i] = row.Position
	}
	events, err := client.Outbox.Query().Where(outbox.PositionIn(positions...)).All(ctx)
	if err != nil {
		return core.List[Letter]{}, fmt.Errorf("events: letters: %w", err)
	}
	at := make(map[int64]core.Event, len(events))
	for _, row := range events {
		at[*row.Position] = event(row)
	}
	letters := make([]Letter, len(rows))
	for i, row := range rows {
		letters[i] = Letter{row, at[row.Position]}
	}
	return db.ListOf(letters, p, func(l Letter) core.Key { return db.KeyOf(l.At, l.ID) }), nil
}

// Replay has a letter tried again now, with all its attempts before it, even
// if it was given up; it then comes after events of its subject that were
// taken in the meantime. It returns ErrLetterUnknown if there is none with
// this id. The caller has made sure that the actor is an operator.
func (l *Log) Replay(ctx context.Context, id string) error {
	return l.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		n, err := client.DeadLetter.Update().
			Where(deadletter.ID(id)).
			SetAttempts(0).
			SetNextAt(time.Now()).
			Save(ctx)
		if err != nil {
			return fmt.Errorf("events: replay: %w", err)
		}
		if n == 0 {
			return ErrLetterUnknown
		}
		l.store.DB().AfterCommit(ctx, l.Wake)
		return nil
	})
}

// letter returns the letter of an event that c has failed to take or, without
// a failure, that waits behind another.
//
// Attempts are counted out in the time of the machine, not of the database:
// they are about waiting.
func (l *Log) letter(c *consumer, row *ent.Outbox, failure error) *ent.DeadLetter {
	now := time.Now()
	letter := &ent.DeadLetter{
		Consumer: c.name, Position: *row.Position, EventID: row.EventID, Subject: row.Subject, At: now, NextAt: &now,
	}
	if failure != nil {
		next := now.Add(l.patience.backoff(1))
		letter.Attempts, letter.LastError, letter.NextAt = 1, failure.Error(), &next
	}
	return letter
}

func put(ctx context.Context, client *ent.Client, letter *ent.DeadLetter) error {
	return client.DeadLetter.Create().
		SetConsumer(letter.Consumer).
		SetPosition(letter.Position).
		SetEventID(letter.EventID).
		SetSubject(letter.Subject).
		SetAttempts(letter.Attempts).
		SetLastError(letter.LastError).
		SetAt(letter.At).
		SetNillableNextAt(letter.NextAt).
		Exec(ctx)
}

// settle writes down what became of one more attempt.
func (l *Log) settle(ctx context.Context, letter *ent.DeadLetter, failure error) error {
	return l.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		// Attempts is the fence: it may have been replayed, or tried by another.
		same := deadletter.And(deadletter.ID(letter.ID), deadletter.Attempts(letter.Attempts))
		if failure == nil {
			_, err := client.DeadLetter.Delete().Where(same).Exec(ctx)
			return err
		}
		attempts := letter.Attempts + 1
		update := client.DeadLetter.Update().Where(same).SetAttempts(attempts).SetLastError(failure.Error())
		if attempts < l.patience.attempts {
			update.SetNextAt(time.Now().Add(l.patience.backoff(attempts)))
		} else {
			update.ClearNextAt()
			l.store.DB().AfterCommit(ctx, func() {
				l.log.ErrorContext(ctx, "an event was given up", "consumer", letter.Consumer,
					"event", letter.EventID, "letter", letter.ID, "attempts", attempts, "error", failure)
			})
		}
		return update.Exec(ctx)
	})
}
