package core

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Role is a set of permissions and only that. The roles and their inheritance
// are the table policies/roles.csv.
type Role string

// The roles that code, not data, has to name.
const (
	RoleVisitor       Role = "visitor"
	RoleMember        Role = "member"
	RoleCreator       Role = "creator"
	RolePlatformAdmin Role = "platform_admin"
	RoleSuspended     Role = "suspended"
)

// Grant gives a role at a space and everywhere below it.
type Grant struct {
	Role  Role
	Path  string    // of the space, with its trailing slash: "/fr/bretagne/"
	Until time.Time // zero: without end
}

// Actor is who is asking. The zero Actor is a visitor.
type Actor struct {
	Account    string // empty for a visitor
	Person     string // the public profile of the account
	Credential string // the session or token that was shown
	Grants     []Grant
	Scopes     []string // of a token; nil for a credential that may do all that its account may
	Suspended  bool
	System     bool // the platform itself: no policy applies (the command line, jobs, events)
}

// System acts for the platform itself.
func System() *Actor { return &Actor{System: true} }

// RolesAt returns the roles that the actor was given at the space with this
// path, by a grant there or above, in order and without those they inherit.
// Everybody is at least a visitor.
func (a *Actor) RolesAt(path string, now time.Time) []Role {
	roles := []Role{RoleVisitor}
	if a.Suspended {
		roles = append(roles, RoleSuspended)
	}
	for _, g := range a.Grants {
		if strings.HasPrefix(path, g.Path) && (g.Until.IsZero() || now.Before(g.Until)) {
			roles = append(roles, g.Role)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// InScope reports whether the credential's scopes cover the action. A scope is
// an action ("film.read") or every action of a noun ("film.*", "ecran.*").
func (a *Actor) InScope(action string) bool {
	if a.Scopes == nil {
		return true
	}
	return slices.ContainsFunc(a.Scopes, func(scope string) bool {
		noun, all := strings.CutSuffix(scope, "*")
		return scope == action || all && strings.HasSuffix(noun, ".") && strings.HasPrefix(action, noun)
	})
}

type actorKey struct{}

// WithActor returns a context in which actor is asking.
func WithActor(ctx context.Context, actor *Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

// ActorFrom returns who is asking; a visitor where nobody was named.
func ActorFrom(ctx context.Context) *Actor {
	if a, ok := ctx.Value(actorKey{}).(*Actor); ok {
		return a
	}
	return &Actor{}
}
