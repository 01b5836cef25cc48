package organisations_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/organisations"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/membership"
)

func area(w *coretest.World) *organisations.Organisations {
	return organisations.New(w.DB, w.Gate, w.Events, w.Audit, w.Notify)
}

func place(s *ent.Space) core.Place {
	return core.Place{Network: s.NetworkID, Region: s.RegionID, Space: s.ID, Path: s.Path}
}

// found makes an organisation of the asker.
func found(t *testing.T, w *coretest.World, o *organisations.Organisations, ctx context.Context) *ent.Organisation {
	t.Helper()
	made, err := o.Make(ctx, organisations.NewOrganisation{Place: place(w.Bretagne), Kind: "association", Name: "La Bande des quais"})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// join makes somebody belong to the organisation in a role, by an invitation
// that they accept.
func join(t *testing.T, o *organisations.Organisations, admin, who context.Context, id, role string) *ent.Membership {
	t.Helper()
	invited, err := o.Invite(admin, id, organisations.NewMembership{Person: core.ActorFrom(who).Person, Role: role})
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := o.Accept(who, id, invited.ID)
	if err != nil {
		t.Fatal(err)
	}
	return accepted
}

// mine returns the asker's membership of the organisation.
func mine(t *testing.T, o *organisations.Organisations, ctx context.Context, id string) *ent.Membership {
	t.Helper()
	list, err := o.MembershipsOf(ctx, core.ActorFrom(ctx).Person, core.Page{Sort: "created_at", Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list.Items, func(m *ent.Membership) bool { return m.OrganisationID == id && m.State == membership.StateActive })
	if i < 0 {
		t.Fatal("they do not belong there")
	}
	return list.Items[i]
}

func TestAnInvitationIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		o := area(w)
		ines := w.Actor(t, "ines", w.Bretagne, core.RoleMember)
		karim := w.Actor(t, "karim", w.Occitanie, core.RoleMember)
		thomas := w.Actor(t, "thomas", w.Occitanie, core.RoleMember)
		of := found(t, w, o, ines)

		for name, bad := range map[string]organisations.NewMembership{
			"nobody":    {Person: "x", Role: "member"},
			"unknown":   {Person: of.ID, Role: "member"},
			"no role":   {Person: core.ActorFrom(karim).Person, Role: "king"},
			"no day":    {Person: core.ActorFrom(karim).Person, Role: "member", Since: "2024-13-01"},
			"long word": {Person: core.ActorFrom(karim).Person, Role: "member", Title: fmt.Sprint(make([]int, 100))},
		} {
			if _, err := o.Invite(ines, of.ID, bad); !errors.Is(err, core.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := o.Invite(karim, of.ID, organisations.NewMembership{Person: core.ActorFrom(thomas).Person, Role: "admin"}); !errors.Is(err, core.ErrDenied) {
			t.Errorf("a stranger invites: %v", err)
		}
		won, lost := coretest.Race(50, func(int) error {
			_, err := o.Invite(ines, of.ID, organisations.NewMembership{Person: core.ActorFrom(karim).Person, Role: "member", Title: "trésorier"})
			return err
		})
		if won != 1 || slices.ContainsFunc(lost, func(err error) bool { return !errors.Is(err, organisations.ErrMember) }) {
			t.Fatalf("%d invitations, %v", won, lost[0])
		}
		list, err := o.MembershipsOf(karim, core.ActorFrom(karim).Person, core.Page{Sort: "created_at", Limit: 10})
		if err != nil || len(list.Items) != 1 {
			t.Fatal(list, err)
		}
		invited := list.Items[0].ID
		if got := w.Notified(t, core.ActorFrom(karim).Person); !slices.Contains(got, "membership.invited") {
			t.Errorf("told: %v", got)
		}
		// Nobody but the two and those who belong there know of it.
		if _, err := o.Accept(thomas, of.ID, invited); !errors.Is(err, organisations.ErrMembershipUnknown) {
			t.Errorf("another accepts: %v", err)
		}
		if _, err := o.Membership(coretest.Visitor(), of.ID, invited); !errors.Is(err, organisations.ErrMembershipUnknown) {
			t.Errorf("a visitor sees it: %v", err)
		}
		public, err := o.Memberships(coretest.Visitor(), of.ID, "", core.Page{Sort: "created_at", Limit: 10, Count: true})
		if err != nil || *public.Total != 1 {
			t.Errorf("the public counts %v, %v", public, err)
		}
		// Fifty answers, of either kind: one counts.
		won, _ = coretest.Race(50, func(i int) error {
			answer := []func(context.Context, string, string) (*ent.Membership, error){o.Accept, o.Decline}[i%2]
			_, err := answer(karim, of.ID, invited)
			if err != nil && !errors.Is(err, organisations.ErrMembershipState) {
				t.Errorf("an answer: %v", err)
			}
			return err
		})
		if won != 1 {
			t.Errorf("%d answers counted", won)
		}
	})
}

// TestCORE2LastAdminOfAnOrganisation: the last administrator can neither leave
// nor be demoted nor given an end; of fifty who leave at once, one stays.
func TestCORE2LastAdminOfAnOrganisation(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		o := area(w)
		const crowd = 50
		people := make([]context.Context, crowd)
		for i := range people {
			people[i] = w.Actor(t, fmt.Sprintf("admin%d", i), w.Bretagne, core.RoleMember)
		}
		of := found(t, w, o, people[0])
		last := mine(t, o, people[0], of.ID)
		if _, err := o.End(people[0], of.ID, last.ID); !errors.Is(err, organisations.ErrLastAdmin) {
			t.Fatalf("the only one leaves: %v", err)
		}
		for name, change := range map[string]organisations.MembershipChange{
			"demoted":    {Role: rest.Some("member")},
			"ending":     {Until: rest.Some("2027-01-01")},
			"not yet":    {Since: rest.Some("2027-01-01")},
			"ended soon": {Until: rest.Some("2026-11-22")},
		} {
			if _, err := o.ChangeMembership(people[0], of.ID, last.ID, last.Version, change); !errors.Is(err, organisations.ErrLastAdmin) {
				t.Errorf("the only one, %s: %v", name, err)
			}
		}

		memberships := make([]*ent.Membership, crowd)
		memberships[0] = last
		for i := 1; i < crowd; i++ {
			memberships[i] = join(t, o, people[0], people[i], of.ID, "admin")
		}
		won, lost := coretest.Race(crowd, func(i int) error {
			if i%2 == 0 {
				_, err := o.End(people[i], of.ID, memberships[i].ID)
				return err
			}
			_, err := o.ChangeMembership(people[i], of.ID, memberships[i].ID, memberships[i].Version, organisations.MembershipChange{Role: rest.Some("editor")})
			return err
		})
		if won != crowd-1 || len(lost) != 1 || !errors.Is(lost[0], organisations.ErrLastAdmin) {
			t.Fatalf("%d of %d went; the others got %v", won, crowd, lost)
		}
	})
}

