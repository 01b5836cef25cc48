package ecran_test

import (
	"net/http"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

func TestECR7CuratorsComeAndGo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "committee", "Le comité",
			map[string]any{"person": ines.Person, "role": "director"},
			map[string]any{"person": thomas.Person, "role": "curator"})
		selection := e.selection(t, maelle, label, "La mer", "public")
		at := "/labels/" + label
		// Removed in the middle of an edit.
		pick := e.pick(t, thomas, selection, "phares")
		read := e.As(thomas).Do(t, http.MethodGet, "/selections/"+selection, nil)
		want(t, read, 200)
		curators := []map[string]any{{"person": ines.Person, "role": "director"}}
		want(t, e.As(maelle).Do(t, http.MethodPatch, at, map[string]any{"curators": curators}, "If-Match", `"1"`), 200)
		tag := read.Header.Get("ETag")
		for _, a := range []*sdktest.Answer{
			e.As(thomas).Do(t, http.MethodPatch, "/selections/"+selection, map[string]any{"title": "À moi"}, "If-Match", tag),
			e.As(thomas).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "maree-basse"}),
			e.As(thomas).Do(t, http.MethodDelete, "/selections/"+selection+"/picks/"+pick, nil, "If-Match", `"1"`),
			e.As(thomas).Do(t, http.MethodPut, "/selections/"+selection+"/order", map[string]any{"picks": []string{pick}}, "If-Match", tag),
			e.As(thomas).Do(t, http.MethodPost, "/selections/"+selection+"/publish", nil),
			e.As(thomas).Do(t, http.MethodGet, "/selections/"+selection, nil),
			e.As(thomas).Do(t, http.MethodGet, "/selections/"+selection+"/picks", nil),
		} {
			want(t, a, 404, "selection_unknown") // it is a draft
		}
		// What was signed stays signed.
		if p := e.As(maelle).Do(t, http.MethodGet, "/selections/"+selection+"/picks/"+pick, nil).JSON(t); p["by"].(map[string]any)["id"] != thomas.Person {
			t.Errorf("signed by %v", p["by"])
		}

		// Handed on by its holder alone, to a director alone.
		hand := func(who, to sdk.Actor) *sdktest.Answer {
			tag := e.As(who).Do(t, http.MethodGet, at, nil).Header.Get("ETag")
			return e.As(who).Do(t, http.MethodPost, at+"/transfer", map[string]any{"person": to.Person}, "If-Match", tag)
		}
		want(t, hand(visitor, ines), 401)
		want(t, hand(yann, ines), 403, "denied")
		want(t, hand(ines, ines), 403, "denied")
		want(t, hand(maelle, thomas), 409, "not_director")
		want(t, hand(maelle, maelle), 409, "not_director")
		a := hand(maelle, ines)
		want(t, a, 200)
		if l := a.JSON(t); l["holder"].(map[string]any)["id"] != ines.Person || len(l["curators"].([]any)) != 1 {
			t.Errorf("handed on as %v", l)
		}
		want(t, hand(maelle, ines), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPost, at+"/leave", nil), 409, "holder_stays") // who holds it answers for it
		want(t, e.As(maelle).Do(t, http.MethodPost, at+"/leave", nil), 204)
		want(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "maree-basse"}), 404, "selection_unknown")
		e.pick(t, ines, selection, "maree-basse")

		// A label is handed on once, though fifty ask.
		other := e.label(t, maelle, "committee", "La relève",
			map[string]any{"person": ines.Person, "role": "director"}, map[string]any{"person": thomas.Person, "role": "director"})
		tag = e.As(maelle).Do(t, http.MethodGet, "/labels/"+other, nil).Header.Get("ETag")
		to := []sdk.Actor{ines, thomas}
		answers := atOnce(50, func(i int) *sdktest.Answer {
			return e.As(maelle).Do(t, http.MethodPost, "/labels/"+other+"/transfer", map[string]any{"person": to[i%2].Person}, "If-Match", tag)
		})
		winners := won(t, answers, 200, "stale", "denied", "not_director")
		if len(winners) != 1 {
			t.Fatalf("handed on %d times", len(winners))
		}
		if l := e.As(visitor).Do(t, http.MethodGet, "/labels/"+other, nil).JSON(t); l["holder"].(map[string]any)["id"] != to[winners[0]%2].Person || len(l["curators"].([]any)) != 2 {
			t.Errorf("it is now %v", l)
		}
	})
}
