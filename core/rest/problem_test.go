package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

func TestAFaultBecomesAProblem(t *testing.T) {
	t.Parallel()
	fault := errTaken.With(core.Reason{Pointer: "/handle", Code: "taken", EN: "Taken.", FR: "Pris."})
	for name, err := range map[string]error{
		"a fault with reasons": fault,
		"wrapped":              fmt.Errorf("make: %w", fault),
		"with a header":        huma.ErrorWithHeaders(fault, http.Header{"Retry-After": {"7"}}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := do(failing(quiet(), err), http.MethodGet, "/fail", "", "Accept-Language", "fr-FR,fr;q=0.9,en;q=0.8")
			p := problem(t, w, http.StatusConflict, "handle_taken")
			want := rest.Problem{
				Type: "urn:labfilms:problem:handle_taken", Title: "Conflit", Status: 409, Detail: errTaken.FR,
				Instance: "urn:labfilms:request:" + p.RequestID, Code: "handle_taken", RequestID: p.RequestID,
				Errors: []rest.Reason{{Pointer: "/handle", Code: "taken", Message: "Pris."}},
			}
			if got, want := toJSON(t, p), toJSON(t, want); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			if h := w.Header(); h.Get("Content-Language") != "fr" || h.Get("Vary") != "Accept-Language" {
				t.Errorf("headers %v", h)
			}
			if name == "with a header" && w.Header().Get("Retry-After") != "7" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

func toJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEveryKindHasItsStatus(t *testing.T) {
	t.Parallel()
	for kind, status := range map[core.Kind]int{
		core.Internal: 500, core.Malformed: 400, core.Invalid: 422, core.Unauthenticated: 401, core.Forbidden: 403,
		core.Missing: 404, core.NotAllowed: 405, core.Conflict: 409, core.Stale: 412, core.Unconditional: 428,
		core.TooLarge: 413, core.Unsupported: 415, core.TooMany: 429, core.Unavailable: 503,
		core.Moved: 308,
	} {
		fault := &core.Fault{Kind: kind, Code: "x", EN: "X.", FR: "X."}
		w := do(failing(quiet(), fault), http.MethodGet, "/fail", "")
		problem(t, w, status, "x")
		if challenge := w.Header().Get("WWW-Authenticate"); (challenge != "") != (status == 401) {
			t.Errorf("%d: WWW-Authenticate %q", status, challenge)
		}
		plain := httptest.NewRecorder()
		rest.WriteProblem(plain, httptest.NewRequest(http.MethodGet, "/", nil), fault)
		problem(t, plain, status, "x")
	}
}

func TestHumasOwnErrorsBecomeGeneralFaults(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{
		400: "malformed", 401: "unauthenticated", 403: "denied", 404: "not_found", 409: "conflict", 412: "stale",
		415: "unsupported_media_type", 422: "invalid", 429: "too_many_requests", 503: "unavailable",
	} {
		problem(t, do(failing(quiet(), huma.NewError(status, "x")), http.MethodGet, "/fail", ""), status, code)
	}
	problem(t, do(failing(quiet(), huma.NewError(502, "x")), http.MethodGet, "/fail", ""), 500, "internal")
	problem(t, do(failing(quiet(), huma.NewError(402, "x")), http.MethodGet, "/fail", ""), 400, "malformed")
}

func TestACauseIsLoggedOnceAndNotShown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		lines int
	}{
		"no fault":          {errors.New(secret), 1},
		"an internal fault": {core.ErrInternal.Because(errors.New(secret)), 1},
		"Huma's":            {huma.Error500InternalServerError("x", errors.New(secret)), 1},
		"a fault's cause":   {rest.ErrUnavailable.Because(errors.New(secret)), 1},
		"a mere fault":      {errTaken, 0},
	} {
		var log journal
		w := do(rest.RequestID(failing(log.logger(), c.err)), http.MethodGet, "/fail", "")
		if strings.Contains(w.Body.String(), secret) {
			t.Errorf("%s: shown: %s", name, w.Body)
		}
		if got := strings.Count(log.String(), secret); got != c.lines {
			t.Errorf("%s: logged %d times: %s", name, got, log.String())
		}
		if id := w.Header().Get("X-Request-Id"); c.lines > 0 && (id == "" || !strings.Contains(log.String(), id) || !strings.Contains(w.Body.String(), id)) {
			t.Errorf("%s: the request id is not in header, body and log", name)
		}
	}
}

func TestWhoWentAwayIsNoIncident(t *testing.T) {
	t.Parallel()
	var log journal
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/fail", nil)
	failing(log.logger(), fmt.Errorf("query: %w", context.Canceled)).ServeHTTP(httptest.NewRecorder(), r)
	if got := log.String(); !strings.Contains(got, `"DEBUG"`) || strings.Contains(got, `"ERROR"`) {
		t.Errorf("%s", got)
	}
}

func TestTheLanguageIsTheAskers(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"": "en", "fr": "fr", "FR-ca": "fr", "en-GB,fr": "en", "de, fr;q=0.5, en;q=0.4": "fr", "fr;q=0": "en",
		"*": "en", "de": "en", "en;q=0.1,fr;q=0.2": "fr", "fr;q=x,en": "en", ",;,": "en", "frr": "en", "fr;level=1": "fr",
	} {
		w := do(failing(quiet(), errTaken), http.MethodGet, "/fail", "", "Accept-Language", accept)
		if got := w.Header().Get("Content-Language"); got != want {
			t.Errorf("%q is answered in %s, want %s", accept, got, want)
		}
	}
}

func TestAllReasonsAreGivenAtOnce(t *testing.T) {
	t.Parallel()
	p := problem(t, do(echoes(), http.MethodPost, "/items",
		`{"count":10,"tags":["a",2],"cast":[{"name":"Agnès"},{"name":"A"},{}],"colour":"red"}`, "Accept-Language", "fr"),
		http.StatusUnprocessableEntity, "invalid")
	reasons(t, p, "/title required", "/count too_great", "/tags/1 not_string", "/cast/1/name too_short", "/cast/2/name required", "/colour unknown_property")
	for _, r := range p.Errors {
		if r.Code == "too_short" && r.Message != "Doit compter au moins 2 caractère(s)." {
			t.Errorf("%s", r.Message)
		}
	}
	p = problem(t, do(echoes(), http.MethodPost, "/items", `{"title":`), http.StatusBadRequest, "malformed")
	reasons(t, p, " unreadable")
	problem(t, do(echoes(), http.MethodPost, "/items", ""), http.StatusBadRequest, "malformed")
	p = problem(t, do(echoes(), http.MethodGet, "/items/"+strings.Repeat("x", 37)+"?limit=0", ""), http.StatusUnprocessableEntity, "invalid")
	reasons(t, p, "path/id too_long", "query/limit too_small")
}

func TestReasonsAreBounded(t *testing.T) {
	t.Parallel()
	var body strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&body, `%s"%s%d":1`, map[bool]string{true: "{", false: ","}[i == 0], strings.Repeat("x", 100), i)
	}
	w := do(echoes(), http.MethodPost, "/items", body.String()+"}")
	if p := problem(t, w, http.StatusUnprocessableEntity, "invalid"); len(p.Errors) != 100 {
		t.Errorf("%d reasons", len(p.Errors))
	}
	w = do(echoes(), http.MethodPost, "/items", `{"title":"a","`+strings.Repeat("x", 500000)+`":1}`)
	problem(t, w, http.StatusUnprocessableEntity, "invalid")
	if w.Body.Len() > 2000 {
		t.Errorf("a long key came back: %d bytes", w.Body.Len())
	}
}
