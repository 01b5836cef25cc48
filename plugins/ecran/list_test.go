package ecran_test

import (
	"maps"
	"net/http"
	"testing"
)

func TestAListTakesAsManyQueriesForManyRowsAsForOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		first := ""
		add := func(film string) {
			t.Helper()
			label := e.label(t, ines, "personal", "Carnet pour "+film)
			selection := e.selection(t, ines, label, "Courts", "public")
			if first == "" {
				first = selection
			}
			e.pick(t, ines, first, film)
		}
		queries := func() map[string]int {
			t.Helper()
			taken := map[string]int{}
			for _, path := range []string{"/labels", "/selections", "/selections?count=exact", "/selections/" + first + "/picks"} {
				a := e.As(ines).Do(t, http.MethodGet, path, nil)
				want(t, a, http.StatusOK)
				taken[path] = a.Statements
			}
			return taken
		}
		add("phares")
		one := queries()
		add("maree-basse")
		add("aller-simple")
		if many := queries(); !maps.Equal(one, many) || one["/labels"] == 0 {
			t.Errorf("for one row %v, for three %v", one, many)
		}
		t.Log(one)
	})
}
