package directory_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

// lives makes somebody who lives at a commune, has crafts, and shows where to an
// audience.
func (w world) lives(t *testing.T, handle, commune, audience string, crafts ...string) context.Context {
	t.Helper()
	ctx := w.Actor(t, handle, w.Bretagne)
	w.changes(t, ctx, directory.Change{
		Commune: rest.Some(commune), Crafts: rest.Some(crafts), Visibility: rest.Some(map[string]string{"place": audience}),
	})
	return ctx
}

// finds returns the handles that a list has, in its order, read in pages of the
// size, and holds that it takes at most five queries a page, counted.
func (w world) finds(t *testing.T, ctx context.Context, filter directory.Filter, sort string, size int) []string {
	t.Helper()
	if filter.Scope.Space == "" {
		filter.Scope = core.Scope{Place: place(w.Network), Subtree: true}
	}
	page, all := core.Page{Sort: sort, Limit: size, Count: true}, []string{}
	for {
		counting, queries := dbtest.Count(ctx)
		list, err := w.People(counting, filter, page)
		if err != nil {
			t.Fatal(err, core.AsError(err).Reasons)
		}
		if queries.Len() > 4 {
			t.Errorf("%d queries: %q", queries.Len(), queries.Queries())
		}
		for _, p := range list.Items {
			all = append(all, p.Handle)
		}
		if list.Next == nil {
			if *list.Total != len(all) {
				t.Errorf("%d of %d", len(all), *list.Total)
			}
			return all
		}
		if len(list.Items) != size || len(all) > 100 {
			t.Fatalf("a page of %d, after %v", len(list.Items), all)
		}
		page.After = list.Next
	}
}

// filters are all that a list of people can be narrowed by, together with the
// sorts that it then has; who lives in Brest and does sound is in each.
func (w world) filters() map[string]struct {
	directory.Filter
	sorts []string
} {
	type narrowed = struct {
		directory.Filter
		sorts []string
	}
	any := []string{"name", "-name", "created_at", "-created_at"}
	here, region := core.Scope{Place: place(w.Bretagne)}, core.Scope{Place: place(w.Bretagne), Subtree: true}
	network := core.Scope{Place: place(w.Network), Subtree: true}
	return map[string]narrowed{
		"everybody":         {directory.Filter{Scope: network}, any},
		"a region":          {directory.Filter{Scope: region}, any},
		"a space":           {directory.Filter{Scope: here}, any},
		"a craft":           {directory.Filter{Scope: network, Craft: "SON-PER"}, any},
		"a region's craft":  {directory.Filter{Scope: region, Craft: "SON-PER"}, any},
		"a space's craft":   {directory.Filter{Scope: here, Craft: "SON-PER"}, any},
		"a commune":         {directory.Filter{Scope: network, Commune: "29019"}, any},
		"a commune's craft": {directory.Filter{Scope: network, Commune: "29019", Craft: "SON-PER"}, any},
		"near":              {directory.Filter{Scope: network, Near: "29019", WithinKM: 50}, []string{"distance"}},
		"a craft near":      {directory.Filter{Scope: network, Near: "29019", WithinKM: 50, Craft: "SON-PER"}, []string{"distance"}},
	}
}

