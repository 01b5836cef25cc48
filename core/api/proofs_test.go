package api

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/events"
	"github.com/labfilms/labfilms/core/proofs"
	"github.com/labfilms/labfilms/policies"
)

// recognised makes a released film of Inès which Écran has recognised, and
// returns the paths of both.
func (s served) recognised(t *testing.T, title string) (film, recognition string) {
	t.Helper()
	token, _ := s.signIn(t)
	made := answered(t, s.send(http.MethodPost, "/v1/films", `{"space":"bretagne","title":"`+title+`","identifiers":{"isan":"0000-0001-8947-0000-8"}}`, "Authorization", "Bearer "+token), http.StatusCreated)
	id := field(t, made, "id")
	film = "/v1/films/" + id
	answered(t, s.send(http.MethodPost, film+"/release", "", "Authorization", "Bearer "+token), http.StatusOK)
	s.tell(t, "film.recognised.v1", fmt.Sprintf(`{"film":%q,"by":"Écran de Bretagne","title":"Gens de mer","note":"Elle filme les mains.","url":"/v1/spaces/bretagne/ecran/selections/1","from":"2026-11-01T09:00:00Z","source_id":%q}`, id, id[9:]))
	said := data(t, s.send(http.MethodGet, film+"/recognitions", ""))
	if len(said) != 1 {
		t.Fatalf("it is known as %v", said)
	}
	return film, film + "/recognitions/" + said[0]["id"].(string)
}

// tell says something of a film as Écran does.
func (s served) tell(t *testing.T, typ, content string) {
	t.Helper()
	event := core.Event{Type: typ, Source: "ecran", Subject: "x", Data: json.RawMessage(content)}
	if err := s.cfg.Films.Recognise(core.WithActor(t.Context(), core.System()), event); err != nil {
		t.Fatal(err)
	}
}

// verified returns what an answered proof says, if a key of the answered key
// set has signed it. It knows RFC 7515, 7517, 7638 and 8037, and nothing of how
// proofs are made here.
func verified(t *testing.T, proof, keys *httptest.ResponseRecorder) (map[string]any, error) {
	t.Helper()
	bytes := func(text string) []byte {
		content, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		return content
	}
	var header struct{ Alg, Typ, Kid string }
	if err := json.Unmarshal(bytes(field(t, proof, "protected")), &header); err != nil {
		t.Fatal(err)
	}
	if header.Alg != "EdDSA" || header.Typ != "labfilms-recognition+jws" {
		return nil, fmt.Errorf("the header is %v", header)
	}
	var set struct{ Keys []map[string]string }
	if err := json.Unmarshal(answered(t, keys, http.StatusOK).Body.Bytes(), &set); err != nil {
		t.Fatal(err)
	}
	for _, key := range set.Keys {
		if key["kty"] != "OKP" || key["crv"] != "Ed25519" || key["alg"] != "EdDSA" || key["use"] != "sig" || len(key) != 6 {
			return nil, fmt.Errorf("a key is %v", key)
		}
		thumb := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + key["x"] + `"}`))
		if key["kid"] != base64.RawURLEncoding.EncodeToString(thumb[:]) {
			return nil, fmt.Errorf("%s is not the thumbprint", key["kid"])
		}
		if key["kid"] != header.Kid {
			continue
		}
		signed := field(t, proof, "protected") + "." + field(t, proof, "payload")
		if !ed25519.Verify(bytes(key["x"]), []byte(signed), bytes(field(t, proof, "signature"))) {
			return nil, fmt.Errorf("%s has not signed it", header.Kid)
		}
		said := map[string]any{}
		return said, json.Unmarshal(bytes(field(t, proof, "payload")), &said)
	}
	return nil, fmt.Errorf("there is no key %s", header.Kid)
}

const wellKnown = "/.well-known/jwks.json"

