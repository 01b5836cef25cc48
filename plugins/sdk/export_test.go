package sdk

import (
	"context"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// Policy is policy, for tests.
type Policy struct{ policy *policy }

// NewPolicy returns a policy.
func NewPolicy(table map[Role]map[string]When) Policy { return Policy{newPolicy(1, table)} }

// Actor returns the actor under the policy.
func (p Policy) Actor(a Actor) *Actor {
	a.policy = p.policy
	return &a
}

// Asking returns a context in which the actor asks under the policy, and the
// guard of that request.
func (p Policy) Asking(ctx context.Context, a Actor) (context.Context, *core.Guard) {
	ctx, guard := core.WithGuard(ctx)
	a.policy, a.guard = p.policy, guard
	return withActor(ctx, &a), guard
}

// SetPolicies gives an instance these versions of a policy and returns
// the one that it keeps.
func SetPolicies(versions ...uint64) uint64 {
	i := &instance{}
	for _, v := range versions {
		i.setPolicy(&wire.Policy{Version: v})
	}
	return i.policy.Load().version
}
