package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core/db/dbtest"
)

// organised serves an API with an organisation of Inès, and returns its path, and
// who Inès is.
func organised(t *testing.T) (s served, at string, ines []string) {
	t.Helper()
	s = serve(t, nil)
	token, _ := s.signIn(t)
	ines = []string{"Authorization", "Bearer " + token}
	w := answered(t, s.send(http.MethodPost, "/v1/organisations", `{"space":"bretagne","kind":"association","name":"La Bande des quais"}`, ines...), http.StatusCreated)
	at = w.Header().Get("Location")
	if at != "/v1/organisations/"+field(t, w, "id") || w.Header().Get("ETag") == "" {
		t.Fatalf("made at %q: %v", at, w.Header())
	}
	return s, at, ines
}

// pointers returns where a problem's reasons point, in order.
func pointers(t *testing.T, w *httptest.ResponseRecorder) []string {
	t.Helper()
	var problem struct {
		Errors []struct{ Pointer string }
	}
	if err := json.Unmarshal(answered(t, w, http.StatusUnprocessableEntity).Body.Bytes(), &problem); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range problem.Errors {
		all = append(all, e.Pointer)
	}
	slices.Sort(all)
	return all
}

func TestOrganisationsOverHTTP(t *testing.T) {
	t.Parallel()
	s, at, ines := organised(t)
	w := answered(t, s.send(http.MethodGet, at, ""), http.StatusOK)
	etag := w.Header().Get("ETag")
	refused(t, s.send(http.MethodPatch, at, `{"name":"X"}`, ines...), http.StatusPreconditionRequired, "precondition_required")
	refused(t, s.send(http.MethodPatch, at, `{"name":"X"}`, "If-Match", etag), http.StatusUnauthorized, "unauthenticated")
	_, karim := s.as(t, "karim", "bretagne", "member")
	refused(t, karim(http.MethodPatch, at, `{"name":"X"}`, "If-Match", etag), http.StatusForbidden, "denied")

	changes := append(slices.Clone(ines), "If-Match", etag)
	// Everything that is wrong is said at once, and nothing is written.
	wrong := s.send(http.MethodPatch, at, `{"name":"a\u202eb","siren":"732829321","siret":"73282932000075","rna":"W00","naf":"film","idcc":"x","commune":"99999","website":"javascript:alert(1)"}`, changes...)
	if got, want := pointers(t, wrong), []string{"/commune", "/idcc", "/naf", "/name", "/rna", "/siren", "/siret", "/website"}; !slices.Equal(got, want) {
		t.Errorf("refused %v, want %v", got, want)
	}
	for _, body := range []string{
		`{"name":null}`, `{"name":""}`, `{"name":"\u200b"}`, `{"kind":"cult"}`, `{"kind":null}`, `{"name":["x"]}`,
		`{"website":"https://user:secret@example.org/"}`, `{"website":"https://"}`, `{"website":"ftp://example.org"}`, `{"siren":1e300}`, `{"owner":"x"}`,
	} {
		if w := s.send(http.MethodPatch, at, body, changes...); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	refused(t, s.send(http.MethodPatch, at, `{"name":"\u0000"}`, changes...), http.StatusBadRequest, "not_text")
	w = answered(t, s.send(http.MethodPatch, at, `{"name":"La Bande 🎬","siret":"732 829 320 00074","naf":"59.11b","commune":"29019","description":"**Courts**","website":"https://example.org"}`, changes...), http.StatusOK)
	if field(t, w, "siren") != "732829320" || field(t, w, "naf") != "59.11B" || !strings.Contains(w.Body.String(), `"commune":{"code":"29019","name":"Brest"}`) {
		t.Errorf("changed to %s", w.Body)
	}
	refused(t, s.send(http.MethodPatch, at, `{"name":"X"}`, changes...), http.StatusPreconditionFailed, "stale")
	if w := s.send(http.MethodGet, at, "", "If-None-Match", w.Header().Get("ETag")); w.Code != http.StatusNotModified {
		t.Errorf("unchanged: %d", w.Code)
	}
	for _, id := range []string{"x", "%00", strings.Repeat("0", 36), "01a2066e-dcee-73ad-bdf6-2cc5e4ff83b4"} {
		if w := s.send(http.MethodGet, "/v1/organisations/"+id, ""); w.Code != http.StatusNotFound && w.Code != http.StatusBadRequest {
			t.Errorf("%q: %d %s", id, w.Code, w.Body)
		}
	}

	for _, bad := range []string{"kind=cult", "sort=popularity", "state=all", "expand=films", "expand=members,members", "expand=space,members,space", "q=x", "limit=101"} {
		if w := s.send(http.MethodGet, "/v1/organisations?"+bad, ""); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", bad, w.Code, w.Body)
		}
	}
	_, moderator := s.as(t, "mod", "bretagne", "moderator")
	reason := `{"reason":"Ce n'est pas une association."}`
	refused(t, karim(http.MethodPost, at+"/close", reason), http.StatusForbidden, "denied")
	answered(t, moderator(http.MethodPost, at+"/close", `{}`), http.StatusUnprocessableEntity)
	answered(t, moderator(http.MethodPost, at+"/close", reason), http.StatusOK)
	refused(t, moderator(http.MethodPost, at+"/close", reason), http.StatusConflict, "organisation_state")
	for path, want := range map[string]int{"?space=bretagne": 0, "?space=bretagne&state=closed": 1} {
		if got := len(data(t, moderator(http.MethodGet, "/v1/organisations"+path, ""))); got != want {
			t.Errorf("%s lists %d, want %d", path, got, want)
		}
	}
	refused(t, karim(http.MethodGet, "/v1/organisations?space=bretagne&state=closed", ""), http.StatusForbidden, "denied")
	refused(t, s.send(http.MethodGet, "/v1/organisations?state=closed", ""), http.StatusUnauthorized, "unauthenticated")
	answered(t, s.send(http.MethodGet, at, ""), http.StatusOK)
}

