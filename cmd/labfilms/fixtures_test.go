package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
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
