// Package policies says who may do what.
//
// Four files are the policy: roles.csv (the roles and what each inherits),
// relations.csv (what an actor can be to a thing), core.csv (role, relations,
// action) and model.conf (the rule that joins them, evaluated by Casbin). The
// modules bring rows of their own. Nothing here names a person: who has which
// role where is a grant, a row of the database, so these files stay a few
// hundred lines whatever the number of accounts.
//
// [Gate] is the only way to ask. A question has three parts: the roles that the
// actor has at the space of the thing, the relations between the two, and an
// action. The gate can leave the relations open and answer with the minimal
// sets of them that suffice ([Gate.When]); everything else follows from that
// answer, here and in the modules, as a test for a subset.
package policies

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"

	"github.com/labfilms/labfilms/core"
)

//go:embed model.conf roles.csv relations.csv core.csv
var files embed.FS

// Gate answers who may do what. What it answers from does not change after
// [Load], and it is safe for concurrent use.
type Gate struct {
	// Now is the clock by which grants end; time.Now unless it is set before
	// the first question.
	Now func() time.Time

	roles    []core.Role // in the order of roles.csv
	closures map[core.Role]roleSet
	asker    core.Relations // those that only somebody who is signed in can have
	actions  map[string]*action
}

// Load returns the gate of core's policy and that of the modules. It returns
// an error that says all that is wrong with the files: an inheritance from an
// unknown role, relations that differ from those of package core, a row with an
// unknown word, or rows of a module that [Vet] refuses.
func Load(modules ...Module) (*Gate, error) { return load(files, modules) }

func load(files fs.FS, modules []Module) (*Gate, error) {
	v, err := readVocabulary(files)
	if err != nil {
		return nil, err
	}
	rule, err := fs.ReadFile(files, "model.conf")
	if err != nil {
		return nil, err
	}
	rows, err := v.readCore(files)
	if err != nil {
		return nil, err
	}
	enforcer, err := newEnforcer(string(rule), v, rows)
	if err != nil {
		return nil, err
	}
	g := &Gate{Now: time.Now, closures: map[core.Role]roleSet{}, asker: v.asker, actions: map[string]*action{}}
	for i, r := range v.roles {
		inherited, err := enforcer.GetImplicitRolesForUser(string(r.name))
		if err != nil {
			return nil, fmt.Errorf("roles.csv: %w", err)
		}
		g.roles = append(g.roles, r.name)
		g.closures[r.name] = 1 << i
		for _, name := range inherited {
			g.closures[r.name] |= g.closures[core.Role(name)] // read before: it stands above in the file
		}
	}
	g.learn(enforcer, rows)
	for i, m := range modules {
		if slices.ContainsFunc(modules[:i], func(other Module) bool { return other.Name == m.Name }) {
			return nil, fmt.Errorf("module %s is there twice", m.Name)
		}
		own, err := v.vet(m, rows)
		if err != nil {
			return nil, err
		}
		// An enforcer for each: Casbin walks every line for every question, and
		// no module should be slower for the length of another.
		enforcer, err := newEnforcer(string(rule), v, append(denials(rows), own...))
		if err != nil {
			return nil, fmt.Errorf("module %s: %w", m.Name, err)
		}
		g.learn(enforcer, own)
	}
	return g, nil
}

// learn adds the actions that the rows allow, to be asked of the enforcer.
func (g *Gate) learn(enforcer *casbin.Enforcer, rows []row) {
	for _, r := range rows {
		if r.deny {
			continue
		}
		a := g.actions[r.action]
		if a == nil {
			a = &action{name: r.action, roles: g.roles, enforcer: enforcer}
			g.actions[r.action] = a
		}
		a.candidate(r.relations)
	}
}

// newEnforcer gives Casbin the rule, the inheritance and the rows. It is the
// plain enforcer: the cached ones kept answering yes after a role was revoked.
func newEnforcer(rule string, v *vocabulary, rows []row) (*casbin.Enforcer, error) {
	m, err := model.NewModelFromString(rule)
	if err != nil {
		return nil, fmt.Errorf("model.conf: %w", err)
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, err
	}
	e.AddFunction("covers", covers)
	var inheritance, policy [][]string
	for _, r := range v.roles {
		for _, lower := range r.inherits {
			inheritance = append(inheritance, []string{string(r.name), string(lower)})
		}
	}
	for _, r := range rows {
		policy = append(policy, []string{string(r.role), r.relations.String(), r.action, r.effect()})
	}
	if _, err := e.AddGroupingPolicies(inheritance); err != nil {
		return nil, err
	}
	if _, err := e.AddPolicies(policy); err != nil {
		return nil, err
	}
	// A matcher that does not evaluate fails for every question: find out now.
	var everybody []any
	for _, r := range v.roles {
		everybody = append(everybody, string(r.name))
	}
	if _, err := e.Enforce(everybody, "any", "noun.verb"); err != nil {
		return nil, fmt.Errorf("model.conf: %w", err)
	}
	return e, nil
}

// covers is the matcher's function of that name: whether the facts, its first
// argument, include the relations of a line, its second.
func covers(args ...any) (any, error) {
	var sets [2]core.Relations
	for i := range sets {
		text, _ := args[i].(string)
		set, ok := core.ParseRelations(text)
		if !ok {
			return false, fmt.Errorf("%q are no relations", text)
		}
		sets[i] = set
	}
	return sets[1]&^sets[0] == 0, nil
}

// Roles returns the roles in the order of roles.csv, the lower ones first.
func (g *Gate) Roles() []core.Role { return slices.Clone(g.roles) }

// Closure returns the role and all that it inherits, in the order of Roles;
// nothing for an unknown role.
func (g *Gate) Closure(role core.Role) []core.Role { return g.closures[role].of(g.roles) }

// Actions returns every action that some role may do, in order.
func (g *Gate) Actions() []string {
	var names []string
	for name := range g.actions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// roleSet is a set of roles, one bit for each role of roles.csv.
type roleSet uint32

func (s roleSet) of(roles []core.Role) []core.Role {
	var out []core.Role
	for i, role := range roles {
		if s&(1<<i) != 0 {
			out = append(out, role)
		}
	}
	return out
}

// closure returns the roles and all that they inherit, without unknown ones.
func (g *Gate) closure(roles []core.Role) roleSet {
	var set roleSet
	for _, role := range roles {
		set |= g.closures[role]
	}
	return set
}

// within reports whether the action belongs to the module.
func within(module, action string) bool { return strings.HasPrefix(action, module+".") }
