package sdk_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest/probe"
)

var (
	anna  = sdktest.Someone("anna", "member")
	boris = sdktest.Someone("boris", "member")
)

// note is a body that the probe takes.
func note(text string) map[string]string { return map[string]string{"text": text} }

func leave(t *testing.T, c sdktest.Caller, text string) (id string) {
	t.Helper()
	answer := c.Do(t, http.MethodPost, "/notes", note(text))
	if answer.Status != http.StatusCreated {
		t.Fatalf("status %d: %s", answer.Status, answer.Body)
	}
	return answer.JSON(t)["id"].(string)
}

func TestARequestIsAnsweredAtItsPublicPath(t *testing.T) {
	t.Parallel()
	m := sdktest.Open(t, probe.New)
	id := leave(t, m.As(anna), "Bonjour")
	answer := m.As(boris).Do(t, http.MethodGet, "/notes/"+id, nil)
	if answer.Status != http.StatusOK || answer.JSON(t)["person"] != "person-anna" {
		t.Fatalf("status %d: %s", answer.Status, answer.Body)
	}
	if answer := m.As(boris).In(sdktest.Occitanie).Do(t, http.MethodGet, "/notes/"+id, nil); answer.Code() != "note_missing" {
		t.Fatalf("from another space: status %d: %s", answer.Status, answer.Body)
	}
}

func TestARequestThatTheHostDidNotSignIsNotServed(t *testing.T) {
	t.Parallel()
	m, other := sdktest.Open(t, probe.New), sdktest.Open(t, probe.New)
	request := func() *http.Request {
		return httptest.NewRequest(http.MethodGet, "/v1/spaces/bretagne/probe/notes", nil)
	}
	theirs := other.Local.As(anna, request()).Header.Get("X-Labfilms-Actor")
	for name, header := range map[string]string{
		"absent":                 "",
		"garbage":                "x",
		"signed by another host": theirs,
		"unsigned claims":        strings.Split(theirs, ".")[0] + ".",
	} {
		w, r := httptest.NewRecorder(), request()
		if header != "" {
			r.Header.Set("X-Labfilms-Actor", header)
		}
		m.ServeHTTP(w, r)
		if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), `"unsigned"`) {
			t.Errorf("%s: status %d: %s", name, w.Code, w.Body)
		}
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, m.Local.As(anna, request()))
	if w.Code != http.StatusOK {
		t.Errorf("signed: status %d: %s", w.Code, w.Body)
	}
}

func TestTheRelationDecides(t *testing.T) {
	t.Parallel()
	m := sdktest.Open(t, probe.New)
	id := leave(t, m.As(anna), "À moi")
	for _, c := range []struct {
		who    string
		actor  sdk.Actor
		status int
		code   string
	}{
		{"a visitor", sdktest.Visitor, http.StatusUnauthorized, "unauthenticated"},
		{"somebody else", boris, http.StatusForbidden, "denied"},
		{"a suspended author", sdktest.Someone("anna", "member", "suspended"), http.StatusForbidden, "denied"},
		{"a token for something else", withScopes(anna, "probe.note.read"), http.StatusForbidden, "denied"},
		{"a token for nothing", withScopes(anna), http.StatusForbidden, "denied"},
		{"a token for notes", withScopes(anna, "probe.note.*"), http.StatusNoContent, ""},
	} {
		answer := m.As(c.actor).Do(t, http.MethodDelete, "/notes/"+id, nil)
		if answer.Status != c.status || answer.Code() != c.code {
			t.Errorf("%s: status %d %s, want %d %s", c.who, answer.Status, answer.Code(), c.status, c.code)
		}
	}
	if answer := m.As(sdktest.Someone("anna", "member", "suspended")).Do(t, http.MethodGet, "/notes", nil); answer.Status != http.StatusOK {
		t.Errorf("the suspended may look: status %d", answer.Status)
	}
}

func withScopes(a sdk.Actor, scopes ...string) sdk.Actor {
	a.Scopes = append([]string{}, scopes...)
	return a
}

