package ecran_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

// Who may know of a selection, by the address, in a list, and in its count.
func TestSelectionIsSeen(t *testing.T) {
	t.Parallel()
	curator := sdktest.Someone("lucie") // chooses for the label from elsewhere
	everybody := []sdk.Actor{visitor, thomas, ines, yann, curator, maelle}
	names := []string{"visitor", "member", "creator", "region_admin", "curator of the label", "holder of the label"}
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer", map[string]any{"person": curator.Person, "role": "curator"})
		for _, c := range []struct {
			visibility string
			published  bool
			read, list bool // by everybody; the label's people always do
		}{
			{visibility: "public"},
			{visibility: "unlisted"},
			{visibility: "private"},
			{visibility: "public", published: true, read: true, list: true},
			{visibility: "unlisted", published: true, read: true},
			{visibility: "private", published: true},
		} {
			title := fmt.Sprintf("%s, published %v", c.visibility, c.published)
			t.Run(title, func(t *testing.T) {
				id := e.selection(t, maelle, label, title, c.visibility)
				pick := e.pick(t, maelle, id, "phares")
				if c.published {
					e.publish(t, maelle, id)
				}
				for i, who := range everybody {
					theirs := i >= 4
					status, code := http.StatusNotFound, "selection_unknown"
					if theirs || c.read {
						status, code = http.StatusOK, ""
					}
					for _, path := range []string{"", "/picks", "/picks/" + pick} {
						a := e.As(who).Do(t, http.MethodGet, "/selections/"+id+path, nil)
						if a.Status != status || a.Code() != code {
							t.Errorf("%s reads %q: %d %s, want %d", names[i], path, a.Status, a.Code(), status)
						}
					}
					// A space above or beside it is not its address.
					for _, space := range []sdk.Space{sdktest.France, sdktest.Occitanie} {
						want(t, e.As(who).In(space).Do(t, http.MethodGet, "/selections/"+id, nil), 404, "selection_unknown")
					}
					for _, in := range []sdk.Space{sdktest.Bretagne, sdktest.France} {
						a := e.As(who).In(in).Do(t, http.MethodGet, "/selections?scope=subtree&count=exact&label="+label, nil)
						found := items(t, a, "id")
						if slices.Contains(found, id) != (theirs || c.list) {
							t.Errorf("%s finds it in %s: %v", names[i], in.Slug, !theirs && !c.list)
						}
						if total := a.JSON(t)["page"].(map[string]any)["total"]; total != float64(len(found)) {
							t.Errorf("%s finds %d in %s and counts %v", names[i], len(found), in.Slug, total)
						}
					}
				}
			})
		}
	})
}

