package events

import (
	"context"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/ent/deadletter"
	"github.com/labfilms/labfilms/ent/outbox"
	"github.com/labfilms/labfilms/ent/outboxcursor"
)

// While has fn run in the process that relays, for as long as it does: what fn
// does beside the consumers, nobody else does. fn ends when ctx does. It is
// called before Run.
func (l *Log) While(fn func(ctx context.Context)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.beside = append(l.beside, fn)
}

// Ahead returns the subjects of the events that were recorded and that the
// consumer has not taken yet: what it knows of them may be out of date. There
// are most often none; of many it returns limit. It is two queries.
func (l *Log) Ahead(ctx context.Context, consumer string, limit int) ([]string, error) {
	client := l.store.From(ctx)
	subjects, err := client.Outbox.Query().
		Where(func(s *entsql.Selector) {
			cursors := entsql.Table(outboxcursor.Table)
			taken := entsql.Dialect(s.Dialect()).Select(cursors.C(outboxcursor.FieldPosition)).From(cursors).
				Where(entsql.EQ(cursors.C(outboxcursor.FieldID), consumer))
			s.Where(entsql.Or(
				entsql.IsNull(s.C(outbox.FieldPosition)),
				entsql.P(func(b *entsql.Builder) {
					b.Ident(s.C(outbox.FieldPosition)).WriteString(" > COALESCE((").Join(taken).WriteString("), 0)")
				}),
			))
		}).
		Unique(true).Limit(limit).Select(outbox.FieldSubject).Strings(ctx)
	if err != nil {
		return nil, err
	}
	waiting, err := client.DeadLetter.Query().Where(deadletter.Consumer(consumer), deadletter.NextAtNotNil()).
		Unique(true).Limit(limit).Select(deadletter.FieldSubject).Strings(ctx)
	return append(subjects, waiting...), err
}
