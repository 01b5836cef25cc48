package host

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/plugins/internal/wire"
)

const (
	atOnce      = 1024            // requests that a module may have under way
	waitWithin  = 2 * time.Second // for a module that is being started again
	signedFor   = time.Minute     // the actor header, for the module's own check
	maxBuffered = 64 << 10        // bytes of a body that is kept to be sent again
	maxSwift    = 1 << 20         // bytes of a body that needs no more time than the edge gives
	slowest     = 64 << 10        // bytes in a second at which a larger one has to arrive
	bodyWithin  = 30 * time.Second
)

// Call is what the platform knows of a request before a module sees it. The
// space is known to the asker and the module is not off in it.
type Call struct {
	Module    string
	Space     Space
	Actor     *core.Actor // nil: a visitor
	Roles     []core.Role // direct ones at the space; nil: those that the actor's grants give
	State     string      // of the module in the space: "on", "read_only" or "closing"
	Scope     core.Scope
	Locale    string // "": that of the request's context, as core/rest has it
	RequestID string // "": the same
}

// Space is the space under which a request is made.
type Space struct {
	ID    string
	Slug  string
	Name  string
	Place core.Place
}

// passage is one request on its way through the host.
type passage struct {
	module  *module
	call    Call
	header  string          // who is asking, signed
	asker   context.Context // of whoever asks: done when they are gone
	abandon context.CancelFunc
	replays bool
	body    []byte // of a request that replays, if it has one
	cache   string // what the platform says to caches where the module says nothing, or too much
}

type passageKey struct{}

func passageFrom(ctx context.Context) *passage { return ctx.Value(passageKey{}).(*passage) }

// Serve answers the request by the module's process, or refuses it before that
// process sees it: an unknown path, a wrong method, an actor who may never do
// this, a state of the module that does not admit it, a body that is too
// large, a module that does not come back within two seconds.
func (h *Host) Serve(w http.ResponseWriter, r *http.Request, call Call) {
	if err := h.serve(w, r, call); err != nil {
		if errors.Is(err, ErrUnavailable) {
			w.Header().Set("Retry-After", "1")
		}
		rest.WriteProblem(w, r, err)
	}
}

func (h *Host) serve(w http.ResponseWriter, r *http.Request, call Call) error {
	m := h.modules[call.Module]
	if m == nil {
		return ErrUnavailable
	}
	known := m.described.Load()
	if known == nil {
		return ErrUnavailable
	}
	operation, allowed, err := known.routes.find(r)
	if err != nil {
		if len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
		}
		return err
	}
	if call.Actor == nil {
		call.Actor = &core.Actor{}
	}
	if call.Roles == nil {
		call.Roles = call.Actor.RolesAt(call.Space.Place.Path, h.opts.Now())
	}
	if call.Locale == "" {
		call.Locale = rest.Locale(r.Context())
	}
	if call.RequestID == "" {
		call.RequestID = rest.RequestIDFrom(r.Context())
	}
	if err := h.permits(operation, call); err != nil {
		return err
	}
	if err := admits(operation, call.State, r.Method); err != nil {
		return err
	}
	if err := upgrades(r); err != nil {
		return err
	}
	if r.Header.Get("Upgrade") == "" {
		// It could name an end-to-end header, which the proxy would then drop.
		r.Header.Del("Connection")
	}
	if operation.MaxBody > maxSwift && r.ContentLength != 0 {
		arrives := bodyWithin + time.Duration(operation.MaxBody/slowest)*time.Second
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(arrives))
	}
	p := &passage{module: m, call: call}
	if err := p.takeBody(w, r, operation.MaxBody); err != nil {
		return err
	}

	leave, err := m.enter(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	if p.header, err = p.sign(time.Now()); err != nil {
		return err
	}
	defer m.tickets.issue(p.header, call.Actor)()

	ctx := context.WithValue(r.Context(), passageKey{}, p)
	p.asker = r.Context()
	// The module's own word about caches stands in its place, or this one does.
	p.cache = w.Header().Get("Cache-Control")
	w.Header().Del("Cache-Control")
	ctx, p.abandon = context.WithCancel(ctx)
	defer p.abandon()
	m.proxy.ServeHTTP(w, r.WithContext(ctx))
	return nil
}

