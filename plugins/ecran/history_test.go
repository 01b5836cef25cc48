package ecran_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// Who has done what to a selection, those read who make it together.
func TestHistory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "committee", "Comité "+sdk.NewID(), map[string]any{"person": ines.Person, "role": "curator"})
		selection := e.selection(t, maelle, label, "La mer", "public")
		at := "/selections/" + selection
		pick := e.pick(t, ines, selection, "phares")
		e.publish(t, maelle, selection)
		e.publish(t, maelle, selection) // which changes nothing
		want(t, e.As(ines).Do(t, http.MethodPatch, at, map[string]any{"title": "La côte", "edition": 2}, "If-Match", `"2"`), 200)
		want(t, e.As(ines).Do(t, http.MethodPut, at+"/order", map[string]any{"picks": []string{pick}}, "If-Match", `"3"`), 200)
		want(t, e.As(ines).Do(t, http.MethodPut, at+"/order", map[string]any{"picks": []string{pick}}, "If-Match", `"3"`), 412)
		e.pick(t, ines, selection, "maree-basse")
		want(t, e.As(maelle).Do(t, http.MethodPost, at+"/picks/"+pick+"/remove", map[string]any{}), 200)
		tell(t, e, "film.withdrawn.v1", "maree-basse")

		for _, who := range []sdk.Actor{maelle, ines} {
			a := e.As(who).Do(t, http.MethodGet, at+"/history", nil)
			kinds := items(t, a, "kind")
			if want := []string{"withdrawn", "removed", "picked", "ordered", "changed", "published", "picked", "made"}; !slices.Equal(kinds, want) {
				t.Fatalf("it remembers %q, want %q", kinds, want)
			}
			var by []string
			for _, c := range a.JSON(t)["data"].([]any) {
				person, _ := c.(map[string]any)["by"].(map[string]any)
				name, _ := person["name"].(string)
				by = append(by, name)
			}
			if want := []string{"", "Maëlle Tanguy", "Inès Morvan", "Inès Morvan", "Inès Morvan", "Maëlle Tanguy", "Inès Morvan", "Maëlle Tanguy"}; !slices.Equal(by, want) {
				t.Errorf("it was %q, want %q", by, want)
			}
			changed := a.JSON(t)["data"].([]any)[4].(map[string]any)
			if fields := changed["fields"].([]any); len(fields) != 2 || fields[0] != "title" || fields[1] != "edition" {
				t.Errorf("what changed is %v", changed)
			}
			removed := a.JSON(t)["data"].([]any)[1].(map[string]any)
			if removed["pick"] != pick || removed["film"].(map[string]any)["name"] != "Ce que disent les phares" {
				t.Errorf("what was removed is %v", removed)
			}
		}
		for _, who := range []sdk.Actor{visitor, thomas, yann, lucie} {
			if a := e.As(who).Do(t, http.MethodGet, at+"/history", nil); a.Status != 403 && a.Status != 401 {
				t.Errorf("%q reads it: %d %s", who.Person, a.Status, a.Body)
			}
			same(t, "a history", e.As(who).Do(t, http.MethodGet, "/selections/"+e.selection(t, maelle, label, "Ébauche", "public")+"/history", nil),
				e.As(who).Do(t, http.MethodGet, "/selections/"+sdk.NewID()+"/history", nil))
		}
	})
}

// Of a film that is no longer available the selection keeps the note, until its
// maker wants it forgotten that it was there.
func TestNoteOfAFilmThatIsGone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		selection := e.selection(t, maelle, e.label(t, maelle, "region", "Gens de mer"), "La mer", "public")
		at := "/selections/" + selection + "/picks"
		pick := e.pick(t, maelle, selection, "phares")
		e.publish(t, maelle, selection)
		gone := func(who sdk.Actor) []any {
			t.Helper()
			a := e.As(who).Do(t, http.MethodGet, at+"?state=withdrawn", nil)
			want(t, a, 200)
			return a.JSON(t)["data"].([]any)
		}
		tell(t, e, "film.withdrawn.v1", "phares")
		// As long as the film can be seen, its maker does not want it here.
		if found := gone(visitor); len(found) != 0 {
			t.Errorf("everybody reads %v", found)
		}
		want(t, e.As(visitor).Do(t, http.MethodGet, at+"/"+pick, nil), 404, "pick_unknown")
		*e.film("phares") = sdk.Film{}
		for _, who := range []sdk.Actor{visitor, thomas} {
			found := gone(who)
			if len(found) != 1 {
				t.Fatalf("everybody reads %v", found)
			}
			for _, p := range []any{found[0], e.As(who).Do(t, http.MethodGet, at+"/"+pick, nil).JSON(t)} {
				p := p.(map[string]any)
				if p["id"] != pick || p["note"] != "Pour phares." || p["film"] != nil || p["state"] != "withdrawn" {
					t.Errorf("everybody reads %v", p)
				}
			}
		}
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, at, nil), "id"); len(found) != 0 {
			t.Errorf("on screen are %q", found)
		}
		if found := gone(maelle); len(found) != 1 || found[0].(map[string]any)["film"].(map[string]any)["id"] != "phares" {
			t.Errorf("the label's people read %v", found)
		}
		tell(t, e, "recognition.removed.v1", "phares")
		if found := gone(visitor); len(found) != 0 {
			t.Errorf("what is to be forgotten is %v", found)
		}
		want(t, e.As(visitor).Do(t, http.MethodGet, at+"/"+pick, nil), 404, "pick_unknown")
		if found := gone(maelle); len(found) != 1 {
			t.Errorf("the label's people forget it, too: %v", found)
		}
	})
}
