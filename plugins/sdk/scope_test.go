package sdk_test

import (
	"net/http"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest/probe"
)

func TestAListShowsItsScope(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w sdktest.World) {
		m := w.Open(t, probe.New)
		for _, s := range []sdk.Space{sdktest.France, sdktest.Bretagne, sdktest.Brest, sdktest.Occitanie} {
			leave(t, m.As(anna).In(s), s.Slug)
		}
		for _, c := range []struct {
			at    sdk.Space
			query string
			off   []sdk.Space
			want  []string
		}{
			{sdktest.France, "", nil, []string{"france"}},
			{sdktest.France, "?scope=subtree", nil, []string{"france", "bretagne", "brest", "occitanie"}},
			{sdktest.France, "?scope=subtree", []sdk.Space{sdktest.Bretagne, sdktest.Brest}, []string{"france", "occitanie"}},
			{sdktest.Bretagne, "", nil, []string{"bretagne"}},
			{sdktest.Bretagne, "?scope=subtree", nil, []string{"bretagne", "brest"}},
			{sdktest.Brest, "?scope=subtree", nil, []string{"brest"}},
		} {
			same(t, c.at.Slug+c.query, texts(t, m.As(boris).In(c.at).Off(c.off...), c.query), c.want)
		}
	})
}

func TestAListLeavesOutTheSuspended(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w sdktest.World) {
		m := w.Open(t, probe.New)
		leave(t, m.As(anna), "anna")
		leave(t, m.As(boris), "boris")
		tell := func(id, typ string) {
			t.Helper()
			for range 2 {
				if err := m.Deliver(t.Context(), sdk.Event{ID: id, Type: typ, Source: "core", Subject: "person-anna", At: sdktest.Now}); err != nil {
					t.Fatal(err)
				}
			}
		}
		tell("e1", "person.suspended.v1")
		same(t, "suspended", texts(t, m.As(boris), ""), []string{"boris"})
		tell("e2", "person.reinstated.v1")
		same(t, "reinstated", texts(t, m.As(boris), ""), []string{"anna", "boris"})
		// The old event comes once more: the newer one stands.
		tell("e1", "person.suspended.v1")
		same(t, "told again", texts(t, m.As(boris), ""), []string{"anna", "boris"})
	})
}

func TestAListIsPagedToItsEnd(t *testing.T) {
	t.Parallel()
	m := sdktest.Open(t, probe.New)
	for _, text := range []string{"a", "b", "c"} {
		leave(t, m.As(anna), text)
	}
	var seen []string
	for query := "?limit=2"; query != ""; {
		page := m.As(anna).Do(t, http.MethodGet, "/notes"+query, nil).JSON(t)
		for _, n := range page["data"].([]any) {
			seen = append(seen, n.(map[string]any)["text"].(string))
		}
		query = ""
		if next, more := page["page"].(map[string]any)["next_cursor"].(string); more {
			query = "?limit=2&cursor=" + next
		}
	}
	same(t, "all pages", seen, []string{"a", "b", "c"})
	answer := m.As(anna).Do(t, http.MethodGet, "/notes?cursor=forged", nil)
	if answer.Status != http.StatusUnprocessableEntity || answer.Code() != "cursor_invalid" {
		t.Errorf("a forged cursor: status %d: %s", answer.Status, answer.Body)
	}
}

// each runs the test on a module with a database of each kind.
func each(t *testing.T, run func(t *testing.T, w sdktest.World)) {
	for _, dialect := range []string{"sqlite", "postgres"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			run(t, sdktest.World{Dialect: dialect})
		})
	}
}

func texts(t *testing.T, c sdktest.Caller, query string) []string {
	t.Helper()
	answer := c.Do(t, http.MethodGet, "/notes"+query, nil)
	if answer.Status != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Status, answer.Body)
	}
	var found []string
	for _, n := range answer.JSON(t)["data"].([]any) {
		found = append(found, n.(map[string]any)["text"].(string))
	}
	return found
}

// same compares two sets.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	seen := map[string]int{}
	for _, s := range got {
		seen[s]++
	}
	for _, s := range want {
		seen[s]--
	}
	for _, n := range seen {
		if n != 0 {
			t.Errorf("%s: %q, want %q", what, got, want)
			return
		}
	}
}
