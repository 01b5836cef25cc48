package host_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
)

func TestAModuleAsksInTheNameOfItsAskerAndNoLonger(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	if got := p.get(t, "rig/films").body; got != "A public film" {
		t.Errorf("a visitor sees %q", got)
	}
	p.as(member)
	if got := p.get(t, "rig/films").body; got != "A public film, A private film" {
		t.Errorf("Ada sees %q", got)
	}
	p.as(curator)
	if got := p.get(t, "rig/films").body; got != "A public film" {
		t.Errorf("Eve sees %q", got)
	}
	p.as(member)
	p.get(t, "rig/films-later")
	var later string
	eventually(t, "the late call", func() bool {
		later = p.get(t, "rig/later").body
		return later != ""
	})
	if !strings.Contains(later, "Unauthenticated") {
		t.Errorf("after its request the module still sees %q", later)
	}
}

func TestAServiceThatTheManifestDoesNotNameIsRefused(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	if got := p.get(t, "rig/people").body; !strings.Contains(got, "PermissionDenied") {
		t.Errorf("answered %q", got)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.refused, []string{"rig people.read"}) {
		t.Errorf("told of %v", p.refused)
	}
}

func TestAnEventIsTheModulesWhateverItSays(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	p.as(member)
	if a := p.do(t, http.MethodPost, "rig/notes", strings.NewReader(`{"text":"x"}`), "Content-Type", "application/json"); a.status != http.StatusCreated {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := p.do(t, http.MethodPost, "rig/notes", strings.NewReader(`{"text":"x", "type": "film.recognised.v1"}`), "Content-Type", "application/json"); a.status != http.StatusCreated {
		t.Fatalf("%d %s", a.status, a.body)
	}
	var got []core.Event
	eventually(t, "the events arrive", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		got = slices.Clone(p.emitted)
		return len(got) >= 2
	})
	for n, typ := range []string{noteMade, "film.recognised.v1"} {
		if e := got[n]; e.Type != typ || e.Source != "rig" || e.Place.Space != "space-bretagne" || e.Place.Network != "space-fr" {
			t.Errorf("event %+v", e)
		}
	}
}

func TestAnEventIsDelivered(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	e := core.Event{
		ID: "0190c0de-0000-7000-8000-000000000001", Type: "film.released.v1", Source: "core", Subject: "the-film",
		Place: core.Place{Network: "space-fr", Space: "space-fr"},
	}
	for range 2 {
		if err := p.Deliver(t.Context(), "rig", e); err != nil {
			t.Fatal(err)
		}
	}
	if got := p.get(t, "rig/heard").body; got != e.ID+" the-film" {
		t.Errorf("heard %q", got)
	}
	if err := p.Deliver(t.Context(), "nothing", e); err == nil {
		t.Error("delivered to a module that is not there")
	}
}
