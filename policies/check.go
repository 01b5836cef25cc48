package policies

import (
	"context"
	"slices"

	"github.com/labfilms/labfilms/core"
)

// Check returns nil if the actor of ctx may do the action to a thing of the
// space with the path at ("/fr/bretagne/"), given what the actor is to the
// thing and what the thing is. Core's verbs call it, each for the action that
// its operation declares: the call satisfies the request's [core.Guard],
// whatever the answer.
//
// The right is what the actor's grants at that path give, within the scopes of
// the credential. The platform itself may do everything.
//
// Check returns [core.ErrUnauthenticated] to somebody who is not signed in,
// where some role may do the action, and [core.ErrDenied] to everybody else. A
// verb whose refusal must look like absence answers its own Missing fault for
// either.
func (g *Gate) Check(ctx context.Context, action, at string, facts core.Relations) error {
	core.GuardFrom(ctx).Asked(action)
	actor := core.ActorFrom(ctx)
	switch {
	case g.may(actor, action, at, facts):
		return nil
	case actor.Account == "" && g.actions[action] != nil:
		return core.ErrUnauthenticated
	default:
		return core.ErrDenied
	}
}

// May answers as Check does, but is not the check that an operation owes: it is
// for what else an answer depends on, such as whether the asker may know that
// the thing exists.
func (g *Gate) May(ctx context.Context, action, at string, facts core.Relations) bool {
	return g.may(core.ActorFrom(ctx), action, at, facts)
}

// Lists returns the relations under which the actor of ctx may do the action to
// things of the space with the path at, for the predicate of a list. It is the
// check of an operation that lists, and satisfies the request's [core.Guard]:
// the caller must let through only rows that the answer allows, none if it is
// never. The answer is shared: do not change it.
func (g *Gate) Lists(ctx context.Context, action, at string) core.When {
	core.GuardFrom(ctx).Asked(action)
	actor := core.ActorFrom(ctx)
	when := g.when(actor, action, at)
	if actor.Account != "" || actor.System {
		return when
	}
	return g.stranger(action)
}

// stranger returns when somebody may do the action of whom nothing is known.
// It is also what a token may do beyond its scopes: it is never less than no
// token at all, and never more.
func (g *Gate) stranger(action string) core.When {
	when := g.When([]core.Role{core.RoleVisitor}, action)
	return slices.DeleteFunc(slices.Clone(when), func(set core.Relations) bool { return set&g.asker != 0 })
}

func (g *Gate) may(actor *core.Actor, action, at string, facts core.Relations) bool {
	if actor.Account == "" {
		// Nothing is a stranger's own. Facts that compare an empty id with an
		// empty id come out true: such a slip must not open a draft.
		facts &^= g.asker
	}
	return g.when(actor, action, at).Allows(facts)
}

var always = core.When{core.RelationSet(core.Any)}

func (g *Gate) when(actor *core.Actor, action, at string) core.When {
	switch {
	case actor.System:
		return always
	case !actor.InScope(action):
		return g.stranger(action)
	default:
		return g.When(actor.RolesAt(at, g.Now()), action)
	}
}
