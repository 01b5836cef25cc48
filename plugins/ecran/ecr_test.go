package ecran_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

// pass lets time pass, and waits until what that asks for is done and told.
func (e *screen) pass(t testing.TB, d time.Duration) {
	t.Helper()
	e.Advance(d)
	for range 3 { // what is due, what it brings about, and what that does
		e.settle(t)
	}
}

// after writes the instant that lies so far behind the beginning of the test.
func after(d time.Duration) string { return sdktest.Now.Add(d).Format(time.RFC3339Nano) }

// without runs the function while the core does not show the film.
func (e *screen) without(film string, run func()) {
	f := e.film(film)
	f.ID = "hidden from everybody"
	defer func() { f.ID = film }()
	run()
}

// pin pins something on the page of Bretagne and returns the pin's id.
func (e *screen) pin(t testing.TB, kind, target string, slot int, more ...map[string]any) string {
	t.Helper()
	return made(t, e.As(maelle).Do(t, http.MethodPost, "/pins", pinning(kind, target, slot, more...)))
}

func pinning(kind, target string, slot int, more ...map[string]any) map[string]any {
	body := map[string]any{"kind": kind, "target": target, "slot": slot}
	for _, m := range more {
		for k, v := range m {
			body[k] = v
		}
	}
	return body
}

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

// atOnce runs the function so many times at one moment and returns the answers.
func atOnce(n int, run func(i int) *sdktest.Answer) []*sdktest.Answer {
	answers := make([]*sdktest.Answer, n)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range answers {
		done.Go(func() {
			start.Wait()
			answers[i] = run(i)
		})
	}
	start.Done()
	done.Wait()
	return answers
}

// won returns who was answered with the status; all others have to have been
// answered with one of the codes.
func won(t testing.TB, answers []*sdktest.Answer, status int, codes ...string) []int {
	t.Helper()
	var winners []int
	for i, a := range answers {
		switch {
		case a.Status == status:
			winners = append(winners, i)
		case !slices.Contains(codes, a.Code()):
			t.Errorf("%d was answered %d %s", i, a.Status, a.Body)
		}
	}
	return winners
}

func TestECR1APrivateFilmIsNotRevealed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		first := e.pick(t, maelle, selection, "phares")
		hidden := e.pick(t, maelle, selection, "maree-basse")
		e.pick(t, maelle, selection, "aller-simple")
		gone := e.selection(t, maelle, label, "La terre", "public")
		e.publish(t, maelle, gone)
		over := e.pick(t, maelle, gone, "maree-basse")
		want(t, e.As(maelle).Do(t, http.MethodDelete, "/selections/"+gone+"/picks/"+over, nil, "If-Match", `"1"`), 204)
		e.pin(t, "pick", hidden, 1)
		e.pin(t, "pick", first, 2)
		e.settle(t)

		// It is there for whom the core shows it to, and everywhere.
		paths := []string{
			"/labels", "/labels/" + label, "/selections?count=exact", "/selections/" + selection, "/selections/" + selection + "/picks",
			"/selections/" + selection + "/feed.atom", "/selections/" + selection + "/feed.json",
			"/labels/" + label + "/feed.atom", "/labels/" + label + "/feed.json",
			"/selections/" + gone + "/picks?state=ended", "/page",
		}
		seen := 0
		for _, path := range paths {
			if a := e.As(visitor).Do(t, http.MethodGet, path, nil); strings.Contains(string(a.Body), "Marée basse") {
				seen++
			}
		}
		if seen != 7 {
			t.Fatalf("the film is on %d pages, want the picks, four feeds, what has ended and the page", seen)
		}
		e.without("maree-basse", func() {
			for _, who := range []sdk.Actor{visitor, thomas, ines, yann, lucie} {
				for _, path := range paths {
					a := e.As(who).Do(t, http.MethodGet, path, nil)
					want(t, a, 200)
					for _, trace := range []string{"Marée basse", "maree-basse", hidden, over} {
						if strings.Contains(string(a.Body), trace) {
							t.Errorf("%s shows %s of %q:\n%s", path, who.Account, trace, a.Body)
						}
					}
				}
				// No gap tells of it: neither a position nor a count nor an empty slot's contents.
				at := "/selections/" + selection + "/picks"
				if found := items(t, e.As(who).Do(t, http.MethodGet, at, nil), "film", "id"); !slices.Equal(found, []string{"phares", "aller-simple"}) {
					t.Errorf("the selection holds %q", found)
				}
				if found := blocks(t, e.As(who).Do(t, http.MethodGet, "/page", nil)); !slices.Equal(found, []string{"2 pick"}) {
					t.Errorf("the page shows %q", found)
				}
				same(t, "a hidden pick", e.As(who).Do(t, http.MethodGet, at+"/"+hidden, nil), e.As(who).Do(t, http.MethodGet, at+"/"+sdk.NewID(), nil))
			}
			// Search is told to read the selection again, and finds it without the film.
			told := len(e.told(t, "ecran.selection.changed.v1", selection))
			tell(t, e, "film.changed.v1", "maree-basse")
			e.settle(t)
			if n := len(e.told(t, "ecran.selection.changed.v1", selection)); n == told {
				t.Error("search is not told that the film of the selection is hidden")
			}
			docs, _, err := e.Documents(t.Context(), "selection", []string{selection}, "")
			if err != nil || len(docs) != 1 {
				t.Fatal(docs, err)
			}
			if slices.Contains(docs[0].Also, "Marée basse") || !slices.Contains(docs[0].Also, "Aller simple") {
				t.Errorf("search finds it by %q", docs[0].Also)
			}
		})
	})
}

// same fails the test unless the two answers are one byte for byte, but for what
// names the request.
func same(t testing.TB, what string, a, b *sdktest.Answer) {
	t.Helper()
	if a.Status != b.Status || plain(a) != plain(b) {
		t.Errorf("%s is told from nothing:\n%d %s\n%d %s", what, a.Status, a.Body, b.Status, b.Body)
	}
}

// plain returns an answer without what names the request.
func plain(a *sdktest.Answer) string {
	var object map[string]any
	if json.Unmarshal(a.Body, &object) != nil {
		return string(a.Body)
	}
	delete(object, "request_id")
	delete(object, "instance")
	text, _ := json.Marshal(object)
	return string(text)
}

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

// version returns the version that an answer's ETag names.
func version(t testing.TB, a *sdktest.Answer) int {
	t.Helper()
	tag, _, _ := strings.Cut(strings.Trim(a.Header.Get("ETag"), `"`), ".")
	n, err := strconv.Atoi(tag)
	if err != nil {
		t.Fatalf("the answer %d has the ETag %q", a.Status, a.Header.Get("ETag"))
	}
	return n
}

// atPage is the address of the page at an instant.
func atPage(at string) string { return "/page?at=" + url.QueryEscape(at) }
