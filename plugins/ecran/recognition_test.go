package ecran_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// ended returns what the film was told of the end of a pick.
func (e *screen) ended(t testing.TB, film, pick string) []map[string]any {
	t.Helper()
	return slices.DeleteFunc(e.told(t, "film.recognition_ended.v1", film), func(data map[string]any) bool { return data["source_id"] != pick })
}

func TestECR5RecognitionsOutliveTheLabel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, ines, "personal", "Le carnet d'Inès")
		selection := e.selection(t, ines, label, "Courts de route", "public")
		e.publish(t, ines, selection)
		pick := e.pick(t, ines, selection, "phares")
		hidden := e.selection(t, ines, label, "Entre nous", "private")
		unseen := e.pick(t, ines, hidden, "maree-basse")
		other := e.selection(t, maelle, e.label(t, maelle, "region", "Gens de mer"), "La mer", "public")
		e.publish(t, maelle, other)
		stays := e.pick(t, maelle, other, "phares")
		e.pin(t, "pick", pick, 1)
		at := "/selections/" + selection + "/picks"

		// A holder who is suspended is seen nowhere; nothing is ended for the
		// films, which were chosen all the same.
		tell(t, e, "person.suspended.v1", ines.Person)
		e.pass(t, time.Hour)
		for _, path := range []string{"/labels/" + label, at, at + "/" + pick, "/labels/" + label + "/feed.atom"} {
			want(t, e.As(visitor).Do(t, http.MethodGet, path, nil), 404)
		}
		if found := blocks(t, e.As(visitor).Do(t, http.MethodGet, "/page", nil)); len(found) != 0 {
			t.Errorf("the page shows %q of the suspended", found)
		}
		tell(t, e, "person.reinstated.v1", ines.Person)
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, at, nil), "id"); !slices.Equal(found, []string{pick}) {
			t.Errorf("reinstated, it holds %q", found)
		}

		// Closed, it shows nothing and is remembered; closing again changes nothing.
		e.pass(t, time.Hour)
		for range 2 {
			a := e.As(ines).Do(t, http.MethodPost, "/labels/"+label+"/close", nil)
			want(t, a, 200)
			if state := a.JSON(t)["state"]; state != "closed" {
				t.Errorf("it is %v", state)
			}
		}
		e.pass(t, time.Hour)
		told := e.told(t, "film.recognised.v1", "phares")
		if len(told) != 2 || told[0]["by"] != "Le carnet d'Inès" || told[0]["from"] != after(0) || told[0]["until"] != nil {
			t.Errorf("the film was told %v", told)
		}
		if ended := e.ended(t, "phares", pick); len(ended) != 1 || ended[0]["until"] != after(2*time.Hour) {
			t.Errorf("the film was told of the end %v", ended)
		}
		if n := len(e.ended(t, "phares", stays)); n != 0 {
			t.Errorf("another label's recognition has ended")
		}
		if n := len(e.ended(t, "maree-basse", unseen)); n != 0 {
			t.Errorf("a film is told of the end of what it never knew")
		}
		if n := len(e.told(t, "ecran.label.closed.v1", label)); n != 1 {
			t.Errorf("closed %d times", n)
		}
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, at, nil), "id"); len(found) != 0 {
			t.Errorf("on screen: %q", found)
		}
		a := e.As(visitor).Do(t, http.MethodGet, at+"?state=ended", nil)
		if found := items(t, a, "id"); !slices.Equal(found, []string{pick}) {
			t.Errorf("remembered: %q", found)
		}
		if p := a.JSON(t)["data"].([]any)[0].(map[string]any); p["until"] != after(2*time.Hour) || p["note"] != "Pour phares." {
			t.Errorf("remembered as %v", p)
		}
		if found := blocks(t, e.As(visitor).Do(t, http.MethodGet, "/page", nil)); len(found) != 0 {
			t.Errorf("the page shows %q", found)
		}
		if feed := e.As(visitor).Do(t, http.MethodGet, "/labels/"+label+"/feed.json", nil); strings.Contains(string(feed.Body), pick) {
			t.Errorf("the feed holds %s", feed.Body)
		}
	})
}