func TestECR9AProofVerifiesAfterRotation(t *testing.T) {
	t.Parallel()
	s := serve(t, func(cfg *Config) { cfg.PublicURL = "https://labfilms.example" })
	get := func(path string) *httptest.ResponseRecorder { return s.send(http.MethodGet, path, "") }
	_, recognition := s.recognised(t, "Marée basse")
	if before := answered(t, get(wellKnown), http.StatusOK).Body.String(); before != `{"keys":[]}`+"\n" {
		t.Errorf("before the first proof the keys are %s", before)
	}
	first := answered(t, get(recognition+"/proof"), http.StatusOK)
	if media := first.Header().Get("Content-Type"); media != "application/jose+json" {
		t.Errorf("a proof is %s", media)
	}
	said, err := verified(t, first, get(wellKnown))
	if err != nil {
		t.Fatal(err)
	}
	film, _ := said["film"].(map[string]any)
	if film["title"] != "Marée basse" || film["slug"] != "maree-basse" || film["isan"] == nil || said["iss"] != "https://labfilms.example" ||
		said["by"] != "Écran de Bretagne" || said["title"] != "Gens de mer" || said["ended_at"] != nil ||
		said["url"] != "https://labfilms.example/v1/spaces/bretagne/ecran/selections/1" {
		t.Errorf("it says %v", said)
	}

	_, admin := s.as(t, "claire", "france", core.RolePlatformAdmin)
	kids := []string{}
	for range 3 {
		next := answered(t, admin(http.MethodPost, "/v1/signing-keys/rotate", `{"reason":"Un an a passé."}`), http.StatusOK)
		kids = slices.Insert(kids, 0, field(t, next, "kid"))
		keys := get(wellKnown)
		if _, err := verified(t, first, keys); err != nil {
			t.Fatalf("after %d rotations: %v", len(kids), err)
		}
		second := answered(t, get(recognition+"/proof"), http.StatusOK)
		if _, err := verified(t, second, keys); err != nil {
			t.Fatalf("the next, after %d rotations: %v", len(kids), err)
		}
		var set SigningKeys
		if err := json.Unmarshal(keys.Body.Bytes(), &set); err != nil || len(set.Keys) != len(kids)+1 || set.Keys[0].KeyID != kids[0] {
			t.Errorf("the keys are %v (%v), the current one %s", set.Keys, err, kids[0])
		}
	}
	// The program stops and starts, and the keys are the same.
	before := get(wellKnown).Body.String()
	cfg := s.cfg
	gate, err := policies.Load()
	if err != nil {
		t.Fatal(err)
	}
	cfg.Proofs = proofs.New(cfg.DB, gate, events.New(cfg.DB, cfg.Log), cfg.Audit, cfg.Secret)
	again, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.API = again
	if after := get(wellKnown).Body.String(); after != before {
		t.Errorf("the keys were %s and are %s", before, after)
	}
	if third, err := verified(t, get(recognition+"/proof"), get(wellKnown)); err != nil {
		t.Errorf("%v (%v)", third, err)
	}
}

func TestTheKeysAreAskedForAgainWhenTheyHaveChanged(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	_, recognition := s.recognised(t, "Marée basse")
	answered(t, s.send(http.MethodGet, recognition+"/proof", ""), http.StatusOK)
	_, admin := s.as(t, "claire", "france", core.RolePlatformAdmin)
	keys := answered(t, s.send(http.MethodGet, wellKnown, ""), http.StatusOK)
	tag := keys.Header().Get("ETag")
	if keys.Header().Get("Cache-Control") != "public, no-cache" || keys.Header().Get("Content-Type") != "application/jwk-set+json" || tag == "" {
		t.Errorf("the headers are %v", keys.Header())
	}
	if strings.Contains(keys.Body.String(), `"d"`) {
		t.Errorf("a private key left: %s", keys.Body)
	}
	answered(t, s.send(http.MethodGet, wellKnown, "", "If-None-Match", tag), http.StatusNotModified)
	answered(t, admin(http.MethodPost, "/v1/signing-keys/rotate", `{"reason":"Un an a passé."}`), http.StatusOK)
	answered(t, s.send(http.MethodGet, wellKnown, "", "If-None-Match", tag), http.StatusOK)
}

