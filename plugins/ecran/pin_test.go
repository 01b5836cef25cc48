package ecran_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

// pageOf reads the page of a space of whose branch these have Écran switched off.
func (e *screen) pageOf(t testing.TB, space sdk.Space, off ...sdk.Space) *sdktest.Answer {
	t.Helper()
	a := visitor
	a.Space, a.State, a.Scope = space, "on", sdk.Scope{Place: space.Place}
	for _, s := range off {
		a.Scope.Off = append(a.Scope.Off, s.ID)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://labfilms.test/v1/spaces/"+space.Slug+"/ecran/page", nil)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, e.Local.As(a, r))
	return &sdktest.Answer{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}
}

func TestPin(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer")
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/labels/"+label, map[string]any{"rules": map[string]any{"max_pins": 24}}, "If-Match", `"1"`), 200)
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		pick := e.pick(t, maelle, selection, "phares")
		soon := made(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "aller-simple", "from": after(time.Hour)}))
		draft := e.selection(t, maelle, label, "En chantier", "public")
		unlisted := e.selection(t, maelle, label, "Pour qui sait", "unlisted")
		private := e.selection(t, maelle, label, "Entre nous", "private")
		e.publish(t, maelle, unlisted)
		e.publish(t, maelle, private)
		secret := e.pick(t, maelle, private, "phares")
		below := made(t, e.As(maelle).In(sdktest.Brest).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "institution", "name": "La Rade"}))
		beside := made(t, e.As(maelle).In(sdktest.Occitanie).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "region", "name": "Les Carrés"}))
		above := made(t, e.As(maelle).In(sdktest.France).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "platform", "name": "LabFilms"}))

		// Its curators put forward, nobody else, whatever they are to the label.
		for who, status := range map[*sdk.Actor]int{&visitor: 401, &thomas: 403, &ines: 403, &lucie: 403} {
			want(t, e.As(*who).Do(t, http.MethodPost, "/pins", pinning("label", label, 1)), status)
			want(t, e.As(*who).Do(t, http.MethodGet, "/pins", nil), status)
			want(t, e.As(*who).Do(t, http.MethodPatch, "/page", map[string]any{"slots": 3}), status)
		}
		// What is not everybody's to see in this branch, and what is not there,
		// are one.
		nothing := e.As(maelle).Do(t, http.MethodPost, "/pins", pinning("label", sdk.NewID(), 1))
		want(t, nothing, 422, "target_unknown")
		for what, body := range map[string]map[string]any{
			"a draft": pinning("selection", draft, 1), "unlisted": pinning("selection", unlisted, 1), "private": pinning("selection", private, 1),
			"a pick of what is private": pinning("pick", secret, 1), "a pick to come": pinning("pick", soon, 1),
			"beside": pinning("label", beside, 1), "above": pinning("label", above, 1),
			"another kind": pinning("selection", label, 1), "another kind still": pinning("label", pick, 1),
		} {
			same(t, what, nothing, e.As(maelle).Do(t, http.MethodPost, "/pins", body))
		}
		e.without("phares", func() {
			same(t, "a hidden film", nothing, e.As(maelle).Do(t, http.MethodPost, "/pins", pinning("pick", pick, 1)))
		})
		want(t, e.As(maelle).Do(t, http.MethodPost, "/pins", pinning("label", label, 7)), 422, "invalid")
		want(t, e.As(maelle).Do(t, http.MethodPost, "/pins", pinning("label", label, 0)), 422, "invalid")
		want(t, e.As(maelle).Do(t, http.MethodPost, "/pins", pinning("label", label, 1, map[string]any{"until": after(0)})), 422, "invalid")

		// Pinned, it is signed, and read by everybody.
		a := e.As(maelle).Do(t, http.MethodPost, "/pins", pinning("pick", pick, 2, map[string]any{"reason": "Pour le vent."}))
		first := made(t, a)
		e.pin(t, "label", below, 1)
		a = e.As(visitor).Do(t, http.MethodGet, "/page", nil)
		if found := blocks(t, a); !slices.Equal(found, []string{"1 label", "2 pick"}) {
			t.Fatalf("the page shows %q", found)
		}
		block := a.JSON(t)["pins"].([]any)[1].(map[string]any)
		if block["reason"] != "Pour le vent." || block["by"].(map[string]any)["name"] != "Maëlle Tanguy" || block["until"] != nil ||
			block["pick"].(map[string]any)["film"].(map[string]any)["id"] != "phares" || block["label"].(map[string]any)["id"] != label {
			t.Errorf("it shows %v", block)
		}
		if !strings.HasPrefix(a.Header.Get("Cache-Control"), "public, ") || !strings.HasPrefix(e.As(thomas).Do(t, http.MethodGet, "/page", nil).Header.Get("Cache-Control"), "private, ") {
			t.Error("what one may see is kept for others")
		}
		// A branch in which Écran is off is on no page above it.
		if found := blocks(t, e.pageOf(t, sdktest.Bretagne, sdktest.Brest)); !slices.Equal(found, []string{"2 pick"}) {
			t.Errorf("with Écran off in Brest it shows %q", found)
		}
		made(t, e.As(maelle).In(sdktest.France).Do(t, http.MethodPost, "/pins", pinning("selection", selection, 1)))
		for _, c := range []struct {
			off      []sdk.Space
			expected []string
		}{{nil, []string{"1 selection"}}, {[]sdk.Space{sdktest.Occitanie}, []string{"1 selection"}}, {[]sdk.Space{sdktest.Bretagne}, []string{}}} {
			if found := blocks(t, e.pageOf(t, sdktest.France, c.off...)); !slices.Equal(found, c.expected) {
				t.Errorf("with Écran off in %v the network shows %q", c.off, found)
			}
		}
		// A page of fewer slots does not show what is beyond.
		tag := func() string { return e.As(maelle).Do(t, http.MethodGet, "/page", nil).Header.Get("ETag") }
		if !strings.HasPrefix(tag(), `"1.`) {
			t.Errorf("its version counts pins: %s", tag())
		}
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/page", map[string]any{"slots": 25}, "If-Match", `"1"`), 422, "invalid")
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/page", map[string]any{"slots": 1}), 428)
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/page", map[string]any{"slots": 1}, "If-Match", `"99"`), 412, "stale")
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/page", map[string]any{"slots": 1}, "If-Match", tag()), 200)
		if found := blocks(t, e.As(visitor).Do(t, http.MethodGet, "/page", nil)); !slices.Equal(found, []string{"1 label"}) {
			t.Errorf("of one slot it shows %q", found)
		}
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/page", map[string]any{"slots": 24}, "If-Match", tag()), 200)
		e.pin(t, "label", label, 24)

		// Taken off, the slot is free; of another space it is not there.
		want(t, e.As(maelle).Do(t, http.MethodDelete, "/pins/"+first, nil), 428)
		want(t, e.As(maelle).Do(t, http.MethodDelete, "/pins/"+first, nil, "If-Match", `"2"`), 412, "stale")
		for _, c := range []sdktest.Caller{e.As(thomas), e.As(visitor), e.As(maelle).In(sdktest.France), e.As(maelle).In(sdktest.Occitanie)} {
			same(t, "a pin", c.Do(t, http.MethodDelete, "/pins/"+first, nil, "If-Match", `"1"`), c.Do(t, http.MethodDelete, "/pins/"+sdk.NewID(), nil, "If-Match", `"1"`))
			same(t, "a pin", c.Do(t, http.MethodGet, "/pins/"+first, nil), c.Do(t, http.MethodGet, "/pins/"+sdk.NewID(), nil))
		}
		want(t, e.As(maelle).Do(t, http.MethodDelete, "/pins/"+first, nil, "If-Match", `"1"`), 204)
		e.pin(t, "selection", selection, 2)
		// A pick that ends takes its pin along.
		third := e.pin(t, "pick", pick, 3)
		want(t, e.As(maelle).Do(t, http.MethodDelete, "/selections/"+selection+"/picks/"+pick, nil, "If-Match", `"1"`), 204)
		if over := items(t, e.As(maelle).Do(t, http.MethodGet, "/pins?over=true", nil), "id"); !slices.Contains(over, third) || !slices.Contains(over, first) {
			t.Errorf("over are %q", over)
		}
		e.pin(t, "selection", selection, 3)
		e.settle(t)
		if n := len(e.told(t, "ecran.pin.ended.v1", third)); n != 1 {
			t.Errorf("told of %d ends", n)
		}
	})
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

