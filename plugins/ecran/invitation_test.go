package ecran_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

// A carte blanche is given to somebody who is not of the label.
func TestCarteBlanche(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		make := func(body map[string]any) *sdktest.Answer {
			return e.As(maelle).Do(t, http.MethodPost, "/labels/"+label+"/selections", with(map[string]any{"title": "Carte blanche"}, body))
		}
		for code, body := range map[string]map[string]any{
			"required":          {"kind": "carte_blanche"},
			"person_unknown":    {"kind": "carte_blanche", "guest": "person-nobody"},
			"not_carte_blanche": {"guest": ines.Person},
		} {
			a := make(body)
			want(t, a, 422, "invalid")
			if found := reasons(t, a); found["/guest"] != code {
				t.Errorf("reasons %v, want %s", found, code)
			}
		}
		a := make(map[string]any{"kind": "carte_blanche", "guest": ines.Person})
		selection := made(t, a)
		if guest := a.JSON(t)["guest"].(map[string]any); guest["name"] != "Inès Morvan" {
			t.Errorf("given to %v", guest)
		}
		other := e.selection(t, maelle, label, "Sans elle", "public")
		at := "/selections/" + selection
		// Nobody's name is used unasked.
		for _, who := range []sdk.Actor{maelle, thomas, visitor, yann} {
			if a := e.As(who).Do(t, http.MethodPost, at+"/invitation/accept", nil); a.Status < 400 {
				t.Errorf("%s accepts it: %s", who.Person, a.Body)
			}
		}
		want(t, e.As(ines).Do(t, http.MethodPost, at+"/picks", map[string]any{"film": "phares"}), 409, "invitation_open")
		want(t, e.As(maelle).Do(t, http.MethodPost, at+"/publish", nil), 409, "invitation_open")
		// Declined, it is not theirs to read; asked once more, it is.
		want(t, e.As(ines).Do(t, http.MethodPost, at+"/invitation/decline", nil), 200)
		want(t, e.As(ines).Do(t, http.MethodGet, at, nil), 404, "selection_unknown")
		if found := items(t, e.As(ines).Do(t, http.MethodGet, "/selections", nil), "id"); len(found) != 0 {
			t.Errorf("who has declined finds %q", found)
		}
		patch := func(body map[string]any) *sdktest.Answer {
			return e.As(maelle).Do(t, http.MethodPatch, at, body, "If-Match", e.As(maelle).Do(t, http.MethodGet, at, nil).Header.Get("ETag"))
		}
		want(t, patch(map[string]any{"guest": thomas.Person}), 200)
		want(t, e.As(thomas).Do(t, http.MethodGet, at, nil), 200)
		want(t, patch(map[string]any{"guest": ines.Person, "max_words": 4}), 200)
		want(t, e.As(thomas).Do(t, http.MethodPost, at+"/invitation/accept", nil), 404, "selection_unknown")
		if a := e.As(ines).Do(t, http.MethodPost, at+"/invitation/accept", nil); a.Status != 200 || a.JSON(t)["invitation"] != "accepted" {
			t.Fatalf("accepting it: %s", a.Body)
		}
		want(t, e.As(ines).Do(t, http.MethodPost, at+"/invitation/decline", nil), 409, "invitation_answered")
		want(t, patch(map[string]any{"guest": thomas.Person}), 409, "guest_settled")
		want(t, patch(map[string]any{"guest": nil}), 422, "invalid")

		pick := e.pick(t, ines, selection, "phares") // while it is a draft
		for _, path := range []string{at, at + "/picks", at + "/picks/" + pick, at + "/history"} {
			want(t, e.As(ines).Do(t, http.MethodGet, path, nil), 200)
			want(t, e.As(thomas).Do(t, http.MethodGet, path, nil), 404, "selection_unknown")
		}
		if found := items(t, e.As(ines).Do(t, http.MethodGet, "/selections", nil), "id"); !slices.Equal(found, []string{selection}) {
			t.Errorf("the guest finds %q", found)
		}
		// They pick in it, and that is all; nobody else does, nor they their own films.
		want(t, e.As(maelle).Do(t, http.MethodPost, at+"/picks", map[string]any{"film": "maree-basse"}), 409, "guest_chooses")
		e.owned("maree-basse", func() {
			want(t, e.As(ines).Do(t, http.MethodPost, at+"/picks", map[string]any{"film": "maree-basse", "conflict": "C'est mon film."}), 409, "own_film")
		})
		a = e.As(ines).Do(t, http.MethodPost, at+"/picks", map[string]any{"film": "maree-basse", "note": "Un, deux, trois, quatre : cinq !"})
		want(t, a, 422, "invalid")
		if found := reasons(t, a); found["/note"] != "too_many_words" {
			t.Errorf("reasons %v", found)
		}
		want(t, e.As(ines).Do(t, http.MethodPost, "/selections/"+other+"/picks", map[string]any{"film": "phares"}), 404, "selection_unknown")
		want(t, e.As(ines).Do(t, http.MethodPost, at+"/publish", nil), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPatch, at, map[string]any{"title": "La mienne"}, "If-Match", `"1"`), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPut, at+"/order", map[string]any{"picks": []string{pick}}, "If-Match", `"1"`), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPost, at+"/picks/"+pick+"/remove", map[string]any{}), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPost, "/labels/"+label+"/selections", map[string]any{"title": "Une autre"}), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodDelete, at+"/picks/"+pick, nil, "If-Match", `"1"`), 204)
		want(t, e.As(ines).Do(t, http.MethodPost, at+"/picks", map[string]any{"film": "maree-basse", "note": "« Un, deux, trois, quatre ! »"}), 201)
		e.publish(t, maelle, selection)
		if p := items(t, e.As(visitor).Do(t, http.MethodGet, at+"/picks", nil), "by", "id"); !slices.Equal(p, []string{ines.Person}) {
			t.Errorf("signed by %q", p)
		}
	})
}

