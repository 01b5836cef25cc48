package ecran_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

// strangers are those who are not of the label, by what they are.
var strangers = map[string]sdk.Actor{
	"visitor":              visitor,
	"from elsewhere":       lucie,
	"member":               thomas,
	"creator":              sdktest.Someone("ines", "creator"),
	"curator of the space": sdktest.Someone("gaelle", "curator"),
	"region_admin":         sdktest.Someone("gaelle", "region_admin"),
	"suspended":            sdktest.Someone("thomas", "member", "suspended"),
	"curator, no profile":  {Account: "account-gaelle", Roles: []sdk.Role{"visitor", "curator"}},
}

// Whatever one asks of what is hidden is answered as of what is not there, to
// the byte.
func TestHiddenIsAsAbsent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		// The label asks for two votes, and has a contributor.
		label := made(t, e.As(maelle).Do(t, http.MethodPost, "/labels", map[string]any{
			"kind": "committee", "name": "Le comité", "rules": map[string]any{"max_pins": 3, "votes_needed": 2},
			"curators": []map[string]any{{"person": yann.Person, "role": "contributor"}},
		}))
		selection := func(body map[string]any, publish bool) string {
			id := made(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+label+"/selections", body))
			if publish {
				e.publish(t, maelle, id)
			}
			return id
		}
		const secret = "Nul ne doit lire ceci"
		contributor := sdktest.Someone("yann", "member")
		pickIn := func(selection, film string, more ...map[string]any) string {
			body := map[string]any{"film": film, "note": secret}
			for _, m := range more {
				body = with(body, m)
			}
			return made(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", body))
		}
		approve := func(selection, pick, choice string) {
			want(t, e.As(contributor).Do(t, http.MethodPut, "/selections/"+selection+"/picks/"+pick+"/vote", map[string]any{"choice": choice}), 200)
		}
		hidden := map[string]string{
			"draft":     selection(map[string]any{"title": secret}, false),
			"private":   selection(map[string]any{"title": secret, "visibility": "private"}, true),
			"scheduled": selection(map[string]any{"title": secret, "from": after(time.Hour)}, true),
			"unlisted":  selection(map[string]any{"title": secret, "visibility": "unlisted"}, false),
		}
		picks := map[string]string{}
		for what, s := range hidden {
			picks[what] = pickIn(s, "phares")
			approve(s, picks[what], "yes")
		}
		shown := selection(map[string]any{"title": "La mer"}, true)
		e.film("film-01").Consent = "ask"
		states := map[string]string{
			"under_vote": pickIn(shown, "film-00"), "asked": pickIn(shown, "film-01"), "refused": pickIn(shown, "film-02"),
			"scheduled": pickIn(shown, "film-03", map[string]any{"from": after(time.Hour)}),
			"removed":   pickIn(shown, "film-04"), "withdrawn": pickIn(shown, "film-05"), "never on screen": pickIn(shown, "film-06"),
		}
		approve(shown, states["asked"], "yes")
		approve(shown, states["refused"], "veto")
		for _, what := range []string{"scheduled", "removed", "withdrawn"} {
			approve(shown, states[what], "yes")
		}
		at := "/selections/" + shown + "/picks/"
		want(t, e.As(maelle).Do(t, http.MethodPost, at+states["removed"]+"/remove", map[string]any{"reason": secret}), 200)
		want(t, e.As(maelle).Do(t, http.MethodDelete, at+states["never on screen"], nil, "If-Match", `"1"`), 204)
		e.owned("film-05", func() { want(t, e.As(thomas).Do(t, http.MethodPost, at+states["withdrawn"]+"/withdraw", nil), 200) })
		consent := items(t, e.As(maelle).Do(t, http.MethodGet, "/consents?label="+label, nil), "id")[0]
		proposal := made(t, e.As(contributor).Do(t, http.MethodPost, "/labels/"+label+"/proposals", map[string]any{"film": "phares", "why": secret}))
		pin := made(t, e.As(maelle).Do(t, http.MethodPost, "/pins", pinning("label", label, 1, map[string]any{"from": after(time.Hour), "reason": secret})))
		// Of each of them the label's people may know.
		for what, s := range hidden {
			if a := e.As(contributor).Do(t, http.MethodGet, "/selections/"+s+"/picks/"+picks[what], nil); a.Status != 200 {
				t.Errorf("a contributor reads of %s: %d", what, a.Status)
			}
		}
		for what, p := range states {
			if a := e.As(contributor).Do(t, http.MethodGet, at+p, nil); a.Status != 200 {
				t.Errorf("a contributor reads of %s: %d", what, a.Status)
			}
		}

		type request struct {
			method, path string
			body         any
			version      string
		}
		// The requests name the thing as X.
		selections := []request{
			{"GET", "/selections/X", nil, ""},
			{"GET", "/selections/X/picks", nil, ""},
			{"GET", "/selections/X/picks?state=ended", nil, ""},
			{"GET", "/selections/X/picks?state=under_vote", nil, ""},
			{"GET", "/selections/X/feed.atom", nil, ""},
			{"GET", "/selections/X/feed.json", nil, ""},
			{"PATCH", "/selections/X", map[string]any{"title": "À moi"}, `"1"`},
			{"PUT", "/selections/X/order", map[string]any{"picks": []string{}}, `"1"`},
			{"POST", "/selections/X/publish", nil, ""},
			{"POST", "/selections/X/picks", map[string]any{"film": "phares"}, ""},
		}
		ofPick := []request{
			{"GET", "", nil, ""},
			{"GET", "/votes", nil, ""},
			{"PUT", "/vote", map[string]any{"choice": "yes"}, ""},
			{"POST", "/remove", map[string]any{}, ""},
			{"POST", "/withdraw", nil, ""},
			{"DELETE", "", nil, `"1"`},
		}
		tries := 0
		try := func(name, what string, who sdk.Actor, r request, id, absent string) {
			t.Helper()
			tries++
			do := func(id string) *sdktest.Answer {
				headers := []string{}
				if r.version != "" {
					headers = []string{"If-Match", r.version}
				}
				return e.As(who).Do(t, r.method, strings.ReplaceAll(r.path, "X", id), r.body, headers...)
			}
			a, b := do(id), do(absent)
			if a.Status < 400 || a.Status != b.Status || plain(a) != plain(b) {
				t.Errorf("%s, %s, %s %s:\n%d %s\n%d %s", name, what, r.method, r.path, a.Status, a.Body, b.Status, b.Body)
			}
			if strings.Contains(string(a.Body), secret) {
				t.Errorf("%s, %s, %s %s tells the secret", name, what, r.method, r.path)
			}
		}
		absent := sdk.NewID()
		for name, who := range strangers {
			for what, id := range hidden {
				for _, r := range selections {
					try(name, what, who, r, id, absent)
				}
				for _, r := range ofPick {
					r.path = "/selections/X/picks/" + picks[what] + r.path
					try(name, "a pick of what is "+what, who, r, id, absent)
				}
			}
			for what, id := range states {
				for _, r := range ofPick {
					r.path = at + "X" + r.path
					try(name, what, who, r, id, absent)
				}
			}
			for _, verb := range []string{"/grant", "/refuse"} {
				try(name, "a consent", who, request{"POST", "/consents/X" + verb, nil, ""}, consent, absent)
			}
			try(name, "a proposal", who, request{"POST", "/proposals/X/take", map[string]any{"selection": shown}, ""}, proposal, absent)
			try(name, "a proposal", who, request{"POST", "/proposals/X/decline", map[string]any{}, ""}, proposal, absent)
			try(name, "a proposal", who, request{"POST", "/proposals/X/withdraw", nil, ""}, proposal, absent)
			pins := !strings.Contains(name, "curator") && name != "region_admin" // whose page it is
			if pins {
				try(name, "a pin", who, request{"GET", "/pins/X", nil, ""}, pin, absent)
				try(name, "a pin", who, request{"DELETE", "/pins/X", nil, `"1"`}, pin, absent)
			}
			// No list, count, page or feed tells of any of it.
			for _, path := range []string{
				"/selections?count=exact", "/selections?count=exact&scope=subtree", "/selections?count=exact&label=" + label,
				"/labels/" + label + "/feed.atom", "/labels/" + label + "/feed.json", "/page", "/proposals", "/proposals?label=" + label,
				"/consents?label=" + label, "/consents?film=film-01", "/selections/" + shown + "/feed.json",
			} {
				a := e.As(who).Do(t, http.MethodGet, path, nil)
				body := string(a.Body)
				for _, trace := range slices.Concat([]string{secret, consent, proposal, pin}, slices.Collect(maps.Values(hidden)), slices.Collect(maps.Values(states))) {
					if strings.Contains(body, trace) {
						t.Errorf("%s reads %s in %s:\n%s", name, trace, path, body)
					}
				}
				if strings.Contains(path, "count=exact") && a.JSON(t)["page"].(map[string]any)["total"] != 1.0 {
					t.Errorf("%s counts in %s: %s", name, path, body)
				}
			}
			for _, state := range []string{"on_screen", "ended", "under_vote", "asked", "scheduled", "withdrawn", "removed", "refused"} {
				if found := items(t, e.As(who).Do(t, http.MethodGet, "/selections/"+shown+"/picks?state="+state, nil), "id"); len(found) != 0 {
					t.Errorf("%s reads picks that are %s: %q", name, state, found)
				}
			}
			if a := e.As(who).Do(t, http.MethodGet, "/pins", nil); pins && a.Status < 400 {
				t.Errorf("%s lists pins: %s", name, a.Body)
			}
		}
		if tries < 500 {
			t.Errorf("only %d tries", tries)
		}
	})
}
