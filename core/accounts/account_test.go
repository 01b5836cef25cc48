package accounts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
)

func TestAnAccountIsMadeWithItsPerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		in := w.new("Ines.Morvan")
		in.Email, in.Name = "  Ines.MORVAN@Bücher.Example ", "  Ine\u0300s  Morvan "
		made, err := w.Create(coretest.System(), in)
		if err != nil {
			t.Fatal(err)
		}
		if made.Email != "ines.morvan@xn--bcher-kva.example" || strings.Contains(made.PasswordHash, password) {
			t.Errorf("it is kept as %v", made)
		}
		person, err := w.Store.From(coretest.System()).Person.Get(coretest.System(), made.PersonID)
		if err != nil {
			t.Fatal(err)
		}
		if person.Handle != "ines.morvan" || person.Name != "Inès Morvan" || person.SortName != "ines-morvan" || person.RegionID != w.Bretagne.ID {
			t.Errorf("the person is %v", person)
		}
		if got := w.Recorded(t, person.ID); !slices.Equal(got, []string{"person.joined.v1"}) {
			t.Errorf("recorded: %v", got)
		}
		if got := w.Audited(t, "account:"+made.ID); !slices.Equal(got, []string{"account.create"}) {
			t.Errorf("audited: %v", got)
		}
	})
}

func TestOnlyThePlatformMakesAccounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		if _, err := w.Create(w.Actor(t, "nadia", w.Network, "platform_admin"), w.new("ines")); !errors.Is(err, core.ErrDenied) {
			t.Errorf("an administrator does: %v", err)
		}
		admin := w.Actor(t, "yann", w.Network, "platform_admin")
		if _, err := w.As(admin, db.NewID()); !errors.Is(err, core.ErrDenied) {
			t.Errorf("an administrator speaks for others: %v", err)
		}
		if _, err := w.ByEmail(admin, "a@example.org"); !errors.Is(err, core.ErrDenied) {
			t.Errorf("an administrator looks e-mails up: %v", err)
		}
		if _, err := w.List(admin, core.Page{Limit: 1}); !errors.Is(err, core.ErrDenied) {
			t.Errorf("an administrator lists e-mails: %v", err)
		}
	})
}

func TestAnAccountRefusesAllThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		_, err := w.Create(coretest.System(), accounts.NewAccount{Email: "nobody", Handle: "Ad min", Password: "short", Name: "\x00", Home: w.home()})
		var got []string
		for _, r := range core.AsError(err).Reasons {
			got = append(got, r.Pointer)
		}
		if !slices.Equal(got, []string{"/email", "/handle", "/password", "/name"}) {
			t.Errorf("the reasons are for %v", got)
		}
		for _, c := range []struct {
			name string
			spot func(*accounts.NewAccount)
		}{
			{"a reserved handle", func(n *accounts.NewAccount) { n.Handle = "ADMIN" }},
			{"a handle of other letters", func(n *accounts.NewAccount) { n.Handle = "раypal" }},
			{"a handle too long", func(n *accounts.NewAccount) { n.Handle = strings.Repeat("a", 31) }},
			{"two dots", func(n *accounts.NewAccount) { n.Handle = "a..b" }},
			{"NUL in the e-mail", func(n *accounts.NewAccount) { n.Email = "a\x00@example.org" }},
			{"two at signs", func(n *accounts.NewAccount) { n.Email = "a@b@example.org" }},
			{"no domain", func(n *accounts.NewAccount) { n.Email = "a@localhost" }},
			{"a header in it", func(n *accounts.NewAccount) { n.Email = "a@example.org\r\nBcc: b@example.org" }},
			{"a long e-mail", func(n *accounts.NewAccount) { n.Email = strings.Repeat("a", 65) + "@example.org" }},
			{"a long password", func(n *accounts.NewAccount) { n.Password = strings.Repeat("a", 1025) }},
			{"a password that is no text", func(n *accounts.NewAccount) { n.Password = "aaaaaaaaaaaa\xff" }},
		} {
			in := w.new("ines")
			c.spot(&in)
			if _, err := w.Create(coretest.System(), in); !errors.Is(err, core.ErrInvalid) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	})
}