func TestECR3SlotsHoldUnderConcurrency(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer", map[string]any{"person": ines.Person, "role": "curator"})
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/labels/"+label, map[string]any{"rules": map[string]any{"max_pins": 24}}, "If-Match", `"1"`), 200)
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		pin := func(who sdk.Actor, space sdk.Space, body map[string]any) *sdktest.Answer {
			return e.As(who).In(space).Do(t, http.MethodPost, "/pins", body)
		}

		// Fifty into one slot at one moment, also of a page that nobody has used.
		answers := atOnce(50, func(int) *sdktest.Answer { return pin(maelle, sdktest.Bretagne, pinning("label", label, 1)) })
		if winners := won(t, answers, 201, "slot_taken"); len(winners) != 1 {
			t.Fatalf("%d are in one slot", len(winners))
		}
		// Fifty that overlap in time, each a day later than the one before and
		// three days long: no two that are there overlap.
		answers = atOnce(50, func(i int) *sdktest.Answer {
			from := time.Duration(i+1) * 24 * time.Hour
			return pin(maelle, sdktest.Bretagne, pinning("label", label, 2, map[string]any{"from": after(from), "until": after(from + 72*time.Hour)}))
		})
		winners := won(t, answers, 201, "slot_taken")
		slices.Sort(winners)
		for i := 1; i < len(winners); i++ {
			if winners[i]-winners[i-1] < 3 {
				t.Errorf("day %d and day %d share a slot", winners[i-1], winners[i])
			}
		}
		if len(winners) < 10 {
			t.Errorf("only %d of fifty found a place", len(winners))
		}
		// One after the other: until is the first instant at which it is free.
		at := 60 * 24 * time.Hour
		ok := func(status int, from, until time.Duration) {
			t.Helper()
			body := pinning("selection", selection, 3, map[string]any{"from": after(at + from)})
			if until > 0 {
				body["until"] = after(at + until)
			}
			want(t, pin(maelle, sdktest.Bretagne, body), status)
		}
		ok(201, time.Hour, 2*time.Hour)
		ok(409, 0, time.Hour+time.Microsecond)
		ok(409, 90*time.Minute, 100*time.Minute)
		ok(409, 0, 3*time.Hour)
		ok(409, 2*time.Hour-time.Microsecond, 3*time.Hour)
		ok(409, 0, 0) // for ever
		ok(201, 0, time.Hour)
		ok(201, 2*time.Hour, 0)
		ok(409, 100*time.Hour, 0)

		// The label's rules hold on two pages at once.
		few := e.label(t, maelle, "committee", "Le petit comité")
		e.publish(t, maelle, e.selection(t, maelle, few, "Peu", "public"))
		spaces := []sdk.Space{sdktest.Bretagne, sdktest.France}
		answers = atOnce(50, func(i int) *sdktest.Answer {
			return pin(maelle, spaces[i%2], pinning("label", few, 4+i/2%3)) // three slots on each of the two pages
		})
		if winners := won(t, answers, 201, "slot_taken", "too_many_pins"); len(winners) != 3 {
			t.Errorf("%d pins of a label that allows three", len(winners))
		}
		want(t, pin(maelle, sdktest.France, pinning("label", few, 1)), 409, "too_many_pins")
		want(t, pin(maelle, sdktest.France, pinning("label", few, 1, map[string]any{"from": after(time.Hour)})), 409, "too_many_pins")
	})
}
