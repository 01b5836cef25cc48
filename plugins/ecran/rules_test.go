package ecran_test

import (
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
		pick := e.pick(t, ines, selection, "phares") // while it is a draft
		for _, path := range []string{at, at + "/picks", at + "/picks/" + pick} {
			want(t, e.As(ines).Do(t, http.MethodGet, path, nil), 200)
			want(t, e.As(thomas).Do(t, http.MethodGet, path, nil), 404, "selection_unknown")
		}
		if found := items(t, e.As(ines).Do(t, http.MethodGet, "/selections", nil), "id"); !slices.Equal(found, []string{selection}) {
			t.Errorf("the guest finds %q", found)
		}
		// They pick in it, and that is all.
		want(t, e.As(ines).Do(t, http.MethodPost, "/selections/"+other+"/picks", map[string]any{"film": "phares"}), 404, "selection_unknown")
		want(t, e.As(ines).Do(t, http.MethodPost, at+"/publish", nil), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPatch, at, map[string]any{"title": "La mienne"}, "If-Match", `"1"`), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPut, at+"/order", map[string]any{"picks": []string{pick}}, "If-Match", `"1"`), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPost, at+"/picks/"+pick+"/remove", map[string]any{}), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPost, "/labels/"+label+"/selections", map[string]any{"title": "Une autre"}), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodDelete, at+"/picks/"+pick, nil, "If-Match", `"1"`), 204)
		e.pick(t, ines, selection, "maree-basse")
		// Given to somebody else, it is the first one's no more.
		want(t, e.As(maelle).Do(t, http.MethodPatch, at, map[string]any{"guest": nil}, "If-Match", `"1"`), 422, "invalid")
		want(t, e.As(maelle).Do(t, http.MethodPatch, at, map[string]any{"guest": thomas.Person}, "If-Match", `"1"`), 200)
		want(t, e.As(ines).Do(t, http.MethodPost, at+"/picks", map[string]any{"film": "phares"}), 404, "selection_unknown")
		e.pick(t, thomas, selection, "phares")
		if p := items(t, e.As(maelle).Do(t, http.MethodGet, at+"/picks", nil), "by", "id"); !slices.Equal(p, []string{ines.Person, thomas.Person}) {
			t.Errorf("signed by %q", p)
		}
	})
}

// A label that is only asked for is its people's and the curators' to know of.
func TestRequestedLabel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, ines, "festival", "Festival des dunes", map[string]any{"person": lucie.Person, "role": "contributor"})
		at := "/labels/" + label
		selection := e.selection(t, ines, label, "Avant l'heure", "public")
		pick := e.pick(t, ines, selection, "phares")
		e.publish(t, ines, selection)
		shown := e.selection(t, maelle, e.label(t, maelle, "region", "Gens de mer"), "La mer", "public")
		e.publish(t, maelle, shown)
		e.pick(t, maelle, shown, "phares")

		for _, who := range []sdk.Actor{visitor, thomas} {
			for _, path := range []string{"", "/feed.atom", "/feed.json"} {
				same(t, "a requested label", e.As(who).Do(t, http.MethodGet, at+path, nil), e.As(who).Do(t, http.MethodGet, "/labels/"+sdk.NewID()+path, nil))
			}
			for _, path := range []string{"", "/picks", "/picks/" + pick, "/feed.json"} {
				want(t, e.As(who).Do(t, http.MethodGet, "/selections/"+selection+path, nil), 404, "selection_unknown")
			}
			for _, list := range []string{"/labels?count=exact", "/labels?state=requested&count=exact", "/selections?count=exact", "/selections?label=" + label + "&count=exact"} {
				if a := e.As(who).Do(t, http.MethodGet, list, nil); strings.Contains(string(a.Body), "dunes") || strings.Contains(list, "requested") && a.JSON(t)["page"].(map[string]any)["total"] != 0.0 {
					t.Errorf("%s tells %s", list, a.Body)
				}
			}
		}
		for _, kind := range []string{"label", "selection", "pick"} {
			target := map[string]string{"label": label, "selection": selection, "pick": pick}[kind]
			want(t, e.As(maelle).Do(t, http.MethodPost, "/pins", pinning(kind, target, 1)), 422, "target_unknown")
		}
		for kind, hidden := range map[string]string{"label": label, "selection": selection} {
			if docs, _, err := e.Documents(t.Context(), kind, []string{hidden}, ""); err != nil || len(docs) != 0 {
				t.Errorf("search finds %v (%v)", docs, err)
			}
		}
		for _, who := range []sdk.Actor{ines, lucie, maelle} {
			a := e.As(who).Do(t, http.MethodGet, "/labels?state=requested", nil)
			if found := items(t, a, "id"); !slices.Equal(found, []string{label}) {
				t.Errorf("%s finds %q", who.Person, found)
			}
		}
		e.settle(t)
		if told := e.told(t, "film.recognised.v1", "phares"); len(told) != 1 || told[0]["by"] != "Gens de mer" {
			t.Errorf("the film was told of a label that nobody has accepted: %v", told)
		}
		// Its own people do not accept it.
		want(t, e.As(ines).Do(t, http.MethodPost, at+"/accept", nil), 403, "denied")
		for _, who := range []sdk.Actor{thomas, visitor} {
			for _, verb := range []string{"/accept", "/refuse", "/close", "/leave"} {
				same(t, "a requested label", e.As(who).Do(t, http.MethodPost, at+verb, nil), e.As(who).Do(t, http.MethodPost, "/labels/"+sdk.NewID()+verb, nil))
			}
		}
		for range 2 {
			want(t, e.As(maelle).Do(t, http.MethodPost, at+"/accept", nil), 200)
		}
		want(t, e.As(maelle).Do(t, http.MethodPost, at+"/refuse", nil), 409, "label_closed")
		want(t, e.As(visitor).Do(t, http.MethodGet, at, nil), 200)
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, "/selections/"+selection+"/picks", nil), "id"); !slices.Equal(found, []string{pick}) {
			t.Errorf("accepted, it shows %q", found)
		}
		e.settle(t)
		if told := e.told(t, "film.recognised.v1", "phares"); len(told) != 2 || told[1]["by"] != "Festival des dunes" {
			t.Errorf("the film was told %v", told)
		}
		if n := len(e.told(t, "ecran.label.accepted.v1", label)); n != 1 {
			t.Errorf("accepted %d times", n)
		}
		refused := e.label(t, thomas, "personality", "Thomas Lescure présente")
		want(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+refused+"/refuse", nil), 200)
		want(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+refused+"/accept", nil), 409, "label_closed")
	})
}

