package policies

import (
	"slices"
	"strings"
	"time"

	"github.com/labfilms/labfilms/core"
)

// MayGrant reports whether the actor may give the role, or take it, at the
// space with the path at. It is the second half of grant.create and
// grant.revoke, whose Check is the first.
//
// Somebody who may grant at all hands on what they have there: below the space
// of their own grant every role of its closure, and at that space itself what
// is less than their own role. So an admin of Bretagne names curators of
// Bretagne and an admin of an institution in Bretagne, but neither makes nor
// removes a second admin of Bretagne: that is for whoever stands above. Above
// platform_admin stands nobody, so they name each other. Nobody's closure holds
// suspended: it is not given by a grant of this kind.
func (g *Gate) MayGrant(actor *core.Actor, role core.Role, at string) bool {
	return g.mayGrant(actor, role, at, g.Now())
}

// MayGrantUntil reports whether the actor may give the role until an instant,
// nil for always: nobody gives what outlasts the grant that lets them.
func (g *Gate) MayGrantUntil(actor *core.Actor, role core.Role, at string, until *time.Time) bool {
	last := time.Date(9998, time.December, 31, 0, 0, 0, 0, time.UTC)
	if until != nil {
		last = until.Add(-time.Microsecond)
	}
	return g.MayGrant(actor, role, at) && g.mayGrant(actor, role, at, last)
}

func (g *Gate) mayGrant(actor *core.Actor, role core.Role, at string, now time.Time) bool {
	given := g.closures[role]
	if given == 0 {
		return false
	}
	if actor.System {
		return true
	}
	here := actor.RolesAt(at, now)
	if !g.When(here, "grant.create").Always() {
		return false
	}
	if g.closure(actor.RolesAt(above(at), now))&given == given {
		return true
	}
	return slices.ContainsFunc(here, func(own core.Role) bool {
		return g.closures[own]&given == given && (own != role || own == core.RolePlatformAdmin)
	})
}

// above returns the path of the space above: "/fr/" for "/fr/bretagne/".
func above(path string) string {
	return path[:strings.LastIndexByte(strings.TrimSuffix(path, "/"), '/')+1]
}
