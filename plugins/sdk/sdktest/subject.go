package sdktest

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/plugins/host"
	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/policies"
)

// subject is a module under the suite, whichever way it runs.
type subject struct {
	manifest sdk.Manifest
	document document
	serve    func(http.ResponseWriter, *http.Request, sdk.Actor)
	deliver  func(context.Context, sdk.Event) error
	host     *host.Host // nil in process
}

// inProcess runs the module inside of the test.
func inProcess(t testing.TB, New func() sdk.Module) *subject {
	t.Helper()
	m := Open(t, New)
	_, raw, err := m.Describe()
	if err != nil {
		t.Fatal(err)
	}
	return &subject{
		manifest: m.Manifest(),
		document: readDocument(t, raw),
		serve:    func(w http.ResponseWriter, r *http.Request, a sdk.Actor) { m.ServeHTTP(w, m.Local.As(a, r)) },
		deliver:  func(ctx context.Context, e sdk.Event) error { return m.Deliver(ctx, e) },
	}
}

// asProcess runs the module as a process under a host of its own.
func asProcess(t testing.TB, New func() sdk.Module) *subject {
	t.Helper()
	manifest := New().Manifest()
	gate, err := policies.Load(policies.Module{Name: manifest.Name, Rows: manifest.Policy})
	if err != nil {
		t.Fatal(err)
	}
	// The path of a unix socket is short, and t.TempDir is not.
	run, err := os.MkdirTemp("", "lf")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(run) })
	h, err := host.New(host.Options{
		Bundled: []host.Bundle{{Name: manifest.Name}},
		Dir:     filepath.Join(t.TempDir(), "data"), RunDir: run,
		Gate: gate, Secret: []byte("the secret of a test, and of nothing else"),
		PublicURL: "https://labfilms.test", Log: quiet(t), Environ: os.Environ(),
		Films:       func(context.Context, []string, []string) ([]host.Film, error) { return nil, nil },
		People:      func(context.Context, []string, string) ([]host.Person, error) { return nil, nil },
		Emit:        func(context.Context, core.Event) error { return nil },
		DrainWithin: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := h.Start(ctx); err != nil {
		t.Fatal(err)
	}
	return &subject{
		manifest: manifest,
		document: readDocument(t, h.Document(manifest.Name)),
		serve: func(w http.ResponseWriter, r *http.Request, a sdk.Actor) {
			h.Serve(w, r, host.Call{
				Module: manifest.Name,
				Space:  host.Space{ID: a.Space.ID, Slug: a.Space.Slug, Name: a.Space.Name, Place: a.Space.Place},
				Actor:  account(a), Roles: a.Roles, State: a.State, Scope: a.Scope,
			})
		},
		deliver: func(ctx context.Context, e sdk.Event) error { return h.Deliver(ctx, manifest.Name, e) },
		host:    h,
	}
}

// account returns the actor as the platform knows them.
func account(a sdk.Actor) *core.Actor {
	return &core.Actor{Account: a.Account, Person: a.Person, Scopes: a.Scopes, System: a.System}
}

// as returns the module as the actor calls it, in Bretagne.
func (s *subject) as(a sdk.Actor) Caller {
	return Caller{name: s.manifest.Name, actor: a, space: Bretagne, serve: s.serve}
}

// process returns the id of the module's process.
func (s *subject) process() (pid int, ready bool) {
	status := s.host.Status()[0]
	return status.PID, status.State == host.Ready
}
