package api

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/events"
	"github.com/labfilms/labfilms/core/mail"
)

// varies is what two answers to the same question may differ in.
var varies = regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+Z|"request_id":"[^"]*"`)

func TestRegistrationAndResetTellNobodyWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	shown := func(w *httptest.ResponseRecorder) string {
		headers := w.Header().Clone()
		headers.Del("X-Request-Id")
		headers.Del("Date")
		names := slices.Sorted(maps.Keys(headers))
		return strings.Join(names, " ") + "\n" + varies.ReplaceAllString(w.Body.String(), "…")
	}
	for path, body := range map[string]string{
		"/v1/auth/register":      `,"password":"une phrase de passe","name":"Inès","space":"bretagne","handle":"HANDLE"`,
		"/v1/auth/verify/resend": "",
		"/v1/auth/reset":         "",
	} {
		known := s.send(http.MethodPost, path, `{"email":"`+s.email+`"`+strings.Replace(body, "HANDLE", "connue", 1)+`}`)
		nobody := s.send(http.MethodPost, path, `{"email":"personne@example.org"`+strings.Replace(body, "HANDLE", "inconnue", 1)+`}`)
		if known.Code != http.StatusAccepted || nobody.Code != http.StatusAccepted || shown(known) != shown(nobody) {
			t.Errorf("%s: the answers differ:\n%d %s\n%d %s", path, known.Code, shown(known), nobody.Code, shown(nobody))
		}
	}
}

