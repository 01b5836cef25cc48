package main

import (
	"maps"
	"net/http"
	"testing"

	"github.com/google/uuid"
)

func init() {
	maps.Copy(posts, map[string]func(t *testing.T, p *platform) (as, path string, body any){
		"record-film": func(*testing.T, *platform) (string, string, any) {
			return "curator@bretagne", "/v1/films/record", map[string]any{"space": "bretagne", "title": "Un film d'avant", "year": 1962}
		},
		"add-film-member": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", "/v1/films/" + p.film(t, "À plusieurs") + "/members", map[string]any{"person": p.person(t, "thomas"), "role": "crew"}
		},
		"offer-film": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", "/v1/films/" + p.film(t, "À donner") + "/transfers", map[string]any{"to": p.person(t, "solene")}
		},
		"accept-transfer": func(t *testing.T, p *platform) (string, string, any) {
			return "producer@bretagne", p.offer(t) + "/accept", nil
		},
		"decline-transfer": func(t *testing.T, p *platform) (string, string, any) {
			return "producer@bretagne", p.offer(t) + "/decline", nil
		},
		"cancel-transfer": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", p.offer(t) + "/cancel", nil
		},
		"record-person": func(*testing.T, *platform) (string, string, any) {
			return "creator@bretagne", "/v1/people", map[string]any{"name": "Jeanne Kerjean", "space": "bretagne"}
		},
		"claim-person": func(t *testing.T, p *platform) (string, string, any) {
			return "member@hauts-de-france", "/v1/people/" + p.unclaimed(t) + "/claims", map[string]any{"note": "C'est moi."}
		},
		"accept-claim": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", "/v1/claims/" + p.claim(t) + "/accept", map[string]any{}
		},
		"refuse-claim": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", "/v1/claims/" + p.claim(t) + "/refuse", map[string]any{"reason": "Non."}
		},
		"withdraw-claim": func(t *testing.T, p *platform) (string, string, any) {
			return "member@hauts-de-france", "/v1/claims/" + p.claim(t) + "/withdraw", nil
		},
		"add-busy-period": func(*testing.T, *platform) (string, string, any) {
			return "creator@bretagne", "/v1/me/busy-periods", map[string]any{"first_day": "2027-05-01", "last_day": "2027-05-03"}
		},
		"make-organisation": func(*testing.T, *platform) (string, string, any) {
			return "creator@bretagne", "/v1/organisations", map[string]any{"space": "bretagne", "kind": "association", "name": "Rejouer"}
		},
		"close-organisation": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", p.organisation(t) + "/close", map[string]any{"reason": "C'est fini."}
		},
		"reopen-organisation": func(t *testing.T, p *platform) (string, string, any) {
			at := p.organisation(t)
			p.must(t, "creator@bretagne", http.MethodPost, at+"/close", map[string]any{"reason": "C'est fini."})
			return "creator@bretagne", at + "/reopen", map[string]any{"reason": "Finalement non."}
		},
		"invite-member": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", p.organisation(t) + "/memberships", map[string]any{"person": p.person(t, "thomas"), "role": "member"}
		},
		"accept-membership": func(t *testing.T, p *platform) (string, string, any) {
			return "member@hauts-de-france", p.invitation(t) + "/accept", nil
		},
		"decline-membership": func(t *testing.T, p *platform) (string, string, any) {
			return "member@hauts-de-france", p.invitation(t) + "/decline", nil
		},
		"cancel-membership": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", p.invitation(t) + "/cancel", nil
		},
		"end-membership": func(t *testing.T, p *platform) (string, string, any) {
			return "member@hauts-de-france", p.belonging(t) + "/end", nil
		},
		"show-membership": func(t *testing.T, p *platform) (string, string, any) {
			return "member@hauts-de-france", p.belonging(t) + "/show", nil
		},
		"hide-membership": func(t *testing.T, p *platform) (string, string, any) {
			return "member@hauts-de-france", p.belonging(t) + "/hide", nil
		},
	})
}

// offer offers a film of the creator of Bretagne to the producer there, and
// returns the address of the offer.
func (p *platform) offer(t *testing.T) string {
	t.Helper()
	at := "/v1/films/" + p.film(t, "À donner") + "/transfers"
	return at + "/" + p.must(t, "creator@bretagne", http.MethodPost, at, map[string]any{"to": p.person(t, "solene")}).field("id")
}

// unclaimed returns the id of somebody without an account whom a released film
// of the creator of Bretagne shows.
func (p *platform) unclaimed(t *testing.T) string {
	t.Helper()
	person := p.must(t, "creator@bretagne", http.MethodPost, "/v1/people", map[string]any{"name": "Jeanne " + uuid.NewString()[:8], "space": "bretagne"}).field("id")
	film := p.film(t, "Avec Jeanne")
	p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/credits", map[string]any{"credits": []any{map[string]any{"person": person, "craft_text": "Figuration"}}})
	p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
	return person
}

// claim has the member of Hauts-de-France claim somebody without an account and
// returns the claim's id.
func (p *platform) claim(t *testing.T) string {
	t.Helper()
	return p.must(t, "member@hauts-de-france", http.MethodPost, "/v1/people/"+p.unclaimed(t)+"/claims", map[string]any{"note": "C'est moi."}).field("id")
}

// organisation makes an organisation of the creator of Bretagne and returns its
// address.
func (p *platform) organisation(t *testing.T) string {
	t.Helper()
	return "/v1/organisations/" + p.must(t, "creator@bretagne", http.MethodPost, "/v1/organisations",
		map[string]any{"space": "bretagne", "kind": "association", "name": "La Bande " + uuid.NewString()[:8]}).field("id")
}

// invitation invites the member of Hauts-de-France into a new organisation and
// returns the membership's address.
func (p *platform) invitation(t *testing.T) string {
	t.Helper()
	at := p.organisation(t) + "/memberships"
	return at + "/" + p.must(t, "creator@bretagne", http.MethodPost, at, map[string]any{"person": p.person(t, "thomas"), "role": "member"}).field("id")
}

// belonging is an invitation that was accepted.
func (p *platform) belonging(t *testing.T) string {
	t.Helper()
	at := p.invitation(t)
	p.must(t, "member@hauts-de-france", http.MethodPost, at+"/accept", nil)
	return at
}