// Who may touch a selection, and what the others are told: that it is not
// theirs where they may know of it, that it is not there where they may not.
func TestSelectionIsTouchedByItsLabelAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, ines, "personal", "Le carnet d'Inès")
		draft := e.selection(t, ines, label, "Courts de route", "public")
		shown := e.selection(t, ines, label, "Sur la route", "public")
		pick := e.pick(t, ines, shown, "phares")
		e.publish(t, ines, shown)

		for _, c := range []struct {
			name          string
			who           sdk.Actor
			shown, hidden int
		}{
			{"visitor", visitor, 401, 401},
			{"visitor from elsewhere", lucie, 403, 403},
			{"member", thomas, 403, 404},
			{"curator of another label", maelle, 403, 404},
			{"region_admin", yann, 403, 404},
		} {
			for id, status := range map[string]int{shown: c.shown, draft: c.hidden} {
				at := "/selections/" + id
				for n, try := range []*sdktest.Answer{
					e.As(c.who).Do(t, http.MethodPatch, at, map[string]any{"title": "À moi"}, "If-Match", `"1"`),
					e.As(c.who).Do(t, http.MethodPost, at+"/publish", nil),
					e.As(c.who).Do(t, http.MethodPost, at+"/picks", map[string]any{"film": "phares"}),
					e.As(c.who).Do(t, http.MethodDelete, at+"/picks/"+pick, nil, "If-Match", `"1"`),
				} {
					status := status
					if n > 1 && status == 403 && id == draft {
						status = 404 // guests pick from elsewhere, and so the module is asked
					}
					if try.Status != status {
						t.Errorf("%s: %d %s, want %d", c.name, try.Status, try.Code(), status)
					}
				}
			}
			want(t, e.As(c.who).Do(t, http.MethodPost, "/labels/"+label+"/selections", map[string]any{"title": "À moi"}), c.shown)
		}
		// Who holds the label but is a member no more looks and does not touch.
		gone := sdktest.Someone("ines")
		want(t, e.As(gone).Do(t, http.MethodGet, "/selections/"+draft, nil), 200)
		want(t, e.As(gone).Do(t, http.MethodPost, "/selections/"+draft+"/publish", nil), 403, "denied")
		// The suspended look at what everybody sees, and at their own.
		suspended := sdktest.Someone("ines", "creator", "suspended")
		want(t, e.As(suspended).Do(t, http.MethodGet, "/selections/"+draft, nil), 200)
		want(t, e.As(suspended).Do(t, http.MethodPost, "/selections/"+draft+"/publish", nil), 403, "denied")
	})
}

func TestChangeSelection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		id := e.selection(t, maelle, label, "Gens de mer", "public")
		at := "/selections/" + id
		want(t, e.As(maelle).Do(t, http.MethodPatch, at, map[string]any{"title": "x"}), 428, "precondition_required")
		want(t, e.As(maelle).Do(t, http.MethodPatch, at, map[string]any{"title": "x"}, "If-Match", `"3"`), 412, "stale")
		a := e.As(maelle).Do(t, http.MethodPatch, at, map[string]any{"title": nil, "visibility": nil}, "If-Match", `"1"`)
		want(t, a, 422, "invalid")
		if found := reasons(t, a); found["/title"] != "required" || found["/visibility"] != "required" {
			t.Errorf("reasons %v", found)
		}
		want(t, e.As(maelle).Do(t, http.MethodPatch, at, map[string]any{"visibility": "famous"}, "If-Match", `"1"`), 422, "invalid")

		a = e.As(maelle).Do(t, http.MethodPatch, at, map[string]any{"title": "À  la côte ", "text": "Onze films."}, "If-Match", `"1"`)
		want(t, a, 200)
		s := a.JSON(t)
		if s["title"] != "À la côte" || s["slug"] != "a-la-cote" || s["text"] != "Onze films." || s["visibility"] != "public" {
			t.Errorf("changed to %v", s)
		}
		if by := s["label"].(map[string]any); by["name"] != "Gens de mer" || by["slug"] != "gens-de-mer" {
			t.Errorf("label %v", by)
		}
		// A pick does not make what a curator is writing stale.
		e.pick(t, maelle, id, "phares")
		want(t, e.As(maelle).Do(t, http.MethodPatch, at, map[string]any{"text": nil}, "If-Match", `"2"`), 200)
		tag := e.As(maelle).Do(t, http.MethodGet, at, nil).Header.Get("ETag")
		want(t, e.As(maelle).Do(t, http.MethodGet, at, nil, "If-None-Match", tag), 304)
		// The page shows the label's name: renamed, it is another page.
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/labels/"+label, map[string]any{"name": "Gens de terre"}, "If-Match", `"1"`), 200)
		want(t, e.As(maelle).Do(t, http.MethodGet, at, nil, "If-None-Match", tag), 200)
	})
}

