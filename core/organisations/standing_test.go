package organisations_test

import (
	"context"
	"errors"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/organisations"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/membership"
	"github.com/labfilms/labfilms/ent/organisation"
)

func TestStandingIsWhatAMembershipMakesOfSomebodyToday(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		o := organisations.New(w.DB, w.Gate, w.Events, w.Audit, w.Notify)
		id := db.NewID()
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Organisation.Create().SetID(id).SetKind(organisation.KindCollective).SetName("Les Embruns").SetSlug("les-embruns").
				SetNetworkID(w.Network.ID).SetRegionID(w.Bretagne.ID).SetSpaceID(w.Bretagne.ID).Exec(ctx)
		})
		for name, c := range map[string]struct {
			role         membership.Role
			state        membership.State
			since, until string
			want         core.Relations
		}{
			"admin":   {"admin", "active", "", "", core.RelationSet(core.Own)},
			"editor":  {"editor", "active", "2020-01-01", "", core.RelationSet(core.Team)},
			"member":  {"member", "active", "", "2026-11-22", core.RelationSet(core.Crew)},
			"over":    {"admin", "active", "", "2026-11-21", 0},
			"to-come": {"admin", "active", "2026-11-23", "", 0},
			"invited": {"admin", "invited", "", "", 0},
			"ended":   {"admin", "ended", "", "", 0},
		} {
			who := w.Actor(t, name, w.Occitanie)
			w.Write(t, func(ctx context.Context, cl *ent.Client) error {
				return cl.Membership.Create().SetOrganisationID(id).SetPersonID(core.ActorFrom(who).Person).
					SetRole(c.role).SetState(c.state).SetSince(c.since).SetUntil(c.until).Exec(ctx)
			})
			ctx, queries := dbtest.Count(who)
			got, err := o.Standing(ctx, id)
			if err != nil || got.Relations != c.want || got.Path != w.Bretagne.Path {
				t.Errorf("%s is %v, want %v (%v)", name, got, c.want, err)
			}
			if queries.Len() != 3 {
				t.Errorf("it took %d queries", queries.Len())
			}
		}
		for name, who := range map[string]context.Context{"a visitor": coretest.Visitor(), "the platform": coretest.System()} {
			if got, err := o.Standing(who, id); err != nil || got.Relations != 0 {
				t.Errorf("%s is %v (%v)", name, got, err)
			}
		}
		for _, id := range []string{db.NewID(), "\x00", ""} {
			if _, err := o.Standing(coretest.Visitor(), id); !errors.Is(err, organisations.ErrUnknown) {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}
