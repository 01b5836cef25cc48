package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/core/events"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/organisations"
	"github.com/labfilms/labfilms/core/proofs"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent/migrations"
	"github.com/labfilms/labfilms/policies"
)

// none is a platform without modules.
type none struct{}

func (none) Names() []string                                      { return nil }
func (none) Summary(string) (summary, version string)             { return "", "" }
func (none) Document(string) []byte                               { return nil }
func (none) Serve(http.ResponseWriter, *http.Request, ModuleCall) {}

func config(t *testing.T) Config {
	t.Helper()
	ctx, log := t.Context(), slog.New(slog.DiscardHandler)
	d, err := db.Open(ctx, db.Options{File: filepath.Join(t.TempDir(), "labfilms.db"), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if _, err := d.Migrate(ctx, migrations.FS(d.Dialect()), "core_migrations"); err != nil {
		t.Fatal(err)
	}
	gate, err := policies.Load()
	if err != nil {
		t.Fatal(err)
	}
	e, a, n := events.New(d, log), audit.New(d, gate), notify.New(d, gate)
	c := Config{
		DB: d, Modules: none{}, Secret: []byte(strings.Repeat("s", 32)), Log: log,
		Accounts: accounts.New(d, gate, e, a, n), Spaces: spaces.New(d, gate, e, a, n),
		Directory: directory.New(d, gate, e, a, n), Organisations: organisations.New(d, gate, e, a, n),
		Films: films.New(d, gate, e, a, n), Proofs: proofs.New(d, gate, e, a, []byte(strings.Repeat("s", 32))), Audit: a, Notify: n,
	}
	if err := c.Spaces.Seed(core.WithActor(ctx, core.System())); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnOperationWithoutAPermissionStopsTheStart(t *testing.T) {
	t.Parallel()
	planted := func(extensions map[string]any) func(*API) {
		return func(a *API) {
			huma.Register(a.core, huma.Operation{
				OperationID: "planted", Method: http.MethodGet, Path: "/planted", Summary: "Planted",
				Tags: []string{"Planted"}, Extensions: extensions,
			}, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
		}
	}
	for name, c := range map[string]struct {
		extensions map[string]any
		starts     bool
	}{
		"none":       {nil, false},
		"both":       {map[string]any{"x-public": true, "x-permission": "film.read"}, false},
		"public":     {rest.Public(), true},
		"permission": {rest.Permission("film.read"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := with(config(t), planted(c.extensions))
			if (err == nil) != c.starts {
				t.Fatalf("starts: %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "planted") {
				t.Errorf("the error does not name the operation: %v", err)
			}
		})
	}
}

// TestAForgottenCheckIsStopped plants a reader and a writer that do not ask
// the policy: the reader's answer does not leave, the writer's row is not
// kept.
func TestAForgottenCheckIsStopped(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	type body struct{ Body struct{ Secret string } }
	a, err := with(cfg, func(a *API) {
		operation := huma.Operation{
			OperationID: "forget-read", Method: http.MethodGet, Path: "/forget", Summary: "Forget",
			Tags: []string{"Planted"}, Extensions: rest.Permission("film.read"),
		}
		huma.Register(a.core, operation, func(context.Context, *struct{}) (*body, error) {
			b := &body{}
			b.Body.Secret = "the plot"
			return b, nil
		})
		operation.OperationID, operation.Method, operation.Extensions = "forget-write", http.MethodPost, rest.Permission("film.create")
		huma.Register(a.core, operation, func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			return nil, cfg.DB.Write(ctx, func(ctx context.Context) error {
				_, err := cfg.DB.Exec(ctx, "DELETE FROM spaces WHERE kind = 'region'")
				return err
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		w := httptest.NewRecorder()
		a.ServeHTTP(w, httptest.NewRequest(method, "/forget", nil))
		var problem struct{ Code string }
		if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil || w.Code != http.StatusInternalServerError || problem.Code != "unchecked" {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "the plot") {
			t.Errorf("%s: the answer left: %s", method, w.Body)
		}
	}
	var regions int
	if err := cfg.DB.QueryRow(t.Context(), "SELECT count(*) FROM spaces WHERE kind = 'region'", nil, &regions); err != nil || regions != 18 {
		t.Errorf("%d regions are left (%v): the forgotten check was committed", regions, err)
	}
}