func TestMembershipsOverHTTP(t *testing.T) {
	t.Parallel()
	s, at, ines := organised(t)
	memberships := at + "/memberships"
	person, karim := s.joined(t, "karim")
	invite := func(body string) *httptest.ResponseRecorder {
		return s.send(http.MethodPost, memberships, body, ines...)
	}
	for _, body := range []string{
		`{}`, `{"person":null,"role":"member"}`, `{"person":"x","role":"member"}`, `{"person":"` + person + `","role":"king"}`,
		`{"person":"` + person + `","role":"member","since":"hier"}`, `{"person":"` + person + `","role":"member","title":"a\u202eb"}`,
		`{"person":"` + person + `","role":"member","shown":false}`,
	} {
		answered(t, invite(body), http.StatusUnprocessableEntity)
	}
	refused(t, s.send(http.MethodPost, memberships, `{"person":"`+person+`","role":"admin"}`, karim...), http.StatusForbidden, "denied")
	invited := answered(t, invite(`{"person":"`+person+`","role":"editor","title":"trésorier 💶"}`), http.StatusCreated)
	one := invited.Header().Get("Location")
	refused(t, invite(`{"person":"`+person+`","role":"member"}`), http.StatusConflict, "membership_held")

	// Nobody else knows of the invitation.
	refused(t, s.send(http.MethodGet, one, ""), http.StatusNotFound, "membership_unknown")
	_, thomas := s.joined(t, "thomas")
	refused(t, s.send(http.MethodPost, one+"/accept", "", thomas...), http.StatusNotFound, "membership_unknown")
	if n := len(data(t, s.send(http.MethodGet, memberships, ""))); n != 1 {
		t.Errorf("the public sees %d", n)
	}
	mine := data(t, s.send(http.MethodGet, "/v1/me/memberships", "", karim...))
	if len(mine) != 1 || mine[0]["state"] != "invited" || mine[0]["organisation"].(map[string]any)["name"] != "La Bande des quais" {
		t.Errorf("he is told %v", mine)
	}
	answered(t, s.send(http.MethodPost, one+"/accept", "", karim...), http.StatusOK)
	refused(t, s.send(http.MethodPost, one+"/decline", "", karim...), http.StatusConflict, "membership_state")
	if n := len(data(t, s.send(http.MethodGet, "/v1/people/"+person+"/memberships", ""))); n != 1 {
		t.Errorf("beside him everybody sees %d", n)
	}
	if w := answered(t, s.send(http.MethodGet, at+"?expand=space,members", ""), http.StatusOK); !strings.Contains(w.Body.String(), `"trésorier 💶"`) || !strings.Contains(w.Body.String(), `"slug":"bretagne"`) {
		t.Errorf("beside it: %s", w.Body)
	}

	// What he hides is in no answer to others.
	hidden := answered(t, s.send(http.MethodPost, one+"/hide", "", karim...), http.StatusOK)
	for _, path := range []string{memberships, "/v1/people/" + person + "/memberships", at + "?expand=members", "/v1/organisations?expand=members", "/v1/people?expand=organisations"} {
		if body := answered(t, s.send(http.MethodGet, path, "", thomas...), http.StatusOK).Body.String(); strings.Contains(body, "trésorier") {
			t.Errorf("%s tells it: %s", path, body)
		}
	}
	refused(t, s.send(http.MethodGet, one, "", thomas...), http.StatusNotFound, "membership_unknown")
	refused(t, s.send(http.MethodPost, one+"/show", "", ines...), http.StatusForbidden, "denied")

	refused(t, s.send(http.MethodPatch, one, `{"role":"admin"}`, append(slices.Clone(karim), "If-Match", hidden.Header().Get("ETag"))...), http.StatusForbidden, "denied")
	answered(t, s.send(http.MethodPatch, one, `{"since":"2024-09-01","until":"2024-08-31"}`, append(slices.Clone(ines), "If-Match", hidden.Header().Get("ETag"))...), http.StatusUnprocessableEntity)
	answered(t, s.send(http.MethodPatch, one, `{"role":"member","title":null,"since":"2024-09-01"}`, append(slices.Clone(ines), "If-Match", hidden.Header().Get("ETag"))...), http.StatusOK)
	answered(t, s.send(http.MethodPost, one+"/end", `{"until":"2024-08-31"}`, karim...), http.StatusUnprocessableEntity)
	if w := answered(t, s.send(http.MethodPost, one+"/end", `{"until":"2024-10-31"}`, karim...), http.StatusOK); field(t, w, "until") != "2024-10-31" || field(t, w, "state") != "ended" {
		t.Errorf("he left: %s", w.Body)
	}
	hers := data(t, s.send(http.MethodGet, memberships+"?state=active", "", ines...))
	if len(hers) != 1 {
		t.Fatalf("active are %v", hers)
	}
	refused(t, s.send(http.MethodPost, fmt.Sprint(memberships, "/", hers[0]["id"], "/end"), "", ines...), http.StatusConflict, "last_admin")
	for _, id := range []string{"x", strings.Repeat("0", 36)} {
		refused(t, s.send(http.MethodPost, memberships+"/"+id+"/end", "", ines...), http.StatusNotFound, "membership_unknown")
	}
}