func TestCORE3SuspendedIsInvisibleAndComesBackIntact(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ines := w.lives(t, "ines", "29019", "everyone", "SON-PER")
		w.lives(t, "karim", "29019", "everyone", "SON-PER")
		maker := w.Actor(t, "maker", w.Bretagne, "creator")
		yann := w.Actor(t, "yann", w.Bretagne, "region_admin")
		elsewhere := w.Actor(t, "claire", w.Occitanie, "region_admin")
		profile := w.records(t, maker, "Inès", w.Bretagne, true)
		made := w.claims(t, ines, profile)
		if _, err := w.AddBusy(ines, directory.NewBusy{FirstDay: "2027-01-01", LastDay: "2027-01-02"}); err != nil {
			t.Fatal(err)
		}
		before, err := w.Directory.Person(coretest.Visitor(), "ines")
		if err != nil {
			t.Fatal(err)
		}
		listed := func(want bool) {
			t.Helper()
			for name, f := range w.filters() {
				for _, sort := range f.sorts {
					for _, ctx := range []context.Context{coretest.Visitor(), maker, yann, ines} {
						if got := w.finds(t, ctx, f.Filter, sort, 1); slices.Contains(got, "ines") != want || !slices.Contains(got, "karim") {
							t.Errorf("%s by %s: %v", name, sort, got)
						}
					}
				}
			}
		}
		suspend := func(yes bool) {
			w.Write(t, func(ctx context.Context, c *ent.Client) error {
				return c.Person.UpdateOneID(before.ID).SetSuspended(yes).SetListed(!yes).SetUpdatedAt(before.UpdatedAt).Exec(ctx)
			})
		}
		listed(true)

		suspend(true)
		listed(false)
		for name, ctx := range map[string]context.Context{"a visitor": coretest.Visitor(), "somebody": maker, "an admin of elsewhere": elsewhere} {
			_, byID := w.Directory.Person(ctx, before.ID)
			_, byHandle := w.Directory.Person(ctx, "ines")
			_, busy := w.Busy(ctx, "ines", core.Page{Sort: "first_day", Limit: 5})
			_, claimed := w.Claim(maker, before.ID, "")
			for _, err := range []error{byID, byHandle, busy, claimed} {
				if !errors.Is(err, directory.ErrPersonUnknown) {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		if _, err := w.Directory.Person(yann, "ines"); err != nil {
			t.Errorf("who can reinstate them: %v", err)
		}
		suspended := core.WithActor(context.Background(), &core.Actor{Account: core.ActorFrom(ines).Account, Person: before.ID, Suspended: true})
		if _, err := w.Change(suspended, before.ID, before.Version, directory.Change{Name: rest.Some("X")}); !errors.Is(err, core.ErrDenied) {
			t.Errorf("they write on: %v", err)
		}
		if _, err := w.Withdraw(suspended, made.ID); !errors.Is(err, core.ErrDenied) && !errors.Is(err, directory.ErrClaimUnknown) {
			t.Errorf("they claim on: %v", err)
		}

		suspend(false)
		listed(true)
		after, err := w.Directory.Person(coretest.Visitor(), "ines")
		if err != nil || fmt.Sprint(after) != fmt.Sprint(before) || len(after.Edges.Crafts) != 1 {
			t.Errorf("came back as %v, %v; was %v", after, err, before)
		}
		if list, err := w.Busy(ines, "ines", core.Page{Sort: "first_day", Limit: 5}); err != nil || len(list.Items) != 1 {
			t.Error(list, err)
		}
		if got := w.state(t, profile.ID); got != "pending: pending" {
			t.Errorf("the claim is %s", got)
		}
	})
}

func TestCORE6FoundFromTheParent(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		const parent, milizac = "29076", "29149"
		if c, _ := communes.Current(milizac); c.Code != parent || c.Name != "Milizac-Guipronvel" {
			t.Fatal(c)
		}
		w.lives(t, "ines", milizac, "everyone", "SON-PER")
		w.lives(t, "karim", parent, "everyone", "IMA-DOP")
		w.lives(t, "paul", "75118", "everyone", "SON-PER") // an arrondissement of Paris
		w.lives(t, "zoe", milizac, "members", "SON-PER")
		w.lives(t, "lea", "29019", "everyone", "SON-PER")
		for _, c := range []struct {
			filter directory.Filter
			want   string
		}{
			{directory.Filter{Commune: parent}, "ines karim"},
			{directory.Filter{Commune: milizac}, "ines karim"},
			{directory.Filter{Commune: parent, Craft: "SON-PER"}, "ines"},
			{directory.Filter{Commune: "75056"}, "paul"},
			{directory.Filter{Commune: "75101"}, "paul"},
			{directory.Filter{Commune: "29232"}, ""},
		} {
			if got := strings.Join(w.finds(t, coretest.Visitor(), c.filter, "name", 1), " "); got != c.want {
				t.Errorf("%+v finds %q, want %q", c.filter, got, c.want)
			}
		}
		// Who does not want the place seen is not found by it, and is again when they do.
		zoe, err := w.Directory.Person(coretest.Visitor(), "zoe")
		if err != nil || zoe.FoundCommune != "" {
			t.Error(zoe, err)
		}
	})
}

