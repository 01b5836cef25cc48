package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/spaces"
)

// served is an API of core alone, with one creator of Bretagne.
type served struct {
	*API
	cfg      Config
	email    string
	password string
}

func serve(t *testing.T, change func(*Config)) served {
	t.Helper()
	cfg := config(t)
	if change != nil {
		change(&cfg)
	}
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx := core.WithActor(t.Context(), core.System())
	home, err := cfg.Spaces.Get(ctx, "bretagne")
	if err != nil {
		t.Fatal(err)
	}
	s := served{a, cfg, "ines@example.org", "une phrase de passe"}
	account, err := cfg.Accounts.Create(ctx, accounts.NewAccount{
		Email: s.email, Password: s.password, Name: "Inès", Handle: "ines", Home: spaces.Place(home),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cfg.Spaces.Grant(ctx, home, spaces.NewGrant{Account: account.ID, Role: core.RoleCreator}); err != nil {
		t.Fatal(err)
	}
	return s
}

// send sends a request, with headers given as name and value in turn.
func (s served) send(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// signIn returns a session's token and cookie.
func (s served) signIn(t *testing.T) (token, cookie string) {
	t.Helper()
	w := s.send(http.MethodPost, "/v1/auth/sign-in", `{"email":"`+s.email+`","password":"`+s.password+`"}`)
	if w.Code != http.StatusCreated {
		t.Fatalf("sign-in: %d %s", w.Code, w.Body)
	}
	cookie, _, _ = strings.Cut(w.Header().Get("Set-Cookie"), ";")
	return field(t, w, "token"), cookie
}

func field(t *testing.T, w *httptest.ResponseRecorder, name string) string {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	s, _ := body[name].(string)
	return s
}

func refused(t *testing.T, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	if w.Code != status || field(t, w, "code") != code {
		t.Errorf("want %d %s, got %d %s", status, code, w.Code, w.Body)
	}
}

func TestEveryCredentialOpensTheSameDoor(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	session, cookie := s.signIn(t)
	w := s.send(http.MethodPost, "/v1/me/tokens", `{"name":"montage"}`, "Authorization", "Bearer "+session)
	if w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	token := field(t, w, "secret")
	for name, header := range map[string][]string{
		"session as a bearer": {"Authorization", "Bearer " + session},
		"session as a cookie": {"Cookie", cookie},
		"access token":        {"Authorization", "bearer " + token},
	} {
		if w := s.send(http.MethodGet, "/v1/me", "", header...); w.Code != http.StatusOK || field(t, w, "email") != s.email {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	for name, header := range map[string]string{
		"a wrong token": "Bearer " + token + "x", "another scheme": "Basic aW5lcw==", "nothing behind it": "Bearer ",
	} {
		if w := s.send(http.MethodGet, "/v1/spaces", "", "Authorization", header); w.Code != http.StatusUnauthorized {
			t.Errorf("%s passes for a visitor: %d %s", name, w.Code, w.Body)
		}
	}
	if w := s.send(http.MethodPost, "/v1/auth/sign-out", "", "Authorization", "Bearer "+session); w.Code != http.StatusNoContent {
		t.Fatalf("sign-out: %d %s", w.Code, w.Body)
	}
	if w := s.send(http.MethodGet, "/v1/me", "", "Cookie", cookie); w.Code != http.StatusUnauthorized {
		t.Errorf("the session outlives its end: %d", w.Code)
	}
}

func TestADeadCookieLocksNobodyOut(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	_, cookie := s.signIn(t)
	s.send(http.MethodPost, "/v1/auth/sign-out", "", "Cookie", cookie)
	w := s.send(http.MethodGet, "/v1/spaces", "", "Cookie", cookie)
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Set-Cookie"), "labfilms_session=;") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	w = s.send(http.MethodPost, "/v1/auth/sign-in", `{"email":"`+s.email+`","password":"`+s.password+`"}`, "Cookie", cookie)
	if w.Code != http.StatusCreated {
		t.Errorf("signing in again: %d %s", w.Code, w.Body)
	}
}

func TestATokenPassesOnNoMoreThanItHas(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	session, _ := s.signIn(t)
	tomorrow := s.cfg.DB.Now().Add(24 * time.Hour).Format(time.RFC3339)
	make := func(bearer, body string, headers ...string) *httptest.ResponseRecorder {
		return s.send(http.MethodPost, "/v1/me/tokens", body, append(headers, "Authorization", "Bearer "+bearer)...)
	}
	narrow := field(t, make(session, `{"name":"narrow","scopes":["token.*"],"expires_at":"`+tomorrow+`"}`), "secret")
	child := make(narrow, `{"name":"child","scopes":["token.read"]}`)
	if child.Code != http.StatusCreated || field(t, child, "expires_at") != tomorrow {
		t.Errorf("the child outlives its parent: %d %s", child.Code, child.Body)
	}
	// Another credential's key is another key.
	key := []string{"Idempotency-Key", "the-same-for-both"}
	if w := make(session, `{"name":"full"}`, key...); w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	reader := field(t, make(session, `{"name":"reader","scopes":["film.read"]}`), "secret")
	refused(t, make(reader, `{"name":"full"}`, key...), http.StatusForbidden, "denied")
	if w := s.send(http.MethodGet, "/v1/spaces/bretagne", "", "Authorization", "Bearer "+reader); w.Code != http.StatusOK {
		t.Errorf("a token is less than none: %d %s", w.Code, w.Body)
	}
}

func TestABodyThatDoesNotArriveHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(serve(t, nil).API)
	defer server.Close()
	for method, want := range map[string]string{http.MethodGet: "body_unexpected", http.MethodPost: "body_timeout"} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		path := map[string]string{http.MethodGet: "/v1/films", http.MethodPost: "/v1/auth/sign-in"}[method]
		fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", method, path)
		answer, err := io.ReadAll(conn) // to the end: the connection is closed
		if err != nil || !strings.Contains(string(answer), `"code":"`+want+`"`) {
			t.Errorf("%s: %v %.200s", method, err, answer)
		}
	}
}

func TestSignInTellsNobodyWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	wrong := s.send(http.MethodPost, "/v1/auth/sign-in", `{"email":"`+s.email+`","password":"pas la bonne"}`)
	nobody := s.send(http.MethodPost, "/v1/auth/sign-in", `{"email":"personne@example.org","password":"pas la bonne"}`)
	if wrong.Code != nobody.Code || field(t, wrong, "code") != field(t, nobody, "code") || field(t, wrong, "detail") != field(t, nobody, "detail") {
		t.Errorf("the answers differ:\n%s\n%s", wrong.Body, nobody.Body)
	}
}

func TestACookieOfHTTPSIsSecureAndNoScriptsOwn(t *testing.T) {
	t.Parallel()
	s := serve(t, func(c *Config) { c.PublicURL = "https://labfilms.example" })
	w := s.send(http.MethodPost, "/v1/auth/sign-in", `{"email":"`+s.email+`","password":"`+s.password+`"}`)
	for _, want := range []string{"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(w.Header().Get("Set-Cookie"), want) {
			t.Errorf("the cookie is not %s: %s", want, w.Header().Get("Set-Cookie"))
		}
	}
}

func TestAnotherSitesPageChangesNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, func(c *Config) { c.Origins = []string{"https://films.example"} })
	_, cookie := s.signIn(t)
	film := `{"space":"bretagne","title":"Marée basse"}`
	refused(t, s.send(http.MethodPost, "/v1/films", film, "Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"), http.StatusForbidden, "cross_origin")
	w := s.send(http.MethodPost, "/v1/films", film, "Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Origin", "https://films.example")
	if w.Code != http.StatusCreated || w.Header().Get("Access-Control-Allow-Origin") != "https://films.example" {
		t.Errorf("a site of the settings: %d %v", w.Code, w.Header())
	}
	if w := s.send(http.MethodGet, "/v1/spaces", "", "Origin", "https://evil.example"); w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("any site may read: %v", w.Header())
	}
}

