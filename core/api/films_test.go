package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/spaces"
)

// joined makes a member of Bretagne and returns the id of their
// person and the headers of who is signed in as them.
func (s *served) joined(t *testing.T, handle string) (person string, as []string) {
	t.Helper()
	ctx := core.WithActor(t.Context(), core.System())
	home, err := s.cfg.Spaces.Get(ctx, "bretagne")
	if err != nil {
		t.Fatal(err)
	}
	other := *s
	other.email = handle + "@example.org"
	made, err := s.cfg.Accounts.Create(ctx, accounts.NewAccount{
		Email: other.email, Password: s.password, Name: handle, Handle: handle, Home: spaces.Place(home),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.cfg.Spaces.Grant(ctx, home, spaces.NewGrant{Account: made.ID, Role: core.RoleMember}); err != nil {
		t.Fatal(err)
	}
	token, _ := other.signIn(t)
	return made.PersonID, []string{"Authorization", "Bearer " + token}
}

func TestFactsOverHTTP(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	token, _ := s.signIn(t)
	as := []string{"Authorization", "Bearer " + token}
	w := s.send(http.MethodPost, "/v1/films", `{
		"space": "bretagne", "title": "Marée basse", "titles": {"eng": "Low tide"}, "genres": ["drama"], "countries": ["fr"],
		"regions": ["53"], "languages": ["bre"], "warnings": ["flashing_lights"], "identifiers": {"isan": "0000 0000 d07a 0090 q"}, "consent": "ask"}`, as...)
	if w.Code != http.StatusCreated {
		t.Fatal(w.Code, w.Body)
	}
	for _, part := range []string{
		`"titles":{"en":"Low tide"}`, `"genres":[{"code":"drama","name":{"fr":"Drame","en":"Drama"}}]`, `"countries":["FR"]`,
		`"regions":[{"code":"53","name":"Bretagne"}]`, `"languages":["br"]`, `"identifiers":{"isan":"0000-0000-D07A-0090-Q"}`,
		`"consent":"ask"`, `"origin":"made"`, `"synopses":{}`, `"slug":"ines"`,
	} {
		if !strings.Contains(w.Body.String(), part) {
			t.Errorf("without %s: %s", part, w.Body)
		}
	}
	at, etag := w.Header().Get("Location"), w.Header().Get("ETag")
	w = s.send(http.MethodPatch, at, `{"titles":null,"genres":[],"countries":["BE","CH"]}`, append(as, "If-Match", etag)...)
	for _, part := range []string{`"titles":{}`, `"genres":[]`, `"countries":["BE","CH"]`, `"languages":["br"]`} {
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), part) {
			t.Errorf("without %s: %d %s", part, w.Code, w.Body)
		}
	}
	etag = w.Header().Get("ETag")
	for body, want := range map[string][]string{
		`{"titles":{"xx":"x","fr":"\u202e"},"identifiers":{"isan":"0000-0000-D07A-0090"}}`: {"/titles/xx", "/titles/fr", "/identifiers/isan"},
		`{"countries":["FR","be","x","ZZ"]}`:                                               {"/countries/2", "/countries/3"},
		`{"genres":["opera"],"warnings":[null],"titles":[]}`:                               {"/titles"},
		`{"consent":"maybe"}`:   {"/consent"},
		`{"origin":"recorded"}`: {"/origin"},
	} {
		w := s.send(http.MethodPatch, at, body, append(as, "If-Match", etag)...)
		for _, pointer := range want {
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `"`+pointer+`"`) {
				t.Errorf("%s: %d, without %s: %s", body, w.Code, pointer, w.Body)
			}
		}
	}
	refused(t, s.send(http.MethodPost, "/v1/films/record", `{"space":"bretagne","title":"x","year":1978}`, as...), http.StatusForbidden, "denied")
	w = s.send(http.MethodGet, "/v1/film-terms", "")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"science_fiction"`) || !strings.Contains(w.Body.String(), `"flashing_lights"`) {
		t.Error(w.Code, w.Body)
	}
}

func TestAFilmIsOfferedOverHTTP(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	token, _ := s.signIn(t)
	ines := []string{"Authorization", "Bearer " + token}
	karim, asKarim := s.joined(t, "karim")
	solene, asSolene := s.joined(t, "solene")
	at := s.send(http.MethodPost, "/v1/films", `{"space":"bretagne","title":"Le Legs"}`, ines...).Header().Get("Location")
	w := s.send(http.MethodPost, at+"/members", `{"person":"`+karim+`","role":"crew"}`, ines...)
	if w.Code != http.StatusCreated || field(t, w, "role") != "crew" || !strings.Contains(w.Body.String(), `"slug":"karim"`) {
		t.Fatal(w.Code, w.Body)
	}
	member := w.Header().Get("Location")
	refused(t, s.send(http.MethodPost, at+"/members", `{"person":"`+karim+`","role":"editor"}`, ines...), http.StatusConflict, "film_member_held")
	refused(t, s.send(http.MethodPost, at+"/members", `{"person":"`+solene+`","role":"owner"}`, ines...), http.StatusUnprocessableEntity, "invalid")
	refused(t, s.send(http.MethodPut, member+"/role", `{"role":"editor"}`, asKarim...), http.StatusForbidden, "denied")
	refused(t, s.send(http.MethodGet, at+"/members", "", asSolene...), http.StatusNotFound, "film_unknown")
	if w = s.send(http.MethodPut, member+"/role", `{"role":"editor"}`, ines...); w.Code != http.StatusOK || field(t, w, "role") != "editor" {
		t.Error(w.Code, w.Body)
	}
	w = s.send(http.MethodGet, at+"/members?count=exact", "", asKarim...)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"total":2`) {
		t.Error(w.Code, w.Body)
	}
	w = s.send(http.MethodPost, at+"/transfers", `{"to":"`+solene+`","stays":"none","note":"Finis-le."}`, ines...)
	if w.Code != http.StatusCreated {
		t.Fatal(w.Code, w.Body)
	}
	offer := at + "/transfers/" + field(t, w, "id")
	w = s.send(http.MethodGet, "/v1/me/transfers", "", asSolene...)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"Le Legs"`) || !strings.Contains(w.Body.String(), `"Finis-le."`) {
		t.Error(w.Code, w.Body)
	}
	refused(t, s.send(http.MethodGet, at, "", asSolene...), http.StatusNotFound, "film_unknown")
	refused(t, s.send(http.MethodPost, offer+"/accept", "", asKarim...), http.StatusNotFound, "transfer_unknown")
	refused(t, s.send(http.MethodGet, "/v1/me/transfers", ""), http.StatusUnauthorized, "unauthenticated")
	if w = s.send(http.MethodPost, offer+"/accept", "", asSolene...); w.Code != http.StatusOK || field(t, w, "state") != "accepted" {
		t.Error(w.Code, w.Body)
	}
	refused(t, s.send(http.MethodPost, offer+"/decline", "", asSolene...), http.StatusConflict, "transfer_state")
	refused(t, s.send(http.MethodGet, at, "", ines...), http.StatusNotFound, "film_unknown")
	if w = s.send(http.MethodGet, at, "", asSolene...); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"slug":"solene"`) {
		t.Error(w.Code, w.Body)
	}
	if w = s.send(http.MethodDelete, member, "", asSolene...); w.Code != http.StatusNoContent {
		t.Error(w.Code, w.Body)
	}
}

