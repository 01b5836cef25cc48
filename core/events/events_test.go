package events_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/events"
	"github.com/labfilms/labfilms/ent/migrations"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func schema(ctx context.Context, d *db.DB) error {
	_, err := d.Migrate(ctx, migrations.FS(d.Dialect()), "core_migrations")
	return err
}

// newLog returns events with a short patience, and what the relay logs.
func newLog(d *db.DB) *events.Log {
	l := events.New(d, slog.New(slog.DiscardHandler))
	l.Hurry(4)
	return l
}

// run relays until the test ends or stop is called.
func run(t testing.TB, l *events.Log) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func settled(t testing.TB, l *events.Log) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := l.Settled(ctx); err != nil {
		t.Fatal(err)
	}
}

// soon polls until ok, and fails the test after ten seconds.
func soon(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func record(ctx context.Context, d *db.DB, l *events.Log, subject string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return d.Write(ctx, func(ctx context.Context) error {
		return l.Record(ctx, core.Event{Type: "film.released.v1", Subject: subject, Data: text})
	})
}

// inbox keeps what a consumer has taken.
type inbox struct {
	mu    sync.Mutex
	taken []core.Event
}

func (i *inbox) take(_ context.Context, e core.Event) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.taken = append(i.taken, e)
	return nil
}

func (i *inbox) all() []core.Event {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.taken)
}

// lines returns subject and data of what was taken, in order.
func (i *inbox) lines() []string {
	var lines []string
	for _, e := range i.all() {
		lines = append(lines, e.Subject+string(e.Data))
	}
	return lines
}

func TestRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		d := open(t)
		l := newLog(d)
		var got inbox
		l.Subscribe("test", []string{"*"}, got.take)
		run(t, l)

		place := core.Place{Network: "n", Region: "r", Space: "s", Path: "/n/r/s/"}
		ctx := core.WithActor(context.Background(), &core.Actor{Account: "account"})
		data := json.RawMessage(`{"b":  1, "a": "é"}`)
		if err := l.Record(ctx, core.Event{Type: "film.released.v1", Subject: "x"}); !errors.Is(err, db.ErrReadOnly) {
			t.Errorf("recorded outside of a transaction: %v", err)
		}
		rolledBack := errors.New("no")
		err := d.Write(ctx, func(ctx context.Context) error {
			return errors.Join(l.Record(ctx, core.Event{Type: "film.released.v1", Subject: "x"}), rolledBack)
		})
		if !errors.Is(err, rolledBack) {
			t.Fatal(err)
		}
		err = d.Write(ctx, func(ctx context.Context) error {
			return l.Record(ctx, core.Event{Type: "film.released.v1", Source: "forged", Subject: "film", Place: place, Data: data})
		})
		if err != nil {
			t.Fatal(err)
		}
		settled(t, l)

		taken := got.all()
		if len(taken) != 1 {
			t.Fatalf("took %v", taken)
		}
		e := taken[0]
		place.Path = ""
		if e.Source != "core" || e.Type != "film.released.v1" || e.Subject != "film" || e.Place != place || e.Actor != "account" {
			t.Errorf("took %+v", e)
		}
		if string(e.Data) != string(data) {
			t.Errorf("the data came as %s", e.Data)
		}
		if len(e.ID) != 36 || e.At.IsZero() || e.At != e.At.UTC().Truncate(time.Microsecond) {
			t.Errorf("id %q at %v", e.ID, e.At)
		}
	}, schema)
}