func TestOnlyThePlatformRotatesOverHTTP(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	rotate := func(send func(method, path, body string, headers ...string) *httptest.ResponseRecorder, headers ...string) *httptest.ResponseRecorder {
		return send(http.MethodPost, "/v1/signing-keys/rotate", `{"reason":"Un an a passé."}`, headers...)
	}
	refused(t, rotate(s.send), http.StatusUnauthorized, "unauthenticated")
	_, yann := s.as(t, "yann", "bretagne", "region_admin")
	refused(t, rotate(yann), http.StatusForbidden, "denied")
	_, claire := s.as(t, "claire", "france", core.RolePlatformAdmin)
	key := field(t, answered(t, rotate(claire, "Idempotency-Key", "once"), http.StatusOK), "kid")
	if again := field(t, rotate(claire, "Idempotency-Key", "once"), "kid"); again != key {
		t.Errorf("told twice, it rotates twice: %s, %s", key, again)
	}
	answered(t, claire(http.MethodPost, "/v1/me/tokens", `{"name":"montage","scopes":["film.read"]}`), http.StatusCreated)
	deeds := data(t, claire(http.MethodGet, "/v1/audit?object=signing_key:"+key, ""))
	if len(deeds) != 1 || deeds[0]["action"] != "signing_key.rotate" {
		t.Errorf("the audit has %v", deeds)
	}
}

// Whoever may not know of the film learns nothing from asking for a proof: not
// that there is one, nor how it is called.
func TestAProofOfAHiddenFilmIsNotThere(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	token, _ := s.signIn(t)
	film, recognition := s.recognised(t, "Marée basse")
	_, other := s.recognised(t, "Marée haute")
	answered(t, s.send(http.MethodGet, recognition+"/proof", ""), http.StatusOK)
	_, id, _ := strings.Cut(other, "/recognitions/")
	_, thomas := s.as(t, "thomas", "occitanie", "creator")
	// What is another film's, or nobody's, is unknown.
	for _, unknown := range []string{id, "01937f00-0000-7000-8000-000000000001", "x", "%00", "%F0%9F%8E%AC"} {
		w := s.send(http.MethodGet, film+"/recognitions/"+unknown+"/proof", "")
		if unknown == "%00" {
			answered(t, w, http.StatusBadRequest)
			continue
		}
		refused(t, w, http.StatusNotFound, "recognition_unknown")
	}
	answered(t, s.send(http.MethodPost, film+"/withdraw", "", "Authorization", "Bearer "+token), http.StatusOK)
	never := strings.Replace(recognition, film, "/v1/films/01937f00-0000-7000-8000-000000000001", 1)
	for who, send := range map[string]func(method, path, body string, headers ...string) *httptest.ResponseRecorder{"a visitor": s.send, "a creator of another region": thomas} {
		for _, path := range []string{recognition, never, film + "/recognitions/" + id, film + "/recognitions/x"} {
			w := send(http.MethodGet, path+"/proof", "")
			if refused(t, w, http.StatusNotFound, "film_unknown"); strings.Contains(w.Body.String(), "Marée") {
				t.Errorf("%s learns %s", who, w.Body)
			}
		}
	}
	// Who made it sees it, and the moderators of its region; and an end is told.
	s.tell(t, "film.recognition_ended.v1", fmt.Sprintf(`{"film":%q,"until":"2026-11-20T09:00:00Z","source_id":%q,"reason":"Les droits sont échus."}`,
		film[len("/v1/films/"):], film[len("/v1/films/")+9:]))
	_, moderator := s.as(t, "maud", "bretagne", "moderator")
	for who, w := range map[string]*httptest.ResponseRecorder{
		"its owner":   s.send(http.MethodGet, recognition+"/proof", "", "Authorization", "Bearer "+token),
		"a moderator": moderator(http.MethodGet, recognition+"/proof", ""),
	} {
		said, err := verified(t, answered(t, w, http.StatusOK), s.send(http.MethodGet, wellKnown, ""))
		if err != nil || said["ended_at"] != "2026-11-20T09:00:00Z" || said["reason"] != "Les droits sont échus." {
			t.Errorf("%s reads %v (%v)", who, said, err)
		}
	}
}
