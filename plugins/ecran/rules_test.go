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
