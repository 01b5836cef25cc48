package wire

import "github.com/labfilms/labfilms/core"

// FromTable returns what each single role may do in a module as it travels.
// A greater version replaces a smaller one.
func FromTable(version uint64, table map[core.Role]map[string]core.When) *Policy {
	p := &Policy{Version: version, Roles: make(map[string]*RolePolicy, len(table))}
	for role, actions := range table {
		r := &RolePolicy{Actions: make(map[string]*RelationSets, len(actions))}
		for action, when := range actions {
			sets := &RelationSets{}
			for _, set := range when {
				sets.Sets = append(sets.Sets, uint32(set))
			}
			r.Actions[action] = sets
		}
		p.Roles[string(role)] = r
	}
	return p
}

// Table returns the policy that travelled.
func (p *Policy) Table() map[core.Role]map[string]core.When {
	table := make(map[core.Role]map[string]core.When, len(p.GetRoles()))
	for role, actions := range p.GetRoles() {
		table[core.Role(role)] = make(map[string]core.When, len(actions.GetActions()))
		for action, sets := range actions.GetActions() {
			when := core.When{}
			for _, set := range sets.GetSets() {
				when = append(when, core.Relations(set))
			}
			table[core.Role(role)][action] = when
		}
	}
	return table
}
