package sdk

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// ErrUnsigned is the fault of a request that did not come by way of the host:
// its actor header is absent, forged, of another module, or too old.
var ErrUnsigned = &Fault{
	Kind: core.Internal, Code: "unsigned",
	EN: "The request did not reach the module by way of the platform.",
	FR: "La requête n'est pas parvenue au module par la plateforme.",
}

// ErrNotReady is the fault of a request that came before the module had
// started, or after it began to drain.
var ErrNotReady = &Fault{
	Kind: Unavailable, Code: "module_not_ready",
	EN: "The module is starting or stopping. Try again in a moment.",
	FR: "Le module démarre ou s'arrête. Réessayez dans un instant.",
}

// instance is a module at work. Serve runs one in a process of its own,
// InProcess one in a test; both give it what a host gives.
type instance struct {
	module   Module
	manifest Manifest
	log      *slog.Logger

	config   *wire.Configuration
	services wire.HostClient
	now      func() time.Time
	clock    atomic.Int64 // where it stands, in a test: nanoseconds since 1970
	policy   atomic.Pointer[policy]
	host     *Host
	api      atomic.Pointer[rest.API] // nil until the start

	relay    relay
	draining chan struct{} // closed when streams are to end
	drain    sync.Once
}

func newInstance(m Module, log *slog.Logger) (*instance, error) {
	manifest := m.Manifest()
	if err := manifest.Validate(); err != nil {
		return nil, err
	}
	return &instance{
		module: m, manifest: manifest, log: log.With("module", manifest.Name),
		draining: make(chan struct{}),
	}, nil
}

// configure opens the database that the host has given.
func (i *instance) configure(ctx context.Context, c *wire.Configuration, services wire.HostClient) error {
	if i.config != nil {
		return errors.New("the module is configured already")
	}
	i.config, i.services, i.now = c, services, time.Now
	if c.GetClockUnixNano() != 0 {
		i.clock.Store(c.GetClockUnixNano())
		i.now = func() time.Time { return time.Unix(0, i.clock.Load()) }
	}
	i.setPolicy(c.GetPolicy())
	database, err := db.Open(ctx, db.Options{URL: c.GetDatabaseUrl(), File: c.GetDatabaseFile(), Now: i.now})
	if err != nil {
		return err
	}
	i.host = &Host{
		DB: database, Log: i.log, public: c.GetPublicUrl(),
		Films: Films{services}, People: People{services},
		Cursors: rest.NewCursors(i.secret("cursors")),
	}
	i.relay = newRelay(database, services, i.log)
	return nil
}

// secret derives a key of the module for one purpose.
func (i *instance) secret(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, i.config.GetSecret(), nil, "labfilms module "+i.manifest.Name+" "+purpose, 32)
	if err != nil {
		panic(err) // the length is a constant that the hash allows
	}
	return key
}

// setPolicy replaces the policy by a newer one.
func (i *instance) setPolicy(p *wire.Policy) {
	next := newPolicy(p.GetVersion(), p.Table())
	for {
		old := i.policy.Load()
		if old != nil && old.version >= next.version && next.version != 0 {
			return
		}
		if i.policy.CompareAndSwap(old, next) {
			return
		}
	}
}

// start provisions the module and makes it answer.
func (i *instance) start(ctx context.Context) error {
	if i.host == nil {
		return errors.New("the module is not configured")
	}
	if p, ok := i.module.(Provisioner); ok {
		if err := p.Provision(i.context(ctx), i.host); err != nil {
			return fmt.Errorf("provision: %w", err)
		}
	}
	api, err := mount(i.module, i.manifest, rest.Config{
		Log: i.log, Once: i.host.DB, OnceSecret: i.secret("once"),
		Use: middlewares(i.endStreams, i.ask),
	})
	if err != nil {
		return err
	}
	if err := i.forget(ctx); err != nil {
		return err
	}
	i.relay.start()
	i.api.Store(api)
	return nil
}

// ready reports whether the module can work.
func (i *instance) ready(ctx context.Context) bool {
	return i.api.Load() != nil && i.host.DB.Ping(ctx) == nil
}

// endRequests tells streams to end.
func (i *instance) endRequests() { i.drain.Do(func() { close(i.draining) }) }

// close stops the relay and closes the database.
func (i *instance) close() error {
	i.endRequests()
	i.api.Store(nil)
	if i.host == nil {
		return nil
	}
	i.relay.stop()
	return i.host.DB.Close()
}

// ServeHTTP answers a request that the host has signed, and no other.
func (i *instance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	api := i.api.Load()
	if api == nil {
		rest.WriteProblem(w, r, ErrNotReady)
		return
	}
	header := r.Header.Get(wire.HeaderActor)
	claims, err := wire.Verify(i.config.GetActorKey(), header, i.manifest.Name, time.Now())
	if err != nil {
		rest.WriteProblem(w, r, ErrUnsigned.Because(err))
		return
	}
	a := actorOf(claims)
	a.policy, a.carried = i.policy.Load(), header
	ctx := withActor(i.context(r.Context()), a)
	ctx = core.WithActor(ctx, &core.Actor{Account: a.Account, Person: a.Person, Scopes: a.Scopes, System: a.System})
	api.ServeHTTP(w, r.WithContext(ctx))
}

// actorOf returns the actor that the host speaks of, without a policy.
func actorOf(c wire.Actor) *Actor {
	return &Actor{
		Account: c.Account, Person: c.Person, Roles: c.Roles, Scopes: c.Scopes, System: c.System,
		Space: Space{ID: c.Space.ID, Slug: c.Space.Slug, Name: c.Space.Name, Place: c.Space.Place},
		Scope: c.Scope, State: c.State, Request: c.Request,
	}
}

type instanceKey struct{}

func (i *instance) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, instanceKey{}, i)
}

func instanceFrom(ctx context.Context) *instance {
	i, ok := ctx.Value(instanceKey{}).(*instance)
	if !ok {
		panic("sdk: this context is of no request, no event and no Provision")
	}
	return i
}
