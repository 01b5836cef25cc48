package sdk_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest/probe"
	"github.com/labfilms/labfilms/policies"
)

func TestAnEventGoesOutWithItsPlaceAndItsActor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w sdktest.World) {
		m := w.Open(t, probe.New)
		id := leave(t, m.As(anna).In(sdktest.Brest), "Bonjour")
		e := m.Emitted(t, probe.NoteMade)[0]
		want := sdktest.Brest.Place
		want.Path = ""
		if e.Subject != id || e.Actor != "account-anna" || e.Place != want || e.Source != "probe" || string(e.Data) != `{"person":"person-anna"}` || !e.At.Equal(sdktest.Now) {
			t.Errorf("%+v\n%s", e, e.Data)
		}
	})
}

func TestAnEventSurvivesAHostThatIsNotThere(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "module.db")
	var calls atomic.Int32
	var heard atomic.Value
	around := sdk.Surroundings{
		DatabaseFile: file, Policy: tableOf(t, probe.New()),
		Emit: func(_ context.Context, events []sdk.Event) error {
			if calls.Add(1) < 3 {
				return errors.New("nobody there")
			}
			heard.Store(events[0].Subject)
			return nil
		},
	}
	open := func() *sdktest.Module {
		local, err := sdk.InProcess(t.Context(), probe.New(), around)
		if err != nil {
			t.Fatal(err)
		}
		return sdktest.Around(local)
	}
	m := open()
	id := leave(t, m.As(anna), "Bonjour")
	sdktest.Eventually(t, "a first try", func() bool { return calls.Load() > 0 })
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	m = open() // the process died; the outbox did not
	defer m.Close()
	sdktest.Eventually(t, "the event", func() bool { return heard.Load() == id })
}

func TestWhatTheHostHasRecordedLeavesTheOutbox(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w sdktest.World) {
		p := probe.New().(*probe.Probe)
		m := w.Open(t, func() sdk.Module { return p })
		for range 3 {
			leave(t, m.As(anna), "Bonjour")
		}
		sdktest.Eventually(t, "an empty outbox", func() bool { return p.Unsent(t.Context()) == 0 })
		if n := len(m.Emitted(t, probe.NoteMade)); n != 3 {
			t.Errorf("%d events were handed over, want 3", n)
		}
	})
}

func TestOnlyWhatTheManifestNamesIsRecordedAndOnlyInAWrite(t *testing.T) {
	t.Parallel()
	var unnamed, outside error
	l := &recorder{Probe: probe.New().(*probe.Probe), on: func(ctx context.Context) {
		unnamed = sdk.Record(ctx, "probe.note.burnt.v1", "n1", nil)
	}, provision: func(ctx context.Context) {
		outside = sdk.Record(ctx, probe.NoteMade, "n1", nil)
	}}
	m := sdktest.Open(t, func() sdk.Module { return l })
	if err := m.Deliver(t.Context(), sdk.Event{ID: "e1", Type: probe.FilmReleased, Source: "core", At: sdktest.Now}); err != nil {
		t.Fatal(err)
	}
	if unnamed == nil || outside == nil {
		t.Errorf("unnamed: %v, outside of a Write: %v", unnamed, outside)
	}
}

func TestAFilmIsAskedForAsWhoeverAsks(t *testing.T) {
	t.Parallel()
	var asked []string
	p := probe.New().(*probe.Probe)
	local, err := sdk.InProcess(t.Context(), p, sdk.Surroundings{
		DatabaseFile: filepath.Join(t.TempDir(), "module.db"), Policy: tableOf(t, p),
		Films: func(ctx context.Context, ids []string) ([]sdk.Film, error) {
			asked = append(asked, sdk.ActorFrom(ctx).Account)
			return []sdk.Film{{ID: ids[0], Title: "Les Embruns"}}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	sdktest.Around(local).As(anna).Do(t, http.MethodPost, "/notes", map[string]string{"text": "vu", "film": "f1"})
	if len(asked) != 1 || asked[0] != "account-anna" {
		t.Errorf("asked as %q", asked)
	}
}

// recorder is a probe that does something when it is called.
type recorder struct {
	*probe.Probe
	on, provision func(context.Context)
}

func (r *recorder) On(ctx context.Context, _ sdk.Event) error {
	r.on(ctx)
	return nil
}

func (r *recorder) Provision(ctx context.Context, h *sdk.Host) error {
	r.provision(ctx)
	return r.Probe.Provision(ctx, h)
}

func TestWhatWasToldTwiceIsHeardOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w sdktest.World) {
		var p *probe.Probe
		m := w.Open(t, func() sdk.Module {
			p = probe.New().(*probe.Probe)
			return p
		})
		e := sdk.Event{ID: "e1", Type: probe.FilmReleased, Source: "core", Subject: "f1", At: sdktest.Now}
		other := e
		other.Source = "social" // the same id from another source is another event
		for _, e := range []sdk.Event{e, e, other} {
			if err := m.Deliver(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := p.Heard(t.Context(), "e1"); n != 2 || err != nil {
			t.Errorf("heard %d times, %v; want 2", n, err)
		}
	})
}

func TestAnEventThatFailsComesAgain(t *testing.T) {
	t.Parallel()
	l := &listener{Probe: probe.New().(*probe.Probe)}
	m := sdktest.Open(t, func() sdk.Module { return l })
	e := sdk.Event{ID: "e1", Type: probe.FilmReleased, Source: "core", At: sdktest.Now}
	for _, how := range []func(){
		func() { l.fail = errors.New("not now") },
		func() { l.fail, l.panic = nil, true },
	} {
		how()
		if err := m.Deliver(t.Context(), e); err == nil {
			t.Fatal("the event was taken")
		}
		if n, _ := l.Heard(t.Context(), "e1"); n != 0 {
			t.Fatalf("what failed left %d rows", n)
		}
	}
	l.panic = false
	if err := m.Deliver(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if n, _ := l.Heard(t.Context(), "e1"); n != 1 {
		t.Errorf("heard %d times", n)
	}
}

// listener is a probe that fails after it has written.
type listener struct {
	*probe.Probe
	fail  error
	panic bool
}

func (l *listener) On(ctx context.Context, e sdk.Event) error {
	if err := l.Probe.On(ctx, e); err != nil {
		return err
	}
	if l.panic {
		panic("on purpose")
	}
	return l.fail
}

func tableOf(t *testing.T, m sdk.Module) map[sdk.Role]map[string]sdk.When {
	t.Helper()
	manifest := m.Manifest()
	gate, err := policies.Load(policies.Module{Name: manifest.Name, Rows: manifest.Policy})
	if err != nil {
		t.Fatal(err)
	}
	return gate.Table(manifest.Name)
}