func TestAnAccountFromItsFirstMailToItsLastSession(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	folder := s.mails(t)
	refused(t, s.send(http.MethodPost, "/v1/auth/register",
		`{"email":"x@example.org","password":"court","name":"\u202e","handle":"admin","commune":"99999"}`), http.StatusUnprocessableEntity, "invalid")
	w := s.send(http.MethodPost, "/v1/auth/register",
		`{"email":"lea@example.org","password":"une phrase de passe","name":"Léa 🎬","handle":"Lea.G","space":"bretagne","makes_films":true}`)
	if until, err := time.Parse(time.RFC3339, field(t, w, "expires_at")); w.Code != http.StatusAccepted || err != nil || time.Until(until) < 47*time.Hour {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	refused(t, s.send(http.MethodPost, "/v1/auth/register",
		`{"email":"y@example.org","password":"une phrase de passe","name":"Léa","handle":"1ea-g","space":"bretagne"}`), http.StatusConflict, "handle_taken")
	refused(t, s.send(http.MethodPost, "/v1/auth/register",
		`{"email":"y@example.org","password":"une phrase de passe","name":"Léa","handle":"autre","space":"nowhere"}`), http.StatusNotFound, "space_unknown")
	secret := folder.secret(t, "lea@example.org")
	w = s.send(http.MethodPost, "/v1/auth/verify", `{"token":"`+secret+`","password":"une phrase de passe"}`)
	if w.Code != http.StatusCreated || !strings.HasPrefix(w.Header().Get("Set-Cookie"), "labfilms_session=lfs_") {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	as := []string{"Authorization", "Bearer " + field(t, w, "token")}
	refused(t, s.send(http.MethodPost, "/v1/auth/verify", `{"token":"`+secret+`","password":"une phrase de passe"}`), http.StatusUnauthorized, "proof_invalid")

	// Her settings, as they were read.
	me := s.send(http.MethodGet, "/v1/me", "", as...)
	etag := me.Header().Get("ETag")
	if field(t, me, "locale") != "fr-FR" || etag == "" {
		t.Errorf("%v %s", me.Header(), me.Body)
	}
	change := `{"locale":"en","time_zone":"Indian/Reunion"}`
	refused(t, s.send(http.MethodPatch, "/v1/me", change, as...), http.StatusPreconditionRequired, "precondition_required")
	w = s.send(http.MethodPatch, "/v1/me", change, append(as, "If-Match", etag)...)
	if w.Code != http.StatusOK || field(t, w, "time_zone") != "Indian/Reunion" || w.Header().Get("ETag") == etag {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	refused(t, s.send(http.MethodPatch, "/v1/me", change, append(as, "If-Match", etag)...), http.StatusPreconditionFailed, "stale")
	refused(t, s.send(http.MethodPatch, "/v1/me", `{"time_zone":"Mars/Olympus"}`, append(as, "If-Match", w.Header().Get("ETag"))...), http.StatusUnprocessableEntity, "invalid")

	// Her sessions.
	signIn := func(password string) *httptest.ResponseRecorder {
		return s.send(http.MethodPost, "/v1/auth/sign-in", `{"email":"lea@example.org","password":"`+password+`"}`)
	}
	there := []string{"Authorization", "Bearer " + field(t, signIn("une phrase de passe"), "token")}
	w = s.send(http.MethodGet, "/v1/me/sessions?count=exact", "", as...)
	if body := w.Body.String(); strings.Count(body, `"current":true`) != 1 || strings.Count(body, `"current":false`) != 1 {
		t.Errorf("%d %s", w.Code, body)
	}
	if w := s.send(http.MethodPost, "/v1/me/password", `{"current":"une phrase de passe","password":"une autre phrase"}`, as...); w.Code != http.StatusNoContent {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := s.send(http.MethodGet, "/v1/me", "", there...); w.Code != http.StatusUnauthorized {
		t.Errorf("the other session outlives the password: %d", w.Code)
	}
	refused(t, s.send(http.MethodPost, "/v1/me/password", `{"current":"une phrase de passe","password":"une autre phrase"}`, as...), http.StatusForbidden, "password_wrong")
	refused(t, signIn("une phrase de passe"), http.StatusUnauthorized, "sign_in_failed")
	signIn("une autre phrase")
	if w := s.send(http.MethodPost, "/v1/auth/sign-out-everywhere", `{"keep_current":true}`, as...); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"ended":1`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	refused(t, s.send(http.MethodDelete, "/v1/me/sessions/nonsense", "", as...), http.StatusNotFound, "session_unknown")
	if w := s.send(http.MethodPost, "/v1/auth/sign-out-everywhere", `{}`, as...); !strings.Contains(w.Body.String(), `"ended":1`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := s.send(http.MethodGet, "/v1/me", "", as...); w.Code != http.StatusUnauthorized {
		t.Errorf("the session outlives its end: %d", w.Code)
	}

	// She forgets her password.
	s.send(http.MethodPost, "/v1/auth/reset", `{"email":"lea@example.org"}`)
	secret = folder.secret(t, "lea@example.org")
	if w := s.send(http.MethodPost, "/v1/auth/reset/confirm", `{"token":"`+secret+`","password":"une phrase encore"}`); w.Code != http.StatusNoContent {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := signIn("une phrase encore"); w.Code != http.StatusCreated {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// letters is where the mails of a served API go.
type letters struct {
	folder string
	events *events.Log
}

// mails has the API's mails written, into a folder.
func (s served) mails(t *testing.T) letters {
	t.Helper()
	l := letters{t.TempDir(), events.New(s.cfg.DB, s.cfg.Log)}
	public, err := url.Parse("https://films.example.org")
	if err != nil {
		t.Fatal(err)
	}
	l.events.Subscribe("mail", accounts.MailEvents, s.cfg.Accounts.Mailer(mail.NewFolder(l.folder, s.cfg.DB.Now), public))
	ctx, stop := context.WithCancel(core.WithActor(context.Background(), core.System()))
	ended := make(chan error, 1)
	go func() { ended <- l.events.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l
}

// secret returns the one that is in the last mail to the address.
func (l letters) secret(t *testing.T, to string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := l.events.Settled(ctx); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(l.folder, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	secret := ""
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// Quoted-printable: the line is broken, and = is =3D.
		text := strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(string(content))
		if _, after, ok := strings.Cut(text, "?token="); ok && strings.Contains(text, "To: <"+to+">") {
			secret = strings.Fields(after)[0]
		}
	}
	if secret == "" {
		t.Fatalf("no secret was mailed to %s", to)
	}
	return secret
}