func TestInvalid(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, schema)
	l := newLog(d)
	good := core.Event{ID: "1", Type: "ecran.pick.made.v1", Source: "ecran", Subject: "x", At: time.Now()}
	for name, spoil := range map[string]func(*core.Event){
		"/id":      func(e *core.Event) { e.ID = "" },
		"/id ":     func(e *core.Event) { e.ID = strings.Repeat("x", 65) },
		"/type":    func(e *core.Event) { e.Type = "released" },
		"/type ":   func(e *core.Event) { e.Type = "Film.released.v1" },
		"/type  ":  func(e *core.Event) { e.Type = "film.released" },
		"/source":  func(e *core.Event) { e.Source = "core" },
		"/source ": func(e *core.Event) { e.Source = "" },
		"/subject": func(e *core.Event) { e.Subject = "a b" },
		"/time":    func(e *core.Event) { e.At = time.Time{} },
		"/place":   func(e *core.Event) { e.Place.Space = strings.Repeat("x", 37) },
		"/actor":   func(e *core.Event) { e.Actor = strings.Repeat("x", 37) },
		"/data":    func(e *core.Event) { e.Data = json.RawMessage(`{"a":`) },
		"/data ":   func(e *core.Event) { e.Data = json.RawMessage("\"\xff\"") },
	} {
		e := good
		spoil(&e)
		err := l.Accept(context.Background(), e)
		if !errors.Is(err, events.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if reasons := core.AsError(err).Reasons; len(reasons) != 1 || reasons[0].Pointer != strings.TrimSpace(name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := l.Accept(context.Background(), good); err != nil {
		t.Error(err)
	}
}

// An event is the same if its source and its id are.
func TestAccept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		l := newLog(d)
		var got inbox
		l.Subscribe("test", []string{"*"}, got.take)
		run(t, l)

		e := core.Event{ID: "1", Type: "ecran.pick.made.v1", Source: "ecran", Subject: "a", At: d.Now()}
		var wg sync.WaitGroup
		for range 8 { // at once, as after a lost answer
			wg.Go(func() {
				if err := l.Accept(ctx, e); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		other := e
		other.Source, other.Subject = "vod", "b"
		if err := l.Accept(ctx, other); err != nil {
			t.Error(err)
		}
		err := d.Write(ctx, func(ctx context.Context) error { // what was accepted before dooms nothing
			other.ID, other.Subject = "2", "c"
			return errors.Join(l.Accept(ctx, e), l.Accept(ctx, other))
		})
		if err != nil {
			t.Error(err)
		}
		settled(t, l)
		lines := got.lines()
		slices.Sort(lines)
		if got := strings.Join(lines, " "); got != "a b c" {
			t.Errorf("took %q", got)
		}
	}, schema)
}

func TestTypes(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, schema)
	l := newLog(d)
	var exact, noun, all, none inbox
	l.Subscribe("exact", []string{"film.released.v1", "person.joined.v1"}, exact.take)
	l.Subscribe("noun", []string{"film.*"}, noun.take)
	l.Subscribe("all", []string{"*"}, all.take)
	l.Subscribe("none", nil, none.take)
	run(t, l)
	for _, typ := range []string{"film.released.v1", "film.released.v2", "film.released.v10", "film_school.opened.v1", "person.joined.v1"} {
		err := d.Write(context.Background(), func(ctx context.Context) error {
			return l.Record(ctx, core.Event{Type: typ, Subject: typ})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	settled(t, l)
	for want, got := range map[string][]string{
		"film.released.v1 person.joined.v1":                                                          exact.lines(),
		"film.released.v1 film.released.v2 film.released.v10":                                        noun.lines(),
		"film.released.v1 film.released.v2 film.released.v10 film_school.opened.v1 person.joined.v1": all.lines(),
		"": none.lines(),
	} {
		if got := strings.Join(got, " "); got != want {
			t.Errorf("took %q, want %q", got, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("subscribed twice")
		}
	}()
	l.Subscribe("all", []string{"*"}, all.take)
}

// Fifty writers, whose transactions end in any order, some never, while the
// relay runs: a consumer gets every event that was committed, once, those of a
// subject in the order of its changes, and the positions have no gap.
func TestWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		if _, err := d.Exec(ctx, `CREATE TABLE things (id varchar(10) PRIMARY KEY, version bigint)`); err != nil {
			t.Fatal(err)
		}
		l := newLog(d)
		var got, other inbox
		l.Subscribe("one", []string{"*"}, got.take)
		l.Subscribe("other", []string{"film.*"}, other.take)
		run(t, l)

		const writers, each, subjects = 50, 10, 7
		for s := range subjects {
			if _, err := d.Exec(ctx, `INSERT INTO things VALUES (?, 0)`, fmt.Sprintf("s%d", s)); err != nil {
				t.Fatal(err)
			}
		}
		abort := errors.New("no")
		committed := make(chan string, writers*each*2)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					subject := fmt.Sprintf("s%d", (w+i)%subjects)
					var version int
					err := d.Write(ctx, func(ctx context.Context) error {
						if _, err := d.Exec(ctx, `UPDATE things SET version = version + 1 WHERE id = ?`, subject); err != nil {
							return err
						}
						if err := d.QueryRow(ctx, `SELECT version FROM things WHERE id = ?`, []any{subject}, &version); err != nil {
							return err
						}
						for half := range 2 {
							if err := record(ctx, d, l, subject, 2*version+half); err != nil {
								return err
							}
						}
						if (w+i)%5 == 0 {
							return abort
						}
						return nil
					})
					switch {
					case err == nil:
						committed <- fmt.Sprint(subject, 2*version)
						committed <- fmt.Sprint(subject, 2*version+1)
					case !errors.Is(err, abort):
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		close(committed)
		settled(t, l)

		var want []string
		for line := range committed {
			want = append(want, line)
		}
		slices.Sort(want)
		for _, box := range []*inbox{&got, &other} {
			last := map[string]int{}
			for _, e := range box.all() {
				var n int
				if err := json.Unmarshal(e.Data, &n); err != nil {
					t.Fatal(err)
				}
				if n <= last[e.Subject] {
					t.Errorf("%s: %d after %d", e.Subject, n, last[e.Subject])
				}
				last[e.Subject] = n
			}
			lines := box.lines()
			slices.Sort(lines)
			if !slices.Equal(lines, want) {
				t.Errorf("took %d, want %d", len(lines), len(want))
			}
		}
		var rows, first, last int
		err := d.QueryRow(ctx, `SELECT count(*), min(position), max(position) FROM outbox`, nil, &rows, &first, &last)
		if err != nil || rows != len(want) || first != 1 || last != rows {
			t.Errorf("%d rows from %d to %d (%v), want %d", rows, first, last, err, len(want))
		}
	}, schema)
}

// A slower transaction, whose event was drawn first, is not passed by.
func TestPositionsAfterCommit(t *testing.T) {
	t.Parallel()
	ctx, d := context.Background(), dbtest.Open(t, db.Postgres, schema)
	l := newLog(d)
	var got inbox
	l.Subscribe("test", []string{"*"}, got.take)
	run(t, l)
	err := d.Write(ctx, func(inside context.Context) error {
		if err := record(inside, d, l, "slow", 1); err != nil {
			return err
		}
		if err := record(ctx, d, l, "fast", 2); err != nil { // a transaction of its own
			return err
		}
		soon(t, "the fast one", func() bool { return len(got.all()) == 1 })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	settled(t, l)
	if lines := fmt.Sprint(got.lines()); lines != "[fast2 slow1]" {
		t.Errorf("took %s", lines)
	}
}

// What was recorded while nobody relayed is brought later, and what was taken
// is not brought again by the next relay.
func TestRestart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		var want []string
		var got inbox
		for round := range 3 {
			for i := range 250 { // more than two batches
				if err := record(ctx, d, newLog(d), "a", round*1000+i); err != nil {
					t.Fatal(err)
				}
				want = append(want, fmt.Sprintf("a%d", round*1000+i))
			}
			l := newLog(d)
			l.Subscribe("test", []string{"*"}, got.take)
			stop := run(t, l)
			settled(t, l)
			stop()
			if !slices.Equal(got.lines(), want) {
				t.Fatalf("round %d: took %d, want %d, in order", round, len(got.lines()), len(want))
			}
		}
		// A new consumer gets everything from the first.
		var late inbox
		l := newLog(d)
		l.Subscribe("late", []string{"*"}, late.take)
		run(t, l)
		settled(t, l)
		if !slices.Equal(late.lines(), want) {
			t.Errorf("the late one took %d", len(late.lines()))
		}
	}, schema)
}

// One of several processes relays; when it goes, another takes over, and what
// is recorded anywhere reaches it at once.
func TestLeader(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			ctx, o := context.Background(), dbtest.Options(t, dialect)
			var (
				got   [3]inbox
				logs  [3]*events.Log
				stops [3]func()
				dbs   [3]*db.DB
			)
			first, err := db.Open(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { first.Close() })
			if err := schema(ctx, first); err != nil {
				t.Fatal(err)
			}
			for i := range logs {
				dbs[i] = first // SQLite serves one process
				if dialect == db.Postgres {
					if dbs[i], err = db.Open(ctx, o); err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { dbs[i].Close() })
				}
				logs[i] = newLog(dbs[i])
				logs[i].Subscribe("test", []string{"*"}, got[i].take)
				stops[i] = run(t, logs[i])
			}
			taken := func() (n, leader int) {
				for i := range got {
					if len(got[i].all()) > 0 {
						n, leader = n+len(got[i].all()), i
					}
				}
				return n, leader
			}
			for i := range 30 {
				if err := record(ctx, dbs[i%3], logs[i%3], "a", i); err != nil {
					t.Fatal(err)
				}
			}
			settled(t, logs[0])
			n, leader := taken()
			if n != 30 || len(got[leader].all()) != 30 {
				t.Fatalf("took %d; %d of them at one", n, len(got[leader].all()))
			}
			stops[leader]()
			for i := range 30 {
				if err := record(ctx, dbs[i%3], logs[i%3], "a", i); err != nil {
					t.Fatal(err)
				}
			}
			settled(t, logs[(leader+1)%3])
			if n, _ := taken(); n != 60 || len(got[leader].all()) != 30 {
				t.Errorf("took %d", n)
			}
		})
	}
}