func TestListSelections(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		one, two := e.label(t, maelle, "region", "Un"), e.label(t, maelle, "committee", "Deux")
		for i, title := range []string{"Zénith", "Écume", "Eau vive"} {
			label := one
			if i == 2 {
				label = two
			}
			e.publish(t, maelle, e.selection(t, maelle, label, title, "public"))
		}
		for query, expected := range map[string][]string{
			"":                       {"Eau vive", "Écume", "Zénith"},
			"?sort=created_at":       {"Zénith", "Écume", "Eau vive"},
			"?sort=title":            {"Eau vive", "Écume", "Zénith"},
			"?sort=-title":           {"Zénith", "Écume", "Eau vive"},
			"?label=" + one:          {"Écume", "Zénith"},
			"?label=nobody's":        nil,
			"?sort=title&limit=2":    {"Eau vive", "Écume"},
			"?sort=title&scope=here": {"Eau vive", "Écume", "Zénith"},
		} {
			if found := items(t, e.As(visitor).Do(t, http.MethodGet, "/selections"+query, nil), "title"); !slices.Equal(found, expected) {
				t.Errorf("%q: %q, want %q", query, found, expected)
			}
		}
		for _, sort := range []string{"views", "picks", "-popularity", "next_position"} {
			want(t, e.As(visitor).Do(t, http.MethodGet, "/selections?sort="+sort, nil), 422)
		}
	})
}

// What a suspended person signs for is in no list, and not to be had by its
// address.
func TestSuspendedPeopleAreNotListed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, ines, "personal", "Le carnet d'Inès")
		selection := e.selection(t, ines, label, "Courts de route", "public")
		e.pick(t, ines, selection, "phares")
		e.publish(t, ines, selection)
		lists := func(expected int) {
			t.Helper()
			for _, path := range []string{"/labels/" + label, "/selections/" + selection, "/selections/" + selection + "/picks"} {
				if a := e.As(visitor).Do(t, http.MethodGet, path, nil); (a.Status == http.StatusOK) != (expected > 0) {
					t.Errorf("%s answers %d", path, a.Status)
				}
			}
			for _, path := range []string{"/labels", "/selections"} {
				if n := len(items(t, e.As(visitor).Do(t, http.MethodGet, path, nil), "id")); n != expected {
					t.Errorf("%s lists %d, want %d", path, n, expected)
				}
			}
		}
		lists(1)
		tell(t, e, "person.suspended.v1", ines.Person)
		lists(0)
		tell(t, e, "person.reinstated.v1", ines.Person)
		lists(1)
	})
}

// A selection that was public, is hidden, and is public again: the film keeps
// that it was chosen twice, from when to when, and why it left at last.
func TestWhatComesBackIsRecognisedAnew(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		id := e.selection(t, maelle, label, "Gens de mer", "public")
		pick := e.pick(t, maelle, id, "phares")
		e.publish(t, maelle, id)
		for _, visibility := range []string{"private", "public"} {
			tag := e.As(maelle).Do(t, http.MethodGet, "/selections/"+id, nil).Header.Get("ETag")
			want(t, e.As(maelle).Do(t, http.MethodPatch, "/selections/"+id, map[string]any{"visibility": visibility}, "If-Match", tag), 200)
		}
		want(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+id+"/picks/"+pick+"/remove", map[string]any{"reason": "Une erreur de fiche."}), 200)
		e.settle(t)
		began, ended := e.told(t, "film.recognised.v1", "phares"), e.told(t, "film.recognition_ended.v1", "phares")
		if len(began) != 2 || len(ended) != 2 {
			t.Fatalf("told %d times that it began, %d that it ended", len(began), len(ended))
		}
		if began[0]["source_id"] == began[1]["source_id"] {
			t.Error("both times are one")
		}
		for n, reason := range []any{"", "Une erreur de fiche."} {
			if ended[n]["source_id"] != began[n]["source_id"] {
				t.Errorf("%d: the end is of another: %v", n, ended[n])
			}
			if said, _ := ended[n]["reason"].(string); said != reason {
				t.Errorf("%d: it ended because of %q, want %q", n, said, reason)
			}
		}
	})
}