func TestNobodyIsFoundMoreExactlyThanTheyShow(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		// Two communes of one wide cell, and one who shows that they live there.
		brest, _ := communes.Get("29019")
		var other communes.Commune
		for _, c := range communes.All("29") {
			if c.WideTile() == brest.WideTile() && c.Tile() != brest.Tile() {
				other = c
			}
		}
		if other.Code == "" {
			t.Fatal("there is none")
		}
		w.lives(t, "here", brest.Code, "nobody", "SON-PER")
		w.lives(t, "there", other.Code, "members", "SON-PER")
		w.lives(t, "shown", brest.Code, "everyone", "SON-PER")
		found := 0
		for _, from := range communes.All("29") {
			for _, km := range []int{5, 6, 8, 11, 16, 23, 33, 50} {
				filter := directory.Filter{Near: from.Code, WithinKM: km, Craft: []string{"", "SON-PER"}[km%2]}
				got := w.finds(t, coretest.Visitor(), filter, "distance", 5)
				if slices.Contains(got, "here") {
					found++
				}
				// Both or neither, and by name: nobody but one of the same tile stands between them.
				got = slices.DeleteFunc(got, func(handle string) bool { return handle == "shown" })
				if len(got) > 0 && !slices.Equal(got, []string{"here", "there"}) {
					t.Fatalf("%d km around %s tell %s from %s: %v", km, from.Name, brest.Name, other.Name, got)
				}
			}
			if got := w.finds(t, coretest.Visitor(), directory.Filter{Commune: from.Code}, "name", 5); slices.Contains(got, "here") || slices.Contains(got, "there") {
				t.Fatalf("they are found at %s", from.Name)
			}
		}
		if found == 0 {
			t.Error("they are not found at all")
		}
	})
}

func TestNearComesTheNearestFirst(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		for handle, commune := range map[string]string{
			"quimper": "29232", "brest2": "29019", "brest1": "29019", "guilers": "29069", "morlaix": "29151", "toulouse": "31555", "milizac": "29149",
			"chateaulin": "29026", "landerneau": "29103",
		} {
			w.lives(t, handle, commune, "everyone", "SON-PER", "IMA-DOP")
		}
		w.lives(t, "actor", "29019", "everyone", "INT-COM")
		// Guilers and Milizac are of one tile, and so in the order of their names.
		want := []string{"actor", "brest1", "brest2", "guilers", "milizac", "landerneau", "chateaulin", "quimper", "morlaix"}
		for _, size := range []int{1, 2, 3, 10} {
			if got := w.finds(t, coretest.Visitor(), directory.Filter{Near: "29019", WithinKM: 50}, "distance", size); !slices.Equal(got, want) {
				t.Errorf("near Brest are %v, want %v", got, want)
			}
			if got := w.finds(t, coretest.Visitor(), directory.Filter{Near: "29019", WithinKM: 50, Craft: "IMA-DOP"}, "distance", size); !slices.Equal(got, want[1:]) {
				t.Errorf("near Brest with a craft are %v, want %v", got, want[1:])
			}
		}
		if got := w.finds(t, coretest.Visitor(), directory.Filter{Near: "29019", WithinKM: 5}, "distance", 10); !slices.Equal(got, want[:3]) {
			t.Errorf("in Brest are %v", got)
		}
	})
}

func TestListsOfPeopleRefuseWhatIsNoGood(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		for _, c := range []struct {
			filter directory.Filter
			want   string
		}{
			{directory.Filter{Craft: "x", Commune: "99999"}, "query/commune unknown query/craft unknown"},
			{directory.Filter{Near: "\x00", WithinKM: 51}, "query/near unknown query/within_km range"},
			{directory.Filter{Near: "29019", WithinKM: 4}, "query/within_km range"},
			{directory.Filter{Near: "29019", WithinKM: 5, Commune: "29019"}, "query/near alternative"},
		} {
			_, err := w.People(coretest.Visitor(), c.filter, core.Page{Sort: "name", Limit: 1})
			if got := strings.Join(reasons(t, err), " "); got != c.want {
				t.Errorf("%+v: %s", c.filter, got)
			}
		}
	})
}
