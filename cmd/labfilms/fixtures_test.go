package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/spaces"
)

type demoAccount struct{ Role, Space, Email, Password, Token string }

// account returns the demonstration's account role@space.
func (p *platform) account(t testing.TB, who string) demoAccount {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(p.settings.Data, "demo-accounts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var accounts []demoAccount
	if err := json.Unmarshal(content, &accounts); err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		if a.Role+"@"+a.Space == who {
			return a
		}
	}
	t.Fatalf("the demonstration has no %s", who)
	return demoAccount{}
}

// film makes a film of the creator of Bretagne and returns its id.
func (p *platform) film(t testing.TB, title string) string {
	t.Helper()
	return p.must(t, "creator@bretagne", http.MethodPost, "/v1/films", map[string]any{"space": "bretagne", "title": title}).field("id")
}

// label makes a personal label of the creator of Bretagne and returns its id.
func (p *platform) label(t testing.TB) string {
	t.Helper()
	return p.must(t, "creator@bretagne", http.MethodPost, "/v1/spaces/bretagne/ecran/labels",
		map[string]any{"kind": "personal", "name": "Carnet " + uuid.NewString()[:8]}).field("id")
}

// selection opens a selection, not published, of a new label of the creator of
// Bretagne and returns its id.
func (p *platform) selection(t testing.TB) string {
	t.Helper()
	return p.must(t, "creator@bretagne", http.MethodPost, "/v1/spaces/bretagne/ecran/labels/"+p.label(t)+"/selections",
		map[string]any{"title": "Sélection " + uuid.NewString()[:8], "visibility": "public"}).field("id")
}

// newcomer makes somebody with these roles at the space, who from then on sends
// requests as handle@space, and returns the ids of their account and person.
func (p *platform) newcomer(t testing.TB, handle, space string, roles ...core.Role) (account, person string) {
	t.Helper()
	system := core.WithActor(t.Context(), core.System())
	home, err := p.spaces.Get(system, space)
	if err != nil {
		t.Fatal(err)
	}
	made, err := p.accounts.Create(system, accounts.NewAccount{
		Email: handle + "@example.org", Password: uuid.NewString(), Name: "Compte " + handle, Handle: handle, Home: spaces.Place(home),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range roles {
		if _, err := p.spaces.Grant(system, home, spaces.NewGrant{Account: made.ID, Role: role}); err != nil {
			t.Fatal(err)
		}
	}
	self, err := p.accounts.As(system, made.ID)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := p.accounts.CreateToken(self, accounts.NewToken{Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	p.tokens[handle+"@"+space] = token
	return made.ID, made.PersonID
}

// person returns the id of the person with this handle.
func (p *platform) person(t testing.TB, handle string) string {
	t.Helper()
	return p.must(t, "", http.MethodGet, "/v1/people/"+handle, nil).field("id")
}

// profile changes somebody's own profile.
func (p *platform) profile(t testing.TB, as, handle string, change map[string]any) {
	t.Helper()
	etag := p.must(t, as, http.MethodGet, "/v1/people/"+handle, nil).Header.Get("ETag")
	p.must(t, as, http.MethodPatch, "/v1/people/"+handle, change, "If-Match", etag)
}

// first returns a field of the first thing in the list that was answered.
func (a answer) first(field string) string {
	var body struct{ Data []map[string]any }
	if err := json.Unmarshal(a.Body, &body); err != nil || len(body.Data) == 0 {
		return ""
	}
	s, _ := body.Data[0][field].(string)
	return s
}

// testPassword is the password of those who registered.
const testPassword = "trois petites notes"

// registration begins an account in Bretagne and returns its e-mail address.
func (p *platform) registration(t testing.TB) string {
	t.Helper()
	handle := "inscrit-" + uuid.NewString()[:8]
	email := handle + "@example.org"
	p.must(t, "", http.MethodPost, "/v1/auth/register", map[string]any{"email": email, "password": testPassword, "name": "Une inscrite", "handle": handle, "commune": "29019"})
	return email
}

// registered makes an account as people do, and returns its e-mail address and
// as whom it sends requests.
func (p *platform) registered(t testing.TB) (email, as string) {
	t.Helper()
	email = p.registration(t)
	p.tokens[email] = p.must(t, "", http.MethodPost, "/v1/auth/verify", map[string]any{"token": p.mailed(t, email), "password": testPassword}).field("token")
	return email, email
}

// mailed returns the secret that is in the last mail to an address.
func (p *platform) mailed(t testing.TB, to string) string {
	t.Helper()
	p.settle(t)
	files, err := filepath.Glob(filepath.Join(p.settings.Data, "mail", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	secret := ""
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(f)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(m.Body)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if _, after, ok := strings.Cut(string(text), "?token="); ok && m.Header.Get("To") == "<"+to+">" {
			secret = strings.Fields(after)[0]
		}
	}
	if secret == "" {
		t.Fatalf("no secret was mailed to %s", to)
	}
	return secret
}

// settle waits until every event has been taken.
func (p *platform) settle(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := p.events.Settled(ctx); err != nil {
		t.Fatal(err)
	}
}
