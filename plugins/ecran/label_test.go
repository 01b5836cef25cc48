package ecran_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

func TestMakeLabel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		faceless := sdktest.Someone("faceless", "member")
		faceless.Person = ""
		for _, c := range []struct {
			name   string
			who    sdk.Actor
			in     sdk.Space
			kind   string
			status int
			code   string
		}{
			{"a visitor signs in first", visitor, sdktest.Bretagne, "personal", 401, "unauthenticated"},
			{"who lives elsewhere has none here", lucie, sdktest.Bretagne, "personal", 403, "denied"},
			{"a member has one of their own", thomas, sdktest.Bretagne, "personal", 201, ""},
			{"and asks for one that signs for a festival", thomas, sdktest.Bretagne, "festival", 201, ""},
			{"as a creator does", ines, sdktest.Bretagne, "region", 201, ""},
			{"who lives elsewhere does not ask, either", lucie, sdktest.Bretagne, "festival", 403, "denied"},
			{"a curator signs for the region", maelle, sdktest.Bretagne, "region", 201, ""},
			{"and for a committee", maelle, sdktest.Bretagne, "committee", 201, ""},
			{"a region's label is made in a region", maelle, sdktest.France, "region", 422, "invalid"},
			{"the platform's is not made in a region", yann, sdktest.Bretagne, "platform", 422, "invalid"},
			{"the platform's is made in the network", maelle, sdktest.France, "platform", 201, ""},
			{"there is no other kind", maelle, sdktest.Bretagne, "algorithm", 422, "invalid"},
			{"it takes a person to sign", faceless, sdktest.Bretagne, "personal", 409, "profile_required"},
		} {
			t.Run(c.name, func(t *testing.T) {
				a := e.As(c.who).In(c.in).Do(t, http.MethodPost, "/labels", map[string]any{"kind": c.kind, "name": c.name})
				want(t, a, c.status, c.code)
				if c.status != 201 {
					return
				}
				again := e.As(c.who).In(c.in).Do(t, http.MethodGet, "/labels/"+made(t, a), nil)
				want(t, again, http.StatusOK)
				if string(again.Body) != string(a.Body) {
					t.Errorf("read back as\n%s\nmade as\n%s", again.Body, a.Body)
				}
				if !strings.HasPrefix(a.Header.Get("ETag"), `"1.`) || a.Header.Get("Location") == "" {
					t.Errorf("headers %v", a.Header)
				}
			})
		}
	})
}

func TestLabelNamesAreNotMistaken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		first := e.label(t, maelle, "committee", "Écran de Bretagne")
		for _, name := range []string{"Écran de Bretagne", "  ECRAN   de bretagne ", "Ecran-de-Bretagne", "E\u0301cran de Bre\u200btagne"} {
			want(t, e.As(ines).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "personal", "name": name}), 409, "label_name_taken")
		}
		other := e.label(t, ines, "personal", "Le carnet d'Inès")
		a := e.As(ines).Do(t, http.MethodPatch, "/labels/"+other, map[string]any{"name": "écran de bretagne"}, "If-Match", `"1"`)
		want(t, a, 409, "label_name_taken")
		// It is the space's own matter.
		made(t, e.As(maelle).In(sdktest.Occitanie).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "committee", "name": "Écran de Bretagne"}))
		// And one's own name is no one else's.
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/labels/"+first, map[string]any{"name": "Écran de  Bretagne"}, "If-Match", `"1"`), 200)
	})
}

func TestMakeLabelTellsAllReasons(t *testing.T) {
	t.Parallel()
	e := open(t, "sqlite")
	a := e.As(maelle).Do(t, http.MethodPost, "/labels", map[string]any{
		"kind": "platform", "name": " \u200b ",
		"curators": []map[string]any{
			{"person": ines.Person, "role": "curator"},
			{"person": "person-nobody", "role": "director"},
			{"person": ines.Person, "role": "director"},
		},
	})
	want(t, a, 422, "invalid")
	expected := map[string]string{
		"/kind": "kind_misplaced", "/name": "required",
		"/curators/1/person": "person_unknown", "/curators/2/person": "named_twice",
	}
	found := reasons(t, a)
	if len(found) != len(expected) {
		t.Fatalf("reasons %v, want %v", found, expected)
	}
	for pointer, code := range expected {
		if found[pointer] != code {
			t.Errorf("%s: %q, want %q", pointer, found[pointer], code)
		}
	}
}

