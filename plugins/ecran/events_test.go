package ecran_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/labfilms/labfilms/plugins/ecran"
	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

// tell tells the module of something that happened in the core, twice.
func tell(t testing.TB, e *screen, typ, subject string) {
	t.Helper()
	event := sdk.Event{
		ID: "event-" + typ + subject, Type: typ, Source: "core", Subject: subject,
		Place: sdktest.Bretagne.Place, At: sdktest.Now, Data: json.RawMessage(`{}`),
	}
	if err := e.Deliver(t.Context(), event, event); err != nil {
		t.Fatal(err)
	}
}

// settle waits until everything that was recorded so far has been handed over:
// what is recorded last comes last.
func (e *screen) settle(t testing.TB) {
	t.Helper()
	last := e.label(t, maelle, "committee", fmt.Sprintf("Sentinelle %s", sdk.NewID()))
	sdktest.Eventually(t, "the outbox", func() bool {
		return slices.ContainsFunc(e.Emitted(t, "ecran.label.made.v1"), func(event sdk.Event) bool { return event.Subject == last })
	})
}

// told returns the data of the events of the type about the subject. The test
// has seen to it that some of the type were recorded.
func (e *screen) told(t testing.TB, typ, subject string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for _, event := range e.Emitted(t, typ) {
		if event.Subject == subject {
			var data map[string]any
			if err := json.Unmarshal(event.Data, &data); err != nil {
				t.Fatal(err)
			}
			found = append(found, data)
		}
	}
	return found
}

func TestFilmIsRecognisedOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Écran de Bretagne")
		selection := e.selection(t, maelle, label, "Gens de mer", "public")
		before := e.pick(t, maelle, selection, "maree-basse")
		ended := e.pick(t, maelle, selection, "aller-simple")
		want(t, e.As(maelle).Do(t, http.MethodDelete, "/selections/"+selection+"/picks/"+ended, nil, "If-Match", `"1"`), 204)
		for range 3 {
			e.publish(t, maelle, selection)
		}
		after := e.pick(t, maelle, selection, "phares")
		e.settle(t)

		for film, pick := range map[string]string{"maree-basse": before, "phares": after} {
			told := e.told(t, "film.recognised.v1", film)
			if len(told) != 1 {
				t.Fatalf("%s was told %d times", film, len(told))
			}
			for member, expected := range map[string]any{
				"film": film, "by": "Écran de Bretagne", "title": "Gens de mer", "note": "Pour " + film + ".",
				"from": "2026-11-22T20:30:00Z", "source_id": pick,
				"url": "https://labfilms.test/v1/spaces/" + sdktest.Bretagne.ID + "/ecran/selections/" + selection,
			} {
				if told[0][member] != expected {
					t.Errorf("%s: %s is %v, want %v", film, member, told[0][member], expected)
				}
			}
		}
		if told := e.told(t, "film.recognised.v1", "aller-simple"); len(told) != 0 {
			t.Errorf("what left before the publication was told: %v", told)
		}
		if published := e.told(t, "ecran.selection.published.v1", selection); len(published) != 1 {
			t.Errorf("published %d times", len(published))
		}
	})
}

// What is not on public view is nobody's to be told, the film's page included.
func TestFilmIsNotToldOfWhatIsNotPublic(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		private := e.selection(t, maelle, label, "Entre nous", "private")
		unlisted := e.selection(t, maelle, label, "Pour qui sait", "unlisted")
		for _, s := range []string{private, unlisted} {
			e.pick(t, maelle, s, "maree-basse")
			e.publish(t, maelle, s)
			e.pick(t, maelle, s, "phares")
		}
		public := e.selection(t, maelle, label, "Au mur", "public")
		e.publish(t, maelle, public)
		e.pick(t, maelle, public, "aller-simple")
		e.settle(t)
		if n := len(e.Emitted(t, "film.recognised.v1")); n != 1 {
			t.Fatalf("%d films were told, want that of the public selection alone", n)
		}
		// Once it comes into view, its films are told.
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/selections/"+private, map[string]any{"visibility": "public"}, "If-Match", `"2"`), 200)
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/selections/"+private, map[string]any{"text": "Enfin."}, "If-Match", `"3"`), 200)
		e.settle(t)
		for _, film := range []string{"maree-basse", "phares"} {
			if told := e.told(t, "film.recognised.v1", film); len(told) != 1 || told[0]["title"] != "Entre nous" {
				t.Errorf("%s was told %v", film, told)
			}
		}
	})
}

func TestRecognitionEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		shown, draft := e.selection(t, maelle, label, "Au mur", "public"), e.selection(t, maelle, label, "En chantier", "public")
		e.publish(t, maelle, shown)
		pick := e.pick(t, maelle, shown, "phares")
		unseen := e.pick(t, maelle, draft, "phares")
		e.pick(t, maelle, shown, "maree-basse")
		gone := e.pick(t, maelle, draft, "maree-basse")

		for selection, pick := range map[string]string{shown: pick, draft: unseen} {
			want(t, e.As(maelle).Do(t, http.MethodDelete, "/selections/"+selection+"/picks/"+pick, nil, "If-Match", `"1"`), 204)
		}
		tell(t, e, "film.withdrawn.v1", "maree-basse")
		e.settle(t)

		told := e.told(t, "film.recognition_ended.v1", "phares")
		if len(told) != 1 || told[0]["source_id"] != pick || told[0]["until"] != "2026-11-22T20:30:00Z" {
			t.Errorf("the film was told %v", told)
		}
		if n := len(e.told(t, "film.recognition_ended.v1", "maree-basse")); n != 1 {
			t.Errorf("the withdrawn film was told %d times", n)
		}
		for _, id := range []string{pick, unseen, gone} {
			if n := len(e.told(t, "ecran.pick.ended.v1", id)); n != 1 {
				t.Errorf("pick %s ended %d times", id, n)
			}
		}
		for _, selection := range []string{shown, draft} {
			if left := items(t, e.As(maelle).Do(t, http.MethodGet, "/selections/"+selection+"/picks", nil), "id"); len(left) != 0 {
				t.Errorf("still on screen: %v", left)
			}
		}
	})
}

// A selection is published while picks are made and ended: what is on screen in
// the end was told once, and what is not has ended for the film as well.
func TestPublishAndPickAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		on, off := map[string]string{}, map[string]string{} // pick to film
		var mu sync.Mutex
		for range 20 {
			selection := e.selection(t, maelle, label, "La mer", "public")
			ended := e.pick(t, maelle, selection, "aller-simple")
			off[ended] = "aller-simple"
			answers := map[string]*sdktest.Answer{}
			var all sync.WaitGroup
			try := func(name, method, path string, body any, headers ...string) {
				all.Go(func() {
					a := e.As(maelle).Do(t, method, "/selections/"+selection+path, body, headers...)
					mu.Lock()
					defer mu.Unlock()
					answers[name] = a
				})
			}
			try("publish", http.MethodPost, "/publish", nil)
			try("publish again", http.MethodPost, "/publish", nil)
			for _, film := range []string{"maree-basse", "phares"} {
				try(film, http.MethodPost, "/picks", map[string]any{"film": film})
			}
			try("end", http.MethodDelete, "/picks/"+ended, nil, "If-Match", `"1"`)
			all.Wait()
			want(t, answers["publish"], 200)
			want(t, answers["publish again"], 200)
			want(t, answers["end"], 204)
			for _, film := range []string{"maree-basse", "phares"} {
				on[made(t, answers[film])] = film
			}
		}
		e.settle(t)
		count := func(typ, film, pick string) (n int) {
			for _, data := range e.told(t, typ, film) {
				if data["source_id"] == pick {
					n++
				}
			}
			return n
		}
		for pick, film := range on {
			if n := count("film.recognised.v1", film, pick); n != 1 {
				t.Errorf("%s was told %d times of its pick", film, n)
			}
		}
		told := 0
		for pick, film := range off {
			n := count("film.recognised.v1", film, pick)
			if n == 0 {
				continue
			}
			if told++; n != 1 || count("film.recognition_ended.v1", film, pick) != 1 {
				t.Errorf("%s was told %d times of a pick, and not once that it ended", film, n)
			}
		}
		t.Logf("%d of %d picks were told before they ended", told, len(off))
	})
}

// Every event that is recorded is one that the manifest says.
func TestManifest(t *testing.T) {
	t.Parallel()
	if err := ecran.New().Manifest().Validate(); err != nil {
		t.Error(err)
	}
}