// permits returns nil if the actor could be allowed the operation, depending
// on relations that only the module knows.
func (h *Host) permits(operation Operation, call Call) error {
	if operation.Public || call.Actor.System {
		return nil
	}
	roles := call.Roles
	if !call.Actor.InScope(operation.Permission) {
		roles = []core.Role{core.RoleVisitor} // beyond its scopes a token may do what anybody may
	}
	if !h.opts.Gate.When(roles, operation.Permission).Never() {
		return nil
	}
	if call.Actor.Account == "" {
		return core.ErrUnauthenticated
	}
	return core.ErrDenied
}

// admits returns nil if a module in this state takes the operation.
func admits(operation Operation, state, method string) error {
	if method == http.MethodGet || method == http.MethodHead {
		return nil
	}
	switch {
	case state == "read_only":
		return ErrReadOnly
	case state == "closing" && !operation.Finishes:
		return ErrClosing
	}
	return nil
}

// upgrades returns nil if the request stays HTTP or becomes a WebSocket. Any
// other protocol would be a tunnel past everything that is checked here.
func upgrades(r *http.Request) error {
	protocols := r.Header.Values("Upgrade")
	if len(protocols) == 0 {
		return nil
	}
	if len(protocols) > 1 || !strings.EqualFold(protocols[0], "websocket") || r.Method != http.MethodGet {
		return ErrUpgrade
	}
	return nil
}

// takeBody bounds the body, and keeps it where the request may be sent twice:
// a GET, which has no effect by rule and needs no body, or one whose
// Idempotency-Key makes a repetition harmless.
func (p *passage) takeBody(w http.ResponseWriter, r *http.Request, limit int64) error {
	if r.ContentLength > limit {
		return rest.ErrTooLarge
	}
	empty := r.ContentLength == 0 && len(r.TransferEncoding) == 0
	if !empty {
		r.Body = http.MaxBytesReader(w, r.Body, limit)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		p.replays = empty
		return nil
	}
	if r.Header.Get("Idempotency-Key") == "" {
		return nil
	}
	if empty {
		p.replays = true
		return nil
	}
	if r.ContentLength > maxBuffered {
		return nil
	}
	begin, err := io.ReadAll(io.LimitReader(r.Body, maxBuffered+1))
	switch tooLarge := (*http.MaxBytesError)(nil); {
	case errors.As(err, &tooLarge):
		return rest.ErrTooLarge
	case err != nil:
		return rest.ErrMalformed.Because(err)
	case len(begin) > maxBuffered:
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(begin), r.Body), r.Body}
	default:
		p.replays, p.body = true, begin
		r.Body = io.NopCloser(bytes.NewReader(begin))
	}
	return nil
}

// sign returns the header that tells the module who is asking.
func (p *passage) sign(now time.Time) (string, error) {
	actor, space := p.call.Actor, p.call.Space
	return wire.Actor{
		Module: p.module.name, Until: now.Add(signedFor).UnixMilli(),
		Request: p.call.RequestID, Locale: p.call.Locale,
		Account: actor.Account, Person: actor.Person, Roles: p.call.Roles,
		Scopes: actor.Scopes, System: actor.System,
		Space: wire.Space{ID: space.ID, Slug: space.Slug, Name: space.Name, Place: space.Place},
		State: p.call.State, Scope: p.call.Scope,
	}.Sign(p.module.key)
}

// enter waits for one of the module's places, so that a module that is slow
// cannot take more of the host than its share. The caller calls leave.
func (m *module) enter(ctx context.Context) (leave func(), err error) {
	leave = func() { <-m.entrance }
	select {
	case m.entrance <- struct{}{}:
		return leave, nil
	default:
	}
	late := time.NewTimer(waitWithin)
	defer late.Stop()
	select {
	case m.entrance <- struct{}{}:
		return leave, nil
	case <-late.C:
		return nil, ErrUnavailable
	case <-ctx.Done():
		return nil, ErrUnavailable.Because(ctx.Err())
	}
}
