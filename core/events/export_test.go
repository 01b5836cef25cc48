package events

import (
	"context"
	"time"
)

// ErrSuperseded and Advance are the fence between two that relay at once.
var ErrSuperseded = errSuperseded

func (l *Log) Advance(ctx context.Context, name string, from, to int64) error {
	return l.store.DB().Write(ctx, func(ctx context.Context) error { return l.advance(ctx, name, from, to) })
}

// Hurry makes the relay as impatient as a test.
func (l *Log) Hurry(attempts int) {
	l.patience = patience{
		attempts: attempts,
		first:    2 * time.Millisecond,
		longest:  20 * time.Millisecond,
		call:     100 * time.Millisecond,
		poll:     50 * time.Millisecond,
	}
}

// Patient makes the relay look for something only when it is woken.
func (l *Log) Patient() { l.patience.poll = time.Hour }
