package ecran_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// A pick of a date comes on screen and leaves it at the instant, for whoever
// reads, and its film is told then and once.
func TestPickOfADate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		selection := e.selection(t, maelle, e.label(t, maelle, "region", "Gens de mer"), "La mer", "public")
		e.publish(t, maelle, selection)
		at := "/selections/" + selection + "/picks"
		for what, body := range map[string]map[string]any{
			"over before now":   {"until": after(-time.Hour)},
			"over now":          {"until": after(0)},
			"over before it is": {"from": after(2 * time.Hour), "until": after(time.Hour)},
			"an empty while":    {"from": after(2 * time.Hour), "until": after(2 * time.Hour)},
		} {
			a := e.As(maelle).Do(t, http.MethodPost, at, with(body, map[string]any{"film": "phares"}))
			want(t, a, 422, "invalid")
			if found := reasons(t, a); found["/until"] != "too_early" {
				t.Errorf("%s: reasons %v", what, found)
			}
		}
		a := e.As(maelle).Do(t, http.MethodPost, at, map[string]any{"film": "phares", "from": after(time.Hour), "until": after(3 * time.Hour)})
		pick := made(t, a)
		if p := a.JSON(t); p["state"] != "scheduled" {
			t.Errorf("it is %v", p["state"])
		}
		e.pick(t, maelle, selection, "maree-basse")
		reads := func(on bool, state string) {
			t.Helper()
			for _, who := range []sdk.Actor{visitor, maelle} {
				found := items(t, e.As(who).Do(t, http.MethodGet, at, nil), "id")
				if slices.Contains(found, pick) != on {
					t.Errorf("%s reads %q", who.Person, found)
				}
			}
			if s := e.state(t, selection, pick); s != state {
				t.Errorf("it is %s, want %s", s, state)
			}
			for _, list := range []string{"scheduled", "on_screen", "ended"} {
				if found := items(t, e.As(maelle).Do(t, http.MethodGet, at+"?state="+list, nil), "id"); slices.Contains(found, pick) != (list == state) {
					t.Errorf("as %s: %q", list, found)
				}
			}
		}
		reads(false, "scheduled")
		want(t, e.As(visitor).Do(t, http.MethodGet, at+"/"+pick, nil), 404, "pick_unknown")
		e.Advance(time.Hour - time.Microsecond)
		reads(false, "scheduled")
		e.Advance(time.Microsecond) // nobody waits for it to be written down
		reads(true, "on_screen")
		e.pass(t, 2*time.Hour-time.Microsecond)
		reads(true, "on_screen")
		if told := e.told(t, "film.recognised.v1", "phares"); len(told) != 1 || told[0]["until"] != after(3*time.Hour) {
			t.Errorf("the film was told %v", told)
		}
		e.Advance(time.Microsecond)
		reads(false, "ended")
		e.pass(t, time.Hour)
		reads(false, "ended")
		if ended := e.ended(t, "phares", pick); len(ended) != 1 || ended[0]["until"] != after(3*time.Hour) {
			t.Errorf("the film was told of the end %v", ended)
		}
		// Ended before it began, it never comes.
		never := made(t, e.As(maelle).Do(t, http.MethodPost, at, map[string]any{"film": "aller-simple", "from": after(10 * time.Hour)}))
		want(t, e.As(maelle).Do(t, http.MethodDelete, at+"/"+never, nil, "If-Match", `"1"`), 204)
		want(t, e.As(visitor).Do(t, http.MethodGet, at+"/"+never, nil), 404, "pick_unknown")
		if s := e.state(t, selection, never); s != "removed" {
			t.Errorf("what never came is %s", s)
		}
		e.pass(t, 10*time.Hour)
		if told := e.told(t, "film.recognised.v1", "aller-simple"); len(told) != 0 {
			t.Errorf("what never came was told %v", told)
		}
	})
}

