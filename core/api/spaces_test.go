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
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/spaces"
)

// as makes somebody with a role at a space, and returns how they send requests.
func (s served) as(t *testing.T, handle, at string, role core.Role) (account string, send func(method, path, body string, headers ...string) *httptest.ResponseRecorder) {
	t.Helper()
	ctx := core.WithActor(t.Context(), core.System())
	home, err := s.cfg.Spaces.Get(ctx, at)
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.cfg.Accounts.Create(ctx, accounts.NewAccount{
		Email: handle + "@example.org", Password: s.password, Name: handle, Handle: handle, Home: spaces.Place(home),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.cfg.Spaces.Grant(ctx, home, spaces.NewGrant{Account: made.ID, Role: role}); err != nil {
		t.Fatal(err)
	}
	s.email = handle + "@example.org"
	token, _ := s.signIn(t)
	return made.ID, func(method, path, body string, headers ...string) *httptest.ResponseRecorder {
		return s.send(method, path, body, append(headers, "Authorization", "Bearer "+token)...)
	}
}

func answered(t *testing.T, w *httptest.ResponseRecorder, status int) *httptest.ResponseRecorder {
	t.Helper()
	if w.Code != status {
		t.Fatalf("want %d, got %d %s", status, w.Code, w.Body)
	}
	return w
}

// data returns the items of a list.
func data(t *testing.T, w *httptest.ResponseRecorder) []map[string]any {
	t.Helper()
	var body struct{ Data []map[string]any }
	if err := json.Unmarshal(answered(t, w, http.StatusOK).Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	return body.Data
}

func TestASpaceThatMovedIsFoundUnderItsOldAddress(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	_, yann := s.as(t, "yann", "bretagne", "region_admin")
	made := answered(t, yann(http.MethodPost, "/v1/spaces", `{"parent":"bretagne","kind":"institution","slug":"rade","name":"La Rade"}`), http.StatusCreated)
	if got := made.Header().Get("Location"); got != "/v1/spaces/rade" {
		t.Errorf("made at %s", got)
	}
	etag := made.Header().Get("ETag")
	refused(t, yann(http.MethodPatch, "/v1/spaces/rade", `{"slug":"port"}`), http.StatusPreconditionRequired, "precondition_required")
	refused(t, yann(http.MethodPatch, "/v1/spaces/rade", `{"slug":"bretagne"}`, "If-Match", etag), http.StatusConflict, "slug_taken")
	moved := answered(t, yann(http.MethodPatch, "/v1/spaces/rade", `{"slug":"port","colour":"#1d6fa5"}`, "If-Match", etag), http.StatusOK)
	if field(t, moved, "slug") != "port" || field(t, moved, "colour") != "#1d6fa5" || field(t, moved, "path") != "/fr/bretagne/rade/" {
		t.Errorf("moved to %s", moved.Body)
	}
	refused(t, yann(http.MethodPatch, "/v1/spaces/port", `{"name":"X"}`, "If-Match", etag), http.StatusPreconditionFailed, "stale")

	for _, c := range []struct{ method, path, body, to string }{
		{http.MethodGet, "/v1/spaces/rade", "", "/v1/spaces/port"},
		{http.MethodPatch, "/v1/spaces/rade", `{"name":"X"}`, "/v1/spaces/port"},
		{http.MethodGet, "/v1/spaces/rade/modules", "", "/v1/spaces/port/modules"},
		{http.MethodGet, "/v1/spaces/rade/modules/rade", "", "/v1/spaces/port/modules/rade"},
		{http.MethodPut, "/v1/spaces/rade/modules/ecran", `{"state":"off"}`, "/v1/spaces/port/modules/ecran"},
		{http.MethodGet, "/v1/spaces/rade/grants?limit=1&role=curator", "", "/v1/spaces/port/grants?limit=1&role=curator"},
		{http.MethodPost, "/v1/spaces/rade/grants", `{"account_id":"0192f0c1-7d3a-7000-8000-000000000000","role":"curator"}`, "/v1/spaces/port/grants"},
		{http.MethodDelete, "/v1/spaces/rade/grants/7", "", "/v1/spaces/port/grants/7"},
		{http.MethodPost, "/v1/spaces/rade/join", "", "/v1/spaces/port/join"},
		{http.MethodPost, "/v1/spaces/rade/leave", "", "/v1/spaces/port/leave"},
		{http.MethodGet, "/v1/spaces/rade/openapi.json", "", "/v1/spaces/port/openapi.json"},
		{http.MethodGet, "/v1/spaces/rade/openapi.yaml?x=1", "", "/v1/spaces/port/openapi.yaml?x=1"},
		{http.MethodGet, "/v1/spaces/rade/ecran/labels/rade?sort=name", "", "/v1/spaces/port/ecran/labels/rade?sort=name"},
		{http.MethodPost, "/v1/spaces/rade/ecran/labels", `{}`, "/v1/spaces/port/ecran/labels"},
	} {
		w := yann(c.method, c.path, c.body, "If-Match", `"1"`, "Idempotency-Key", c.method+c.path)
		refused(t, w, http.StatusPermanentRedirect, "moved")
		if got := w.Header().Get("Location"); got != c.to {
			t.Errorf("%s %s leads to %q", c.method, c.path, got)
		}
	}
	// As a value it is understood.
	if w := s.send(http.MethodGet, "/v1/films?space=rade", ""); w.Code != http.StatusOK {
		t.Errorf("space=rade: %d %s", w.Code, w.Body)
	}
	if spaces := data(t, s.send(http.MethodGet, "/v1/spaces?parent=rade", "")); len(spaces) != 0 {
		t.Errorf("parent=rade: %v", spaces)
	}
	refused(t, s.send(http.MethodGet, "/v1/spaces/nowhere", ""), http.StatusNotFound, "space_unknown")
	tag := s.send(http.MethodGet, "/v1/spaces/port", "").Header().Get("ETag")
	if w := s.send(http.MethodGet, "/v1/spaces/port", "", "If-None-Match", tag); tag == "" || w.Code != http.StatusNotModified {
		t.Errorf("with its tag %q: %d", tag, w.Code)
	}
}

func TestASpaceIsNotMadeOfNonsense(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	_, root := s.as(t, "aurore", "france", core.RolePlatformAdmin)
	for body, status := range map[string]int{
		`{"parent":"france","kind":"network","slug":"x","name":"X"}`:                                      422,
		`{"parent":"nowhere","kind":"region","slug":"x","name":"X"}`:                                      404,
		`{"parent":"france","kind":"region","slug":"x","name":null}`:                                      422,
		`{"parent":"france","kind":"institution","slug":"X Y","name":"X"}`:                                422,
		`{"parent":"france","kind":"institution","slug":"x","name":"\u202eX"}`:                            422,
		`{"parent":"france","kind":"institution","slug":"x","name":"X","time_zone":"Mars/Olympus"}`:       422,
		`{"parent":"france","kind":"institution","slug":"x","name":"X","website":"javascript:alert(1)"}`:  422,
		`{"parent":"france","kind":"institution","slug":"x","name":"X","path":"/fr/"}`:                    422,
		`{"parent":"france","kind":"institution","slug":"x","name":"a\u0000"}`:                            400,
		`{"parent":"france","kind":"institution","slug":"x","name":"` + strings.Repeat("x", 2<<20) + `"}`: 413,
	} {
		if w := root(http.MethodPost, "/v1/spaces", body); w.Code != status {
			t.Errorf("%.80s: %d %s", body, w.Code, w.Body)
		}
	}
}

func TestGrantsSayWhoseTheyAreAndWhoGaveThem(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	yannID, yann := s.as(t, "yann", "bretagne", "region_admin")
	karimID, karim := s.as(t, "karim", "occitanie", core.RoleCreator)
	made := answered(t, yann(http.MethodPost, "/v1/spaces/bretagne/grants", `{"account_id":"`+karimID+`","role":"curator","last_day":"2990-06-30"}`), http.StatusCreated)
	if got := field(t, made, "until"); got != "2990-06-30T22:00:00Z" {
		t.Errorf("it ends %s", got)
	}
	refused(t, yann(http.MethodPost, "/v1/spaces/bretagne/grants", `{"account_id":"`+karimID+`","role":"organiser","last_day":"2990-06-30","until":"2990-06-30T00:00:00Z"}`), 422, "invalid")
	list := data(t, yann(http.MethodGet, "/v1/spaces/bretagne/grants?role=curator&account="+karimID, ""))
	if len(list) != 1 || list[0]["person"].(map[string]any)["slug"] != "karim" || list[0]["granted_by"].(map[string]any)["slug"] != "yann" {
		t.Errorf("listed %v", list)
	}
	if list := data(t, yann(http.MethodGet, "/v1/spaces/bretagne/grants?account="+yannID, "")); len(list) != 1 || list[0]["granted_by"] != nil {
		t.Errorf("by the platform itself: %v", list)
	}

	// Joining, and giving it all up again.
	answered(t, karim(http.MethodPost, "/v1/spaces/bretagne/join", ""), http.StatusOK)
	answered(t, karim(http.MethodPut, "/v1/me/home", `{"space":"bretagne"}`), http.StatusOK)
	refused(t, karim(http.MethodPost, "/v1/spaces/bretagne/leave", ""), http.StatusConflict, "home")
	answered(t, karim(http.MethodPost, "/v1/spaces/occitanie/leave", ""), http.StatusNoContent)
	answered(t, karim(http.MethodDelete, "/v1/spaces/bretagne/grants/"+field(t, made, "id"), ""), http.StatusNoContent)
	refused(t, karim(http.MethodGet, "/v1/spaces/bretagne/grants", ""), http.StatusForbidden, "denied")
	me := answered(t, karim(http.MethodGet, "/v1/me", ""), http.StatusOK)
	var mine struct{ Grants []Grant }
	if err := json.Unmarshal(me.Body.Bytes(), &mine); err != nil {
		t.Fatal(err)
	}
	if len(mine.Grants) != 2 || mine.Grants[0].Space.Slug != "bretagne" || mine.Grants[0].GrantedBy.Slug != "karim" {
		t.Errorf("they have %v", mine.Grants)
	}

	// Karim was told of the role that Yann gave, in his language.
	told := data(t, karim(http.MethodGet, "/v1/me/notifications?unread=true&count=exact", "", "Accept-Language", "fr"))
	if len(told) != 2 || told[1]["by"] != nil || told[0]["type"] != "grant.created" || told[0]["text"] != "On vous a donné un rôle." || told[0]["by"].(map[string]any)["slug"] != "yann" {
		t.Fatalf("told %v", told)
	}
	id, _ := told[0]["id"].(string)
	refused(t, yann(http.MethodPost, "/v1/me/notifications/"+id+"/read", ""), http.StatusNotFound, "notification_unknown")
	if read := answered(t, karim(http.MethodPost, "/v1/me/notifications/"+id+"/read", ""), http.StatusOK); field(t, read, "read_at") == "" || field(t, read, "text") != "You were given a role." {
		t.Errorf("read %s", read.Body)
	}
	if all := answered(t, karim(http.MethodPost, "/v1/me/notifications/read", `{}`), http.StatusOK); strings.TrimSpace(all.Body.String()) != `{"read":1}` {
		t.Errorf("read %s", all.Body)
	}
	answered(t, karim(http.MethodPost, "/v1/me/notifications/read", `{"until":"2026-11-22T00:00:00Z"}`), http.StatusOK)
	if left := data(t, karim(http.MethodGet, "/v1/me/notifications?unread=true", "")); len(left) != 0 {
		t.Errorf("unread: %v", left)
	}
}

func TestTheAuditIsReadByThoseWhomItConcerns(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	_, yann := s.as(t, "yann", "bretagne", "region_admin")
	karimID, karim := s.as(t, "karim", "bretagne", core.RoleCreator)
	answered(t, yann(http.MethodPost, "/v1/spaces/bretagne/grants", `{"account_id":"`+karimID+`","role":"curator"}`), http.StatusCreated)
	film := field(t, answered(t, karim(http.MethodPost, "/v1/films", `{"space":"bretagne","title":"Marée basse"}`), http.StatusCreated), "id")
	answered(t, karim(http.MethodPost, "/v1/films/"+film+"/release", ""), http.StatusOK)

	all := data(t, yann(http.MethodGet, "/v1/audit?space=bretagne&object=film:"+film, ""))
	if len(all) == 0 || all[0]["action"] != "film.release" || all[0]["actor"].(map[string]any)["slug"] != "karim" ||
		all[0]["space"].(map[string]any)["slug"] != "bretagne" || all[0]["request_id"] == nil {
		t.Errorf("in the space: %v", all)
	}
	theirs := data(t, karim(http.MethodGet, "/v1/films/"+film+"/audit", ""))
	if len(theirs) != len(all) || theirs[0]["request_id"] != nil || theirs[0]["data"] == nil {
		t.Errorf("of the film: %v", theirs)
	}
	mine := data(t, karim(http.MethodGet, "/v1/me/audit?sort=at", ""))
	if len(mine) < 3 || mine[0]["object"] != "account:"+karimID {
		t.Errorf("of oneself: %v", mine)
	}
	refused(t, karim(http.MethodGet, "/v1/audit?space=bretagne", ""), http.StatusForbidden, "denied")
	refused(t, yann(http.MethodGet, "/v1/audit?space=occitanie", ""), http.StatusForbidden, "denied")
	refused(t, yann(http.MethodGet, "/v1/audit", ""), http.StatusForbidden, "denied")
	refused(t, s.send(http.MethodGet, "/v1/audit?space=bretagne", ""), http.StatusUnauthorized, "unauthenticated")
	refused(t, s.send(http.MethodGet, "/v1/films/"+film+"/audit", ""), http.StatusUnauthorized, "unauthenticated")
	refused(t, s.send(http.MethodGet, "/v1/me/audit", ""), http.StatusUnauthorized, "unauthenticated")
	refused(t, karim(http.MethodGet, "/v1/films/nothing/audit", ""), http.StatusNotFound, "film_unknown")
	draft := field(t, answered(t, karim(http.MethodPost, "/v1/films", `{"space":"bretagne","title":"En cours"}`), http.StatusCreated), "id")
	_, other := s.as(t, "other", "bretagne", core.RoleCreator)
	refused(t, other(http.MethodGet, "/v1/films/"+draft+"/audit", ""), http.StatusNotFound, "film_unknown")
	refused(t, other(http.MethodGet, "/v1/films/"+film+"/audit", ""), http.StatusForbidden, "denied")

	id, ctx := db.NewID(), core.WithActor(t.Context(), core.System())
	home, err := s.cfg.Spaces.Get(ctx, "bretagne")
	if err != nil {
		t.Fatal(err)
	}
	err = s.cfg.DB.Write(ctx, func(ctx context.Context) error {
		now := s.cfg.DB.Now()
		_, err := s.cfg.DB.Exec(ctx, `INSERT INTO organisations (id, created_at, updated_at, network_id, region_id, space_id, kind, name, slug) VALUES (?, ?, ?, ?, ?, ?, 'collective', 'Les Embruns', 'les-embruns')`,
			id, now, now, home.NetworkID, home.RegionID, home.ID)
		if err != nil {
			return err
		}
		_, err = s.cfg.DB.Exec(ctx, `INSERT INTO memberships (id, created_at, updated_at, organisation_id, person_id, role, state) SELECT ?, ?, ?, ?, person_id, 'admin', 'active' FROM accounts WHERE id = ?`,
			db.NewID(), now, now, id, karimID)
		if err != nil {
			return err
		}
		return s.cfg.Audit.Record(ctx, audit.Entry{Action: "organisation.make", Object: "organisation:" + id, Place: spaces.Place(home)})
	})
	if err != nil {
		t.Fatal(err)
	}
	at := "/v1/organisations/" + id + "/audit"
	for name, who := range map[string]func(method, path, body string, headers ...string) *httptest.ResponseRecorder{"its admin": karim, "who runs its space": yann} {
		if list := data(t, who(http.MethodGet, at, "")); len(list) != 1 || list[0]["action"] != "organisation.make" || list[0]["actor"] != nil {
			t.Errorf("%s: %v", name, list)
		}
	}
	refused(t, other(http.MethodGet, at, ""), http.StatusForbidden, "denied")
	refused(t, s.send(http.MethodGet, at, ""), http.StatusUnauthorized, "unauthenticated")
	refused(t, karim(http.MethodGet, "/v1/organisations/"+db.NewID()+"/audit", ""), http.StatusNotFound, "organisation_unknown")
}

// A page takes as many queries for one row as for many, the references to
// people and spaces among them.
func TestPagesOfGrantsDeedsAndNotificationsTakeConstantQueries(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	_, yann := s.as(t, "yann", "bretagne", "region_admin")
	karimID, karim := s.as(t, "karim", "occitanie", core.RoleCreator)
	tokens := map[string]string{}
	for _, handle := range []string{"yann", "karim"} {
		s.email = handle + "@example.org"
		tokens[handle], _ = s.signIn(t)
	}
	ask := func(as, path string) (rows, queries int) {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Authorization", "Bearer "+tokens[as])
		ctx, counted := dbtest.Count(r.Context())
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r.WithContext(ctx))
		return len(data(t, w)), counted.Len()
	}
	answered(t, yann(http.MethodPost, "/v1/spaces/bretagne/grants", `{"account_id":"`+karimID+`","role":"curator"}`), http.StatusCreated)
	film := field(t, answered(t, karim(http.MethodPost, "/v1/films", `{"space":"occitanie","title":"Marée"}`), http.StatusCreated), "id")
	answered(t, karim(http.MethodPost, "/v1/films/"+film+"/release", ""), http.StatusOK)
	for _, c := range []struct{ as, path string }{
		{"yann", "/v1/spaces/bretagne/grants"},
		{"yann", "/v1/audit?space=bretagne"},
		{"karim", "/v1/films/" + film + "/audit"},
		{"karim", "/v1/me/audit"},
		{"karim", "/v1/me/notifications"},
		{"karim", "/v1/me/notifications?unread=true"},
	} {
		sep := "?"
		if strings.Contains(c.path, "?") {
			sep = "&"
		}
		one, few := ask(c.as, c.path+sep+"limit=1")
		for _, role := range []string{"organiser", "provider", "producer", "moderator"} {
			made := answered(t, yann(http.MethodPost, "/v1/spaces/bretagne/grants", `{"account_id":"`+karimID+`","role":"`+role+`"}`), http.StatusCreated)
			answered(t, yann(http.MethodDelete, "/v1/spaces/bretagne/grants/"+field(t, made, "id"), ""), http.StatusNoContent)
			answered(t, karim(http.MethodPost, "/v1/films/"+film+"/withdraw", ""), http.StatusOK)
			answered(t, karim(http.MethodPost, "/v1/films/"+film+"/release", ""), http.StatusOK)
		}
		many, more := ask(c.as, c.path+sep+"limit=100")
		if one != 1 || many < 3 || few != more {
			t.Errorf("%s: %d rows took %d queries, %d rows took %d", c.path, one, few, many, more)
		}
	}
}
