package rest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core/rest"
)

var ok = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, rest.RequestIDFrom(r.Context())+" "+rest.Locale(r.Context()))
})

func TestTheRequestIDIsOursUnlessItIsPlain(t *testing.T) {
	t.Parallel()
	for id, kept := range map[string]bool{
		"": false, "0192-abc_DEF.9": true, strings.Repeat("a", 128): true, strings.Repeat("a", 129): false,
		"a b": false, "a\tb": false, "é": false, "<script>": false, "a;b": false,
	} {
		w := do(rest.RequestID(ok), http.MethodGet, "/", "", "X-Request-Id", id, "Accept-Language", "fr")
		got := w.Header().Get("X-Request-Id")
		if got == "" || (got == id) != kept {
			t.Errorf("%q became %q", id, got)
		}
		if w.Body.String() != got+" fr" {
			t.Errorf("the handler sees %q", w.Body)
		}
	}
}

func TestAPathHasOneForm(t *testing.T) {
	t.Parallel()
	h := rest.CleanPath(ok)
	for _, path := range []string{
		"//", "/v1//films", "/v1/./films", "/v1/../films", "/v1/films/..", "/v1/%2e%2e/films", "/v1/%2E/films", "/v1/a%2fb",
		"/v1/a%2Fb", "/v1/a%5cb", "/v1/a%00b", "/v1/%ff", "/v1/a%0ab", "/v1/%7f", "/v1/a%C0%AFb",
	} {
		problem(t, do(h, http.MethodGet, path, ""), http.StatusBadRequest, "path_malformed")
		problem(t, do(echoes(), http.MethodGet, path, ""), http.StatusBadRequest, "path_malformed")
	}
	for _, path := range []string{"/", "/v1/films", "/v1/films/", "/v1/caf%C3%A9", "/v1/a%20b", "/v1/...", "/v1/a..b", "/.well-known/x", "/v1/%252e"} {
		if w := do(h, http.MethodGet, path, ""); w.Code != http.StatusOK {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
	r := httptest.NewRequest(http.MethodOptions, "/", nil)
	r.URL = &url.URL{Path: "*"}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	problem(t, w, http.StatusBadRequest, "path_malformed")
}

func TestALineIsLoggedWithoutWhatIsPrivate(t *testing.T) {
	t.Parallel()
	var log journal
	do(rest.Logged(log.logger())(echoes()), http.MethodPost, "/items?"+secret+"=1", `{"title":"`+secret+`"}`)
	line := log.String()
	if strings.Count(line, "\n") != 1 || strings.Contains(line, secret) {
		t.Errorf("%s", line)
	}
	for _, part := range []string{`"method":"POST"`, `"path":"/items"`, `"status":422`, `"request_id":"`} {
		if !strings.Contains(line, part) {
			t.Errorf("no %s in %s", part, line)
		}
	}
}

func TestOnlyNamedOriginsMayCall(t *testing.T) {
	t.Parallel()
	h := rest.CORS([]string{"https://regions.example"})(ok)
	for origin, may := range map[string]bool{
		"https://regions.example": true, "https://evil.example": false, "https://regions.example.evil": false, "null": false, "": false,
	} {
		preflight := do(h, http.MethodOptions, "/", "", "Origin", origin, "Access-Control-Request-Method", "PATCH")
		if got := preflight.Code == http.StatusNoContent; got != may {
			t.Errorf("preflight of %q: %d", origin, preflight.Code)
		}
		w := do(h, http.MethodGet, "/", "", "Origin", origin)
		if got := w.Header().Get("Access-Control-Allow-Origin"); (got != "") != may || may && got != origin {
			t.Errorf("%q is answered with %q", origin, got)
		}
		if w.Header().Get("Vary") != "Origin" {
			t.Error("a cache would mix origins up")
		}
	}
}

func TestBrowsersAreToldToDoNothing(t *testing.T) {
	t.Parallel()
	h := do(rest.SecurityHeaders(ok), http.MethodGet, "/", "").Header()
	if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%v", h)
	}
}