// A selection of a date is nobody's to know of before, and remembered after.
func TestSelectionOfADate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer", map[string]any{"person": ines.Person, "role": "contributor"})
		want(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+label+"/selections", map[string]any{"title": "x", "from": after(time.Hour), "until": after(time.Hour)}), 422, "invalid")
		selection := made(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+label+"/selections", map[string]any{
			"title": "Novembre", "kind": "cycle", "edition": 12, "from": after(time.Hour), "until": after(3 * time.Hour),
		}))
		pick := e.pick(t, maelle, selection, "phares")
		e.publish(t, maelle, selection)
		later := made(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "maree-basse", "from": after(5 * time.Hour)}))
		at := "/selections/" + selection
		e.pass(t, time.Hour-time.Microsecond)
		for _, who := range []sdk.Actor{visitor, thomas, yann} {
			for _, path := range []string{at, at + "/picks", at + "/picks/" + pick, at + "/feed.atom", at + "/feed.json"} {
				want(t, e.As(who).Do(t, http.MethodGet, path, nil), 404, "selection_unknown")
			}
			if found := items(t, e.As(who).Do(t, http.MethodGet, "/selections", nil), "id"); len(found) != 0 {
				t.Errorf("listed before its time: %q", found)
			}
		}
		want(t, e.As(maelle).Do(t, http.MethodPost, "/pins", pinning("selection", selection, 1)), 422, "target_unknown")
		want(t, e.As(ines).Do(t, http.MethodGet, at, nil), 200)
		if docs, _, err := e.Documents(t.Context(), "selection", nil, ""); err != nil || len(docs) != 0 {
			t.Errorf("search finds %v (%v)", docs, err)
		}
		e.Advance(time.Microsecond)
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, at+"/picks", nil), "id"); !slices.Equal(found, []string{pick}) {
			t.Errorf("it begins with %q", found)
		}
		e.pass(t, time.Hour)
		if told := e.told(t, "film.recognised.v1", "phares"); len(told) != 1 || told[0]["until"] != after(3*time.Hour) {
			t.Errorf("the film was told %v", told)
		}
		e.Advance(time.Hour)
		for range 2 { // at once, and once it is written down
			a := e.As(visitor).Do(t, http.MethodGet, at+"/picks", nil)
			if found := items(t, a, "id"); len(found) != 0 {
				t.Errorf("over, it shows %q", found)
			}
			a = e.As(visitor).Do(t, http.MethodGet, at+"/picks?state=ended", nil)
			if ids, states := items(t, a, "id"), items(t, a, "state"); !slices.Equal(ids, []string{pick}) || !slices.Equal(states, []string{"ended"}) {
				t.Errorf("over, it remembers %q as %q", ids, states)
			}
			if p := e.As(visitor).Do(t, http.MethodGet, at+"/picks/"+pick, nil).JSON(t); p["state"] != "ended" || p["until"] != after(3*time.Hour) {
				t.Errorf("over, the pick is %v", p)
			}
			e.pass(t, time.Hour)
		}
		e.pass(t, 2*time.Hour)
		if ended := e.ended(t, "phares", pick); len(ended) != 1 || ended[0]["until"] != after(3*time.Hour) {
			t.Errorf("the film was told of the end %v", ended)
		}
		if told := e.told(t, "film.recognised.v1", "maree-basse"); len(told) != 0 || e.state(t, selection, later) != "removed" {
			t.Errorf("what was to come after the end is %s, and told %v", e.state(t, selection, later), told)
		}
	})
}

// What waits for somebody for longer than its own dates is never told.
func TestConsentThatComesTooLate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		e.film("phares").Consent = "ask"
		label := e.label(t, maelle, "region", "Gens de mer")
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		pick := made(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "phares", "until": after(time.Hour)}))
		e.pick(t, maelle, selection, "maree-basse") // that something is told
		e.pass(t, 2*time.Hour)
		consent := items(t, e.As(maelle).Do(t, http.MethodGet, "/consents?label="+label, nil), "id")[0]
		e.owned("phares", func() { want(t, e.As(thomas).Do(t, http.MethodPost, "/consents/"+consent+"/grant", nil), 200) })
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, "/selections/"+selection+"/picks", nil), "film", "id"); !slices.Equal(found, []string{"maree-basse"}) {
			t.Errorf("on screen: %q", found)
		}
		e.pass(t, time.Hour)
		if told := e.told(t, "film.recognised.v1", "phares"); len(told) != 0 {
			t.Errorf("the film was told %v", told)
		}
		if s := e.state(t, selection, pick); s != "ended" {
			t.Errorf("it is %s", s)
		}
	})
}

// The dates of a selection that is on view are changed: its films are told of
// what that makes of them, each once.
func TestDatesAreChanged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		first := e.pick(t, maelle, selection, "phares")
		change := func(version string, body map[string]any) {
			t.Helper()
			want(t, e.As(maelle).Do(t, http.MethodPatch, "/selections/"+selection, body, "If-Match", version), 200)
		}
		// Put off, it is nobody's to know of, and comes back at its time.
		change(`"2"`, map[string]any{"from": after(2 * time.Hour)})
		want(t, e.As(visitor).Do(t, http.MethodGet, "/selections/"+selection, nil), 404, "selection_unknown")
		second := e.pick(t, maelle, selection, "maree-basse")
		e.pass(t, 2*time.Hour)
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, "/selections/"+selection+"/picks", nil), "id"); !slices.Equal(found, []string{first, second}) {
			t.Errorf("it comes back with %q", found)
		}
		if told := e.told(t, "film.recognised.v1", "maree-basse"); len(told) != 1 || told[0]["from"] != after(2*time.Hour) {
			t.Errorf("the film that was picked meanwhile was told %v", told)
		}
		if ended := e.ended(t, "phares", first); len(ended) != 1 || ended[0]["until"] != after(0) {
			t.Errorf("the film that had to leave was told %v", ended)
		}
		// Over since an hour ago, somebody says now.
		e.pass(t, 2*time.Hour)
		change(`"3"`, map[string]any{"until": after(3 * time.Hour)})
		e.pass(t, time.Hour)
		if s := e.state(t, selection, second); s != "ended" {
			t.Errorf("it is %s", s)
		}
		if ended := e.ended(t, "maree-basse", second); len(ended) != 1 || ended[0]["until"] != after(3*time.Hour) {
			t.Errorf("the film was told of the end %v", ended)
		}
		// What is over takes no more.
		want(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "aller-simple"}), 409, "selection_over")
	})
}
