package policies

import (
	"errors"
	"fmt"
	"slices"

	"github.com/labfilms/labfilms/core"
)

// Module is what a module adds to the policy.
type Module struct {
	Name string
	Rows string // lines of role, relations, action, as in core.csv
}

// Vet returns an error that lists all that is wrong with a module's rows. They
// may name only the module's own actions ("ecran.label.update" for ecran), one
// by one, for the roles and relations that there are; they allow and do not
// deny, and add no role and no inheritance. The name is one lower-case word
// that is no noun of core's actions.
func Vet(m Module) error {
	v, err := readVocabulary(files)
	if err != nil {
		return err
	}
	rows, err := v.readCore(files)
	if err != nil {
		return err
	}
	_, err = v.vet(m, rows)
	return err
}

// vet reads the rows of a module next to those that are there already.
func (v *vocabulary) vet(m Module, others []row) ([]row, error) {
	if !core.ModuleName(m.Name) {
		return nil, fmt.Errorf("%q is no name of a module", m.Name)
	}
	if slices.ContainsFunc(others, func(r row) bool { return within(m.Name, r.action) }) {
		return nil, fmt.Errorf("%s is a word of core", m.Name)
	}
	var rows []row
	err := readLines("module "+m.Name, m.Rows, -1, func(line []string) error {
		r, err := v.row(line)
		switch {
		case err != nil:
			return err
		case r.deny:
			return errors.New("a module does not deny")
		case !within(m.Name, r.action) || !moduleAction.MatchString(r.action):
			return fmt.Errorf("%q is not %s.noun.verb", r.action, m.Name)
		case slices.ContainsFunc(others, func(o row) bool { return o.deny && o.role == r.role }):
			return fmt.Errorf("%s is only ever denied", r.role)
		case slices.Contains(rows, r):
			return errors.New("the line is there twice")
		}
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

// Table returns what each single role may do in the module, for the module's
// own process: it needs no Casbin. What several roles may do together is the
// [core.When.Or] of each. No module denies. Suspended has no rights here to
// join, and what core denies to it cannot be joined: host and SDK refuse it.
func (g *Gate) Table(module string) map[core.Role]map[string]core.When {
	table := map[core.Role]map[string]core.When{}
	for _, role := range g.roles {
		table[role] = map[string]core.When{}
		for name := range g.actions {
			if !within(module, name) {
				continue
			}
			if when := g.When([]core.Role{role}, name); !when.Never() {
				table[role][name] = when
			}
		}
	}
	return table
}
