// Package events brings what happened to those whom it concerns: to modules,
// and to the areas that keep facts which modules found.
//
// An area records an event in the transaction of the change that it tells of.
// From there on it is brought to every consumer at least once, and in order
// for each subject. A consumer recognises a repetition by the event's source
// and id, or does what is right twice.
//
// # The relay
//
// Of all processes on one database, one relays: it gives the events their
// positions and calls the consumers. The positions are given after the commit,
// because transactions end in another order than they begin in: a reader that
// went by a number drawn inside of the transaction would pass by a slower one
// and never see it. Events of one transaction keep the order in which they
// were recorded, and so do two changes of one thing, where the second waits
// for the first: record an event after the change, not before.
//
// Each consumer has a cursor, the position up to which it has seen everything.
// An event that a consumer fails to take does not hold it up: it is put aside
// as a letter and tried again, later and later, while the events of other
// subjects go on and those of its own wait behind it. After the last attempt
// it is given up and kept, to be looked at and replayed ([Log.Letters]).
//
// A consumer that is not there at all says so with a fault of the kind
// [core.Unavailable]. It is then waited for, and no attempt is counted.
package events

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"entgo.io/ent/dialect"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
)

// Log is the events of a database. It is safe for concurrent use.
type Log struct {
	store db.Store[*ent.Client]
	log   *slog.Logger
	woken chan struct{} // holds one: there may be something to do

	mu        sync.Mutex
	consumers []*consumer
	beside    []func(ctx context.Context)

	patience patience
}

// patience is how long the relay waits for what.
type patience struct {
	attempts int           // before an event is given up
	first    time.Duration // after the first failure; it doubles with each
	longest  time.Duration // between two attempts
	call     time.Duration // for one consumer to take one event
	poll     time.Duration // between two looks at the database when nothing wakes us
}

// New returns the events of d. log gets what the relay can tell nobody else.
func New(d *db.DB, log *slog.Logger) *Log {
	return &Log{
		store: db.Bind(d, func(drv dialect.Driver) *ent.Client { return ent.NewClient(ent.Driver(drv)) }),
		log:   log,
		woken: make(chan struct{}, 1),
		patience: patience{
			attempts: 16, // over about two hours
			first:    200 * time.Millisecond,
			longest:  time.Hour,
			call:     30 * time.Second,
			poll:     time.Second,
		},
	}
}

// Subscribe has fn called with every event of the types, which are names or,
// with an asterisk at the end, beginnings of names: "film.released.v1",
// "film.*", "*". consumer names the cursor: it must be the same in every
// process and from start to start, and is subscribed once a process. A new
// consumer gets every event that is kept, from the first.
//
// fn acts for the platform, for half a minute at most, and may be called again
// with an event that it has taken. Its error is kept with the event and tried
// again; of the kind [core.Unavailable], it says that the consumer is not
// there.
func (l *Log) Subscribe(consumer string, types []string, fn func(ctx context.Context, e core.Event) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.consumers {
		if c.name == consumer {
			panic("events: " + consumer + " is subscribed twice")
		}
	}
	l.consumers = append(l.consumers, newConsumer(consumer, types, fn))
	l.Wake()
}

// Wake has the relay look for something to do, in this process or, if it is
// in another, there. It does not wait.
func (l *Log) Wake() {
	select {
	case l.woken <- struct{}{}:
	default: // it has not looked since the last time
	}
}

func (l *Log) subscribed() []*consumer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.consumers)
}

// consumer is one subscription.
type consumer struct {
	name  string
	types []string
	fn    func(ctx context.Context, e core.Event) error
	woken chan struct{}
}

func newConsumer(name string, types []string, fn func(ctx context.Context, e core.Event) error) *consumer {
	return &consumer{name: name, types: slices.Clone(types), fn: fn, woken: make(chan struct{}, 1)}
}

func (c *consumer) wake() {
	select {
	case c.woken <- struct{}{}:
	default:
	}
}

// takes reports whether the consumer wants events of the type.
func (c *consumer) takes(typ string) bool {
	return slices.ContainsFunc(c.types, func(t string) bool {
		start, all := strings.CutSuffix(t, "*")
		return t == typ || all && strings.HasPrefix(typ, start)
	})
}