func TestAForgottenCheckNeitherAnswersNorCommits(t *testing.T) {
	t.Parallel()
	var p *probe.Probe
	m := sdktest.Open(t, func() sdk.Module {
		p = probe.Forgetful().(*probe.Probe)
		return p
	})
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		var body any
		if method == http.MethodPost {
			body = note("x")
		}
		answer := m.As(anna).Do(t, method, "/forgotten", body)
		if answer.Status != http.StatusInternalServerError || answer.Code() != "unchecked" {
			t.Errorf("%s: status %d: %s", method, answer.Status, answer.Body)
		}
	}
	if n, err := p.Heard(t.Context(), "forgotten"); err != nil || n != 0 {
		t.Errorf("the forgetful handler wrote %d rows, %v", n, err)
	}
	if answer := m.As(sdktest.Visitor).Do(t, http.MethodGet, "/forgotten", nil); answer.Status != http.StatusUnauthorized {
		t.Errorf("who never may is refused before the handler: status %d", answer.Status)
	}
}

func TestARepeatedPostIsAnsweredAgainAndNotDoneAgain(t *testing.T) {
	t.Parallel()
	m := sdktest.Open(t, probe.New)
	var answers [2]*sdktest.Answer
	for i := range answers {
		answers[i] = m.As(anna).Do(t, http.MethodPost, "/notes", note("Une fois"), "Idempotency-Key", "k1")
	}
	if answers[0].Status != http.StatusCreated || string(answers[0].Body) != string(answers[1].Body) || answers[1].Header.Get("Idempotent-Replayed") != "true" {
		t.Fatalf("first %d %s\nthen %d %s %v", answers[0].Status, answers[0].Body, answers[1].Status, answers[1].Body, answers[1].Header)
	}
	if n := len(m.As(anna).Do(t, http.MethodGet, "/notes", nil).JSON(t)["data"].([]any)); n != 1 {
		t.Errorf("%d notes were made", n)
	}
}

func TestAFilmThatIsNotThereIsAFault(t *testing.T) {
	t.Parallel()
	m := sdktest.World{Films: []sdk.Film{{ID: "f1", Title: "Les Embruns"}}}.Open(t, probe.New)
	answer := m.As(anna).Do(t, http.MethodPost, "/notes", map[string]string{"text": "vu", "film": "f1"})
	if answer.JSON(t)["film"] != "Les Embruns" {
		t.Errorf("status %d: %s", answer.Status, answer.Body)
	}
	answer = m.As(anna).Do(t, http.MethodPost, "/notes", map[string]string{"text": "vu", "film": "f2"})
	if answer.Status != http.StatusUnprocessableEntity || answer.Code() != "film_unknown" {
		t.Errorf("status %d: %s", answer.Status, answer.Body)
	}
}

func TestTheDocumentHasPublicPathsAndTheSpace(t *testing.T) {
	t.Parallel()
	_, document, err := sdktest.Open(t, probe.New).Describe()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			MaxBody     int64  `json:"x-max-body"`
			Parameters  []struct{ Name, In string }
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		t.Fatal(err)
	}
	list := doc.Paths["/v1/spaces/{space}/probe/notes"]["get"]
	if list.OperationID != "probe-list-notes" {
		t.Errorf("operation id %q", list.OperationID)
	}
	for path, item := range doc.Paths {
		for method, op := range item {
			n := 0
			for _, p := range op.Parameters {
				if p.Name == "space" && p.In == "path" {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s %s has the parameter space %d times", method, path, n)
			}
		}
	}
	if got := doc.Paths["/v1/spaces/{space}/probe/bytes"]["put"].MaxBody; got != probe.MaxBytes {
		t.Errorf("x-max-body %d, want %d", got, probe.MaxBytes)
	}
	if doc.Components.Schemas["ProbeNote"] == nil {
		t.Errorf("no schema ProbeNote")
	}
}
