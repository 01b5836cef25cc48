package sdk

import (
	"slices"
	"strings"
	"sync"

	"github.com/labfilms/labfilms/core"
)

var always = When{core.RelationSet(core.Any)}

// policy is the table of what each single role may do in the module, and its
// answers. A newer table is a new policy.
type policy struct {
	version uint64
	table   map[core.Role]map[string]core.When

	mu      sync.RWMutex
	answers map[question]core.When
}

type question struct {
	roles    string
	stranger bool
	action   string
}

// ofThings are the relations that say what a thing is, and not what the asker
// is to it.
var ofThings = core.RelationSet(core.Any, core.Published, core.Draft)

func newPolicy(version uint64, table map[core.Role]map[string]core.When) *policy {
	return &policy{version: version, table: table, answers: map[question]core.When{}}
}

// when returns the sets of relations under which one who has all of these
// roles may do the action. The roles are in order, as RolesAt gives them. Of a
// stranger, who is not signed in, nothing is their own: facts that compare an
// empty id with an empty id come out true and must not open a draft.
func (p *policy) when(roles []core.Role, stranger bool, action string) core.When {
	if p == nil {
		return nil
	}
	q := question{stranger: stranger, action: action}
	if len(roles) == 1 {
		q.roles = string(roles[0])
	} else {
		names := make([]string, len(roles))
		for i, r := range roles {
			names[i] = string(r)
		}
		q.roles = strings.Join(names, " ")
	}
	p.mu.RLock()
	answer, known := p.answers[q]
	p.mu.RUnlock()
	if known {
		return answer
	}
	if !slices.Contains(roles, core.RoleSuspended) || reads(action) {
		for _, role := range roles {
			answer = answer.Or(p.table[role][action])
		}
	}
	if stranger {
		answer = slices.DeleteFunc(answer, func(set core.Relations) bool { return set&^ofThings != 0 })
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[q] = answer
	return answer
}

// anybody reports whether any role may do the action.
func (p *policy) anybody(action string) bool {
	if p == nil {
		return false
	}
	for _, actions := range p.table {
		if !actions[action].Never() {
			return true
		}
	}
	return false
}

// reads reports whether the action is left to the suspended.
func reads(action string) bool {
	verb := action[strings.LastIndexByte(action, '.')+1:]
	return verb == "read" || verb == "list"
}