func TestAnOriginThatIsNoneStopsTheStart(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.Origins = []string{"films.example"}
	if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), "films.example") {
		t.Errorf("it starts: %v", err)
	}
}

func TestAChangeNamesTheVersionThatWasRead(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	token, _ := s.signIn(t)
	as := []string{"Authorization", "Bearer " + token}
	made := s.send(http.MethodPost, "/v1/films", `{"space":"bretagne","title":"Marée basse","year":2025}`, as...)
	film, tag := made.Header().Get("Location"), made.Header().Get("ETag")
	if made.Code != http.StatusCreated || film == "" || tag == "" {
		t.Fatalf("%d %v %s", made.Code, made.Header(), made.Body)
	}
	if w := s.send(http.MethodGet, film, "", append(as, "If-None-Match", tag)...); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("unchanged: %d %s", w.Code, w.Body)
	}
	refused(t, s.send(http.MethodPatch, film, `{"title":"x"}`, as...), http.StatusPreconditionRequired, "precondition_required")
	w := s.send(http.MethodPatch, film, `{"year":null}`, append(as, "If-Match", tag)...)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"year":null`) || !strings.Contains(w.Body.String(), "Marée basse") {
		t.Errorf("null clears and absent stays: %d %s", w.Code, w.Body)
	}
	refused(t, s.send(http.MethodPatch, film, `{"title":"y"}`, append(as, "If-Match", tag)...), http.StatusPreconditionFailed, "stale")
	if w := s.send(http.MethodDelete, film, "", append(as, "If-Match", w.Header().Get("ETag"))...); w.Code != http.StatusNoContent {
		t.Errorf("delete: %d %s", w.Code, w.Body)
	}
}

func TestAVerbsReasonsReachWhoAsked(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	token, _ := s.signIn(t)
	w := s.send(http.MethodPost, "/v1/me/tokens", `{"name":"montage","scopes":["film","*"],"expires_at":"2001-01-01T00:00:00Z"}`,
		"Authorization", "Bearer "+token, "Accept-Language", "fr")
	refused(t, w, http.StatusUnprocessableEntity, "invalid")
	for _, pointer := range []string{"/scopes/0", "/scopes/1", "/expires_at"} {
		if !strings.Contains(w.Body.String(), `"pointer":"`+pointer+`"`) {
			t.Errorf("nothing is said of %s: %s", pointer, w.Body)
		}
	}
}

func TestWhoAsksTooOftenWaits(t *testing.T) {
	t.Parallel()
	s := serve(t, func(c *Config) { c.Limits = Limits{Read: 3, Auth: 1} })
	for left := 2; left >= 0; left-- {
		w := s.send(http.MethodGet, "/v1/spaces", "")
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("RateLimit"), "r="+string(rune('0'+left))) || w.Header().Get("RateLimit-Policy") != `"read";q=3;w=60` {
			t.Fatalf("%d left: %d %v", left, w.Code, w.Header())
		}
	}
	w := s.send(http.MethodGet, "/v1/spaces", "")
	refused(t, w, http.StatusTooManyRequests, "too_many_requests")
	if w.Header().Get("Retry-After") != "20" {
		t.Errorf("Retry-After: %q", w.Header().Get("Retry-After"))
	}
	if w := s.send(http.MethodGet, "/openapi.json", ""); w.Code != http.StatusTooManyRequests {
		t.Errorf("pages are not counted: %d", w.Code)
	}
	s.signIn(t) // another class
	refused(t, s.send(http.MethodPost, "/v1/auth/sign-in", `{"email":"a@b.c","password":"x"}`), http.StatusTooManyRequests, "too_many_requests")
}

func TestWhoTriesCredentialsHasFewTries(t *testing.T) {
	t.Parallel()
	s := serve(t, func(c *Config) { c.Limits = Limits{Auth: 2} })
	for range 2 {
		refused(t, s.send(http.MethodGet, "/v1/spaces", "", "Authorization", "Bearer lfp_x"), http.StatusUnauthorized, "credential_invalid")
	}
	refused(t, s.send(http.MethodGet, "/v1/spaces", "", "Authorization", "Bearer lfp_x"), http.StatusTooManyRequests, "too_many_requests")
	if w := s.send(http.MethodGet, "/v1/spaces", ""); w.Code != http.StatusOK {
		t.Errorf("reading without a credential: %d", w.Code)
	}
}

func TestABucketFillsSteadilyAndIsForgottenWhenFull(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	l := newLimiter(Limits{Write: 60}, func() time.Time { return now })
	for range 60 {
		if _, wait := l.take("write", "ines"); wait > 0 {
			t.Fatal("refused before the limit")
		}
	}
	if _, wait := l.take("write", "ines"); wait != time.Second {
		t.Fatalf("wait %v, want a second", wait)
	}
	if _, wait := l.take("write", "karim"); wait > 0 {
		t.Fatal("one asker uses another's bucket")
	}
	now = now.Add(2 * time.Second)
	if left, wait := l.take("write", "ines"); wait > 0 || left != 1 {
		t.Fatalf("after two seconds: %d left, wait %v", left, wait)
	}
	now = now.Add(5 * time.Minute)
	l.take("write", "someone")
	if len(l.buckets) != 1 {
		t.Errorf("%d buckets are kept", len(l.buckets))
	}
}

func TestAnIPv6HouseholdIsOneAsker(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"192.0.2.7:1234": "192.0.2.7", "[2001:db8:1:2:3::4]:99": "2001:db8:1:2::/64", "[fe80::1%eth0]:1": "fe80::/64",
	} {
		if got := address(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("%s is %s, want %s", remote, got, want)
		}
	}
}

func TestTheDocumentationNeedsNobodyElse(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	page := s.send(http.MethodGet, "/docs", "")
	if page.Code != http.StatusOK || strings.Contains(page.Body.String(), "://") {
		t.Errorf("%d\n%s", page.Code, page.Body)
	}
	policy := page.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
		t.Errorf("the policy is %s", policy)
	}
	for _, path := range []string{"/docs/docs.js", "/docs/standalone.js", "/openapi.json", "/openapi.yaml"} {
		if w := s.send(http.MethodGet, path, "", "Accept-Encoding", "gzip"); w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	document := s.send(http.MethodGet, "/openapi.json", "")
	if w := s.send(http.MethodGet, "/openapi.json", "", "If-None-Match", document.Header().Get("ETag")); w.Code != http.StatusNotModified {
		t.Errorf("the document has changed since it was read: %d", w.Code)
	}
}

func TestUnknownPathsAndMethodsAreProblemsToo(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	if w := s.send(http.MethodGet, "/v1/nothing", "", "Accept-Language", "fr"); w.Code != http.StatusNotFound || field(t, w, "code") == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w := s.send(http.MethodPut, "/v1/films", "{}")
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" || field(t, w, "code") == "" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if w := s.send(http.MethodPost, "/openapi.json", "{}"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	refused(t, s.send(http.MethodGet, "/v1/spaces/bretagne/ecran/labels", ""), http.StatusNotFound, "module_off")
	refused(t, s.send(http.MethodGet, "/v1/spaces/atlantide/ecran/labels", ""), http.StatusNotFound, "space_unknown")
}

func TestAnswersToSomebodyAreNobodyElsesToKeep(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	token, _ := s.signIn(t)
	if w := s.send(http.MethodGet, "/v1/me", "", "Authorization", "Bearer "+token); !strings.Contains(w.Header().Get("Cache-Control"), "private") {
		t.Errorf("Cache-Control: %q", w.Header().Get("Cache-Control"))
	}
}
