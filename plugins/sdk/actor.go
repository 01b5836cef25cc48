package sdk

import (
	"context"
	"slices"

	"github.com/labfilms/labfilms/core"
)

// Actor is who is asking, where, and with which rights. The host vouches for
// it; a module cannot be asked without one.
type Actor struct {
	Account string // empty for a visitor
	Person  string // the public profile of the account, empty if it has none
	Roles   []Role // given at the space or above it, without those they inherit
	Space   Space  // under which the request was made
	Scope   Scope  // what a list covers
	State   string // of the module in the space: "on", "read_only" or "closing"
	Request string // the request's id, for the log
	System  bool   // the platform or the module itself: every check holds

	// Scopes are the actions that the asker's token is for ("ecran.*"); nil
	// for a credential that may do all that its account may.
	Scopes []string

	policy  *policy
	guard   *core.Guard
	listed  listed
	carried string // the signed header, to ask the host in the actor's name
}

// Space is the network, a region or an institution. Its Place says which
// spaces it belongs to; Level, how high it stands.
type Space struct {
	ID   string
	Slug string
	Name string
	Place
}

type actorKey struct{}

// ActorFrom returns who is asking. Outside of a request and of an event it
// returns a visitor to whom nothing is allowed.
func ActorFrom(ctx context.Context) *Actor {
	if a, ok := ctx.Value(actorKey{}).(*Actor); ok {
		return a
	}
	return &Actor{}
}

func withActor(ctx context.Context, a *Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// Check returns nil if the actor may do the action, given that these facts are
// true about the actor and the thing: ErrUnauthenticated if a visitor would
// have to sign in first, ErrDenied otherwise. It is the question that an
// operation with this permission has to ask before it answers or commits.
//
// Where even the existence of the thing is not the asker's to know, a verb
// answers a refusal of Check with its own "missing" fault.
func (a *Actor) Check(action string, facts ...Relation) error {
	a.guard.Asked(action)
	if a.May(action, facts...) {
		return nil
	}
	if a.Account == "" && a.policy.anybody(action) {
		return ErrUnauthenticated
	}
	return ErrDenied
}

// May reports what Check would answer, without asking in its place: to say
// what else the actor could do, or whether they may know of something.
func (a *Actor) May(action string, facts ...Relation) bool {
	return a.When(action).Allows(core.RelationSet(facts...))
}

// When returns the sets of relations, any one of which allows the actor the
// action: none for never. It does not take the place of Check, and the answer
// is shared: do not change it.
func (a *Actor) When(action string) When {
	if a.System {
		return always
	}
	if !(&core.Actor{Scopes: a.Scopes}).InScope(action) {
		// Beyond its scopes a token may do what anybody may.
		return a.policy.when(anybody, true, action)
	}
	return a.policy.when(a.Roles, a.Account == "", action)
}

var anybody = []Role{core.RoleVisitor}

// Has reports whether the actor was given the role itself, here or above.
func (a *Actor) Has(role Role) bool { return slices.Contains(a.Roles, role) }
