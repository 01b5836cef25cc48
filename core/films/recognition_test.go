package films_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/films"
)

func told(t *testing.T, source, typ string, data any) core.Event {
	t.Helper()
	content, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return core.Event{ID: db.NewID(), Type: typ, Source: source, Subject: "x", Data: content}
}

func TestARecognitionIsKeptOnceHoweverOftenItIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		film := w.show(t, ines, "Marée basse", w.Bretagne)
		until := w.Clock.Now().Add(time.Hour)
		said := films.Recognised{
			Film: film.ID, By: "Écran de Bretagne", Title: "Gens de mer", Note: "Elle filme les mains.\nPuis les visages.",
			URL: "/v1/spaces/bretagne/ecran/selections/1", From: w.Clock.Now(), Until: &until, SourceID: "pick-1",
		}
		if won, lost := coretest.Race(20, func(int) error {
			return w.Recognise(coretest.System(), told(t, "ecran", "film.recognised.v1", said))
		}); won != 20 {
			t.Fatalf("told by 20 at the same time: %v", lost)
		}
		said.SourceID = "pick-2"
		if err := w.Recognise(coretest.System(), told(t, "ecran", "film.recognised.v1", said)); err != nil {
			t.Fatal(err)
		}
		end := films.RecognitionEnded{Film: film.ID, Until: w.Clock.Now(), SourceID: "pick-1", Reason: "rights"}
		for _, source := range []string{"vod", "ecran", "ecran"} {
			if err := w.Recognise(coretest.System(), told(t, source, "film.recognition_ended.v1", end)); err != nil {
				t.Fatal(err)
			}
			end.Reason = "told again"
			if source == "vod" {
				end.Reason = "rights"
				if got := w.said(t, film.ID); strings.Contains(got, "ended") {
					t.Errorf("another module ended it: %s", got)
				}
			}
		}
		if err := w.Recognise(coretest.System(), told(t, "ecran", "film.recognised.v1", said)); err != nil {
			t.Fatal(err)
		}
		if got, want := w.said(t, film.ID), "pick-2 on; pick-1 ended rights"; got != want {
			t.Errorf("it is known as %q, want %q", got, want)
		}
	})
}

// said writes what a visitor reads of a film's recognitions, one at a time.
func (w world) said(t *testing.T, film string) string {
	t.Helper()
	var all []string
	page := core.Page{Sort: "-from", Limit: 1, Count: true}
	for {
		list, err := w.Recognitions(coretest.Visitor(), film, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list.Items {
			if r.EndedAt == nil {
				all = append(all, r.SourceID+" on")
			} else {
				all = append(all, r.SourceID+" ended "+r.Reason)
			}
		}
		if list.Next == nil {
			if *list.Total != len(all) {
				t.Errorf("%d of %d", len(all), *list.Total)
			}
			return strings.Join(all, "; ")
		}
		page.After = list.Next
	}
}

func TestWhatCannotBeKeptIsRefusedAndWhatIsGoneIsIgnored(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		film := w.show(t, ines, "Marée basse", w.Bretagne)
		good := films.Recognised{Film: film.ID, By: "b", Title: "t", From: w.Clock.Now(), SourceID: "s"}
		for name, spoil := range map[string]func(*films.Recognised){
			"a script for an address": func(r *films.Recognised) { r.URL = "javascript:alert(1)" },
			"nobody":                  func(r *films.Recognised) { r.By = "" },
			"NUL":                     func(r *films.Recognised) { r.Note = "\x00" },
			"no time":                 func(r *films.Recognised) { r.From = time.Time{} },
			"no name for it":          func(r *films.Recognised) { r.SourceID = "" },
		} {
			said := good
			spoil(&said)
			if err := w.Recognise(coretest.System(), told(t, "ecran", "film.recognised.v1", said)); !errors.Is(err, core.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.Recognise(coretest.System(), core.Event{Type: "film.recognised.v1", Data: json.RawMessage(`{`)}); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("no JSON: %v", err)
		}
		for _, gone := range []string{db.NewID(), "\x00"} {
			said := good
			said.Film = gone
			if err := w.Recognise(coretest.System(), told(t, "ecran", "film.recognised.v1", said)); err != nil {
				t.Errorf("a film that is gone: %v", err)
			}
		}
		if err := w.Recognise(ines, told(t, "ecran", "film.recognised.v1", good)); !errors.Is(err, core.ErrDenied) {
			t.Errorf("its maker recognises it: %v", err)
		}
		if got := w.said(t, film.ID); got != "" {
			t.Errorf("it is known as %q", got)
		}
	})
}

func TestAnOwnerHasARecognitionForgottenOnceItIsOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne, "creator")
		film := w.show(t, ines, "Marée basse", w.Bretagne)
		w.agreed(t, ines, film, karim, "IMA-DOP")
		said := films.Recognised{
			Film: film.ID, By: "Écran de Bretagne", Title: "Gens de mer", From: w.Clock.Now(), SourceID: "pick-1",
		}
		if err := w.Recognise(coretest.System(), told(t, "ecran", "film.recognised.v1", said)); err != nil {
			t.Fatal(err)
		}
		kept, err := w.Recognitions(ines, film.ID, core.Page{Sort: "-from", Limit: 1})
		if err != nil || len(kept.Items) != 1 {
			t.Fatalf("it keeps %v: %v", kept.Items, err)
		}
		id := kept.Items[0].ID
		if err := w.RemoveRecognition(ines, film.ID, id); !errors.Is(err, films.ErrRecognitionCurrent) {
			t.Errorf("on show it is removed: %v", err)
		}
		end := films.RecognitionEnded{Film: film.ID, Until: w.Clock.Now(), SourceID: "pick-1"}
		if err := w.Recognise(coretest.System(), told(t, "ecran", "film.recognition_ended.v1", end)); err != nil {
			t.Fatal(err)
		}
		if err := w.RemoveRecognition(karim, film.ID, id); !errors.Is(err, core.ErrDenied) {
			t.Errorf("somebody else removes it: %v", err)
		}
		won, lost := coretest.Race(50, func(int) error { return w.RemoveRecognition(ines, film.ID, id) })
		if won != 1 {
			t.Errorf("%d of 50 removed it", won)
		}
		for _, err := range lost {
			if !errors.Is(err, films.ErrRecognitionUnknown) {
				t.Errorf("who was late hears %v", err)
			}
		}
		for range 2 { // also when the module tells of it once more
			if got := w.said(t, film.ID); got != "" {
				t.Errorf("it is known as %q", got)
			}
			if _, _, err := w.Recognition(ines, film.ID, id); !errors.Is(err, films.ErrRecognitionUnknown) {
				t.Errorf("it is found: %v", err)
			}
			if of, err := w.RecognitionsOf(ines, []string{film.ID}, 5); err != nil || len(of[film.ID]) != 0 {
				t.Errorf("the film shows %v: %v", of, err)
			}
			works, err := w.Filmography(coretest.Visitor(), w.profile(t, personOf(karim)), films.WorkFilter{}, core.Page{Sort: "-year", Limit: 5})
			if err != nil || len(works.Items) != 1 || len(works.Items[0].Recognitions) != 0 {
				t.Errorf("his filmography shows %v: %v", works.Items, err)
			}
			if err := w.Recognise(coretest.System(), told(t, "ecran", "film.recognised.v1", said)); err != nil {
				t.Fatal(err)
			}
		}
	})
}
