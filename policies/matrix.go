package policies

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/labfilms/labfilms/core"
)

// Operation is one operation of the product, as its OpenAPI document has it.
type Operation struct {
	ID         string
	Method     string
	Path       string
	Permission string // an action; empty where Public
	Public     bool
}

// Matrix writes, for people who review a change of the policy, what every role
// may do with every operation: by path and method, one line for each role with
// the relations that it needs. The last role, suspended, stands for a platform
// administrator who is suspended: what is left to the one who could do most.
func Matrix(g *Gate, operations []Operation) []byte {
	var b bytes.Buffer
	b.WriteString("# Every operation, every role, and the relations that the role needs to the thing.\n")
	b.WriteString("# \"any\" is always, \"-\" is never; + joins what must hold together, | is or.\n")
	b.WriteString("# suspended: a platform_admin who is suspended.\n")
	operations = slices.Clone(operations)
	slices.SortFunc(operations, func(x, y Operation) int {
		return cmp.Or(strings.Compare(x.Path, y.Path), strings.Compare(x.Method, y.Method))
	})
	for _, o := range operations {
		permission := o.Permission
		if o.Public {
			permission = "public"
		}
		fmt.Fprintf(&b, "\n%s %s  %s  (%s)\n", o.Method, o.Path, permission, o.ID)
		if o.Public {
			continue
		}
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, role := range g.roles {
			roles := []core.Role{role}
			if role == core.RoleSuspended {
				roles = append(roles, core.RolePlatformAdmin)
			}
			fmt.Fprintf(w, "    %s\t%s\n", role, words(g.When(roles, o.Permission)))
		}
		w.Flush()
	}
	return b.Bytes()
}

// words writes an answer for people: "own+draft | team".
func words(when core.When) string {
	if when.Never() {
		return "-"
	}
	var sets []string
	for _, set := range when {
		sets = append(sets, set.String())
	}
	return strings.Join(sets, " | ")
}
