package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core/crafts"
)

func TestTheNomenclatureOverHTTP(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	w := s.send(http.MethodGet, "/v1/crafts", "")
	var list struct {
		Data []Craft
		Page struct {
			HasMore bool `json:"has_more"`
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || w.Code != http.StatusOK {
		t.Fatal(err, w.Code, w.Body)
	}
	if len(list.Data) != len(crafts.All()) || list.Page.HasMore {
		t.Errorf("%d crafts, and more: %v", len(list.Data), list.Page.HasMore)
	}
	for _, c := range list.Data {
		if c.Name.FR == "" || c.Name.EN == "" || c.Department.Name.FR == "" || c.Department.Name.EN == "" {
			t.Errorf("%+v lacks a name", c)
		}
	}
	tag := w.Header().Get("ETag")
	if tag == "" || !strings.HasPrefix(w.Header().Get("Cache-Control"), "public") {
		t.Errorf("it may not be kept: %v", w.Header())
	}
	if w = s.send(http.MethodGet, "/v1/crafts", "", "If-None-Match", tag); w.Code != http.StatusNotModified {
		t.Error(w.Code, w.Body)
	}
	if w = s.send(http.MethodGet, "/v1/crafts?department=LUM&q=gaffer", "", "If-None-Match", tag); w.Code != http.StatusOK {
		t.Fatal(w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list.Data) != 1 || list.Data[0].Code != "LUM-CHE" {
		t.Errorf("a gaffer is %s", w.Body)
	}
	if w = s.send(http.MethodGet, "/v1/crafts?department=SON&q=gaffer", ""); !strings.Contains(w.Body.String(), `"data":[]`) {
		t.Errorf("a gaffer of sound is %s", w.Body)
	}
	w = s.send(http.MethodGet, "/v1/crafts/MON-CHE", "")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"feminine":"cheffe monteuse"`) || !strings.Contains(w.Body.String(), `"tmdb":"Editor"`) {
		t.Error(w.Code, w.Body)
	}
	for _, none := range []string{"XXX-XXX", "mon-che", "MON-CH"} {
		refused(t, s.send(http.MethodGet, "/v1/crafts/"+none, ""), http.StatusNotFound, "craft_unknown")
	}
}
