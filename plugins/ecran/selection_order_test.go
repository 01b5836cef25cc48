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

func TestECR2OrderIsAPermutation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		id := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, id)
		at := "/selections/" + id
		var picks []string
		for _, film := range e.crowd() {
			picks = append(picks, e.pick(t, maelle, id, film))
		}
		order := func(i int) []string { // a rotation for everyone who asks
			i %= len(picks)
			return slices.Concat(picks[i:], picks[:i])
		}
		versionOf := func() int { return version(t, e.As(maelle).Do(t, http.MethodGet, at, nil)) }

		// At one moment, one order for one version.
		before := versionOf()
		answers := atOnce(50, func(i int) *sdktest.Answer {
			return e.As(maelle).Do(t, http.MethodPut, at+"/order", map[string]any{"picks": order(i)}, "If-Match", fmt.Sprintf(`"%d"`, before))
		})
		winners := won(t, answers, 200, "stale")
		if len(winners) != 1 {
			t.Fatalf("%d orders won", len(winners))
		}
		for _, who := range []sdk.Actor{visitor, thomas, maelle} {
			if found := items(t, e.As(who).Do(t, http.MethodGet, at+"/picks", nil), "id"); !slices.Equal(found, order(winners[0])) {
				t.Errorf("it reads %q, want %q", found, order(winners[0]))
			}
		}

		// While somebody picks and somebody ends: an order of other picks than
		// those that are there loses, and what is read is each pick once.
		now := versionOf()
		ended := picks[3]
		answers = atOnce(50, func(i int) *sdktest.Answer {
			switch i {
			case 10:
				return e.As(maelle).Do(t, http.MethodPost, at+"/picks", map[string]any{"film": "phares"})
			case 20:
				return e.As(maelle).Do(t, http.MethodDelete, at+"/picks/"+ended, nil, "If-Match", `"1"`)
			default:
				return e.As(maelle).Do(t, http.MethodPut, at+"/order", map[string]any{"picks": order(i)}, "If-Match", fmt.Sprintf(`"%d"`, now))
			}
		})
		want(t, answers[10], 201)
		want(t, answers[20], 204)
		added := made(t, answers[10])
		answers[20] = answers[10] // neither is an order
		winners = slices.DeleteFunc(won(t, answers, 200, "stale", "order_stale", ""), func(i int) bool { return i == 10 || i == 20 })
		if len(winners) > 1 {
			t.Errorf("%d orders won", len(winners))
		}
		left := items(t, e.As(visitor).Do(t, http.MethodGet, at+"/picks", nil), "id")
		expected := append(slices.DeleteFunc(slices.Clone(picks), func(p string) bool { return p == ended }), added)
		slices.Sort(expected)
		if sorted := slices.Sorted(slices.Values(left)); !slices.Equal(sorted, expected) {
			t.Errorf("there are %q, want %q", sorted, expected)
		}
		if last := left[len(left)-1]; last != added {
			t.Errorf("what was picked last stands before %s", last)
		}
		// Anything but a permutation is refused.
		for what, order := range map[string][]string{
			"one less": left[1:], "one twice": append(slices.Clone(left[1:]), left[1]), "one more": append(slices.Clone(left), ended),
			"somebody else's": append(slices.Clone(left[1:]), sdk.NewID()), "nothing": {},
		} {
			a := e.As(maelle).Do(t, http.MethodPut, at+"/order", map[string]any{"picks": order}, "If-Match", fmt.Sprintf(`"%d"`, versionOf()))
			if a.Code() != "order_stale" {
				t.Errorf("%s is answered %d %s", what, a.Status, a.Code())
			}
		}
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, at+"/picks", nil), "id"); !slices.Equal(found, left) {
			t.Errorf("an order that was refused has changed it to %q", found)
		}
	})
}

// crowd returns the ids of a dozen more films of the world.
func (e *screen) crowd() []string {
	var ids []string
	for _, f := range e.films {
		if strings.HasPrefix(f.ID, "film-") {
			ids = append(ids, f.ID)
		}
	}
	return ids
}