func TestWhoIsSuspendedRunsNothing(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		o := area(w)
		ines := w.Actor(t, "ines", w.Bretagne, core.RoleMember)
		paul := w.Actor(t, "paul", w.Bretagne, core.RoleMember)
		of := found(t, w, o, ines)
		join(t, o, ines, paul, of.ID, "admin")
		suspend := func(suspended bool) {
			w.Write(t, func(ctx context.Context, c *ent.Client) error {
				state := account.StateActive
				if suspended {
					state = account.StateSuspended
				}
				if err := c.Account.UpdateOneID(core.ActorFrom(paul).Account).SetState(state).Exec(ctx); err != nil {
					return err
				}
				return c.Person.UpdateOneID(core.ActorFrom(paul).Person).SetSuspended(suspended).SetListed(!suspended).Exec(ctx)
			})
		}
		suspend(true)
		if _, err := o.End(ines, of.ID, mine(t, o, ines, of.ID).ID); !errors.Is(err, organisations.ErrLastAdmin) {
			t.Errorf("she leaves it to who is suspended: %v", err)
		}
		count := func(ctx context.Context) int {
			list, err := o.Memberships(ctx, of.ID, "", core.Page{Sort: "created_at", Limit: 10, Count: true})
			if err != nil || *list.Total != len(list.Items) {
				t.Fatal(list, err)
			}
			return len(list.Items)
		}
		if got := count(coretest.Visitor()); got != 1 {
			t.Errorf("the public sees %d members", got)
		}
		suspend(false)
		if got := count(coretest.Visitor()); got != 2 {
			t.Errorf("reinstated, the public sees %d members", got)
		}
		// Who hides it is seen by the others who belong there.
		m := mine(t, o, paul, of.ID)
		if _, err := o.Show(ines, of.ID, m.ID, false); !errors.Is(err, core.ErrDenied) {
			t.Errorf("another hides it: %v", err)
		}
		if _, err := o.Show(paul, of.ID, m.ID, false); err != nil {
			t.Fatal(err)
		}
		if public, inside := count(coretest.Visitor()), count(ines); public != 1 || inside != 2 {
			t.Errorf("hidden, %d see it outside, %d inside", public, inside)
		}
	})
}

