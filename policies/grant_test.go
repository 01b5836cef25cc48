package policies_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/labfilms/labfilms/core"
)

func TestOneHandsOnLessThanOneHas(t *testing.T) {
	t.Parallel()
	g := load(t)
	g.Now = func() time.Time { return noon }
	for _, c := range readTable(t, "testdata/granting.csv") {
		credential := "session"
		if c["grants"] == "" {
			credential = "nobody"
		}
		actor := readActor(t, c["grants"], credential)
		if may := g.MayGrant(actor, core.Role(c["role"]), c["at"]); may != (c["answer"] == "yes") {
			t.Errorf("%s gives %s at %s: %v, want %s: %s", c["grants"], c["role"], c["at"], may, c["answer"], c["why"])
		}
	}
	if !g.MayGrant(core.System(), core.RolePlatformAdmin, "/fr/") || g.MayGrant(core.System(), "director", "/fr/") {
		t.Error("the platform gives every role that there is, and no other")
	}
}

// Whatever chain of appointments somebody starts, nobody in it ends up with a
// right that the first did not have.
func TestNoGiftExceedsTheGiver(t *testing.T) {
	t.Parallel()
	g := load(t)
	g.Now = func() time.Time { return noon }
	paths := []string{"/fr/", "/fr/bret/", "/fr/bretagne/", "/fr/bretagne/lab/"}
	rapid.Check(t, func(t *rapid.T) {
		giver := anActor(t, g)
		// Who is shut out of a part of their own branch still runs the rest.
		giver.Grants = slices.DeleteFunc(giver.Grants, func(g core.Grant) bool { return g.Role == core.RoleSuspended })
		role := rapid.SampledFrom(g.Roles()).Draw(t, "role")
		at := rapid.SampledFrom(paths).Draw(t, "at")
		if !g.MayGrant(giver, role, at) {
			return
		}
		given := &core.Actor{Grants: []core.Grant{{Role: role, Path: at}}}
		for _, path := range paths {
			for _, action := range g.Actions() {
				for _, set := range g.When(given.RolesAt(path, noon), action) {
					if !g.When(giver.RolesAt(path, noon), action).Allows(set) {
						t.Fatalf("%s at %s lets them %s at %s, being %s; the giver may not", role, at, action, path, set)
					}
				}
			}
		}
	})
}
