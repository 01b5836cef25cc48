package ecran_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

// What a label asks of its own people.
func TestRules(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		screen := func(rules map[string]any) string {
			t.Helper()
			label := made(t, e.As(maelle).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "committee", "name": "Comité " + sdk.NewID(), "rules": rules}))
			return e.selection(t, maelle, label, "Choix", "public")
		}
		pick := func(selection string, body map[string]any) *sdktest.Answer {
			return e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", with(map[string]any{"film": "phares"}, body))
		}
		noted := screen(map[string]any{"max_pins": 3, "note_required": true})
		for _, note := range []string{"", "  ", "\u200b"} {
			a := pick(noted, map[string]any{"note": note})
			want(t, a, 422, "invalid")
			if found := reasons(t, a); found["/note"] != "required" {
				t.Errorf("reasons %v", found)
			}
		}
		want(t, pick(noted, map[string]any{"note": "Le vent."}), 201)

		film := e.film("phares")
		for what, part := range map[string]func(){
			"own":     func() { film.Relations = sdk.RelationSet(sdk.Own) },
			"team":    func() { film.Relations = sdk.RelationSet(sdk.Team) },
			"crew":    func() { film.Relations = sdk.RelationSet(sdk.Crew) },
			"company": func() { film.Company = true },
		} {
			part()
			declared, forbidden := screen(map[string]any{"max_pins": 3}), screen(map[string]any{"max_pins": 3, "own_films": "forbidden"})
			a := pick(declared, map[string]any{"conflict": " "})
			want(t, a, 422, "invalid")
			if found := reasons(t, a); found["/conflict"] != "conflict_undeclared" {
				t.Errorf("%s: reasons %v", what, found)
			}
			a = pick(declared, map[string]any{"conflict": "J'en ai fait le son."})
			want(t, a, 201)
			if p := a.JSON(t); p["conflict"] != "J'en ai fait le son." {
				t.Errorf("%s: picked as %v", what, p)
			}
			for _, conflict := range []string{"", "J'en ai fait le son."} {
				want(t, pick(forbidden, map[string]any{"conflict": conflict}), 409, "own_film")
			}
			film.Relations, film.Company = 0, false
			want(t, pick(forbidden, nil), 201)
		}
		// A film that only everybody may see is no conflict.
		film.Relations = sdk.RelationSet(sdk.Published)
		want(t, pick(screen(map[string]any{"max_pins": 3, "own_films": "forbidden"}), nil), 201)
	})
}

// A selection holds so many films of a family at a time, and no more, however
// many curators pick at once.
func TestFamilyOfFilmsIsCapped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := made(t, e.As(maelle).Do(t, http.MethodPost, "/labels", map[string]any{
			"kind": "committee", "name": "Comité " + sdk.NewID(), "rules": map[string]any{"max_pins": 3, "max_family": 2},
		}))
		selection := e.selection(t, maelle, label, "La mer", "public")
		for i := range 12 {
			e.film(fmt.Sprintf("film-%02d", i)).Families = []string{"who-directs", fmt.Sprint("who-produces-", i)}
		}
		won := 0
		for _, a := range atOnce(50, func(i int) *sdktest.Answer {
			return e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": fmt.Sprintf("film-%02d", i%12)})
		}) {
			if a.Status == 201 {
				won++
			} else if code := a.Code(); code != "family_full" && code != "already_picked" {
				t.Errorf("one is refused with %d %s", a.Status, a.Body)
			}
		}
		if won != 2 {
			t.Errorf("%d of one family are in it", won)
		}
		e.pick(t, maelle, selection, "phares")
		// One that ends makes room for another.
		first := items(t, e.As(maelle).Do(t, http.MethodGet, "/selections/"+selection+"/picks", nil), "id")[0]
		there := items(t, e.As(maelle).Do(t, http.MethodGet, "/selections/"+selection+"/picks", nil), "film", "id")
		want(t, e.As(maelle).Do(t, http.MethodDelete, "/selections/"+selection+"/picks/"+first, nil, "If-Match", `"1"`), 204)
		for i := range 12 {
			if id := fmt.Sprintf("film-%02d", i); !slices.Contains(there, id) {
				e.pick(t, maelle, selection, id)
				break
			}
		}
	})
}

// Rules change one by one; they ask for no more votes than there are people.
func TestRulesChangeOneByOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := made(t, e.As(maelle).Do(t, http.MethodPost, "/labels", map[string]any{
			"kind": "committee", "name": "Comité " + sdk.NewID(), "rules": map[string]any{"max_pins": 5, "own_films": "forbidden"},
			"curators": []any{map[string]any{"person": thomas.Person, "role": "curator"}},
		}))
		patch := func(body map[string]any) *sdktest.Answer {
			tag := e.As(maelle).Do(t, http.MethodGet, "/labels/"+label, nil).Header.Get("ETag")
			return e.As(maelle).Do(t, http.MethodPatch, "/labels/"+label, body, "If-Match", tag)
		}
		rules := func(a *sdktest.Answer) string {
			t.Helper()
			want(t, a, 200)
			r := a.JSON(t)["rules"].(map[string]any)
			return strings.TrimSpace(fmt.Sprintln(r["max_pins"], r["own_films"], r["max_family"], r["note_required"], r["votes_needed"]))
		}
		if got := rules(patch(map[string]any{"rules": map[string]any{"votes_needed": 2}})); got != "5 forbidden <nil> <nil> 2" {
			t.Errorf("they are %s", got)
		}
		if got := rules(patch(map[string]any{"rules": map[string]any{"max_family": 3, "max_pins": nil, "note_required": true}})); got != "3 forbidden 3 true 2" {
			t.Errorf("they are %s", got)
		}
		for _, body := range []map[string]any{{"rules": map[string]any{"votes_needed": 3}}, {"curators": []any{}}} {
			a := patch(body)
			want(t, a, 422, "invalid")
			if found := reasons(t, a); found["/rules/votes_needed"] != "too_few_people" {
				t.Errorf("reasons %v", found)
			}
		}
		if got := rules(patch(map[string]any{"rules": nil})); got != "3 declared <nil> <nil> <nil>" {
			t.Errorf("as new they are %s", got)
		}
	})
}

// Where a label does not choose the films of its people, it chooses none of the
// others' either.
func TestForbiddenOwnFilmsAreThoseOfAll(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		e.film("phares").Parts = []string{thomas.Person}
		for rule, status := range map[string]int{"forbidden": 409, "declared": 201} {
			label := made(t, e.As(maelle).Do(t, http.MethodPost, "/labels", map[string]any{
				"kind": "committee", "name": "Comité " + sdk.NewID(), "rules": map[string]any{"max_pins": 3, "own_films": rule},
				"curators": []any{map[string]any{"person": thomas.Person, "role": "contributor"}},
			}))
			selection := e.selection(t, maelle, label, "La mer", "public")
			want(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "phares"}), status)
		}
	})
}
