package main

import (
	"bytes"
	"net/http"
	"strings"
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
	"hold-film": func(t *testing.T, p *platform) (string, string, any) {
		film := p.film(t, "Rejouer, retenu")
		p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
		return "region_admin@bretagne", "/v1/films/" + film + "/hold", map[string]any{"reason": "Essai."}
	},
	"lift-film": func(t *testing.T, p *platform) (string, string, any) {
		film := p.film(t, "Rejouer, rendu")
		p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
		p.must(t, "region_admin@bretagne", http.MethodPost, "/v1/films/"+film+"/hold", map[string]any{"reason": "Essai."})
		return "region_admin@bretagne", "/v1/films/" + film + "/lift", map[string]any{"reason": "Fini."}
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
		return "creator@bretagne", "/v1/spaces/bretagne/ecran/selections/" + p.selection(t) + "/picks", map[string]any{"film": film, "note": "Encore.", "conflict": "C'est mon film."}
	},
	"propose-credits": func(t *testing.T, p *platform) (string, string, any) {
		return "creator@bretagne", "/v1/films/" + p.film(t, "Rejouer, crédité") + "/credits", map[string]any{"credits": []any{map[string]any{"person": p.person(t, "karim"), "craft": "IMA-DOP"}}}
	},
	"confirm-credit": func(t *testing.T, p *platform) (string, string, any) {
		return "creator@occitanie", p.credit(t, "Rejouer, confirmé") + "/confirm", nil
	},
	"refuse-credit": func(t *testing.T, p *platform) (string, string, any) {
		return "creator@occitanie", p.credit(t, "Rejouer, refusé") + "/refuse", map[string]any{"reason": "Ce n'était pas moi."}
	},
	"withdraw-credit": func(t *testing.T, p *platform) (string, string, any) {
		return "creator@bretagne", p.credit(t, "Rejouer, repris") + "/withdraw", nil
	},
	"dispute-credit": func(t *testing.T, p *platform) (string, string, any) {
		credit := p.credit(t, "Rejouer, contesté")
		p.must(t, "creator@occitanie", http.MethodPost, credit+"/confirm", nil)
		return "creator@occitanie", credit + "/dispute", map[string]any{"reason": "J'étais au cadre."}
	},
	"order-credits": func(t *testing.T, p *platform) (string, string, any) {
		at, id, _ := strings.Cut(p.credit(t, "Rejouer, rangé"), "/credits/")
		return "creator@bretagne", at + "/credits/order", map[string]any{"credits": []string{id}}
	},
	"settle-credit": func(t *testing.T, p *platform) (string, string, any) {
		credit := p.credit(t, "Rejouer, tranché")
		p.must(t, "creator@occitanie", http.MethodPost, credit+"/confirm", nil)
		p.must(t, "creator@occitanie", http.MethodPost, credit+"/dispute", map[string]any{"reason": "J'étais au cadre."})
		return "moderator@bretagne", credit + "/settle", map[string]any{"outcome": "removed", "reason": "En effet."}
	},
	"create-space": func(*testing.T, *platform) (string, string, any) {
		return "region_admin@bretagne", "/v1/spaces", map[string]any{"parent": "bretagne", "kind": "institution", "slug": "salle-a-rejouer", "name": "Salle à rejouer"}
	},
	"join-space": func(*testing.T, *platform) (string, string, any) {
		return "member@hauts-de-france", "/v1/spaces/occitanie/join", nil
	},
	"leave-space": func(t *testing.T, p *platform) (string, string, any) {
		p.must(t, "member@hauts-de-france", http.MethodPost, "/v1/spaces/normandie/join", nil)
		return "member@hauts-de-france", "/v1/spaces/normandie/leave", nil
	},
	"read-notification": func(t *testing.T, p *platform) (string, string, any) {
		account := p.must(t, "member@hauts-de-france", http.MethodGet, "/v1/me", nil).field("id")
		p.must(t, "region_admin@bretagne", http.MethodPost, "/v1/spaces/bretagne/grants", map[string]any{"account_id": account, "role": "organiser"})
		told := p.must(t, "member@hauts-de-france", http.MethodGet, "/v1/me/notifications?unread=true", nil).first("id")
		return "member@hauts-de-france", "/v1/me/notifications/" + told + "/read", nil
	},
	"read-notifications": func(*testing.T, *platform) (string, string, any) {
		return "member@hauts-de-france", "/v1/me/notifications/read", map[string]any{"until": "2100-01-01T00:00:00Z"}
	},
	"register": func(*testing.T, *platform) (string, string, any) {
		handle := "rejouer-" + uuid.NewString()[:8]
		return "", "/v1/auth/register", map[string]any{"email": handle + "@example.org", "password": testPassword, "name": "Rejouer", "handle": handle, "commune": "29019"}
	},
	"verify-registration": func(t *testing.T, p *platform) (string, string, any) {
		return "", "/v1/auth/verify", map[string]any{"token": p.mailed(t, p.registration(t)), "password": testPassword}
	},
	"resend-verification": func(t *testing.T, p *platform) (string, string, any) {
		return "", "/v1/auth/verify/resend", map[string]any{"email": p.registration(t)}
	},
	"ask-reset": func(t *testing.T, p *platform) (string, string, any) {
		return "", "/v1/auth/reset", map[string]any{"email": p.account(t, "member@hauts-de-france").Email}
	},
	"reset-password": func(t *testing.T, p *platform) (string, string, any) {
		email, _ := p.registered(t)
		p.must(t, "", http.MethodPost, "/v1/auth/reset", map[string]any{"email": email})
		return "", "/v1/auth/reset/confirm", map[string]any{"token": p.mailed(t, email), "password": testPassword + " encore"}
	},
	"confirm-email": func(t *testing.T, p *platform) (string, string, any) {
		email, as := p.registered(t)
		p.must(t, as, http.MethodPost, "/v1/me/email", map[string]any{"password": testPassword, "email": "nouveau-" + email})
		return "", "/v1/auth/email/confirm", map[string]any{"token": p.mailed(t, "nouveau-"+email)}
	},
	"change-password": func(t *testing.T, p *platform) (string, string, any) {
		_, as := p.registered(t)
		return as, "/v1/me/password", map[string]any{"current": testPassword, "password": testPassword + " encore"}
	},
	"ask-email": func(t *testing.T, p *platform) (string, string, any) {
		email, as := p.registered(t)
		return as, "/v1/me/email", map[string]any{"password": testPassword, "email": "nouveau-" + email}
	},
	"sign-out-everywhere": func(t *testing.T, p *platform) (string, string, any) {
		_, as := p.registered(t)
		return as, "/v1/auth/sign-out-everywhere", map[string]any{"keep_current": true}
	},
	"suspend-person": func(t *testing.T, p *platform) (string, string, any) {
		_, person := p.newcomer(t, "rejouer-"+uuid.NewString()[:8], "bretagne", "member")
		return "region_admin@bretagne", "/v1/people/" + person + "/suspend", map[string]any{"reason": "Essai."}
	},
	"reinstate-person": func(t *testing.T, p *platform) (string, string, any) {
		_, person := p.newcomer(t, "rejouer-"+uuid.NewString()[:8], "bretagne", "member")
		p.must(t, "region_admin@bretagne", http.MethodPost, "/v1/people/"+person+"/suspend", map[string]any{"reason": "Essai."})
		return "region_admin@bretagne", "/v1/people/" + person + "/reinstate", map[string]any{"reason": "Fini."}
	},
	"rotate-signing-key": func(*testing.T, *platform) (string, string, any) {
		return "platform_admin@france", "/v1/signing-keys/rotate", map[string]any{"reason": "Essai."}
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
			p.settle(t) // what follows from it, mails for one
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
			p.settle(t)
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

// credit makes a film that credits Karim, and returns the path of the credit.
func (p *platform) credit(t *testing.T, title string) string {
	t.Helper()
	at := "/v1/films/" + p.film(t, title) + "/credits"
	made := p.must(t, "creator@bretagne", http.MethodPost, at, map[string]any{"credits": []any{map[string]any{"person": p.person(t, "karim"), "craft": "IMA-DOP"}}})
	return at + "/" + made.first("id")
}
