package ecran_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

func TestPick(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer", map[string]any{"person": thomas.Person, "role": "curator"})
		selection := e.selection(t, maelle, label, "La mer sans carte postale", "public")
		at := "/selections/" + selection + "/picks"

		a := e.As(maelle).Do(t, http.MethodPost, at, map[string]any{"film": "nowhere"})
		want(t, a, 422, "film_unknown")
		if found := reasons(t, a); found["/film"] != "film_unknown" {
			t.Errorf("reasons %v", found)
		}
		want(t, e.As(maelle).Do(t, http.MethodPost, at, map[string]any{"film": "drisses"}), 409, "film_not_released")
		want(t, e.As(maelle).Do(t, http.MethodPost, at, map[string]any{"note": "Lequel ?"}), 422)

		a = e.As(maelle).Do(t, http.MethodPost, at, map[string]any{"film": "phares", "note": "On entend la mer autrement."})
		phares := made(t, a)
		p := a.JSON(t)
		if film := p["film"].(map[string]any); film["name"] != "Ce que disent les phares" || film["slug"] != "ce-que-disent-les-phares" || film["id"] != "phares" {
			t.Errorf("film %v", film)
		}
		if by := p["by"].(map[string]any); by["id"] != maelle.Person || by["name"] != "Maëlle Tanguy" || by["slug"] != "maelle" {
			t.Errorf("signed by %v", by)
		}
		if p["note"] != "On entend la mer autrement." || p["state"] != "on_screen" || p["from"] != "2026-11-22T20:30:00Z" || p["until"] != nil {
			t.Errorf("picked %v", p)
		}
		want(t, e.As(thomas).Do(t, http.MethodPost, at, map[string]any{"film": "phares"}), 409, "already_picked")
		e.pick(t, thomas, selection, "maree-basse")

		// Ended, it is remembered, and the film may be picked anew.
		want(t, e.As(thomas).Do(t, http.MethodDelete, at+"/"+phares, nil), 428, "precondition_required")
		want(t, e.As(thomas).Do(t, http.MethodDelete, at+"/"+phares, nil, "If-Match", `"9"`), 412, "stale")
		want(t, e.As(thomas).Do(t, http.MethodDelete, at+"/nothing", nil, "If-Match", `"1"`), 404, "pick_unknown")
		want(t, e.As(thomas).Do(t, http.MethodDelete, at+"/"+phares, nil, "If-Match", `"1"`), 204)
		want(t, e.As(thomas).Do(t, http.MethodDelete, at+"/"+phares, nil, "If-Match", `"1"`), 412, "stale")
		want(t, e.As(thomas).Do(t, http.MethodDelete, at+"/"+phares, nil, "If-Match", `"2"`), 204)
		a = e.As(maelle).Do(t, http.MethodGet, at+"/"+phares, nil)
		want(t, a, 200)
		if p := a.JSON(t); p["state"] != "ended" || p["until"] != "2026-11-22T20:30:00Z" {
			t.Errorf("ended as %v", p)
		}
		e.pick(t, maelle, selection, "phares")

		lists := func(query string, expected ...string) {
			t.Helper()
			if found := items(t, e.As(maelle).Do(t, http.MethodGet, at+query, nil), "film", "id"); !slices.Equal(found, expected) {
				t.Errorf("%q: %q, want %q", query, found, expected)
			}
		}
		lists("", "maree-basse", "phares")
		lists("?state=ended", "phares")
		a = e.As(maelle).Do(t, http.MethodGet, at+"?limit=1", nil)
		if found := items(t, a, "film", "id"); !slices.Equal(found, []string{"maree-basse"}) {
			t.Errorf("first page %q", found)
		}
		cursor := a.JSON(t)["page"].(map[string]any)["next_cursor"].(string)
		lists("?limit=1&cursor="+cursor, "phares")
		want(t, e.As(maelle).Do(t, http.MethodGet, at+"?state=ended&limit=1&cursor="+cursor, nil), 422, "cursor_invalid")
		want(t, e.As(maelle).Do(t, http.MethodGet, at+"?sort=views", nil), 422)
	})
}

// A film that the core does not show to the asker is not in the selection.
func TestHiddenFilmIsNotInTheSelection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		selection := e.selection(t, maelle, e.label(t, maelle, "region", "Gens de mer"), "La mer", "public")
		e.publish(t, maelle, selection)
		hidden := e.pick(t, maelle, selection, "maree-basse")
		e.pick(t, maelle, selection, "phares")
		e.film("maree-basse").ID = "hidden from everybody"

		at := "/selections/" + selection + "/picks"
		a := e.As(visitor).Do(t, http.MethodGet, at, nil)
		if found := items(t, a, "film", "id"); !slices.Equal(found, []string{"phares"}) {
			t.Errorf("lists %q", found)
		}
		if total, counted := a.JSON(t)["page"].(map[string]any)["total"]; counted {
			t.Errorf("counts %v", total)
		}
		want(t, e.As(visitor).Do(t, http.MethodGet, at+"?count=exact", nil), 422)
		want(t, e.As(visitor).Do(t, http.MethodGet, at+"/"+hidden, nil), 404, "pick_unknown")
		want(t, e.As(maelle).Do(t, http.MethodPost, at, map[string]any{"film": "maree-basse"}), 422, "film_unknown")
	})
}

// Fifty people pick one film at one moment: it is picked once.
func TestPickRace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		selection := e.selection(t, maelle, e.label(t, maelle, "region", "Gens de mer"), "La mer", "public")
		e.publish(t, maelle, selection)
		answers := make([]*sdktest.Answer, 50)
		var start, done sync.WaitGroup
		start.Add(1)
		for i := range answers {
			done.Go(func() {
				start.Wait()
				answers[i] = e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "phares"})
			})
		}
		start.Done()
		done.Wait()
		picked := 0
		for _, a := range answers {
			switch {
			case a.Status == 201:
				picked++
			case a.Status != 409 || a.Code() != "already_picked":
				t.Errorf("answered %d %s", a.Status, a.Body)
			}
		}
		if picked != 1 {
			t.Errorf("picked %d times", picked)
		}
		e.settle(t)
		if told := e.told(t, "film.recognised.v1", "phares"); len(told) != 1 {
			t.Errorf("the film was told %d times", len(told))
		}
	})
}
