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

// must returns what is not an error.
func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err, core.AsError(err).Reasons)
		}
		return v
	}
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
		if _, err := o.End(people[0], of.ID, last.ID, ""); !errors.Is(err, organisations.ErrLastAdmin) {
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
				_, err := o.End(people[i], of.ID, memberships[i].ID, "")
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
		if _, err := o.End(ines, of.ID, mine(t, o, ines, of.ID).ID, ""); !errors.Is(err, organisations.ErrLastAdmin) {
			t.Errorf("she leaves it to who is suspended: %v", err)
		}
		ending := mine(t, o, ines, of.ID)
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Membership.UpdateOneID(ending.ID).SetUntil("2027-01-01").Exec(ctx)
		})
		if _, err := o.ChangeMembership(ines, of.ID, ending.ID, ending.Version, organisations.MembershipChange{Until: rest.Opt[string]{Set: true, Null: true}}); err != nil {
			t.Errorf("she may not stay: %v", err)
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
		if inside, theirs := count(ines), count(paul); inside != 1 || theirs != 2 {
			t.Errorf("their colleague sees %d members, they themselves %d", inside, theirs)
		}
		for _, whom := range []map[string][]*ent.Membership{must(o.Of(ines, []string{core.ActorFrom(paul).Person}))(t), must(o.MembersOf(ines, []string{of.ID}))(t)} {
			for _, all := range whom {
				if slices.ContainsFunc(all, func(m *ent.Membership) bool { return m.PersonID == core.ActorFrom(paul).Person }) {
					t.Error("who is suspended is shown beside something")
				}
			}
		}
		if _, err := o.Invite(ines, of.ID, organisations.NewMembership{Person: core.ActorFrom(paul).Person, Role: "member"}); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("who is suspended is invited: %v", err)
		}
		suspend(false)
		if public, inside := count(coretest.Visitor()), count(ines); public != 2 || inside != 2 {
			t.Errorf("reinstated, the public sees %d members, their colleague %d", public, inside)
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
		waiting := must(o.Invite(ines, of.ID, organisations.NewMembership{Person: core.ActorFrom(karim).Person, Role: "member"}))(t)
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
		if _, err := o.Accept(karim, of.ID, waiting.ID); !errors.Is(err, organisations.ErrState) {
			t.Errorf("a closed one takes in who was invited before: %v", err)
		}
		closed := func(ctx context.Context, s *ent.Space) (int, error) {
			list, err := o.List(ctx, organisations.Filter{Scope: core.Scope{Place: place(s), Subtree: true}, State: "closed"}, core.Page{Sort: "-created_at", Limit: 10})
			return len(list.Items), err
		}
		if n, err := closed(moderator, w.Bretagne); n != 1 || err != nil {
			t.Errorf("a moderator lists %d closed, %v", n, err)
		}
		for name, who := range map[string]context.Context{"her admin": ines, "a member": karim, "a moderator of a region": moderator} {
			if _, err := closed(who, w.Network); !errors.Is(err, core.ErrDenied) {
				t.Errorf("%s lists the closed: %v", name, err)
			}
		}
		w.Clock.Move(time.Second)
		if _, err := o.Reopen(ines, of.ID, "Si."); err != nil || listed() != 1 {
			t.Errorf("reopened: %v", err)
		}
		if got := w.Audited(t, "organisation:"+of.ID); !slices.Equal(got, []string{"organisation.create", "membership.invite", "organisation.close", "organisation.close"}) {
			t.Errorf("audited: %v", got)
		}
		if got := w.Recorded(t, of.ID); !slices.Equal(got, []string{"organisation.made.v1", "membership.invited.v1", "organisation.closed.v1", "organisation.reopened.v1"}) {
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

func TestAMembershipEndsOnADay(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		o := area(w) // it is the 22nd of November 2026
		ines := w.Actor(t, "ines", w.Bretagne, core.RoleMember)
		of := found(t, w, o, ines)
		for name, c := range map[string]struct{ since, until, named, last, refused string }{
			"today":        {last: "2026-11-22"},
			"earlier":      {since: "2020-01-01", named: "2026-10-31", last: "2026-10-31"},
			"was-over":     {until: "2026-11-01", last: "2026-11-01"},
			"was-to-last":  {until: "2030-01-01", last: "2026-11-22"},
			"not-begun":    {since: "2027-01-01"},
			"no-day":       {named: "31/10/2026", refused: "day"},
			"before-first": {since: "2026-01-01", named: "2025-12-31", refused: "order"},
			"to-come":      {named: "2026-11-23", refused: "future"},
		} {
			who := w.Actor(t, name, w.Occitanie, core.RoleMember)
			m := join(t, o, ines, who, of.ID, "member")
			m = must(o.ChangeMembership(ines, of.ID, m.ID, m.Version, organisations.MembershipChange{Since: rest.Some(c.since), Until: rest.Some(c.until)}))(t)
			ended, err := o.End(who, of.ID, m.ID, c.named)
			switch {
			case c.refused != "":
				if !errors.Is(err, core.ErrInvalid) || !slices.ContainsFunc(core.AsError(err).Reasons, func(r core.Reason) bool { return r.Pointer == "/until" && r.Code == c.refused }) {
					t.Errorf("%s: %v", name, err)
				}
			case err != nil || ended.Until != c.last || ended.State != membership.StateEnded || ended.EndedAt == nil:
				t.Errorf("%s: %v, %v", name, ended, err)
			}
		}
		// Who invited is told that they left, who was made to leave is told too.
		if got := w.Notified(t, core.ActorFrom(ines).Person); !slices.Contains(got, "membership.ended") {
			t.Errorf("told: %v", got)
		}
		paul := w.Actor(t, "paul", w.Occitanie, core.RoleMember)
		must(o.End(ines, of.ID, join(t, o, ines, paul, of.ID, "editor").ID, ""))(t)
		if got := w.Notified(t, core.ActorFrom(paul).Person); !slices.Contains(got, "membership.ended") {
			t.Errorf("told: %v", got)
		}
		// They may be invited again.
		must(o.Invite(ines, of.ID, organisations.NewMembership{Person: core.ActorFrom(paul).Person, Role: "member"}))(t)
	})
}

func TestASIRETOfAnotherSIRENIsNoAccident(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		o := area(w)
		ines := w.Actor(t, "ines", w.Bretagne, core.RoleMember)
		of := found(t, w, o, ines)
		of = must(o.Change(ines, of.ID, of.Version, organisations.Change{Siret: rest.Some("356 000 000 00048")}))(t)
		if _, err := o.Change(ines, of.ID, of.Version, organisations.Change{Siret: rest.Some("73282932000074")}); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("another SIREN's: %v", err)
		}
		of = must(o.Change(ines, of.ID, of.Version, organisations.Change{Siret: rest.Opt[string]{Set: true, Null: true}}))(t)
		if of.Siren != "356000000" || of.Siret != "" {
			t.Errorf("without its SIRET it is %q, %q", of.Siren, of.Siret)
		}
		of = must(o.Change(ines, of.ID, of.Version, organisations.Change{Siren: rest.Some("732829320"), Siret: rest.Some("73282932000074")}))(t)
		if of.Siren != "732829320" {
			t.Errorf("moved, it is %q", of.Siren)
		}
	})
}
