package sdktest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/policies"
)

// Module is a module under test, in process.
type Module struct {
	*sdk.Local
	name    string
	emitted *eventLog
}

// Open runs the module in the zero [World] until the test ends.
func Open(t testing.TB, New func() sdk.Module) *Module { return World{}.Open(t, New) }

// Open runs the module in this world until the test ends.
func (w World) Open(t testing.TB, New func() sdk.Module) *Module {
	t.Helper()
	m := New()
	manifest := m.Manifest()
	gate, err := policies.Load(policies.Module{Name: manifest.Name, Rows: manifest.Policy})
	if err != nil {
		t.Fatal(err)
	}
	emitted := &eventLog{}
	var local *sdk.Local
	s := sdk.Surroundings{
		Policy: gate.Table(manifest.Name),
		Films:  w.films, People: w.people,
		Emit: func(ctx context.Context, events []sdk.Event) error {
			// What a module tells itself comes back to it, as from the host.
			own := slices.DeleteFunc(slices.Clone(events), func(e sdk.Event) bool { return !slices.Contains(manifest.Listens, e.Type) })
			if len(own) > 0 {
				if err := local.Deliver(ctx, own...); err != nil {
					return err
				}
			}
			return emitted.add(ctx, events)
		},
		Clock:     w.clock(),
		PublicURL: "https://labfilms.test",
		Log:       quiet(t),
	}
	s.DatabaseFile, s.DatabaseURL = w.database(t)
	local, err = sdk.InProcess(t.Context(), m, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := local.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Module{Local: local, name: manifest.Name, emitted: emitted}
}

// Around returns a module that the test runs in surroundings of its own.
func Around(local *sdk.Local) *Module {
	return &Module{Local: local, name: local.Manifest().Name, emitted: &eventLog{}}
}

func (w World) clock() time.Time {
	if w.Clock.IsZero() {
		return Now
	}
	return w.Clock
}

func (w World) database(t testing.TB) (file, address string) {
	t.Helper()
	dialect := w.Dialect
	if dialect == "" {
		dialect = db.SQLite
	}
	o := dbtest.Options(t, dialect)
	return o.File, o.URL
}

func (w World) films(_ context.Context, ids []string) ([]sdk.Film, error) {
	return slices.DeleteFunc(slices.Clone(w.Films), func(f sdk.Film) bool { return !slices.Contains(ids, f.ID) }), nil
}

func (w World) people(_ context.Context, ids []string) ([]sdk.Person, error) {
	return slices.DeleteFunc(slices.Clone(w.People), func(p sdk.Person) bool { return !slices.Contains(ids, p.ID) }), nil
}

// Emitted waits until the module has handed over an event of the type, and
// returns all of that type so far.
func (m *Module) Emitted(t testing.TB, typ string) []sdk.Event {
	t.Helper()
	var found []sdk.Event
	Eventually(t, "an event "+typ, func() bool {
		found = m.emitted.of(typ)
		return len(found) > 0
	})
	return found
}

// As returns the module as the actor calls it, in Bretagne.
func (m *Module) As(a sdk.Actor) Caller {
	return Caller{
		name: m.name, actor: a, space: Bretagne,
		serve: func(w http.ResponseWriter, r *http.Request, a sdk.Actor) { m.ServeHTTP(w, m.Local.As(a, r)) },
	}
}

// Caller is somebody who calls a module in a space.
type Caller struct {
	name  string
	actor sdk.Actor
	space sdk.Space
	off   []string
	serve func(http.ResponseWriter, *http.Request, sdk.Actor)
}

// In returns the same caller in another space. The actor's roles hold there:
// say As again for other roles.
func (c Caller) In(space sdk.Space) Caller {
	c.space = space
	return c
}

// Off returns the same caller, with the module switched off in these spaces.
func (c Caller) Off(spaces ...sdk.Space) Caller {
	for _, s := range spaces {
		c.off = append(c.off, s.ID)
	}
	return c
}

// Do sends a request to a path of the module ("/labels?scope=subtree") and
// returns its answer. A body that is no io.Reader is sent as JSON; nil is none.
// The headers are pairs of name and value.
func (c Caller) Do(t testing.TB, method, path string, body any, headers ...string) *Answer {
	t.Helper()
	ctx, statements := db.WithCounter(t.Context())
	r, err := c.request(ctx, method, path, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	c.serve(w, r, c.acting(r))
	return &Answer{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes(), Statements: statements.Len()}
}

func (c Caller) request(ctx context.Context, method, path string, body any, headers ...string) (*http.Request, error) {
	reader, contentType := io.Reader(nil), ""
	switch b := body.(type) {
	case nil:
	case io.Reader:
		reader = b
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		reader, contentType = bytes.NewReader(encoded), "application/json"
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://labfilms.test/v1/spaces/"+c.space.Slug+"/"+c.name+path, reader)
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	return r, nil
}

// acting returns the actor as the platform would sign them for the request.
func (c Caller) acting(r *http.Request) sdk.Actor {
	a := c.actor
	a.Space, a.State = c.space, "on"
	a.Scope = sdk.Scope{Place: c.space.Place}
	if query, err := url.ParseQuery(r.URL.RawQuery); err == nil && query.Get("scope") == "subtree" {
		a.Scope.Subtree, a.Scope.Off = true, c.off
	}
	return a
}

// Answer is what a module answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Statements is how many the request took in the module's database. A list
	// takes as many for thirty rows as for one.
	Statements int
}

// JSON returns the body, which must be a JSON object.
func (a *Answer) JSON(t testing.TB) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal(a.Body, &object); err != nil {
		t.Fatalf("the answer %d is no JSON object: %v\n%s", a.Status, err, a.Body)
	}
	return object
}

// Code returns the code of a problem, "" of any other answer.
func (a *Answer) Code() string {
	var problem struct {
		Code string `json:"code"`
	}
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json") || json.Unmarshal(a.Body, &problem) != nil {
		return ""
	}
	return problem.Code
}

// Eventually waits until the condition holds, for up to ten seconds.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("waited 10 s in vain for %s", what)
		case <-tick.C:
		}
	}
}

// eventLog keeps what a module emitted, each event once.
type eventLog struct {
	mu     sync.Mutex
	events []sdk.Event
}

func (l *eventLog) add(_ context.Context, events []sdk.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range events {
		if !slices.ContainsFunc(l.events, func(known sdk.Event) bool { return known.ID == e.ID }) {
			l.events = append(l.events, e)
		}
	}
	return nil
}

func (l *eventLog) of(typ string) []sdk.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.events), func(e sdk.Event) bool { return e.Type != typ })
}

// quiet returns a log that says only what is wrong, among the test's own lines.
func quiet(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
}
