package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core/db/dbtest"
)

// properties returns the names of what an answer has, in order.
func properties(t *testing.T, w *httptest.ResponseRecorder) []string {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(answered(t, w, http.StatusOK).Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(body))
}

func TestAProfileOverHTTP(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	_, karim := s.as(t, "karim", "bretagne", "member")
	token, _ := served{s.API, s.cfg, "ines@example.org", s.password}.signIn(t)
	ines := func(method, path, body string, headers ...string) *httptest.ResponseRecorder {
		return s.send(method, path, body, append(headers, "Authorization", "Bearer "+token)...)
	}
	const at = "/v1/people/ines"
	etag := ines(http.MethodGet, at, "").Header().Get("ETag")
	refused(t, ines(http.MethodPatch, at, `{"name":"X"}`), http.StatusPreconditionRequired, "precondition_required")
	refused(t, karim(http.MethodPatch, at, `{"name":"X"}`, "If-Match", etag), http.StatusForbidden, "denied")
	refused(t, s.send(http.MethodPatch, at, `{"name":"X"}`, "If-Match", etag), http.StatusUnauthorized, "unauthenticated")
	changed := answered(t, ines(http.MethodPatch, at, `{
		"pronouns": "elle", "bio": "*Monteuse*", "crafts": ["MON-CHE", "SON-PER"], "skills": ["permis C"], "languages": ["fr"],
		"commune": "29149", "travel_km": 80, "standing": "student", "statuses": ["volunteer"],
		"links": [{"label": "Films", "url": "https://example.org"}], "contact": "everyone"
	}`, "If-Match", etag), http.StatusOK)
	refused(t, ines(http.MethodPatch, at, `{"name":"X"}`, "If-Match", etag), http.StatusPreconditionFailed, "stale")
	etag = changed.Header().Get("ETag")

	always := []string{"account", "contact", "crafts", "created_at", "handle", "id", "name", "space"}
	public := slices.Sorted(slices.Values(append(slices.Clone(always), "bio", "languages", "links", "place", "pronouns", "skills", "statuses", "travel_km")))
	own := slices.Sorted(slices.Values(append(slices.Clone(public), "mine", "standing")))
	if got := properties(t, s.send(http.MethodGet, at, "")); !slices.Equal(got, public) {
		t.Errorf("everybody is shown %v", got)
	}
	if got := properties(t, ines(http.MethodGet, at, "")); !slices.Equal(got, own) {
		t.Errorf("one shows oneself %v", got)
	}
	var p Person
	if err := json.Unmarshal(s.send(http.MethodGet, at, "").Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if p.Place.Commune != (Division{"29149", "Milizac"}) || p.Place.Department.Code != "29" || p.Place.Region.Name != "Bretagne" ||
		len(p.Crafts) != 2 || p.Crafts[0].Code != "MON-CHE" || p.Crafts[0].Name.FR == "" || p.Crafts[0].Name.EN == "" || p.Space.Slug != "bretagne" {
		t.Errorf("shown as %+v", p)
	}

	// What is hidden is in no answer: not in the profile, a list, what it is known by, or an expansion.
	hidden := answered(t, ines(http.MethodPatch, at, `{"visibility": {
		"pronouns":"nobody","bio":"nobody","skills":"nobody","languages":"members","place":"members","statuses":"nobody","links":"nobody"
	}}`, "If-Match", etag), http.StatusOK)
	public1, member := s.send(http.MethodGet, at, ""), karim(http.MethodGet, at, "")
	if got := properties(t, public1); !slices.Equal(got, always) {
		t.Errorf("everybody is shown %v", got)
	}
	if got := properties(t, member); !slices.Equal(got, slices.Sorted(slices.Values(append(slices.Clone(always), "languages", "place", "travel_km")))) {
		t.Errorf("members are shown %v", got)
	}
	for _, path := range []string{at, "/v1/people?craft=SON-PER", "/v1/people?near=29019", "/v1/people?expand=space,organisations", "/v1/people?space=bretagne"} {
		body := answered(t, s.send(http.MethodGet, path, ""), http.StatusOK).Body.String()
		for _, secret := range []string{"elle\"", "Monteuse", "permis", "Milizac", "29149", "29076", "student", "volunteer", "example.org", "nobody", "travel_km"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s tells %q: %s", path, secret, body)
			}
		}
	}
	if n := len(data(t, s.send(http.MethodGet, "/v1/people?commune=29076", ""))); n != 0 {
		t.Errorf("%d are found where they hide", n)
	}
	// A hidden change changes nothing for who does not see it.
	etag = hidden.Header().Get("ETag")
	if got := s.send(http.MethodGet, at, "", "If-None-Match", public1.Header().Get("ETag")); got.Code != http.StatusNotModified {
		t.Errorf("not modified: %d", got.Code)
	}
	if public1.Header().Get("ETag") == member.Header().Get("ETag") || member.Header().Get("ETag") == etag {
		t.Error("one tag for different answers")
	}

	// The former handle leads to the new one, with what follows it.
	answered(t, ines(http.MethodPatch, at, `{"handle":"inès"}`, "If-Match", etag), http.StatusUnprocessableEntity)
	refused(t, ines(http.MethodPatch, at, `{"handle":"kar-im"}`, "If-Match", etag), http.StatusConflict, "handle_taken")
	answered(t, ines(http.MethodPatch, at, `{"handle":"ines.morvan"}`, "If-Match", etag), http.StatusOK)
	for from, to := range map[string]string{
		at: "/v1/people/ines.morvan", at + "?expand=space": "/v1/people/ines.morvan?expand=space",
		at + "/busy-periods?limit=1": "/v1/people/ines.morvan/busy-periods?limit=1",
	} {
		if w := s.send(http.MethodGet, from, ""); w.Code != http.StatusPermanentRedirect || w.Header().Get("Location") != to {
			t.Errorf("%s leads to %d %q", from, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestListsOfPeopleOverHTTP(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	for _, bad := range []string{
		"space=bretagne&commune=29019", "space=bretagne&near=29019", "near=29019&sort=name", "sort=distance", "commune=29019&near=29019",
		"near=29019&within_km=4", "within_km=10", "near=29019&within_km=51", "near=brest", "commune=0", "craft=chef", "sort=popularity", "scope=all", "expand=films", "expand=space,space", "expand=space,space,space", "q=x",
	} {
		w := s.send(http.MethodGet, "/v1/people?"+bad, "")
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `"errors":[`) {
			t.Errorf("%s: %d %s", bad, w.Code, w.Body)
		}
	}
	refused(t, s.send(http.MethodGet, "/v1/people?space=nowhere", ""), http.StatusNotFound, "space_unknown")

	// One query more for each thing that is asked for, however many people there are.
	counts := func(query string) int {
		r := httptest.NewRequest(http.MethodGet, "/v1/people?"+query, nil)
		ctx, queries := dbtest.Count(r.Context())
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r.WithContext(ctx))
		answered(t, w, http.StatusOK)
		return queries.Len()
	}
	one := map[string]int{}
	queries := []string{"", "expand=space", "expand=space,organisations", "craft=SON-PER", "near=29019", "sort=-created_at&count=exact"}
	for _, query := range queries {
		one[query] = counts(query)
	}
	for i := range 12 {
		s.as(t, fmt.Sprintf("membre%c", 'a'+i), []string{"bretagne", "occitanie"}[i%2], "member")
	}
	for _, query := range queries {
		if many := counts(query); many > one[query]+1 || many > 9 {
			t.Errorf("%q takes %d queries for 13 people, %d for one", query, many, one[query])
		}
	}
	list := data(t, s.send(http.MethodGet, "/v1/people?expand=space,organisations&limit=1", ""))
	expanded, _ := list[0]["expanded"].(map[string]any)
	if home, _ := expanded["space"].(map[string]any); home["slug"] != "bretagne" || home["kind"] != "region" {
		t.Errorf("expanded as %v", expanded)
	}
	if _, there := data(t, s.send(http.MethodGet, "/v1/people?limit=1", ""))[0]["expanded"]; there {
		t.Error("it is expanded without being asked")
	}
}

func TestClaimsOverHTTP(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	_, maker := s.as(t, "maker", "bretagne", "creator")
	_, karim := s.as(t, "karim", "occitanie", "member")
	_, yann := s.as(t, "yann", "bretagne", "moderator")
	refused(t, karim(http.MethodPost, "/v1/people", `{"name":"Zoé","space":"bretagne"}`), http.StatusForbidden, "denied")
	made := answered(t, maker(http.MethodPost, "/v1/people", `{"name":"Zoé","space":"bretagne"}`), http.StatusCreated)
	at := made.Header().Get("Location")
	if at != "/v1/people/"+field(t, made, "id") || made.Header().Get("ETag") == "" {
		t.Errorf("made at %s", at)
	}
	refused(t, karim(http.MethodGet, at, ""), http.StatusNotFound, "person_unknown")
	refused(t, karim(http.MethodPost, at+"/claims", `{}`), http.StatusNotFound, "person_unknown")
	answered(t, maker(http.MethodGet, at, ""), http.StatusOK)

	claimed := answered(t, yann(http.MethodPost, at+"/claims", `{"note":"C'est moi."}`), http.StatusCreated)
	claim := "/v1/claims/" + field(t, claimed, "id")
	refused(t, yann(http.MethodPost, at+"/claims", `{}`), http.StatusConflict, "claim_waiting")
	refused(t, yann(http.MethodPost, claim+"/accept", ""), http.StatusForbidden, "denied")
	refused(t, karim(http.MethodPost, claim+"/accept", ""), http.StatusNotFound, "claim_unknown")
	refused(t, s.send(http.MethodPost, claim+"/accept", ""), http.StatusNotFound, "claim_unknown")
	answered(t, maker(http.MethodPost, claim+"/refuse", `{}`), http.StatusUnprocessableEntity)
	for path, want := range map[string]int{at + "/claims": 1, "/v1/claims?space=bretagne": 1, "/v1/claims?space=bretagne&state=accepted": 0, "/v1/me/claims": 1} {
		if list := data(t, yann(http.MethodGet, path, "")); len(list) != want {
			t.Errorf("%s: %v", path, list)
		}
	}
	refused(t, yann(http.MethodGet, "/v1/claims?space=occitanie", ""), http.StatusForbidden, "denied")
	refused(t, karim(http.MethodGet, "/v1/claims", ""), http.StatusForbidden, "denied")
	accepted := answered(t, maker(http.MethodPost, claim+"/accept", ""), http.StatusOK)
	if field(t, accepted, "state") != "accepted" {
		t.Error(accepted.Body)
	}
	refused(t, maker(http.MethodPost, claim+"/refuse", `{"reason":"Non."}`), http.StatusConflict, "claim_decided")
	if w := karim(http.MethodGet, at, ""); w.Code != http.StatusPermanentRedirect || w.Header().Get("Location") != "/v1/people/yann" {
		t.Errorf("it leads to %d %s", w.Code, w.Header().Get("Location"))
	}
}

func TestBusyPeriodsOverHTTP(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	_, karim := s.as(t, "karim", "bretagne", "member")
	refused(t, s.send(http.MethodPost, "/v1/me/busy-periods", `{"first_day":"2027-03-01","last_day":"2027-03-05"}`), http.StatusUnauthorized, "unauthenticated")
	made := answered(t, karim(http.MethodPost, "/v1/me/busy-periods", `{"first_day":"2027-03-01","last_day":"2027-03-05","note":"Tournage"}`), http.StatusCreated)
	for _, bad := range []string{`{}`, `{"first_day":null,"last_day":"2027-03-05"}`, `{"first_day":"2027-03-06","last_day":"2027-03-05"}`, `{"first_day":"2027-13-01","last_day":"2027-03-05"}`} {
		answered(t, karim(http.MethodPost, "/v1/me/busy-periods", bad), http.StatusUnprocessableEntity)
	}
	if list := data(t, karim(http.MethodGet, "/v1/people/karim/busy-periods", "")); len(list) != 1 || list[0]["note"] != "Tournage" {
		t.Error(list)
	}
	if list := data(t, s.send(http.MethodGet, "/v1/people/karim/busy-periods", "")); len(list) != 0 {
		t.Error(list)
	}
	answered(t, karim(http.MethodDelete, made.Header().Get("Location"), ""), http.StatusNoContent)
	refused(t, karim(http.MethodDelete, made.Header().Get("Location"), ""), http.StatusNotFound, "busy_period_unknown")
}