func TestWhatIsBesideAFilm(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	token, _ := s.signIn(t)
	as := []string{"Authorization", "Bearer " + token}
	made := func() string {
		t.Helper()
		at := s.send(http.MethodPost, "/v1/films", `{"space":"bretagne","title":"Contre-jour"}`, as...).Header().Get("Location")
		w := s.send(http.MethodPost, at+"/credits", `{"credits":[{"name":"Mamie Yvonne","craft_text":"Cuisine"}]}`, as...)
		if w.Code != http.StatusCreated {
			t.Fatal(w.Code, w.Body)
		}
		s.send(http.MethodPost, at+"/release", "", as...)
		return at
	}
	at := made()
	const all = "expand=space,owner,credits,recognitions,members"
	plain := s.send(http.MethodGet, at, "", as...)
	w := s.send(http.MethodGet, at+"?"+all, "", as...)
	var film struct{ Expanded map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &film); err != nil || w.Code != http.StatusOK || len(film.Expanded) != 4 {
		t.Fatal(w.Code, w.Body, err) // nobody has recognised it
	}
	if strings.Contains(plain.Body.String(), "expanded") || plain.Header().Get("ETag") == w.Header().Get("ETag") {
		t.Errorf("without expand: %s %s", plain.Body, plain.Header())
	}
	etag := w.Header().Get("ETag")
	if w = s.send(http.MethodGet, at+"?"+all, "", append(as, "If-None-Match", etag)...); w.Code != http.StatusNotModified {
		t.Error(w.Code)
	}
	s.send(http.MethodPost, at+"/credits", `{"credits":[{"name":"Papi Jean","craft_text":"Cuisine"}]}`, as...)
	if w = s.send(http.MethodGet, at+"?"+all, "", append(as, "If-None-Match", etag)...); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Papi Jean") {
		t.Error("a credit is added and the tag stays", w.Code)
	}
	w = s.send(http.MethodGet, at+"?"+all, "")
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), `"members":`) || !strings.Contains(w.Body.String(), `"credits"`) {
		t.Errorf("to a visitor: %d %s", w.Code, w.Body)
	}
	refused(t, s.send(http.MethodGet, at+"?expand=views", ""), http.StatusUnprocessableEntity, "invalid")
	refused(t, s.send(http.MethodGet, "/v1/films?expand=space,views", ""), http.StatusUnprocessableEntity, "invalid")
	refused(t, s.send(http.MethodGet, "/v1/films?expand=space,space", ""), http.StatusUnprocessableEntity, "invalid")

	cost := func() int {
		ctx, queries := dbtest.Count(context.Background())
		r := httptest.NewRequest(http.MethodGet, "/v1/films?limit=100&"+all, nil).WithContext(ctx)
		r.Header.Set(as[0], as[1])
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusOK || strings.Count(w.Body.String(), `"expanded"`) == 0 {
			t.Fatal(w.Code, w.Body)
		}
		return queries.Len()
	}
	one := cost()
	for range 12 {
		made()
	}
	if many := cost(); many != one || one == 0 {
		t.Errorf("one film costs %d queries, 13 cost %d", one, many)
	}
}
