package main

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/google/uuid"
)

// posts says, for every POST of the merged document, how to send one that
// succeeds. A new operation without a line here fails the test.
var posts = map[string]func(t *testing.T, p *platform) (as, path string, body any){
	"sign-in": func(t *testing.T, p *platform) (string, string, any) {
		return "", "/v1/auth/sign-in", map[string]any{"email": p.account(t, "member@hauts-de-france").Email, "password": p.account(t, "member@hauts-de-france").Password}
	},
	"sign-out": func(t *testing.T, p *platform) (string, string, any) {
		session := p.must(t, "", http.MethodPost, "/v1/auth/sign-in", map[string]any{"email": p.account(t, "member@hauts-de-france").Email, "password": p.account(t, "member@hauts-de-france").Password})
		p.tokens["session@for-one-sign-out"] = session.field("token")
		return "session@for-one-sign-out", "/v1/auth/sign-out", nil
	},
	"create-token": func(*testing.T, *platform) (string, string, any) {
		return "creator@bretagne", "/v1/me/tokens", map[string]any{"name": "montage", "scopes": []string{"film.read"}}
	},
	"create-grant": func(t *testing.T, p *platform) (string, string, any) {
		account := p.must(t, "member@hauts-de-france", http.MethodGet, "/v1/me", nil).field("id")
		return "region_admin@bretagne", "/v1/spaces/bretagne/grants", map[string]any{"account_id": account, "role": "creator"}
	},
	"make-film": func(*testing.T, *platform) (string, string, any) {
		return "creator@bretagne", "/v1/films", map[string]any{"space": "bretagne", "title": "Rejouer"}
	},
	"release-film": func(t *testing.T, p *platform) (string, string, any) {
		return "creator@bretagne", "/v1/films/" + p.film(t, "Rejouer, sorti") + "/release", nil
	},
	"withdraw-film": func(t *testing.T, p *platform) (string, string, any) {
		film := p.film(t, "Rejouer, retiré")
		p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
		return "creator@bretagne", "/v1/films/" + film + "/withdraw", nil
	},
	"ecran-make-label": func(*testing.T, *platform) (string, string, any) {
		return "creator@bretagne", "/v1/spaces/bretagne/ecran/labels", map[string]any{"kind": "personal", "name": "Rejouer " + uuid.NewString()[:8]}
	},
	"ecran-make-selection": func(t *testing.T, p *platform) (string, string, any) {
		return "creator@bretagne", "/v1/spaces/bretagne/ecran/labels/" + p.label(t) + "/selections", map[string]any{"title": "Rejouer", "visibility": "public"}
	},
	"ecran-publish-selection": func(t *testing.T, p *platform) (string, string, any) {
		return "creator@bretagne", "/v1/spaces/bretagne/ecran/selections/" + p.selection(t) + "/publish", nil
	},
	"ecran-pick-film": func(t *testing.T, p *platform) (string, string, any) {
		film := p.film(t, "Rejouer, choisi")
		p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
		return "creator@bretagne", "/v1/spaces/bretagne/ecran/selections/" + p.selection(t) + "/picks", map[string]any{"film": film, "note": "Encore."}
	},
}

// TestEveryPostIsAnsweredAgainAndDoneOnce replays every POST of the merged
// document under one Idempotency-Key.
func TestEveryPostIsAnsweredAgainAndDoneOnce(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, replay)
}

func replay(t *testing.T, p *platform) {
	for _, op := range operations(t, p) {
		if op.Method != http.MethodPost {
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			make, ok := posts[op.ID]
			if !ok {
				t.Fatalf("no valid request for %s %s is written down", op.Method, op.Path)
			}
			as, path, body := make(t, p)
			key := uuid.NewString()
			first := p.must(t, as, http.MethodPost, path, body, "Idempotency-Key", key)
			if first.Header.Get("Idempotent-Replayed") != "" {
				t.Fatal("the first answer calls itself a replay")
			}
			before := countRows(t, p)
			if op.ID == "sign-out" {
				return // its own credential does not hold a second time
			}
			again := p.must(t, as, http.MethodPost, path, body, "Idempotency-Key", key)
			if again.Header.Get("Idempotent-Replayed") != "true" {
				t.Error("the second answer does not call itself a replay")
			}
			if again.StatusCode != first.StatusCode || !bytes.Equal(again.Body, first.Body) || again.Header.Get("Location") != first.Header.Get("Location") {
				t.Errorf("the second answer differs:\n%s %s\n%s %s", first.Status, first.Body, again.Status, again.Body)
			}
			if after := countRows(t, p); after != before {
				t.Errorf("the replay wrote something:\n%s\n%s", before, after)
			}
			other := p.send(t, as, http.MethodPost, path, map[string]any{"title": "autre chose"}, "Idempotency-Key", key)
			if other.StatusCode != http.StatusUnprocessableEntity || other.field("code") != "idempotency_mismatch" {
				t.Errorf("the same key with another body: %s %s", other.Status, other.Body)
			}
		})
	}
}
