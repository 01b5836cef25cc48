package main

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/films"
)

// coreSecrets are core's private things. Who may see them is said by the
// meaning of the thing, not read out of the policy.
var coreSecrets = []secret{
	{
		name: "a film that is not released",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			film := p.must(t, "creator@bretagne", http.MethodPost, "/v1/films", map[string]any{"space": "bretagne", "title": mark, "synopsis": mark, "titles": map[string]string{"en": mark}}).field("id")
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/members", map[string]any{"person": p.person(t, "equipe"), "role": "crew"})
			return map[string]string{"film": film}
		},
		may: []string{"creator@bretagne", "equipe@bretagne", "moderator@bretagne", "region_admin@bretagne", "platform_admin@france"},
		probes: func(ids map[string]string) []probe {
			at := "/v1/films/" + ids["film"]
			return []probe{
				{http.MethodPost, at + "/release", nil, nil},
				{http.MethodPost, at + "/withdraw", nil, nil},
				{http.MethodPatch, at, map[string]any{"title": "x"}, []string{"If-Match", `"1"`}},
				{http.MethodPatch, at, map[string]any{"title": "x"}, []string{"If-Match", `"99"`}},
				{http.MethodDelete, at, nil, []string{"If-Match", `"1"`}},
				{http.MethodPost, at + "/members", map[string]any{"person": uuid.NewString(), "role": "crew"}, nil},
				{http.MethodPost, at + "/transfers", map[string]any{"to": uuid.NewString(), "stays": "none"}, nil},
				{http.MethodPost, at + "/credits", map[string]any{"credits": []any{map[string]any{"name": "x", "craft_text": "x"}}}, nil},
			}
		},
	},
	{
		name: "a film that was withdrawn, and what was said of it",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			film := p.must(t, "creator@bretagne", http.MethodPost, "/v1/films", map[string]any{"space": "bretagne", "title": mark}).field("id")
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/withdraw", nil)
			return map[string]string{"film": film, "recognition": p.recognised(t, film, mark)}
		},
		may: []string{"creator@bretagne", "moderator@bretagne", "region_admin@bretagne", "platform_admin@france"},
	},
	{
		name: "a released film of somebody who was suspended",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			handle := "ecarte-" + uuid.NewString()[:8]
			_, person := p.newcomer(t, handle, "bretagne", "member", "creator")
			film := p.must(t, handle+"@bretagne", http.MethodPost, "/v1/films", map[string]any{"space": "bretagne", "title": mark}).field("id")
			p.must(t, handle+"@bretagne", http.MethodPost, "/v1/films/"+film+"/credits", map[string]any{"credits": []any{map[string]any{"name": mark, "craft_text": "Figuration"}}})
			p.must(t, handle+"@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
			p.must(t, "region_admin@bretagne", http.MethodPost, "/v1/people/"+person+"/suspend", map[string]any{"reason": "Essai."})
			return map[string]string{"film": film}
		},
		may: []string{"moderator@bretagne", "region_admin@bretagne", "platform_admin@france"},
	},
	{
		name: "the profile of somebody who was suspended",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			handle := "efface-" + uuid.NewString()[:8]
			_, person := p.newcomer(t, handle, "bretagne", "member", "creator")
			p.profile(t, handle+"@bretagne", handle, map[string]any{"name": mark, "crafts": []string{"SON-PER"}, "commune": "29019"})
			p.must(t, "region_admin@bretagne", http.MethodPost, "/v1/people/"+person+"/suspend", map[string]any{"reason": "Essai."})
			return map[string]string{"person": person}
		},
		may: []string{"region_admin@bretagne", "platform_admin@france"},
	},
	{
		name: "what a profile shows to nobody",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			handle := "discret-" + uuid.NewString()[:8]
			p.newcomer(t, handle, "bretagne", "member")
			p.profile(t, handle+"@bretagne", handle, map[string]any{
				"bio": mark, "skills": []string{mark[:20]}, "pronouns": mark, "links": []any{map[string]any{"label": mark, "url": "https://example.org/" + mark}},
				"visibility": map[string]string{"bio": "nobody", "skills": "nobody", "pronouns": "nobody", "links": "nobody"},
			})
			return map[string]string{"person": handle}
		},
		open: []string{"person"},
	},
	{
		name: "what a profile shows to who is signed in",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			handle := "reserve-" + uuid.NewString()[:8]
			p.newcomer(t, handle, "bretagne", "member")
			p.profile(t, handle+"@bretagne", handle, map[string]any{"bio": mark, "visibility": map[string]string{"bio": "members"}})
			return map[string]string{"person": handle}
		},
		open: []string{"person"},
		may:  signedIn(),
	},
	{
		name: "a note on a busy period",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/me/busy-periods", map[string]any{"first_day": "2027-03-01", "last_day": "2027-03-05", "note": mark})
			return map[string]string{"person": "ines"}
		},
		open: []string{"person"},
		may:  []string{"creator@bretagne"},
	},
	{
		name: "somebody whom no film shows yet",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			return map[string]string{"person": p.must(t, "creator@bretagne", http.MethodPost, "/v1/people", map[string]any{"name": mark, "space": "bretagne"}).field("id")}
		},
		may: []string{"creator@bretagne", "moderator@bretagne", "region_admin@bretagne", "platform_admin@france"},
		probes: func(ids map[string]string) []probe {
			at := "/v1/people/" + ids["person"]
			return []probe{
				{http.MethodPost, at + "/claims", map[string]any{"note": "x"}, nil},
				{http.MethodPatch, at, map[string]any{"name": "x"}, []string{"If-Match", `"1"`}},
				{http.MethodPost, at + "/suspend", map[string]any{"reason": "x"}, nil},
			}
		},
	},
	{
		name: "why somebody claims a profile",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			person := p.must(t, "creator@bretagne", http.MethodPost, "/v1/people", map[string]any{"name": "Une figurante", "space": "bretagne"}).field("id")
			film := p.film(t, "Avec une figurante")
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/credits", map[string]any{"credits": []any{map[string]any{"person": person, "craft_text": "Figuration"}}})
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
			claim := p.must(t, "member@hauts-de-france", http.MethodPost, "/v1/people/"+person+"/claims", map[string]any{"note": mark}).field("id")
			return map[string]string{"person": person, "claim": claim}
		},
		open: []string{"person"},
		may:  []string{"member@hauts-de-france", "creator@bretagne", "moderator@bretagne", "region_admin@bretagne", "platform_admin@france"},
	},
	{
		name: "an invitation to an organisation",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			organisation := p.must(t, "creator@bretagne", http.MethodPost, "/v1/organisations", map[string]any{"space": "bretagne", "kind": "association", "name": "La Bande des quais"}).field("id")
			membership := p.must(t, "creator@bretagne", http.MethodPost, "/v1/organisations/"+organisation+"/memberships", map[string]any{"person": p.person(t, "thomas"), "role": "member", "title": mark}).field("id")
			return map[string]string{"organisation": organisation, "membership": membership}
		},
		open: []string{"organisation"},
		may:  []string{"creator@bretagne", "member@hauts-de-france", "moderator@bretagne", "region_admin@bretagne", "platform_admin@france"},
	},
	{
		name: "the offer of a film",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			film := p.film(t, "À donner")
			transfer := p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/transfers", map[string]any{"to": p.person(t, "solene"), "stays": "none", "note": mark}).field("id")
			return map[string]string{"film": film, "transfer": transfer}
		},
		may: []string{"creator@bretagne", "producer@bretagne", "moderator@bretagne", "region_admin@bretagne", "platform_admin@france"},
	},
	{
		name: "a credit of a film that is not released",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			film := p.film(t, "Pas encore")
			a := p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/credits", map[string]any{"credits": []any{map[string]any{"person": p.person(t, "karim"), "name": mark, "craft_text": "Figuration"}}})
			return map[string]string{"film": film, "credit": a.first("id")}
		},
		may: []string{"creator@bretagne", "creator@occitanie", "moderator@bretagne", "region_admin@bretagne", "platform_admin@france"},
	},
	{
		name: "a credit that was refused",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			film := p.film(t, "Sans lui")
			credit := p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/credits", map[string]any{"credits": []any{map[string]any{"person": p.person(t, "karim"), "name": mark, "craft_text": "Figuration"}}}).first("id")
			p.must(t, "creator@occitanie", http.MethodPost, "/v1/films/"+film+"/credits/"+credit+"/refuse", nil)
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
			return map[string]string{"film": film, "credit": credit}
		},
		open: []string{"film"},
		may:  []string{"creator@bretagne", "creator@occitanie", "moderator@bretagne", "region_admin@bretagne", "platform_admin@france"},
	},
	{
		name: "why a credit is disputed",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			film := p.film(t, "Disputé")
			credit := p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/credits", map[string]any{"credits": []any{map[string]any{"person": p.person(t, "karim"), "craft_text": "Figuration"}}}).first("id")
			at := "/v1/films/" + film + "/credits/" + credit
			p.must(t, "creator@occitanie", http.MethodPost, at+"/confirm", nil)
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
			p.must(t, "creator@occitanie", http.MethodPost, at+"/dispute", map[string]any{"reason": mark})
			return map[string]string{"film": film, "credit": credit}
		},
		open: []string{"film", "credit"},
		may:  []string{"creator@bretagne", "creator@occitanie", "moderator@bretagne", "region_admin@bretagne", "platform_admin@france"},
	},
	{
		name: "why somebody was suspended",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			_, person := p.newcomer(t, "puni-"+uuid.NewString()[:8], "bretagne", "member")
			p.must(t, "region_admin@bretagne", http.MethodPost, "/v1/people/"+person+"/suspend", map[string]any{"reason": mark})
			return map[string]string{"person": person}
		},
		may: []string{"region_admin@bretagne", "platform_admin@france"},
	},
	{
		name: "a notification",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			film := p.film(t, "Annoncé")
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/credits", map[string]any{"credits": []any{map[string]any{"person": p.person(t, "karim"), "craft_text": "Figuration"}}})
			return map[string]string{"notification": p.must(t, "creator@occitanie", http.MethodGet, "/v1/me/notifications?limit=1", nil).first("id")}
		},
		may: []string{"creator@occitanie"},
		probes: func(ids map[string]string) []probe {
			return []probe{{http.MethodPost, "/v1/me/notifications/" + ids["notification"] + "/read", nil, nil}}
		},
	},
	{
		name: "a session",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			a := p.account(t, "creator@bretagne")
			p.must(t, "", http.MethodPost, "/v1/auth/sign-in", map[string]any{"email": a.Email, "password": a.Password}, "User-Agent", mark)
			return map[string]string{"session": p.must(t, "creator@bretagne", http.MethodGet, "/v1/me/sessions?limit=1", nil).first("id")}
		},
		may: []string{"creator@bretagne"},
		probes: func(ids map[string]string) []probe {
			return []probe{{http.MethodDelete, "/v1/me/sessions/" + ids["session"], nil, nil}}
		},
	},
	{
		name: "somebody who has not shown that the address is theirs",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			p.must(t, "", http.MethodPost, "/v1/auth/register", map[string]any{"email": mark[:30] + "@example.org", "password": mark, "name": mark, "handle": "h" + mark[7:27], "space": "bretagne"})
			return map[string]string{"person": "h" + mark[7:27]}
		},
	},
	{
		name: "the e-mail of an account",
		make: func(t *testing.T, p *platform, _ string) map[string]string {
			return map[string]string{"email": p.account(t, "producer@bretagne").Email}
		},
		may: []string{"producer@bretagne"},
	},
	{
		name: "an access token",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			return map[string]string{"token": p.must(t, "creator@bretagne", http.MethodPost, "/v1/me/tokens", map[string]any{"name": mark}).field("id")}
		},
		may: []string{"creator@bretagne"},
		probes: func(ids map[string]string) []probe {
			return []probe{{http.MethodDelete, "/v1/me/tokens/" + ids["token"], nil, nil}}
		},
	},
	{
		name: "who has which role in a region",
		make: func(t *testing.T, p *platform, _ string) map[string]string {
			account := p.must(t, "member@hauts-de-france", http.MethodGet, "/v1/me", nil).field("id")
			grant := p.must(t, "region_admin@bretagne", http.MethodPost, "/v1/spaces/bretagne/grants", map[string]any{"account_id": account, "role": "organiser"}).field("id")
			return map[string]string{"grant": grant}
		},
		// The member sees the grant of their own account in /v1/me.
		may: []string{"member@hauts-de-france", "region_admin@bretagne", "platform_admin@france"},
	},
}

// recognised says of the creator's film what a module would say, with mark in
// every text, and returns the recognition.
func (p *platform) recognised(t *testing.T, film, mark string) string {
	t.Helper()
	content, err := json.Marshal(films.Recognised{
		Film: film, By: mark, Title: mark, Note: mark, URL: "/" + mark, From: p.db.Now(), SourceID: uuid.NewString(),
	})
	if err != nil {
		t.Fatal(err)
	}
	event := core.Event{Type: "film.recognised.v1", Source: "ecran", Subject: film, Data: content}
	if err := p.films.Recognise(core.WithActor(t.Context(), core.System()), event); err != nil {
		t.Fatal(err)
	}
	found := p.must(t, "creator@bretagne", http.MethodGet, "/v1/films/"+film+"/recognitions", nil)
	var list struct{ Data []struct{ ID string } }
	if err := json.Unmarshal(found.Body, &list); err != nil || len(list.Data) != 1 {
		t.Fatalf("it is known as %s (%v)", found.Body, err)
	}
	return list.Data[0].ID
}
