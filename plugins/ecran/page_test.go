package ecran_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

// blocks returns the slots of the page that hold something, as "slot kind".
func blocks(t testing.TB, a *sdktest.Answer) []string {
	t.Helper()
	want(t, a, http.StatusOK)
	found := []string{}
	for _, b := range a.JSON(t)["pins"].([]any) {
		block := b.(map[string]any)
		found = append(found, fmt.Sprintf("%v %v", block["slot"], block["kind"]))
	}
	return found
}

// atPage is the address of the page at an instant.
func atPage(at string) string { return "/page?at=" + url.QueryEscape(at) }

func TestECR4ThePageChangesAtTheInstant(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/labels/"+label, map[string]any{"rules": map[string]any{"max_pins": 24}}, "If-Match", `"1"`), 200)
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		ending := made(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+label+"/selections", map[string]any{"title": "Un mois", "until": after(50 * time.Second)}))
		e.publish(t, maelle, ending)
		brief := made(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "phares", "until": after(40 * time.Second)}))
		later := e.selection(t, maelle, label, "Plus tard", "public")
		e.publish(t, maelle, later)

		e.pin(t, "label", label, 1)
		e.pin(t, "label", label, 2, map[string]any{"until": after(10 * time.Second)})
		e.pin(t, "selection", selection, 3, map[string]any{"from": after(30 * time.Second), "until": after(35 * time.Second)})
		e.pin(t, "pick", brief, 4)
		e.pin(t, "selection", ending, 5)
		e.pin(t, "selection", later, 6)
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/selections/"+later, map[string]any{"from": after(45 * time.Second)}, "If-Match", `"2"`), 200)

		always := []string{"1 label"}
		show := func(more ...string) []string {
			return slices.Sorted(slices.Values(append(slices.Clone(always), more...)))
		}
		now := time.Duration(0)
		for _, step := range []struct {
			at      time.Duration
			shows   []string
			changes time.Duration // 0: nothing is planned
		}{
			{0, show("2 label", "4 pick", "5 selection"), 10 * time.Second},
			{10*time.Second - time.Microsecond, show("2 label", "4 pick", "5 selection"), 10 * time.Second},
			{10 * time.Second, show("4 pick", "5 selection"), 30 * time.Second},
			{30*time.Second - time.Microsecond, show("4 pick", "5 selection"), 30 * time.Second},
			{30 * time.Second, show("3 selection", "4 pick", "5 selection"), 35 * time.Second},
			{35 * time.Second, show("4 pick", "5 selection"), 40 * time.Second},
			{40*time.Second - time.Microsecond, show("4 pick", "5 selection"), 40 * time.Second},
			{40 * time.Second, show("5 selection"), 45 * time.Second},
			{45*time.Second - time.Microsecond, show("5 selection"), 45 * time.Second},
			{45 * time.Second, show("5 selection", "6 selection"), 50 * time.Second},
			{50*time.Second - time.Microsecond, show("5 selection", "6 selection"), 50 * time.Second},
			{50 * time.Second, show("6 selection"), 0},
			{time.Hour, show("6 selection"), 0},
		} {
			e.Advance(step.at - now) // and nobody waits for what is due to be done
			now = step.at
			for _, who := range []sdk.Actor{visitor, maelle} {
				a := e.As(who).Do(t, http.MethodGet, "/page", nil)
				if found := blocks(t, a); !slices.Equal(found, step.shows) {
					t.Errorf("after %s it shows %q, want %q", step.at, found, step.shows)
				}
				kept, longest := keptFor(t, a), time.Minute
				if step.changes > 0 {
					longest = min(longest, step.changes-now)
				}
				if kept > longest {
					t.Errorf("after %s it may be kept for %s, and changes in %s", step.at, kept, longest)
				}
				if step.changes == 0 && kept != time.Minute {
					t.Errorf("after %s, with nothing planned, it may be kept for %s", step.at, kept)
				}
				changes := a.JSON(t)["changes_at"]
				if expected := any(after(step.changes)); step.changes > 0 && changes != expected || step.changes == 0 && changes != nil {
					t.Errorf("after %s it says that it changes at %v", step.at, changes)
				}
			}
		}
	})
}

// keptFor returns the max-age of an answer.
func keptFor(t testing.TB, a *sdktest.Answer) time.Duration {
	t.Helper()
	_, seconds, ok := strings.Cut(a.Header.Get("Cache-Control"), "max-age=")
	n, err := strconv.Atoi(seconds)
	if !ok || err != nil {
		t.Fatalf("Cache-Control is %q", a.Header.Get("Cache-Control"))
	}
	return time.Duration(n) * time.Second
}

