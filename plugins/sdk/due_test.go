package sdk_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest/probe"
)

// alarm is a probe that says something of itself when a film is released, an
// hour and a second later in that order, and that hears itself say it.
type alarm struct{ *probe.Probe }

func newAlarm() *alarm { return &alarm{probe.New().(*probe.Probe)} }

func (a *alarm) Manifest() sdk.Manifest {
	m := a.Probe.Manifest()
	m.Listens = append(m.Listens, probe.NoteMade)
	return m
}

func (a *alarm) On(ctx context.Context, e sdk.Event) error {
	if e.Type == probe.FilmReleased {
		for _, after := range []time.Duration{time.Hour, time.Second, -time.Hour} {
			if err := sdk.RecordAt(ctx, sdk.Now(ctx).Add(after), probe.NoteMade, "in "+after.String(), nil); err != nil {
				return err
			}
		}
		return nil
	}
	e.ID = e.Subject
	return a.Probe.On(ctx, e)
}

var released = sdk.Event{ID: "e1", Type: probe.FilmReleased, Source: "core", Subject: "f1", Place: sdktest.Bretagne.Place, At: sdktest.Now}

func TestAnEventComesAtItsHourAndNotBefore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w sdktest.World) {
		a := newAlarm()
		m := w.Open(t, func() sdk.Module { return a })
		if err := m.Deliver(t.Context(), released); err != nil {
			t.Fatal(err)
		}
		for n, step := range []struct {
			pass time.Duration
			told string // the last that was
		}{{0, "in -1h0m0s"}, {time.Second, "in 1s"}, {time.Hour - time.Second - time.Microsecond, "in 1s"}, {time.Microsecond, "in 1h0m0s"}} {
			m.Advance(step.pass)
			sdktest.Eventually(t, step.told, func() bool {
				heard, err := a.Heard(t.Context(), step.told)
				return err == nil && heard == 1
			})
			sdktest.Eventually(t, "what waits to be all that is left", func() bool { return a.Unsent(t.Context()) == []int{2, 1, 1, 0}[n] })
			if told := m.Emitted(t, probe.NoteMade); told[len(told)-1].Subject != step.told {
				t.Errorf("after step %d the last was %q", n, told[len(told)-1].Subject)
			}
		}
	})
}

func TestAnEventThatWaitsOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	around := sdk.Surroundings{DatabaseFile: filepath.Join(t.TempDir(), "module.db"), Policy: tableOf(t, probe.New()), Clock: sdktest.Now}
	told := make(chan string, 10)
	around.Emit = func(_ context.Context, events []sdk.Event) error {
		for _, e := range events {
			told <- e.Subject
		}
		return nil
	}
	open := func() *sdk.Local {
		t.Helper()
		local, err := sdk.InProcess(t.Context(), newAlarm(), around)
		if err != nil {
			t.Fatal(err)
		}
		return local
	}
	first := open()
	if err := first.Deliver(t.Context(), released); err != nil {
		t.Fatal(err)
	}
	if got := <-told; got != "in -1h0m0s" {
		t.Errorf("told at once: %q", got)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	around.Clock = sdktest.Now.Add(2 * time.Hour) // it was down when the hour came
	second := open()
	defer second.Close()
	for _, want := range []string{"in 1h0m0s", "in 1s"} { // as they were recorded: both are due
		if got := <-told; got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}

func TestTheRealClockWakesTheRelay(t *testing.T) {
	t.Parallel()
	told := make(chan time.Time, 10)
	local, err := sdk.InProcess(t.Context(), newAlarm(), sdk.Surroundings{
		DatabaseFile: filepath.Join(t.TempDir(), "module.db"), Policy: tableOf(t, probe.New()),
		Emit: func(_ context.Context, events []sdk.Event) error {
			for _, e := range events {
				if e.Subject == "in 1s" {
					told <- time.Now()
				}
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	began := time.Now()
	if err := local.Deliver(t.Context(), released); err != nil {
		t.Fatal(err)
	}
	select {
	case at := <-told:
		if took := at.Sub(began); took < time.Second {
			t.Errorf("it came after %v", took)
		}
	case <-time.After(15 * time.Second):
		t.Error("it did not come within 15 s")
	}
}