func TestOneOfManyGetsTheHandleAndTheAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		for name, spot := range map[string]func(i int, in *accounts.NewAccount){
			"/handle": func(i int, in *accounts.NewAccount) {
				in.Email = fmt.Sprintf("ines%d@example.org", i)
				in.Handle = []string{"Ines", "INES", "ines"}[i%3]
			},
			"/email": func(i int, in *accounts.NewAccount) {
				in.Handle = fmt.Sprintf("someone%d", i)
				in.Email = []string{"same@example.org", "SAME@example.org", "same@EXAMPLE.org"}[i%3]
			},
		} {
			won, lost := coretest.Race(50, func(i int) error {
				in := w.new("x")
				spot(i, &in)
				_, err := w.Create(coretest.System(), in)
				return err
			})
			if won != 1 {
				t.Errorf("%s: %d got it", name, won)
			}
			for _, err := range lost {
				want := map[string]*core.Fault{"/handle": accounts.ErrHandleTaken, "/email": accounts.ErrTaken}[name]
				if core.AsError(err).Fault != want {
					t.Fatalf("%s: a loser got %v", name, err)
				}
			}
		}
		people, err := w.Store.From(coretest.System()).Person.Query().Count(coretest.System())
		if err != nil || people != 2 {
			t.Errorf("%d people, %v: a loser left a person", people, err)
		}
	})
}

func TestTheAccountsAreListedForThePlatform(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		for i := range 5 {
			w.join(t, fmt.Sprintf("someone%d", i)) // all at the same time, by the clock
		}
		var got []string
		page := core.Page{Sort: "created_at", Limit: 2}
		for {
			list, err := w.List(coretest.System(), page)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range list.Items {
				got = append(got, a.ID)
			}
			if list.Next == nil {
				break
			}
			page.After = list.Next
		}
		if len(got) != 5 || !slices.IsSorted(got) {
			t.Errorf("listed: %v", got)
		}
		found, err := w.ByEmail(coretest.System(), " SOMEONE3@example.org")
		if err != nil || found.Email != "someone3@example.org" {
			t.Errorf("by e-mail: %v, %v", found, err)
		}
		for _, unknown := range []string{"nobody@example.org", "", "\x00"} {
			if _, err := w.ByEmail(coretest.System(), unknown); !errors.Is(err, accounts.ErrAccountUnknown) {
				t.Errorf("%q: %v", unknown, err)
			}
		}
	})
}

func TestSuspendingTakesAwayAllButLooking(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		admin := w.Actor(t, "yann", w.Bretagne, "region_admin")
		elsewhere := w.Actor(t, "claire", w.Occitanie, "region_admin")
		account, self := w.join(t, "ines")
		w.give(t, account, "creator", w.Bretagne)
		token, _, err := w.SignIn(coretest.Visitor(), account.Email, password)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Suspend(elsewhere, account.ID, "spam"); !errors.Is(err, accounts.ErrAccountUnknown) {
			t.Errorf("from another region: %v", err)
		}
		if err := w.Suspend(coretest.Visitor(), account.ID, "spam"); !errors.Is(err, accounts.ErrAccountUnknown) {
			t.Errorf("a visitor: %v", err)
		}
		if err := w.Suspend(admin, account.ID, " "); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("without a reason: %v", err)
		}
		if err := w.Suspend(core.WithActor(self, &core.Actor{Account: account.ID, Grants: []core.Grant{{Role: "region_admin", Path: w.Bretagne.Path}}}), account.ID, "tired"); !errors.Is(err, core.ErrDenied) {
			t.Errorf("oneself: %v", err)
		}
		won, lost := coretest.Race(10, func(int) error { return w.Suspend(admin, account.ID, "spam") })
		if won != 10 {
			t.Errorf("suspending again: %v", lost)
		}
		actor, err := w.Authenticate(coretest.Visitor(), token)
		if err != nil || !actor.Suspended {
			t.Fatalf("the next request is by %+v, %v", actor, err)
		}
		now := core.WithActor(coretest.Visitor(), actor)
		if w.Gate.May(now, "film.create", w.Bretagne.Path, 0) {
			t.Error("they still make films")
		}
		if _, err := w.Me(now); err != nil {
			t.Errorf("they do not see who they are: %v", err)
		}
		if _, _, err := w.SignIn(coretest.Visitor(), account.Email, password); err != nil {
			t.Errorf("they do not get in to look: %v", err)
		}
		if err := w.SignOut(now); err != nil {
			t.Errorf("they do not get out: %v", err)
		}
		if err := w.Reinstate(admin, account.ID, "mistake"); err != nil {
			t.Fatal(err)
		}
		if got := w.Recorded(t, account.PersonID); !slices.Equal(got, []string{"person.joined.v1", "person.suspended.v1", "person.reinstated.v1"}) {
			t.Errorf("recorded: %v", got)
		}
		person, err := w.Store.From(coretest.System()).Person.Get(coretest.System(), account.PersonID)
		if err != nil || person.Suspended {
			t.Errorf("the person is %v, %v", person, err)
		}
	})
}

