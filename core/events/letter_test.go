package events_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/events"
)

var errSick = errors.New("sick")

// An event that is not taken at first is tried again, and its subject keeps
// its order; other subjects and other consumers do not wait.
func TestRetry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		l := newLog(d)
		var got, other inbox
		failures, release := 0, make(chan struct{})
		l.Subscribe("test", []string{"*"}, func(ctx context.Context, e core.Event) error {
			if e.Subject == "a" && failures < 3 {
				failures++
				if failures == 2 {
					select {
					case <-release:
					case <-ctx.Done():
					}
				}
				if failures == 1 {
					panic("sick")
				}
				return errSick
			}
			return got.take(ctx, e)
		})
		l.Subscribe("other", []string{"*"}, other.take)
		var want []string
		for i := range 10 {
			for _, subject := range []string{"a", "b"} {
				if err := record(ctx, d, l, subject, i); err != nil {
					t.Fatal(err)
				}
				want = append(want, fmt.Sprint(subject, i))
			}
		}
		run(t, l)
		soon(t, "the other consumer", func() bool { return len(other.all()) == 20 })
		close(release)
		settled(t, l)

		if failures != 3 {
			t.Errorf("failed %d times", failures)
		}
		if !slices.Equal(other.lines(), want) {
			t.Errorf("the other consumer took %q", other.lines())
		}
		if first := got.lines()[0]; first != "b0" {
			t.Errorf("%s came first: the subject that fails held up the other", first)
		}
		for _, subject := range []string{"a", "b"} {
			lines := slices.DeleteFunc(got.lines(), func(line string) bool { return !strings.HasPrefix(line, subject) })
			if !slices.IsSorted(lines) || len(lines) != 10 {
				t.Errorf("%s came as %q", subject, lines)
			}
		}
		if letters, err := l.Letters(ctx, core.Page{Limit: 10}); err != nil || len(letters.Items) != 0 {
			t.Errorf("letters %v (%v)", letters.Items, err)
		}
	}, schema)
}

// An event that is never taken is given up and kept, and can be replayed.
func TestGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		l := newLog(d)
		var (
			got    inbox
			tries  atomic.Int32
			healed atomic.Bool
		)
		l.Subscribe("test", []string{"*"}, func(ctx context.Context, e core.Event) error {
			if string(e.Data) == "0" && !healed.Load() {
				tries.Add(1)
				return errSick
			}
			return got.take(ctx, e)
		})
		run(t, l)
		for i := range 3 {
			if err := record(ctx, d, l, "a", i); err != nil {
				t.Fatal(err)
			}
		}
		settled(t, l)
		if tries.Load() != 4 {
			t.Errorf("tried %d times, want 4", tries.Load())
		}
		if lines := fmt.Sprint(got.lines()); lines != "[a1 a2]" {
			t.Errorf("took %s", lines)
		}
		list, err := l.Letters(ctx, core.Page{Limit: 10})
		if err != nil || len(list.Items) != 1 {
			t.Fatalf("letters %v (%v)", list.Items, err)
		}
		letter := list.Items[0]
		if !letter.GivenUp() || letter.Consumer != "test" || letter.Attempts != 4 || letter.LastError != "sick" ||
			letter.Event.Subject != "a" || string(letter.Event.Data) != "0" || letter.Event.ID != letter.EventID {
			t.Errorf("the letter is %+v", letter)
		}
		if err := l.Replay(ctx, letter.ID); err != nil {
			t.Fatal(err)
		}
		settled(t, l)
		if tries.Load() != 8 {
			t.Errorf("tried %d times, want 8", tries.Load())
		}
		healed.Store(true)
		if err := l.Replay(ctx, letter.ID); err != nil {
			t.Fatal(err)
		}
		settled(t, l)
		if lines := fmt.Sprint(got.lines()); lines != "[a1 a2 a0]" {
			t.Errorf("took %s", lines)
		}
		if err := l.Replay(ctx, letter.ID); !errors.Is(err, events.ErrLetterUnknown) {
			t.Errorf("replayed what was taken: %v", err)
		}
	}, schema)
}

// A consumer that is not there is waited for: nothing is counted, nothing is
// given up, nothing is out of order.
func TestUnavailable(t *testing.T) {
	absent := &core.Fault{Kind: core.Unavailable, Code: "module_unavailable"}
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		l := newLog(d)
		var got inbox
		tries := 0
		l.Subscribe("test", []string{"*"}, func(ctx context.Context, e core.Event) error {
			tries++
			switch {
			case tries%3 == 0 && tries < 60:
				return got.take(ctx, e)
			case tries < 60:
				return fmt.Errorf("deliver: %w", absent.Because(errSick))
			default:
				return got.take(ctx, e)
			}
		})
		run(t, l)
		var want []string
		for i := range 30 {
			if err := record(ctx, d, l, fmt.Sprintf("s%d-", i%2), i); err != nil {
				t.Fatal(err)
			}
			want = append(want, fmt.Sprintf("s%d-%d", i%2, i))
		}
		settled(t, l)
		if !slices.Equal(got.lines(), want) {
			t.Errorf("took %q", got.lines())
		}
		if letters, err := l.Letters(ctx, core.Page{Limit: 10}); err != nil || len(letters.Items) != 0 {
			t.Errorf("letters %v (%v)", letters.Items, err)
		}
	}, schema)
}

// A consumer that hangs is told to stop, and the relay goes on.
func TestHangs(t *testing.T) {
	t.Parallel()
	ctx, d := context.Background(), dbtest.Open(t, db.SQLite, schema)
	l := newLog(d)
	var got inbox
	hung := false
	l.Subscribe("test", []string{"*"}, func(ctx context.Context, e core.Event) error {
		if !hung {
			hung = true
			<-ctx.Done()
			return ctx.Err()
		}
		return got.take(ctx, e)
	})
	run(t, l)
	for i := range 2 {
		if err := record(ctx, d, l, "a", i); err != nil {
			t.Fatal(err)
		}
	}
	settled(t, l)
	if lines := fmt.Sprint(got.lines()); lines != "[a0 a1]" {
		t.Errorf("took %s", lines)
	}
}

// A consumer acts as the platform, may write, and may record what follows.
func TestConsumerRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		l := newLog(d)
		var got inbox
		l.Subscribe("counter", []string{"*"}, func(ctx context.Context, e core.Event) error {
			if !core.ActorFrom(ctx).System {
				return errors.New("not the platform")
			}
			if string(e.Data) == "0" {
				return got.take(ctx, e)
			}
			return errors.Join(got.take(ctx, e), record(ctx, d, l, e.Subject, int(e.Data[0]-'1')))
		})
		run(t, l)
		if err := record(ctx, d, l, "a", 9); err != nil {
			t.Fatal(err)
		}
		settled(t, l)
		if lines := fmt.Sprint(got.lines()); lines != "[a9 a8 a7 a6 a5 a4 a3 a2 a1 a0]" {
			t.Errorf("took %s", lines)
		}
	}, schema)
}

// Settled says what is missing.
func TestSettledInVain(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, schema)
	l := newLog(d)
	if err := record(context.Background(), d, l, "a", 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go cancel()
	if err := l.Settled(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("settled without a relay: %v", err)
	}
}
