// Package coretest gives the tests of the areas a small world on a real
// database: a network, two regions, an institution, people with roles, and a
// clock that the test moves.
package coretest

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/events"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/migrations"
	"github.com/labfilms/labfilms/ent/notification"
	"github.com/labfilms/labfilms/ent/outbox"
	"github.com/labfilms/labfilms/ent/space"
	"github.com/labfilms/labfilms/policies"
)

// World is everything that an area stands on, and some spaces.
type World struct {
	DB     *db.DB
	Store  db.Store[*ent.Client]
	Gate   *policies.Gate
	Events *events.Log
	Audit  *audit.Log
	Notify *notify.Box
	Clock  *Clock

	Network   *ent.Space // /fr/
	Bretagne  *ent.Space // /fr/bretagne/
	Occitanie *ent.Space // /fr/occitanie/
	Rade      *ent.Space // /fr/bretagne/rade/, an institution

	options db.Options
}

// Each runs the test in a world of its own on SQLite and on PostgreSQL.
func Each(t *testing.T, run func(t *testing.T, w *World)) {
	t.Helper()
	for _, dialect := range []string{db.SQLite, db.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			w := Open(t, dialect)
			w.Settle(t)
			run(t, w)
		})
	}
}

// Open returns a world without spaces on a new database of the dialect.
func Open(t testing.TB, dbDialect string) *World {
	t.Helper()
	w := &World{Clock: &Clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}}
	w.options = dbtest.Options(t, dbDialect)
	w.options.Now, w.options.Conns = w.Clock.Now, 12
	w.connect(t)
	if _, err := w.DB.Migrate(t.Context(), migrations.FS(dbDialect), "core_migrations"); err != nil {
		t.Fatal(err)
	}
	return w
}

// Node returns the same world as another process has it: with a connection to
// the same database and a memory of its own.
func (w *World) Node(t testing.TB) *World {
	t.Helper()
	node := *w
	node.connect(t)
	return &node
}

