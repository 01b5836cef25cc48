package directory_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/ent"
)

func place(s *ent.Space) core.Place {
	return core.Place{Network: s.NetworkID, Region: s.RegionID, Space: s.ID, Path: s.Path}
}

func TestSomebodySuspendedIsOutOfSight(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		d := directory.New(w.DB, w.Gate, w.Events, w.Audit, w.Notify)
		ines := w.Actor(t, "ines", w.Bretagne)
		id := core.ActorFrom(ines).Person
		admin := w.Actor(t, "yann", w.Bretagne, "region_admin")
		elsewhere := w.Actor(t, "claire", w.Occitanie, "region_admin")
		sees := func(ctx context.Context) string {
			t.Helper()
			byID, err1 := d.Person(ctx, id)
			byHandle, err2 := d.Person(ctx, "ines")
			found, err3 := d.Get(ctx, []string{id})
			if (err1 == nil) != (err2 == nil) || (err1 == nil) != (len(found) == 1) || err3 != nil {
				t.Fatal(byID, err1, byHandle, err2, found, err3)
			}
			if err1 != nil && !errors.Is(err1, directory.ErrPersonUnknown) {
				t.Fatal(err1)
			}
			list, err := d.People(ctx, directory.Filter{Scope: core.Scope{Place: place(w.Network), Subtree: true}}, core.Page{Sort: "name", Limit: 10, Count: true})
			if err != nil || len(list.Items) != *list.Total {
				t.Fatal(list, err)
			}
			return fmt.Sprint(err1 == nil, " ", len(list.Items))
		}
		if got := sees(coretest.Visitor()); got != "true 3" {
			t.Errorf("a visitor sees %s", got)
		}
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Person.UpdateOneID(id).SetSuspended(true).SetListed(false).Exec(ctx)
		})
		for name, c := range map[string]struct {
			ctx  context.Context
			want string
		}{
			"a visitor": {coretest.Visitor(), "false 2"}, "themselves": {ines, "true 2"},
			"an admin": {admin, "true 2"}, "an admin of elsewhere": {elsewhere, "false 2"},
		} {
			if got := sees(c.ctx); got != c.want {
				t.Errorf("%s sees %s", name, got)
			}
		}
		if p, err := d.Reference(ines, id); err != nil || p.Handle != "ines" {
			t.Errorf("the reference is %v, %v", p, err)
		}
	})
}

func TestPeopleAreListedByScopeWithoutGaps(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		d := directory.New(w.DB, w.Gate, w.Events, w.Audit, w.Notify)
		homes := []*ent.Space{w.Bretagne, w.Rade, w.Occitanie, w.Network}
		want := map[string][]string{}
		for i := range 12 {
			home := homes[i%4]
			p := w.Person(t, fmt.Sprintf("p%02d", i), home)
			w.Write(t, func(ctx context.Context, c *ent.Client) error {
				return c.Person.UpdateOne(p).SetSortName("same").Exec(ctx)
			})
			if i%3 == 0 {
				w.Clock.Move(time.Microsecond)
			}
			for _, scope := range []string{home.ID, home.RegionID + " below", home.NetworkID + " below"} {
				want[scope] = append(want[scope], p.Handle)
			}
		}
		for _, c := range []struct {
			space   *ent.Space
			subtree bool
			key     string
		}{
			{w.Network, true, w.Network.ID + " below"},
			{w.Network, false, w.Network.ID},
			{w.Bretagne, true, w.Bretagne.ID + " below"},
			{w.Bretagne, false, w.Bretagne.ID},
			{w.Rade, true, w.Rade.ID},
		} {
			for _, sort := range []string{"name", "-name", "created_at", "-created_at"} {
				var got []string
				page := core.Page{Sort: sort, Limit: 2}
				for {
					ctx, queries := dbtest.Count(coretest.Visitor())
					ctx, guard := core.WithGuard(ctx)
					guard.Expect("person.read")
					list, err := d.People(ctx, directory.Filter{Scope: core.Scope{Place: place(c.space), Subtree: c.subtree}}, page)
					if err != nil || queries.Len() > 2 || guard.Err() != nil {
						t.Fatal(err, queries.Len(), guard.Err())
					}
					for _, p := range list.Items {
						got = append(got, p.Handle)
					}
					if list.Next == nil {
						break
					}
					page.After = list.Next
				}
				all := slices.Clone(want[c.key])
				if strings.HasPrefix(sort, "-") {
					slices.Reverse(all)
				}
				if !slices.Equal(got, all) {
					t.Errorf("%s %v by %s: %v, want %v", c.space.Slug, c.subtree, sort, got, all)
				}
			}
		}
	})
}

func TestWhoIsNotThereIsUnknown(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		d := directory.New(w.DB, w.Gate, w.Events, w.Audit, w.Notify)
		for _, name := range []string{"", "nobody", "\x00", "É", "\xff", db.NewID(), strings.Repeat("a", 31)} {
			if _, err := d.Person(coretest.Visitor(), name); !errors.Is(err, directory.ErrPersonUnknown) {
				t.Errorf("%q: %v", name, err)
			}
		}
		ctx, queries := dbtest.Count(coretest.Visitor())
		ctx, guard := core.WithGuard(ctx)
		guard.Expect("person.read")
		if found, err := d.Get(ctx, []string{db.NewID(), "\x00", ""}); err != nil || len(found) != 0 || queries.Len() > 2 || guard.Err() != nil {
			t.Error(found, err, queries.Len(), guard.Err())
		}
		if _, err := d.Get(ctx, make([]string, 501)); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("501 people: %v", err)
		}
	})
}
