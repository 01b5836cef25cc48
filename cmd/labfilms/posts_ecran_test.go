package main

import (
	"maps"
	"net/http"
	"testing"

	"github.com/google/uuid"
)

const ecranOfBretagne = "/v1/spaces/bretagne/ecran"

func init() {
	maps.Copy(posts, map[string]func(t *testing.T, p *platform) (as, path string, body any){
		"rebuild-search": func(*testing.T, *platform) (string, string, any) {
			return "platform_admin@france", "/v1/search/rebuild", map[string]any{"reason": "Essai."}
		},
		"ecran-accept-label": func(t *testing.T, p *platform) (string, string, any) {
			return "curator@bretagne", p.requested(t) + "/accept", nil
		},
		"ecran-refuse-label": func(t *testing.T, p *platform) (string, string, any) {
			return "curator@bretagne", p.requested(t) + "/refuse", nil
		},
		"ecran-close-label": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", ecranOfBretagne + "/labels/" + p.label(t) + "/close", nil
		},
		"ecran-transfer-label": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", p.shared(t) + "/transfer", map[string]any{"person": p.person(t, "maelle")}
		},
		"ecran-leave-label": func(t *testing.T, p *platform) (string, string, any) {
			return "curator@bretagne", p.shared(t) + "/leave", nil
		},
		"ecran-accept-invitation": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@occitanie", p.carteBlanche(t) + "/invitation/accept", nil
		},
		"ecran-decline-invitation": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@occitanie", p.carteBlanche(t) + "/invitation/decline", nil
		},
		"ecran-remove-pick": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", p.pick(t, "open") + "/remove", map[string]any{"reason": "Essai."}
		},
		"ecran-withdraw-pick": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", p.pick(t, "open") + "/withdraw", nil
		},
		"ecran-grant-consent": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", p.consent(t) + "/grant", nil
		},
		"ecran-refuse-consent": func(t *testing.T, p *platform) (string, string, any) {
			return "creator@bretagne", p.consent(t) + "/refuse", nil
		},
		"ecran-propose-film": func(t *testing.T, p *platform) (string, string, any) {
			return "curator@bretagne", ecranOfBretagne + "/labels/" + p.label(t) + "/proposals", map[string]any{"film": p.released(t, "open"), "why": "Pour la mer."}
		},
		"ecran-take-proposal": func(t *testing.T, p *platform) (string, string, any) {
			at, selection := p.proposal(t)
			return "creator@bretagne", at + "/take", map[string]any{"selection": selection, "conflict": "C'est mon film."}
		},
		"ecran-decline-proposal": func(t *testing.T, p *platform) (string, string, any) {
			at, _ := p.proposal(t)
			return "creator@bretagne", at + "/decline", map[string]any{"answer": "Pas cette fois."}
		},
		"ecran-withdraw-proposal": func(t *testing.T, p *platform) (string, string, any) {
			at, _ := p.proposal(t)
			return "curator@bretagne", at + "/withdraw", nil
		},
		"ecran-pin": func(t *testing.T, p *platform) (string, string, any) {
			return "curator@bretagne", ecranOfBretagne + "/pins", map[string]any{"kind": "label", "target": p.label(t), "slot": 6}
		},
	})
}

// requested has the creator of Bretagne ask for a festival's label, and returns
// its address.
func (p *platform) requested(t *testing.T) string {
	t.Helper()
	return ecranOfBretagne + "/labels/" + p.must(t, "creator@bretagne", http.MethodPost, ecranOfBretagne+"/labels",
		map[string]any{"kind": "festival", "name": "Festival " + uuid.NewString()[:8]}).field("id")
}

// shared makes a label of the creator of Bretagne that the curator there
// directs with her, and returns its address.
func (p *platform) shared(t *testing.T) string {
	t.Helper()
	at := ecranOfBretagne + "/labels/" + p.label(t)
	p.must(t, "creator@bretagne", http.MethodPatch, at,
		map[string]any{"curators": []any{map[string]any{"person": p.person(t, "maelle"), "role": "director"}}}, "If-Match", `"1"`)
	return at
}

// released makes and releases a film of the creator of Bretagne that says so
// about being chosen, and returns its id.
func (p *platform) released(t *testing.T, consent string) string {
	t.Helper()
	film := p.film(t, "À choisir")
	p.must(t, "creator@bretagne", http.MethodPatch, "/v1/films/"+film, map[string]any{"consent": consent}, "If-Match", `"1"`)
	p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
	return film
}

// pick has the creator of Bretagne pick such a film, and returns the pick's
// address.
func (p *platform) pick(t *testing.T, consent string) string {
	t.Helper()
	at := ecranOfBretagne + "/selections/" + p.selection(t) + "/picks"
	return at + "/" + p.must(t, "creator@bretagne", http.MethodPost, at,
		map[string]any{"film": p.released(t, consent), "conflict": "C'est mon film."}).field("id")
}

// carteBlanche has the creator of Bretagne give the one of Occitanie a carte
// blanche, and returns its address.
func (p *platform) carteBlanche(t *testing.T) string {
	t.Helper()
	return ecranOfBretagne + "/selections/" + p.must(t, "creator@bretagne", http.MethodPost, ecranOfBretagne+"/labels/"+p.label(t)+"/selections",
		map[string]any{"kind": "carte_blanche", "title": "À Karim", "guest": p.person(t, "karim")}).field("id")
}

// consent returns the address of what was asked of the creator of Bretagne.
func (p *platform) consent(t *testing.T) string {
	t.Helper()
	pick := p.must(t, "creator@bretagne", http.MethodGet, p.pick(t, "ask"), nil)
	film := pick.within("film", "id")
	return ecranOfBretagne + "/consents/" + p.must(t, "creator@bretagne", http.MethodGet, ecranOfBretagne+"/consents?film="+film, nil).first("id")
}

// proposal has the curator of Bretagne propose a film to a label of the creator
// there, and returns the proposal's address and a selection of the label.
func (p *platform) proposal(t *testing.T) (at, selection string) {
	t.Helper()
	selection = p.selection(t)
	label := p.must(t, "creator@bretagne", http.MethodGet, ecranOfBretagne+"/selections/"+selection, nil).within("label", "id")
	made := p.must(t, "curator@bretagne", http.MethodPost, ecranOfBretagne+"/labels/"+label+"/proposals",
		map[string]any{"film": p.released(t, "open"), "why": "Pour la mer."})
	return ecranOfBretagne + "/proposals/" + made.field("id"), selection
}