func TestPagesOfOrganisationsTakeConstantQueries(t *testing.T) {
	t.Parallel()
	s, at, ines := organised(t)
	paths := []string{"/v1/organisations?expand=space,members", at + "/memberships", "/v1/me/memberships", at + "?expand=members"}
	count := func() (all []int) {
		for _, path := range paths {
			r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
			r.Header.Set(ines[0], ines[1])
			ctx, queries := dbtest.Count(r.Context())
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r.WithContext(ctx))
			answered(t, w, http.StatusOK)
			all = append(all, queries.Len())
		}
		return all
	}
	one := count()
	for i := range 5 {
		answered(t, s.send(http.MethodPost, "/v1/organisations", fmt.Sprintf(`{"space":"bretagne","kind":"festival","name":"Festival %d"}`, i), ines...), http.StatusCreated)
		person, as := s.joined(t, fmt.Sprint("membre", i))
		w := answered(t, s.send(http.MethodPost, at+"/memberships", `{"person":"`+person+`","role":"member"}`, ines...), http.StatusCreated)
		answered(t, s.send(http.MethodPost, w.Header().Get("Location")+"/accept", "", as...), http.StatusOK)
	}
	if many := count(); !slices.Equal(one, many) {
		t.Errorf("%v took %v queries for one, %v for many", paths, one, many)
	}
}
