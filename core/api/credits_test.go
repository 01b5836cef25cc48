package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestTitlesOverHTTP(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	session, _ := s.signIn(t)
	as := []string{"Authorization", "Bearer " + session}
	w := s.send(http.MethodPost, "/v1/films", `{"space":"bretagne","title":"Contre-jour","year":2026}`, as...)
	film := field(t, w, "id")
	ines := s.send(http.MethodGet, "/v1/people/ines", "")
	at := "/v1/films/" + film + "/credits"
	w = s.send(http.MethodPost, at, `{"credits":[{"person":"`+field(t, ines, "id")+`","craft":"REA-REA"},{"name":"Mamie Yvonne","craft_text":"Cuisine"}]}`, as...)
	if w.Code != http.StatusCreated || w.Header().Get("Location") != at {
		t.Fatal(w.Code, w.Body)
	}
	var made struct{ Data []map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || len(made.Data) != 2 {
		t.Fatal(err, w.Body)
	}
	if made.Data[0]["state"] != "confirmed" || made.Data[0]["person"] == nil || made.Data[1]["confirmed"] != false {
		t.Errorf("made %s", w.Body)
	}
	credit := at + "/" + made.Data[1]["id"].(string)
	w = s.send(http.MethodPatch, credit, `{"position":7,"character":null,"craft_text":"Cantine"}`, append(as, "If-Match", `"1"`)...)
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("ETag"), `"2.`) {
		t.Fatal(w.Code, w.Body, w.Header())
	}
	if w = s.send(http.MethodPost, credit+"/refuse", "", as...); w.Code != http.StatusForbidden {
		t.Error(w.Code, w.Body)
	}
	if w = s.send(http.MethodPost, credit+"/dispute", `{"reason":" "}`, as...); w.Code != http.StatusUnprocessableEntity {
		t.Error(w.Code, w.Body)
	}
	if w = s.send(http.MethodPost, credit+"/withdraw", "", as...); w.Code != http.StatusOK || field(t, w, "state") != "withdrawn" {
		t.Error(w.Code, w.Body)
	}
	refused(t, s.send(http.MethodPost, credit+"/withdraw", "", as...), http.StatusConflict, "credit_state")
	refused(t, s.send(http.MethodGet, at, ""), http.StatusNotFound, "film_unknown")
	w = s.send(http.MethodGet, "/v1/me/credits?state=confirmed&count=exact", "", as...)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"Contre-jour"`) || !strings.Contains(w.Body.String(), `"total":1`) {
		t.Error(w.Code, w.Body)
	}
	refused(t, s.send(http.MethodGet, "/v1/me/credits", ""), http.StatusUnauthorized, "unauthenticated")
	refused(t, s.send(http.MethodGet, "/v1/credits?space=bretagne", "", as...), http.StatusForbidden, "denied")
	if w = s.send(http.MethodGet, "/v1/people/ines/filmography", ""); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "Contre-jour") {
		t.Error(w.Code, w.Body)
	}
	s.send(http.MethodPost, "/v1/films/"+film+"/release", "", as...)
	w = s.send(http.MethodGet, "/v1/people/ines/filmography?count=exact", "")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Contre-jour") || !strings.Contains(w.Body.String(), `"total":1`) {
		t.Error(w.Code, w.Body)
	}
	w = s.send(http.MethodGet, at, "")
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), `"state"`) || strings.Contains(w.Body.String(), "Cantine") {
		t.Error(w.Code, w.Body)
	}
}
