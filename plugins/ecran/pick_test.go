package ecran_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
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

func TestECR1APrivateFilmIsNotRevealed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		first := e.pick(t, maelle, selection, "phares")
		hidden := e.pick(t, maelle, selection, "maree-basse")
		e.pick(t, maelle, selection, "aller-simple")
		gone := e.selection(t, maelle, label, "La terre", "public")
		e.publish(t, maelle, gone)
		over := e.pick(t, maelle, gone, "maree-basse")
		want(t, e.As(maelle).Do(t, http.MethodDelete, "/selections/"+gone+"/picks/"+over, nil, "If-Match", `"1"`), 204)
		e.pin(t, "pick", hidden, 1)
		e.pin(t, "pick", first, 2)
		e.settle(t)

		// It is there for whom the core shows it to, and everywhere.
		paths := []string{
			"/labels", "/labels/" + label, "/selections?count=exact", "/selections/" + selection, "/selections/" + selection + "/picks",
			"/selections/" + selection + "/feed.atom", "/selections/" + selection + "/feed.json",
			"/labels/" + label + "/feed.atom", "/labels/" + label + "/feed.json",
			"/selections/" + gone + "/picks?state=ended", "/page",
		}
		seen := 0
		for _, path := range paths {
			if a := e.As(visitor).Do(t, http.MethodGet, path, nil); strings.Contains(string(a.Body), "Marée basse") {
				seen++
			}
		}
		if seen != 7 {
			t.Fatalf("the film is on %d pages, want the picks, four feeds, what has ended and the page", seen)
		}
		e.without("maree-basse", func() {
			for _, who := range []sdk.Actor{visitor, thomas, ines, yann, lucie} {
				for _, path := range paths {
					a := e.As(who).Do(t, http.MethodGet, path, nil)
					want(t, a, 200)
					for _, trace := range []string{"Marée basse", "maree-basse", hidden, over} {
						if strings.Contains(string(a.Body), trace) {
							t.Errorf("%s shows %s of %q:\n%s", path, who.Account, trace, a.Body)
						}
					}
				}
				// No gap tells of it: neither a position nor a count nor an empty slot's contents.
				at := "/selections/" + selection + "/picks"
				if found := items(t, e.As(who).Do(t, http.MethodGet, at, nil), "film", "id"); !slices.Equal(found, []string{"phares", "aller-simple"}) {
					t.Errorf("the selection holds %q", found)
				}
				if found := blocks(t, e.As(who).Do(t, http.MethodGet, "/page", nil)); !slices.Equal(found, []string{"2 pick"}) {
					t.Errorf("the page shows %q", found)
				}
				same(t, "a hidden pick", e.As(who).Do(t, http.MethodGet, at+"/"+hidden, nil), e.As(who).Do(t, http.MethodGet, at+"/"+sdk.NewID(), nil))
			}
			// Search is told to read the selection again, and finds it without the film.
			told := len(e.told(t, "ecran.selection.changed.v1", selection))
			tell(t, e, "film.changed.v1", "maree-basse")
			e.settle(t)
			if n := len(e.told(t, "ecran.selection.changed.v1", selection)); n == told {
				t.Error("search is not told that the film of the selection is hidden")
			}
			docs, _, err := e.Documents(t.Context(), "selection", []string{selection}, "")
			if err != nil || len(docs) != 1 {
				t.Fatal(docs, err)
			}
			if slices.Contains(docs[0].Also, "Marée basse") || !slices.Contains(docs[0].Also, "Aller simple") {
				t.Errorf("search finds it by %q", docs[0].Also)
			}
		})
	})
}

// What somebody has signed who is suspended is in no list, and not to be had by
// its address, though the label is another's.
func TestSuspendedSigner(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer", map[string]any{"person": ines.Person, "role": "curator"})
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		at := "/selections/" + selection + "/picks"
		pick, stays := e.pick(t, ines, selection, "phares"), e.pick(t, maelle, selection, "maree-basse")
		e.pin(t, "pick", pick, 1)
		tell(t, e, "person.suspended.v1", ines.Person)
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, at, nil), "id"); !slices.Equal(found, []string{stays}) {
			t.Errorf("it holds %q", found)
		}
		same(t, "a pick", e.As(visitor).Do(t, http.MethodGet, at+"/"+pick, nil), e.As(visitor).Do(t, http.MethodGet, at+"/"+sdk.NewID(), nil))
		for _, path := range []string{"/page", "/selections/" + selection + "/feed.json", "/labels/" + label + "/feed.atom"} {
			if a := e.As(visitor).Do(t, http.MethodGet, path, nil); strings.Contains(string(a.Body), pick) || strings.Contains(string(a.Body), "phares") {
				t.Errorf("%s shows %s", path, a.Body)
			}
		}
		tell(t, e, "person.reinstated.v1", ines.Person)
		want(t, e.As(visitor).Do(t, http.MethodGet, at+"/"+pick, nil), 200)
	})
}
