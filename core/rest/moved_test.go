package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

func TestAFormerNameLeadsToThePresentOne(t *testing.T) {
	t.Parallel()
	type path struct {
		Space string `path:"space"`
		Grant string `path:"grant"`
		Role  string `query:"role"`
	}
	a := api()
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		// What it depends on is never asked about: that is for after the move.
		huma.Register(a, guarded(method, "/v1/spaces/{space}/grants/{grant}", "grant.read"), func(context.Context, *path) (*struct{}, error) {
			return nil, core.MovedTo("space", "côte/d")
		})
	}
	for target, want := range map[string]string{
		"/v1/spaces/old/grants/7":                "/v1/spaces/c%C3%B4te%2Fd/grants/7",
		"/v1/spaces/spaces/grants/spaces?role=a": "/v1/spaces/c%C3%B4te%2Fd/grants/spaces?role=a",
		"/v1/spaces/old/grants/%C3%A9?role=%20":  "/v1/spaces/c%C3%B4te%2Fd/grants/%C3%A9?role=%20",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
			w := do(a, method, target, "")
			problem(t, w, http.StatusPermanentRedirect, "moved")
			if got := w.Header().Get("Location"); got != want {
				t.Errorf("%s %s leads to %s, want %s", method, target, got, want)
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s is kept: %q", target, got)
			}
		}
	}
	huma.Register(a, guarded(http.MethodGet, "/v1/{grant}", "grant.read"), func(context.Context, *struct {
		Grant string `path:"grant"`
	},
	) (*struct{}, error) {
		return nil, core.MovedTo("grant", "new")
	})
	if got := do(a, http.MethodGet, "/v1/v1", "").Header().Get("Location"); got != "/v1/new" {
		t.Errorf("another parameter leads to %s", got)
	}
	plain := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPut, "/v1/spaces/old/ecran/labels?limit=1", nil)
	r.Pattern = "/v1/spaces/{space}/"
	rest.WriteProblem(plain, r, core.MovedTo("space", "new"))
	problem(t, plain, http.StatusPermanentRedirect, "moved")
	if got := plain.Header().Get("Location"); got != "/v1/spaces/new/ecran/labels?limit=1" {
		t.Errorf("by a plain handler: %s", got)
	}
}