func TestNobodySuspendsWhoStandsAbove(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		admin := w.Actor(t, "yann", w.Bretagne, "region_admin")
		for role, at := range map[core.Role]*ent.Space{"platform_admin": w.Network, "region_admin": w.Bretagne, "curator": w.Occitanie} {
			account, _ := w.join(t, strings.ReplaceAll(string(role), "_", "-"))
			w.give(t, account, role, at)
			if err := w.Suspend(admin, account.ID, "coup"); !errors.Is(err, core.ErrDenied) {
				t.Errorf("a %s of %s is suspended: %v", role, at.Slug, err)
			}
		}
		for _, id := range []string{db.NewID(), "", "\x00"} {
			if err := w.Suspend(admin, id, "who"); !errors.Is(err, accounts.ErrAccountUnknown) {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}

func TestTheLastWhoRunsThePlatformIsNotSuspended(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		// One whose role ends is nobody to stay.
		ending, _ := w.join(t, "interim")
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Grant.Create().SetAccountID(ending.ID).SetRole(string(core.RolePlatformAdmin)).
				SetSpaceID(w.Network.ID).SetPath(w.Network.Path).SetUntil(w.Clock.Now().Add(time.Hour)).
				Exec(ctx)
		})
		suspend := w.ring(t, 50)
		won, lost := coretest.Race(50, suspend)
		if won != 49 || !errors.Is(lost[0], accounts.ErrLastAdmin) {
			t.Errorf("%d of 50 were suspended; %v", won, lost)
		}
		left := w.Store.From(coretest.System()).Account.Query().
			Where(account.StateEQ(account.StateActive), account.IDNEQ(ending.ID)).
			AllX(coretest.System())
		if len(left) != 1 {
			t.Fatalf("%d run the platform", len(left))
		}
		if err := w.Suspend(coretest.System(), left[0].ID, "by mistake"); !errors.Is(err, accounts.ErrLastAdmin) {
			t.Errorf("from the command line: %v", err)
		}
		if err := w.Suspend(coretest.System(), ending.ID, "early"); err != nil {
			t.Errorf("one whose role ends: %v", err)
		}
	})
}

func TestThoseWhoRunThePlatformDoNotAllSuspendEachOther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		won, lost := w.Crowd(t, func(ctx context.Context, c *ent.Client) error {
			return c.Account.Update().SetUpdatedAt(w.Clock.Now()).Exec(ctx)
		}, w.ring(t, 8))
		if won != 7 || !errors.Is(lost[0], accounts.ErrLastAdmin) {
			t.Errorf("%d of 8 were suspended; %v", won, lost)
		}
	})
}

// ring makes n administrators of the platform. The ith call has one of them
// suspend the next.
func (w world) ring(t *testing.T, n int) func(i int) error {
	t.Helper()
	admins := make([]*ent.Account, n)
	for i := range admins {
		admins[i], _ = w.join(t, fmt.Sprintf("runs-it-all%d", i))
		w.give(t, admins[i], core.RolePlatformAdmin, w.Network)
	}
	return func(i int) error {
		ctx := core.WithActor(coretest.Visitor(), &core.Actor{
			Account: admins[i].ID, Person: admins[i].PersonID,
			Grants: []core.Grant{{Role: core.RolePlatformAdmin, Path: w.Network.Path}},
		})
		return w.Suspend(ctx, admins[(i+1)%n].ID, "coup")
	}
}