// A label that votes gives its carte blanche out of hand.
func TestCarteBlancheIsNotVotedOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := made(t, e.As(maelle).Do(t, http.MethodPost, "/labels", map[string]any{
			"kind": "committee", "name": "Comité " + sdk.NewID(), "rules": map[string]any{"max_pins": 3, "votes_needed": 2},
			"curators": []any{map[string]any{"person": thomas.Person, "role": "curator"}},
		}))
		blanche := made(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+label+"/selections",
			map[string]any{"kind": "carte_blanche", "title": "À Inès", "guest": ines.Person}))
		want(t, e.As(ines).Do(t, http.MethodPost, "/selections/"+blanche+"/invitation/accept", nil), 200)
		a := e.As(ines).Do(t, http.MethodPost, "/selections/"+blanche+"/picks", map[string]any{"film": "phares"})
		want(t, a, 201)
		if state := a.JSON(t)["state"]; state != "on_screen" {
			t.Errorf("it is %v", state)
		}
	})
}

// Of two answers to one invitation, and of an answer and another guest, one holds.
func TestInvitationIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		at := "/selections/" + made(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+label+"/selections",
			map[string]any{"kind": "carte_blanche", "title": "À Inès", "guest": ines.Person}))
		answers := atOnce(50, func(i int) *sdktest.Answer {
			switch i % 3 {
			case 0:
				return e.As(ines).Do(t, http.MethodPost, at+"/invitation/accept", nil)
			case 1:
				return e.As(ines).Do(t, http.MethodPost, at+"/invitation/decline", nil)
			default:
				return e.As(maelle).Do(t, http.MethodPatch, at, map[string]any{"guest": thomas.Person}, "If-Match", `"1"`)
			}
		})
		won := 0
		for _, a := range answers {
			if a.Status == 200 {
				won++
			} else if a.Status != 409 && a.Status != 412 && a.Status != 404 {
				t.Errorf("who was late hears %d %s", a.Status, a.Body)
			}
		}
		if won != 1 {
			t.Errorf("%d of 50 held", won)
		}
	})
}