// connect opens the database and everything that stands on it.
func (w *World) connect(t testing.TB) {
	t.Helper()
	d, err := db.Open(t.Context(), w.options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	gate, err := policies.Load()
	if err != nil {
		t.Fatal(err)
	}
	gate.Now = w.Clock.Now
	w.DB, w.Gate = d, gate
	w.Store = db.Bind(d, func(drv dialect.Driver) *ent.Client { return ent.NewClient(ent.Driver(drv)) })
	w.Events = events.New(d, slog.New(slog.DiscardHandler))
	w.Audit = audit.New(d, w.Gate)
	w.Notify = notify.New(d, w.Gate)
}

// Settle makes the spaces.
func (w *World) Settle(t testing.TB) {
	t.Helper()
	w.Network = w.Space(t, nil, space.KindNetwork, "fr")
	w.Bretagne = w.Space(t, w.Network, space.KindRegion, "bretagne")
	w.Occitanie = w.Space(t, w.Network, space.KindRegion, "occitanie")
	w.Rade = w.Space(t, w.Bretagne, space.KindInstitution, "rade")
}

// Space makes a space below parent.
func (w *World) Space(t testing.TB, parent *ent.Space, kind space.Kind, slug string) *ent.Space {
	t.Helper()
	id, path, region, network := db.NewID(), "/"+slug+"/", "", ""
	network = id
	if parent != nil {
		path, region, network = parent.Path+slug+"/", parent.RegionID, parent.NetworkID
	}
	if kind == space.KindRegion {
		region = id
	}
	var made *ent.Space
	w.Write(t, func(ctx context.Context, c *ent.Client) (err error) {
		create := c.Space.Create().
			SetID(id).SetKind(kind).SetNetworkID(network).SetRegionID(region).
			SetPath(path).SetSlug(slug).SetName(slug)
		if parent != nil {
			create.SetParentID(parent.ID)
		}
		made, err = create.Save(ctx)
		return err
	})
	return made
}

// Person makes a person at home in the space.
func (w *World) Person(t testing.TB, handle string, home *ent.Space) *ent.Person {
	t.Helper()
	var made *ent.Person
	w.Write(t, func(ctx context.Context, c *ent.Client) (err error) {
		made, err = c.Person.Create().
			SetHandle(handle).SetName(handle).SetSortName(handle).
			SetNetworkID(home.NetworkID).SetRegionID(home.RegionID).SetSpaceID(home.ID).
			SetCreatedAt(w.DB.Now()).SetUpdatedAt(w.DB.Now()).
			Save(ctx)
		if err != nil {
			return err
		}
		return c.Handle.Create().
			SetKey(text.HandleKey(handle)).SetHandle(handle).SetPersonID(made.ID).
			SetCreatedAt(w.DB.Now()).SetUpdatedAt(w.DB.Now()).
			Exec(ctx)
	})
	return made
}

// Actor makes a person at home in the space, with an account that has the roles
// there, and returns a context in which they are asking. Their grants are in
// the context and not in the database.
func (w *World) Actor(t testing.TB, handle string, home *ent.Space, roles ...core.Role) context.Context {
	t.Helper()
	p := w.Person(t, handle, home)
	var account *ent.Account
	w.Write(t, func(ctx context.Context, c *ent.Client) (err error) {
		account, err = c.Account.Create().
			SetEmail(handle + "@example.org").SetPasswordHash("none").SetPersonID(p.ID).
			Save(ctx)
		return err
	})
	actor := &core.Actor{Account: account.ID, Person: p.ID}
	for _, role := range roles {
		actor.Grants = append(actor.Grants, core.Grant{Role: role, Path: home.Path})
	}
	return core.WithActor(context.Background(), actor)
}

// System returns a context in which the platform itself is asking.
func System() context.Context { return core.WithActor(context.Background(), core.System()) }

// Visitor returns a context in which somebody is asking who is not signed in.
func Visitor() context.Context { return context.Background() }

// Write changes rows without asking anybody.
func (w *World) Write(t testing.TB, fn func(context.Context, *ent.Client) error) {
	t.Helper()
	if err := w.Store.Write(System(), fn); err != nil {
		t.Fatal(err)
	}
}

// Recorded returns the types of the events with this subject, in order.
func (w *World) Recorded(t testing.TB, subject string) []string {
	t.Helper()
	rows, err := w.Store.From(System()).Outbox.Query().
		Where(outbox.Subject(subject)).Order(ent.Asc(outbox.FieldID)).All(System())
	if err != nil {
		t.Fatal(err)
	}
	types := []string{}
	for _, row := range rows {
		types = append(types, row.Type)
	}
	return types
}

// Audited returns the actions that the audit has of an object, in order.
func (w *World) Audited(t testing.TB, object string) []string {
	t.Helper()
	rows, err := w.Store.From(System()).AuditEntry.Query().All(System())
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(rows, func(a, b *ent.AuditEntry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	actions := []string{}
	for _, row := range rows {
		if row.Object == object {
			actions = append(actions, row.Action)
		}
	}
	return actions
}

// Notified returns the types of what a person was told, in order.
func (w *World) Notified(t testing.TB, person string) []string {
	t.Helper()
	rows, err := w.Store.From(System()).Notification.Query().
		Where(notification.PersonID(person)).Order(ent.Asc(notification.FieldAt, notification.FieldID)).All(System())
	if err != nil {
		t.Fatal(err)
	}
	types := []string{}
	for _, row := range rows {
		types = append(types, row.Type)
	}
	return types
}

// Race calls fn n times at the same time and returns how many calls succeeded,
// and the errors of the others.
func Race(n int, fn func(i int) error) (won int, lost []error) {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			lost = append(lost, err)
		}
	}
	return won, lost
}

// Crowd is Race with everybody at the same point: while hold has locked the
// row that it changes, all have read what is there and wait to write. On SQLite
// one transaction writes at a time anyway, and reads after the one before.
func (w *World) Crowd(t testing.TB, hold func(context.Context, *ent.Client) error, fn func(i int) error) (won int, lost []error) {
	t.Helper()
	const crowd = 8
	ended := make(chan struct{})
	w.Write(t, func(ctx context.Context, c *ent.Client) error {
		if err := hold(ctx, c); err != nil {
			return err
		}
		go func() {
			defer close(ended)
			won, lost = Race(crowd, fn)
		}()
		if w.DB.Dialect() == db.Postgres {
			w.await(t, crowd)
		}
		return nil
	})
	<-ended
	return won, lost
}

// await waits until n connections of PostgreSQL wait for a lock.
func (w *World) await(t testing.TB, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		var waiting int
		err := w.DB.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`, nil, &waiting)
		if err != nil {
			t.Fatalf("%d of %d wait: %v", waiting, n, err)
		}
		if waiting >= n {
			return
		}
		<-tick.C
	}
}

// Clock is a clock that stands still until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Move lets time pass.
func (c *Clock) Move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}
