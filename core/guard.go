package core

import (
	"context"
	"sync"
)

// ErrUnchecked is the fault of an operation that answered, or tried to write,
// without having asked the policy about its own permission. It is a defect of
// the handler, found by a test and never by a leak.
var ErrUnchecked = &Fault{
	Internal, "unchecked",
	"This operation forgot to check its permission and was stopped.",
	"Cette opération a oublié de vérifier ses droits et a été arrêtée.",
}

// Guard makes a forgotten permission check impossible. The edge opens one for
// each request and says which permission the operation declared; whoever asks
// the policy tells the guard; what answers and what commits asks the guard.
type Guard struct {
	mu       sync.Mutex
	expected string
	asked    bool
}

type guardKey struct{}

// WithGuard returns a context with a guard that expects nothing yet.
func WithGuard(ctx context.Context) (context.Context, *Guard) {
	g := &Guard{}
	return context.WithValue(ctx, guardKey{}, g), g
}

// GuardFrom returns the request's guard, nil outside of a request. The methods
// of a nil guard do nothing.
func GuardFrom(ctx context.Context) *Guard {
	g, _ := ctx.Value(guardKey{}).(*Guard)
	return g
}

// Expect says that the operation depends on a check of action.
func (g *Guard) Expect(action string) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.expected, g.asked = action, false
}

// Asked says that the policy was asked about action, whatever it answered.
func (g *Guard) Asked(action string) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if action == g.expected {
		g.asked = true
	}
}

// Err returns ErrUnchecked if the expected check was not made.
func (g *Guard) Err() error {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.expected != "" && !g.asked {
		return ErrUnchecked
	}
	return nil
}