// A follower's event does not wait for the leader's next look.
func TestWakeAcross(t *testing.T) {
	t.Parallel()
	ctx, o := context.Background(), dbtest.Options(t, db.Postgres)
	leading, err := db.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { leading.Close() })
	if err := schema(ctx, leading); err != nil {
		t.Fatal(err)
	}
	following, err := db.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { following.Close() })

	leader := events.New(leading, slog.New(slog.DiscardHandler))
	leader.Patient()
	var got inbox
	leader.Subscribe("test", []string{"*"}, got.take)
	run(t, leader)
	settled(t, leader)

	follower := newLog(following)
	run(t, follower)
	if err := record(ctx, following, follower, "a", 1); err != nil {
		t.Fatal(err)
	}
	soon(t, "the event of the other process", func() bool { return len(got.all()) == 1 })
}

// The relay goes on when its connection, and with it the lock, is cut.
func TestLostLock(t *testing.T) {
	t.Parallel()
	ctx, d := context.Background(), dbtest.Open(t, db.Postgres, schema)
	l := newLog(d)
	var got inbox
	l.Subscribe("test", []string{"*"}, got.take)
	run(t, l)
	for i := range 5 {
		if err := record(ctx, d, l, "a", i); err != nil {
			t.Fatal(err)
		}
		settled(t, l)
		var cut int
		err := d.QueryRow(ctx, `SELECT count(pg_terminate_backend(pid)) FROM pg_locks
			WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, nil, &cut)
		if err != nil || cut != 1 {
			t.Fatalf("cut %d (%v)", cut, err)
		}
	}
	settled(t, l)
	if lines := fmt.Sprint(got.lines()); lines != "[a0 a1 a2 a3 a4]" {
		t.Errorf("took %s", lines)
	}
}

// Two that relay at once, because one does not know yet that it has lost the
// lock, bring everything, and lose nothing. (On SQLite the lock holds within a
// process, or here: within an open database.)
func TestTwoRelays(t *testing.T) {
	t.Parallel()
	ctx, o := context.Background(), dbtest.Options(t, db.SQLite)
	var (
		got  inbox
		logs [2]*events.Log
		dbs  [2]*db.DB
		want []string
	)
	for i := range logs {
		d, err := db.Open(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		if err := schema(ctx, d); err != nil {
			t.Fatal(err)
		}
		dbs[i], logs[i] = d, newLog(d)
		logs[i].Subscribe("test", []string{"*"}, got.take)
		run(t, logs[i])
	}
	for i := range 300 {
		if err := record(ctx, dbs[i%2], logs[i%2], "a", i); err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprintf("a%d", i))
	}
	settled(t, logs[0])
	lines := got.lines()
	slices.Sort(lines)
	slices.Sort(want)
	if !slices.Equal(slices.Compact(lines), want) {
		t.Errorf("took %d different ones, want %d", len(slices.Compact(lines)), len(want))
	}
	var rows, last int
	if err := dbs[0].QueryRow(ctx, `SELECT count(position), max(position) FROM outbox`, nil, &rows, &last); err != nil || rows != 300 || last != 300 {
		t.Errorf("%d positions up to %d (%v), want 300", rows, last, err)
	}
	if err := logs[0].Advance(ctx, "test", 299, 300); !errors.Is(err, events.ErrSuperseded) {
		t.Errorf("moved a cursor that another had moved: %v", err)
	}
}