func TestAnOrganisationIsClosedAndReopened(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		o := area(w)
		ines := w.Actor(t, "ines", w.Bretagne, core.RoleMember)
		karim := w.Actor(t, "karim", w.Occitanie, core.RoleMember)
		moderator := w.Actor(t, "mod", w.Bretagne, "moderator")
		of := found(t, w, o, ines)
		listed := func() int {
			list, err := o.List(coretest.Visitor(), organisations.Filter{Scope: core.Scope{Place: place(w.Network), Subtree: true}}, core.Page{Sort: "name", Limit: 10, Count: true})
			if err != nil || *list.Total != len(list.Items) {
				t.Fatal(list, err)
			}
			return len(list.Items)
		}
		if listed() != 1 {
			t.Fatal("it is not listed")
		}
		if _, err := o.Close(karim, of.ID, "Parce que."); !errors.Is(err, core.ErrDenied) {
			t.Errorf("a stranger closes it: %v", err)
		}
		if _, err := o.Close(moderator, of.ID, " "); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("without a reason: %v", err)
		}
		won, lost := coretest.Race(50, func(int) error {
			_, err := o.Close(moderator, of.ID, "Ce n'est pas une association.")
			return err
		})
		if won != 1 || slices.ContainsFunc(lost, func(err error) bool { return !errors.Is(err, organisations.ErrState) }) {
			t.Errorf("closed %d times, %v", won, lost)
		}
		if listed() != 0 {
			t.Error("a closed one is listed")
		}
		if _, err := o.Organisation(coretest.Visitor(), of.ID); err != nil {
			t.Errorf("a closed one is gone: %v", err)
		}
		if _, err := o.Invite(ines, of.ID, organisations.NewMembership{Person: core.ActorFrom(karim).Person, Role: "member"}); !errors.Is(err, organisations.ErrState) {
			t.Errorf("a closed one takes somebody in: %v", err)
		}
		w.Clock.Move(time.Second)
		if _, err := o.Reopen(ines, of.ID, "Si."); err != nil || listed() != 1 {
			t.Errorf("reopened: %v", err)
		}
		if got := w.Audited(t, "organisation:"+of.ID); !slices.Equal(got, []string{"organisation.create", "organisation.close", "organisation.close"}) {
			t.Errorf("audited: %v", got)
		}
		if got := w.Recorded(t, of.ID); !slices.Equal(got, []string{"organisation.made.v1", "organisation.closed.v1", "organisation.reopened.v1"}) {
			t.Errorf("recorded: %v", got)
		}
	})
}

func TestOfChangesAtOnceOneCounts(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		o := area(w)
		ines := w.Actor(t, "ines", w.Bretagne, core.RoleMember)
		of := found(t, w, o, ines)
		won, lost := coretest.Race(50, func(i int) error {
			_, err := o.Change(ines, of.ID, of.Version, organisations.Change{Name: rest.Some(fmt.Sprintf("Nom %d", i)), Siret: rest.Some("732 829 320 00074")})
			return err
		})
		if won != 1 || slices.ContainsFunc(lost, func(err error) bool { return !errors.Is(err, core.ErrStale) }) {
			t.Errorf("%d changes, %v", won, lost)
		}
		changed, err := o.Organisation(ines, of.ID)
		if err != nil || changed.Siren != "732829320" || changed.Version != of.Version+1 {
			t.Errorf("%+v, %v", changed, err)
		}
	})
}
