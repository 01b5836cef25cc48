package spaces_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// Who has a role at a space or above it is a member of it, as long as it holds.
func TestMembers(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		until := w.Clock.Now().Add(time.Hour)
		names := map[string]string{}
		for name, given := range map[string]struct {
			at    *ent.Space
			role  core.Role
			until *time.Time
		}{
			"here": {w.Rade, "member", nil}, "above": {w.Bretagne, "curator", nil},
			"elsewhere": {w.Occitanie, "member", nil}, "guest": {w.Rade, "curator", &until},
		} {
			actor := core.ActorFrom(w.Actor(t, name, w.Bretagne))
			if _, err := s.Grant(coretest.System(), given.at, spaces.NewGrant{Account: actor.Account, Role: given.role, Until: given.until}); err != nil {
				t.Fatal(err)
			}
			names[actor.Person] = name
		}
		members := func(at string) (found []string) {
			t.Helper()
			all, err := s.Members(coretest.Visitor(), at, slices.Collect(maps.Keys(names)))
			if err != nil {
				t.Fatal(err)
			}
			for person := range all {
				found = append(found, names[person])
			}
			slices.Sort(found)
			return found
		}
		for _, c := range []struct {
			at   *ent.Space
			want []string
		}{
			{w.Rade, []string{"above", "guest", "here"}},
			{w.Bretagne, []string{"above"}},
			{w.Occitanie, []string{"elsewhere"}},
			{w.Network, nil},
		} {
			if found := members(c.at.ID); !slices.Equal(found, c.want) {
				t.Errorf("members of %s are %q, want %q", c.at.Slug, found, c.want)
			}
		}
		w.Clock.Move(time.Hour)
		if found := members(w.Rade.ID); !slices.Equal(found, []string{"above", "here"}) {
			t.Errorf("an hour later they are %q", found)
		}
		if found := members("no-such-space"); len(found) != 0 {
			t.Errorf("of a space that is not there they are %q", found)
		}
	})
}
