package audit_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent/migrations"
	"github.com/labfilms/labfilms/policies"
)

func schema(ctx context.Context, d *db.DB) error {
	_, err := d.Migrate(ctx, migrations.FS(d.Dialect()), "core_migrations")
	return err
}

var (
	network  = core.Place{Network: "n", Space: "n", Path: "/fr/"}
	bretagne = core.Place{Network: "n", Region: "b", Space: "b", Path: "/fr/bretagne/"}
	rennes   = core.Place{Network: "n", Region: "b", Space: "e", Path: "/fr/bretagne/rennes/"}
	corse    = core.Place{Network: "n", Region: "c", Space: "c", Path: "/fr/corse/"}
)

// as returns a context in which somebody with the role at the path asks.
func as(role core.Role, path string) context.Context {
	return core.WithActor(context.Background(), &core.Actor{
		Account: "account", Grants: []core.Grant{{Role: role, Path: path}},
	})
}

func newLog(t testing.TB, d *db.DB) *audit.Log {
	t.Helper()
	gate, err := policies.Load()
	if err != nil {
		t.Fatal(err)
	}
	return audit.New(d, gate)
}

func record(ctx context.Context, d *db.DB, l *audit.Log, e audit.Entry) error {
	return d.Write(ctx, func(ctx context.Context) error { return l.Record(ctx, e) })
}

func TestRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		d := open(t)
		l := newLog(t, d)
		admin := as("region_admin", bretagne.Path)
		entry := audit.Entry{
			Action: "module.switch", Object: "module:ecran", Place: bretagne, Reason: "trop tôt",
			Data: map[string]string{"state": "off"},
		}
		if err := l.Record(admin, entry); !errors.Is(err, db.ErrReadOnly) {
			t.Errorf("recorded outside of a transaction: %v", err)
		}
		no := errors.New("no")
		err := d.Write(admin, func(ctx context.Context) error { return errors.Join(l.Record(ctx, entry), no) })
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		spoilt := entry
		spoilt.Data = func() {}
		if err := record(admin, d, l, spoilt); err == nil {
			t.Error("recorded what is no JSON")
		}
		spoilt = entry
		spoilt.Reason = strings.Repeat("x", 1001)
		if err := record(admin, d, l, spoilt); err == nil {
			t.Error("recorded a novel")
		}

		// The request's id comes from the edge.
		edge := rest.RequestID(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := record(core.WithActor(r.Context(), core.ActorFrom(admin)), d, l, entry); err != nil {
				t.Error(err)
			}
		}))
		w := httptest.NewRecorder()
		edge.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))

		list, err := l.List(admin, core.Scope{Place: bretagne}, audit.Filter{}, core.Page{Limit: 10})
		if err != nil || len(list.Items) != 1 {
			t.Fatalf("listed %v (%v)", list.Items, err)
		}
		e := list.Items[0]
		if e.Action != entry.Action || e.Object != entry.Object || e.Reason != entry.Reason || e.Actor != "account" ||
			e.NetworkID != "n" || e.RegionID != "b" || e.SpaceID != "b" || strings.ReplaceAll(string(e.Data), " ", "") != `{"state":"off"}` {
			t.Errorf("kept %v", e)
		}
		if e.RequestID == "" || e.RequestID != w.Header().Get("X-Request-Id") {
			t.Errorf("the request is %q, want %q", e.RequestID, w.Header().Get("X-Request-Id"))
		}
		if e.At.Location() != time.UTC || time.Since(e.At) > time.Minute {
			t.Errorf("at %v", e.At)
		}
	}, schema)
}

func TestList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		d := open(t)
		l := newLog(t, d)
		for i, place := range []core.Place{network, bretagne, rennes, corse, bretagne, rennes} {
			e := audit.Entry{Action: "film.delete", Object: string(rune('0' + i)), Place: place}
			if err := record(as("platform_admin", "/fr/"), d, l, e); err != nil {
				t.Fatal(err)
			}
		}
		for name, test := range map[string]struct {
			ctx     context.Context
			scope   core.Scope
			sort    string
			want    string
			refused error
		}{
			"a region":               {ctx: as("region_admin", "/fr/bretagne/"), scope: core.Scope{Place: bretagne}, want: "14"},
			"a region and below":     {ctx: as("region_admin", "/fr/bretagne/"), scope: core.Scope{Place: bretagne, Subtree: true}, want: "1245"},
			"the newest first":       {ctx: as("region_admin", "/fr/bretagne/"), scope: core.Scope{Place: bretagne, Subtree: true}, sort: "-at", want: "5421"},
			"the network":            {ctx: as("platform_admin", "/fr/"), scope: core.Scope{Place: network, Subtree: true}, want: "012345"},
			"the platform itself":    {ctx: core.WithActor(context.Background(), core.System()), scope: core.Scope{Place: corse}, want: "3"},
			"another region's admin": {ctx: as("region_admin", "/fr/corse/"), scope: core.Scope{Place: bretagne}, refused: core.ErrDenied},
			"the network's, from a region": {
				ctx: as("region_admin", "/fr/bretagne/"), scope: core.Scope{Place: network, Subtree: true}, refused: core.ErrDenied,
			},
			"a member":  {ctx: as("member", "/fr/bretagne/"), scope: core.Scope{Place: bretagne}, refused: core.ErrDenied},
			"a visitor": {ctx: context.Background(), scope: core.Scope{Place: bretagne}, refused: core.ErrUnauthenticated},
		} {
			t.Run(name, func(t *testing.T) {
				ctx, queries := dbtest.Count(test.ctx)
				var got string
				page := core.Page{Sort: test.sort, Limit: 2, Count: true}
				for pages := 1; ; pages++ {
					queries.Reset()
					list, err := l.List(ctx, test.scope, audit.Filter{}, page)
					if !errors.Is(err, test.refused) {
						t.Fatalf("got %v, want %v", err, test.refused)
					}
					if err != nil {
						return
					}
					if queries.Len() != 2 {
						t.Errorf("%d statements, want 2", queries.Len())
					}
					for _, e := range list.Items {
						got += e.Object
					}
					if *list.Total != len(test.want) {
						t.Errorf("counted %d", *list.Total)
					}
					if list.Next == nil || pages > 9 {
						break
					}
					page.After = list.Next
				}
				if got != test.want {
					t.Errorf("listed %s, want %s", got, test.want)
				}
			})
		}
	}, schema)
}

// A list asks the policy, and the guard knows.
func TestGuard(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, schema)
	l := newLog(t, d)
	ctx, guard := core.WithGuard(as("region_admin", "/fr/bretagne/"))
	guard.Expect("audit.read")
	if guard.Err() == nil {
		t.Fatal("satisfied by nothing")
	}
	if _, err := l.List(ctx, core.Scope{Place: bretagne}, audit.Filter{}, core.Page{Limit: 1}); err != nil || guard.Err() != nil {
		t.Errorf("%v; the guard says %v", err, guard.Err())
	}
}