func TestChangeLabel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		id := e.label(t, maelle, "region", "Gens de mer",
			map[string]any{"person": lucie.Person, "role": "director"},
			map[string]any{"person": ines.Person, "role": "curator"})
		director := sdktest.Someone("lucie", "member")

		text := map[string]any{"manifesto": "La mer sans carte postale."}
		want(t, e.As(visitor).Do(t, http.MethodPatch, "/labels/"+id, text, "If-Match", `"1"`), 401, "unauthenticated")
		want(t, e.As(thomas).Do(t, http.MethodPatch, "/labels/"+id, text, "If-Match", `"1"`), 403, "denied")
		want(t, e.As(yann).Do(t, http.MethodPatch, "/labels/"+id, text, "If-Match", `"1"`), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPatch, "/labels/"+id, text, "If-Match", `"1"`), 403, "denied")
		want(t, e.As(director).Do(t, http.MethodPatch, "/labels/"+id, text), 428, "precondition_required")
		want(t, e.As(director).Do(t, http.MethodPatch, "/labels/"+id, text, "If-Match", `"7"`), 412, "stale")
		want(t, e.As(director).Do(t, http.MethodPatch, "/labels/"+id, map[string]any{"name": nil}, "If-Match", `"1"`), 422, "invalid")
		want(t, e.As(director).In(sdktest.France).Do(t, http.MethodPatch, "/labels/"+id, text, "If-Match", `"1"`), 404, "label_unknown")

		a := e.As(director).Do(t, http.MethodPatch, "/labels/"+id, text, "If-Match", `"1"`)
		want(t, a, 200)
		if label := a.JSON(t); label["manifesto"] != text["manifesto"] || label["name"] != "Gens de mer" || len(label["curators"].([]any)) != 2 {
			t.Errorf("changed to %v", label)
		}
		if !strings.HasPrefix(a.Header.Get("ETag"), `"2.`) {
			t.Errorf("ETag %s", a.Header.Get("ETag"))
		}
		want(t, e.As(visitor).Do(t, http.MethodGet, "/labels/"+id, nil, "If-None-Match", a.Header.Get("ETag")), 304)

		// The holder dismisses everybody, and they can do nothing any more.
		a = e.As(maelle).Do(t, http.MethodPatch, "/labels/"+id, map[string]any{"curators": nil}, "If-Match", `"2"`)
		want(t, a, 200)
		if curators := a.JSON(t)["curators"].([]any); len(curators) != 0 {
			t.Errorf("curators %v", curators)
		}
		want(t, e.As(director).Do(t, http.MethodPatch, "/labels/"+id, text, "If-Match", `"3"`), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPost, "/labels/"+id+"/selections", map[string]any{"title": "Trop tard"}), 403, "denied")
	})
}

