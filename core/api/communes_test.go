package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestCommunesOverHTTP(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	var list struct{ Data []Commune }
	w := s.send(http.MethodGet, "/v1/communes?q=st%20etien&department=42&limit=3", "")
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || w.Code != http.StatusOK {
		t.Fatal(err, w.Code, w.Body)
	}
	if len(list.Data) == 0 || len(list.Data) > 3 || list.Data[0].Name != "Saint-Étienne" {
		t.Errorf("found %s", w.Body)
	}
	for _, c := range list.Data {
		if c.Department.Name != "Loire" || c.Region.Code != "84" {
			t.Errorf("%s is in %+v, %+v", c.Name, c.Department, c.Region)
		}
	}
	tag := w.Header().Get("ETag")
	if tag == "" || !strings.HasPrefix(w.Header().Get("Cache-Control"), "public") {
		t.Errorf("it may not be kept: %v", w.Header())
	}
	if w = s.send(http.MethodGet, "/v1/communes?q=st%20etien&department=42&limit=3", "", "If-None-Match", tag); w.Code != http.StatusNotModified {
		t.Error(w.Code, w.Body)
	}
	var one Commune
	w = s.send(http.MethodGet, "/v1/communes/29052", "")
	if err := json.Unmarshal(w.Body.Bytes(), &one); err != nil || w.Code != http.StatusOK {
		t.Fatal(err, w.Code, w.Body)
	}
	if one.Kind != "delegated" || one.Parent == nil || *one.Parent != (Division{"29003", "Audierne"}) {
		t.Errorf("Esquibien is %s", w.Body)
	}
	if w = s.send(http.MethodGet, "/v1/communes/29003", ""); w.Code != http.StatusOK || strings.Contains(w.Body.String(), `"parent"`) {
		t.Errorf("Audierne is %s", w.Body)
	}
	for _, none := range []string{"99999", "2905", "brest"} {
		refused(t, s.send(http.MethodGet, "/v1/communes/"+none, ""), http.StatusNotFound, "commune_unknown")
	}
	for _, bad := range []string{"", "?q=", "?q=a&limit=0", "?q=a&limit=101", "?q=" + strings.Repeat("a", 61)} {
		if w = s.send(http.MethodGet, "/v1/communes"+bad, ""); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%q answers %d %s", bad, w.Code, w.Body)
		}
	}
}
