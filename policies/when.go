package policies

import (
	"maps"
	"slices"
	"sync/atomic"

	"github.com/casbin/casbin/v2"

	"github.com/labfilms/labfilms/core"
)

// When returns the minimal sets of relations under which somebody with these
// roles may do the action: none for never, {any} for always. The roles are the
// direct ones, as [core.Actor.RolesAt] gives them; what they inherit is added
// here, and unknown roles count for nothing. The answer is shared: do not
// change it.
func (g *Gate) When(roles []core.Role, action string) core.When {
	a := g.actions[action]
	if a == nil {
		return nil
	}
	return a.when(g.closure(roles))
}

// action is something that can be done, and what is known of who may do it.
type action struct {
	name     string
	roles    []core.Role
	enforcer *casbin.Enforcer
	sets     []core.Relations // that its rows name, in order: a set stands behind those it includes

	// answers are remembered for ever: they cannot change, and there are no
	// more of them than closures of roles. The map is replaced, not changed.
	answers atomic.Pointer[map[roleSet]core.When]
}

func (a *action) candidate(set core.Relations) {
	if slices.Contains(a.sets, set) {
		return
	}
	a.sets = append(a.sets, set)
	slices.Sort(a.sets)
}

func (a *action) when(roles roleSet) core.When {
	if known := a.answers.Load(); known != nil {
		if when, ok := (*known)[roles]; ok {
			return when
		}
	}
	when := a.ask(roles)
	for {
		known := a.answers.Load()
		next := map[roleSet]core.When{roles: when}
		if known != nil {
			maps.Copy(next, *known)
		}
		if a.answers.CompareAndSwap(known, &next) {
			return when
		}
	}
}

// ask puts each set of relations that a row names to Casbin. No other set can
// be minimal: an answer changes only where a row begins to apply.
func (a *action) ask(roles roleSet) core.When {
	var when core.When
	for _, set := range a.sets {
		if when.Allows(set) {
			continue
		}
		// Load has seen the matcher work; should it fail here, nobody passes.
		if ok, err := a.enforce(roles, set); ok && err == nil {
			when = append(when, set)
		}
	}
	return when
}

func (a *action) enforce(roles roleSet, facts core.Relations) (bool, error) {
	var names []any
	for _, role := range roles.of(a.roles) {
		names = append(names, string(role))
	}
	return a.enforcer.Enforce(names, (facts | core.RelationSet(core.Any)).String(), a.name)
}