func TestListLabels(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		for _, name := range []string{"Zénith", "Écume", "eau vive", "Embruns"} {
			e.label(t, maelle, "committee", name)
		}
		made(t, e.As(maelle).In(sdktest.Brest).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "institution", "name": "La Rade"}))
		made(t, e.As(maelle).In(sdktest.Occitanie).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "region", "name": "Les Carrés"}))

		at := func(space sdk.Space, query string) []string {
			return items(t, e.As(visitor).In(space).Do(t, http.MethodGet, "/labels"+query, nil), "name")
		}
		for _, c := range []struct {
			space    sdk.Space
			query    string
			expected []string
		}{
			{sdktest.Bretagne, "", []string{"eau vive", "Écume", "Embruns", "Zénith"}},
			{sdktest.Bretagne, "?sort=-name", []string{"Zénith", "Embruns", "Écume", "eau vive"}},
			{sdktest.Bretagne, "?sort=created_at", []string{"Zénith", "Écume", "eau vive", "Embruns"}},
			{sdktest.Bretagne, "?scope=subtree", []string{"eau vive", "Écume", "Embruns", "La Rade", "Zénith"}},
			{sdktest.France, "", nil},
			{sdktest.France, "?scope=subtree", []string{"eau vive", "Écume", "Embruns", "La Rade", "Les Carrés", "Zénith"}},
		} {
			if found := at(c.space, c.query); !slices.Equal(found, c.expected) {
				t.Errorf("%s%s: %q, want %q", c.space.Slug, c.query, found, c.expected)
			}
		}
		off := e.As(visitor).In(sdktest.France).Off(sdktest.Bretagne, sdktest.Brest).Do(t, http.MethodGet, "/labels?scope=subtree", nil)
		if found := items(t, off, "name"); !slices.Equal(found, []string{"Les Carrés"}) {
			t.Errorf("with Écran off in Bretagne the network lists %q", found)
		}

		var paged []string
		query := "?scope=subtree&limit=4&count=exact"
		for cursor := ""; ; {
			a := e.As(visitor).In(sdktest.France).Do(t, http.MethodGet, "/labels"+query+cursor, nil)
			paged = append(paged, items(t, a, "name")...)
			page := a.JSON(t)["page"].(map[string]any)
			if page["total"] != 6.0 {
				t.Errorf("total %v", page["total"])
			}
			if page["has_more"] == false {
				break
			}
			cursor = "&cursor=" + page["next_cursor"].(string)
			want(t, e.As(visitor).Do(t, http.MethodGet, "/labels"+query+cursor, nil), 422, "cursor_invalid")
		}
		if expected := at(sdktest.France, "?scope=subtree"); !slices.Equal(paged, expected) {
			t.Errorf("page by page %q, at once %q", paged, expected)
		}
		want(t, e.As(visitor).Do(t, http.MethodGet, "/labels?sort=-views", nil), 422)
		want(t, e.As(visitor).Do(t, http.MethodGet, "/labels?popular=true", nil), 422)
	})
}

func TestECR7NamesThatReadTheSame(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		e.label(t, maelle, "institution", "Cinéma Le Celtic")
		a := e.As(maelle).In(sdktest.Occitanie).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "festival", "name": "Travelling 10"})
		made(t, a)
		for what, name := range map[string]string{
			"as it is":         "Cinéma Le Celtic",
			"case":             "CINÉMA LE CELTIC",
			"no accent":        "Cinema Le Celtic",
			"Cyrillic letters": "Cinéma Lе Сеltіс",
			"Greek letters":    "Cinéma Le Celtιc",
			"full-width":       "Ｃｉｎéma Le Celtic",
			"zero width":       "Cinéma\u200b Le Cel\u200dtic",
			"soft hyphen":      "Cinéma Le Cel\u00adtic",
			"spaces":           "Cinéma  LeCeltic",
			"signs":            "Cinéma « Le Celtic » !",
			"digit for l":      "Cinéma Le Ce1tic",
			"of the network":   "TRAVELLING l0",
		} {
			for _, who := range []sdk.Actor{ines, thomas} {
				a := e.As(who).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "personal", "name": name})
				if a.Status != 409 || a.Code() != "label_name_taken" {
					t.Errorf("%s: %q is answered %d %s", what, name, a.Status, a.Code())
				}
			}
		}
		// Fifty names that read the same at one moment: one bears it.
		spellings := []string{"Écran noir", "ECRAN NOIR", "Ecran-noir", "Écran n\u200boir", "Есran noir"}
		answers := atOnce(50, func(i int) *sdktest.Answer {
			return e.As(ines).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "personal", "name": spellings[i%len(spellings)]})
		})
		if winners := won(t, answers, 201, "label_name_taken"); len(winners) != 1 {
			t.Errorf("%d labels bear names that read the same", len(winners))
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