// A label that is closed chooses nothing any more.
func TestClosedLabel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer", map[string]any{"person": ines.Person, "role": "director"})
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		e.pick(t, maelle, selection, "phares")
		proposal := e.propose(t, thomas, label, "maree-basse")
		want(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+label+"/close", nil), 200)
		at, in := "/labels/"+label, "/selections/"+selection
		for what, a := range map[string]*sdktest.Answer{
			"change":    e.As(maelle).Do(t, http.MethodPatch, at, map[string]any{"name": "Gens de terre"}, "If-Match", `"2"`),
			"transfer":  e.As(maelle).Do(t, http.MethodPost, at+"/transfer", map[string]any{"person": ines.Person}, "If-Match", `"2"`),
			"selection": e.As(maelle).Do(t, http.MethodPost, at+"/selections", map[string]any{"title": "Encore"}),
			"rename":    e.As(maelle).Do(t, http.MethodPatch, in, map[string]any{"title": "Encore"}, "If-Match", `"2"`),
			"publish":   e.As(maelle).Do(t, http.MethodPost, in+"/publish", nil),
			"order":     e.As(maelle).Do(t, http.MethodPut, in+"/order", map[string]any{"picks": []string{}}, "If-Match", `"2"`),
			"pick":      e.As(maelle).Do(t, http.MethodPost, in+"/picks", map[string]any{"film": "maree-basse"}),
			"propose":   e.As(thomas).Do(t, http.MethodPost, at+"/proposals", map[string]any{"film": "aller-simple", "why": "Encore."}),
			"take":      e.As(maelle).Do(t, http.MethodPost, "/proposals/"+proposal+"/take", map[string]any{"selection": selection}),
			"accept":    e.As(maelle).Do(t, http.MethodPost, at+"/accept", nil),
		} {
			if a.Status != 409 || a.Code() != "label_closed" {
				t.Errorf("%s is answered %d %s", what, a.Status, a.Code())
			}
		}
		want(t, e.As(maelle).Do(t, http.MethodPost, "/pins", pinning("label", label, 1)), 422, "target_unknown")
		// Remembered, and found by who asks for what is closed.
		want(t, e.As(visitor).Do(t, http.MethodGet, at, nil), 200)
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, "/labels?state=closed", nil), "id"); !slices.Equal(found, []string{label}) {
			t.Errorf("closed are %q", found)
		}
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, "/labels", nil), "id"); slices.Contains(found, label) {
			t.Error("it is among those that act")
		}
		// While it is being closed, fifty pick: nothing stays on screen.
		other := e.label(t, maelle, "committee", "Le comité")
		selections := []string{}
		for range 50 {
			s := e.selection(t, maelle, other, "La mer", "public")
			e.publish(t, maelle, s)
			selections = append(selections, s)
		}
		answers := atOnce(51, func(i int) *sdktest.Answer {
			if i == 50 {
				return e.As(maelle).Do(t, http.MethodPost, "/labels/"+other+"/close", nil)
			}
			return e.As(maelle).Do(t, http.MethodPost, "/selections/"+selections[i]+"/picks", map[string]any{"film": "phares"})
		})
		want(t, answers[50], 200)
		won(t, answers[:50], 201, "label_closed")
		for _, s := range selections {
			if found := items(t, e.As(visitor).Do(t, http.MethodGet, "/selections/"+s+"/picks", nil), "id"); len(found) != 0 {
				t.Errorf("a label that is closed shows %q", found)
			}
		}
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