// The page of another day: everybody looks back, its curators look ahead.
func TestPageOfAnotherDay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		e.pin(t, "label", label, 1, map[string]any{"until": after(time.Hour), "reason": "Pour commencer."})
		e.pin(t, "selection", selection, 1, map[string]any{"from": after(2 * time.Hour), "until": after(3 * time.Hour)})
		brief := made(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "phares", "until": after(90 * time.Minute)}))
		e.pin(t, "pick", brief, 2)

		ahead := atPage(after(150 * time.Minute))
		for _, who := range []sdk.Actor{visitor, thomas, ines, lucie} {
			a := e.As(who).Do(t, http.MethodGet, ahead, nil)
			want(t, a, 403, "page_ahead")
			same(t, "a full page", a, e.As(who).In(sdktest.Occitanie).Do(t, http.MethodGet, ahead, nil))
			want(t, e.As(who).Do(t, http.MethodGet, atPage(after(time.Microsecond)), nil), 403, "page_ahead")
			want(t, e.As(who).Do(t, http.MethodGet, atPage(after(0)), nil), 200)
		}
		if found := blocks(t, e.As(maelle).Do(t, http.MethodGet, ahead, nil)); !slices.Equal(found, []string{"1 selection"}) {
			t.Errorf("ahead it shows %q, want what will be there without the pick that will be over", found)
		}
		if found := blocks(t, e.As(maelle).Do(t, http.MethodGet, atPage(after(time.Hour)), nil)); !slices.Equal(found, []string{"2 pick"}) {
			t.Errorf("in an hour it shows %q", found)
		}
		e.pass(t, 4*time.Hour)
		for _, who := range []sdk.Actor{visitor, maelle} {
			for at, expected := range map[time.Duration][]string{
				-time.Second: {}, 0: {"1 label", "2 pick"}, time.Hour - time.Microsecond: {"1 label", "2 pick"}, time.Hour: {"2 pick"},
				90 * time.Minute: {}, 2 * time.Hour: {"1 selection"}, 3 * time.Hour: {}, 4 * time.Hour: {},
			} {
				a := e.As(who).Do(t, http.MethodGet, atPage(after(at)), nil)
				if found := blocks(t, a); !slices.Equal(found, expected) {
					t.Errorf("after %s it showed %q, want %q", at, found, expected)
				}
			}
			want(t, e.As(who).Do(t, http.MethodGet, "/page?at=demain", nil), 422)
		}
		// When it changed, and when it will, its curators find in a list.
		e.pin(t, "label", label, 3, map[string]any{"from": after(6 * time.Hour)})
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/page", map[string]any{"slots": 1}, "If-Match", e.As(maelle).Do(t, http.MethodGet, "/page", nil).Header.Get("ETag")), 200)
		for _, who := range []sdk.Actor{visitor, thomas, ines} {
			same(t, "a page", e.As(who).Do(t, http.MethodGet, "/page/versions", nil), e.As(who).In(sdktest.Occitanie).Do(t, http.MethodGet, "/page/versions", nil))
		}
		var versions []string
		for path := "/page/versions?limit=3"; path != ""; {
			a := e.As(maelle).Do(t, http.MethodGet, path, nil)
			want(t, a, 200)
			for _, v := range a.JSON(t)["data"].([]any) {
				from, err := time.Parse(time.RFC3339Nano, v.(map[string]any)["from"].(string))
				if err != nil {
					t.Fatal(err)
				}
				versions = append(versions, fmt.Sprint(from.Sub(sdktest.Now), " ", v.(map[string]any)["slots"]))
			}
			path = ""
			if next, ok := a.JSON(t)["page"].(map[string]any)["next_cursor"].(string); ok {
				path = "/page/versions?limit=3&cursor=" + next
			}
		}
		if want := []string{"6h0m0s 1", "4h0m0s 1", "3h0m0s 6", "2h0m0s 6", "1h30m0s 6", "1h0m0s 6", "0s 6"}; !slices.Equal(versions, want) {
			t.Errorf("its versions are %q, want %q", versions, want)
		}
		// Fewer slots rewrite nothing, nor does the end of a label.
		want(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+label+"/close", nil), 200)
		for at, expected := range map[time.Duration][]string{time.Minute: {"1 label", "2 pick"}, 2 * time.Hour: {"1 selection"}} {
			if found := blocks(t, e.As(visitor).Do(t, http.MethodGet, atPage(after(at)), nil)); !slices.Equal(found, expected) {
				t.Errorf("after its label has closed the page of %s shows %q, want %q", at, found, expected)
			}
		}
	})
}

// What is not on public view any more is not on the page of the past.
func TestPageOfThePastShowsNothingPrivate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		e.pin(t, "selection", selection, 1, map[string]any{"until": after(time.Hour)})
		e.pin(t, "pick", e.pick(t, maelle, selection, "phares"), 2, map[string]any{"until": after(time.Hour)})
		e.pass(t, 4*time.Hour)
		past := atPage(after(time.Minute))
		if found := blocks(t, e.As(visitor).Do(t, http.MethodGet, past, nil)); len(found) != 2 {
			t.Fatalf("it shows %q", found)
		}
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/selections/"+selection, map[string]any{"visibility": "private"}, "If-Match", `"2"`), 200)
		if found := blocks(t, e.As(maelle).Do(t, http.MethodGet, past, nil)); len(found) != 0 {
			t.Errorf("what is private now was %q", found)
		}
	})
}
