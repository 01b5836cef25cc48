package organisations_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/organisations"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/membership"
)

func TestListsOfOrganisationsHaveNoGapsAndTakeConstantQueries(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		o := area(w)
		ines := w.Actor(t, "ines", w.Bretagne, core.RoleMember)
		var ids []string
		for i := range 7 {
			name, kind := fmt.Sprintf("Étoile %d", i/2), []string{"association", "festival"}[i%2]
			ids = append(ids, must(o.Make(ines, organisations.NewOrganisation{Place: place(w.Bretagne), Kind: kind, Name: name}))(t).ID)
		}
		for _, sort := range []string{"name", "-name", "created_at", "-created_at"} {
			for kind, want := range map[string][]string{"": ids, "festival": {ids[1], ids[3], ids[5]}} {
				want := slices.Clone(want) // names rise with their making, and ids where they are one
				if sort[0] == '-' {
					slices.Reverse(want)
				}
				var got []string
				page := core.Page{Sort: sort, Limit: 2, Count: true}
				for {
					ctx, queries := dbtest.Count(coretest.Visitor())
					list, err := o.List(ctx, organisations.Filter{Scope: core.Scope{Place: place(w.Network), Subtree: true}, Kind: kind}, page)
					if err != nil || *list.Total != len(want) || queries.Len() != 2 {
						t.Fatal(list, err, queries.Len())
					}
					for _, of := range list.Items {
						got = append(got, of.ID)
					}
					if list.Next == nil {
						break
					}
					page.After = list.Next
				}
				if !slices.Equal(got, want) {
					t.Errorf("%q by %s: %v, want %v", kind, sort, got, want)
				}
			}
		}
	})
}

func TestListsOfMembershipsHaveNoGapsAndTakeConstantQueries(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		o := area(w)
		ines := w.Actor(t, "ines", w.Bretagne, core.RoleMember)
		of := found(t, w, o, ines)
		want := []string{mine(t, o, ines, of.ID).ID}
		one, few := 0, 0
		for i := range 6 {
			want = append(want, join(t, o, ines, w.Actor(t, fmt.Sprint("membre", i), w.Occitanie, core.RoleMember), of.ID, "member").ID)
			ctx, queries := dbtest.Count(coretest.Visitor())
			if all := must(o.MembersOf(ctx, []string{of.ID}))(t)[of.ID]; len(all) != i+2 {
				t.Errorf("%d members beside it, want %d", len(all), i+2)
			}
			if i == 0 {
				one = queries.Len()
			}
			few = queries.Len()
		}
		if one != few || one != 3 {
			t.Errorf("beside it: %d queries for two members, %d for seven", one, few)
		}
		for who, limit := range map[context.Context]int{coretest.Visitor(): 4, ines: 5} {
			var got []string
			page := core.Page{Sort: "created_at", Limit: 2}
			for {
				ctx, queries := dbtest.Count(who)
				list := must(o.Memberships(ctx, of.ID, "active", page))(t)
				if queries.Len() > limit+1 {
					t.Errorf("%d queries: %q", queries.Len(), queries.Queries())
				}
				for _, m := range list.Items {
					got = append(got, m.ID)
				}
				if list.Next == nil {
					break
				}
				page.After = list.Next
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		}
	})
}

func TestTheFirstFiftyStandBesideTheirOrganisation(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		o := area(w)
		ines := w.Actor(t, "ines", w.Bretagne, core.RoleMember)
		crowded, small := found(t, w, o, ines), found(t, w, o, ines)
		people := make([]string, 60)
		for i := range people {
			people[i] = w.Person(t, fmt.Sprint("membre", i), w.Occitanie).ID
		}
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Membership.MapCreateBulk(people, func(m *ent.MembershipCreate, i int) {
				m.SetOrganisationID(crowded.ID).SetPersonID(people[i]).SetRole(membership.RoleMember).SetState(membership.StateActive)
			}).Exec(ctx)
		})
		all := must(o.MembersOf(coretest.Visitor(), []string{crowded.ID, small.ID}))(t)
		if len(all[crowded.ID]) != 50 || len(all[small.ID]) != 1 || all[crowded.ID][0].PersonID != core.ActorFrom(ines).Person {
			t.Errorf("%d and %d stand beside them", len(all[crowded.ID]), len(all[small.ID]))
		}
		must(o.Close(ines, small.ID, "C'est fini."))(t)
		if where := must(o.Of(coretest.Visitor(), []string{core.ActorFrom(ines).Person}))(t)[core.ActorFrom(ines).Person]; len(where) != 1 || where[0].OrganisationID != crowded.ID {
			t.Errorf("she belongs to %v", where)
		}
	})
}

func TestListsFollowAnIndex(t *testing.T) {
	t.Parallel()
	// PostgreSQL plans by what it knows of the tables, which here is nothing.
	w := coretest.Open(t, db.SQLite)
	w.Settle(t)
	o := area(w)
	ines := w.Actor(t, "ines", w.Bretagne, core.RoleMember)
	of := found(t, w, o, ines)
	after := &core.Key{Value: "2026-01-01T00:00:00Z", ID: "x"}
	lists := map[string]func(ctx context.Context) error{
		"who belongs": func(ctx context.Context) error {
			_, err := o.Memberships(ctx, of.ID, "", core.Page{Sort: "created_at", Limit: 20, After: after})
			return err
		},
		"who is invited": func(ctx context.Context) error {
			_, err := o.Memberships(ctx, of.ID, "invited", core.Page{Sort: "created_at", Limit: 20, After: after})
			return err
		},
		"where somebody belongs": func(ctx context.Context) error {
			_, err := o.MembershipsOf(ctx, core.ActorFrom(ines).Person, core.Page{Sort: "created_at", Limit: 20, After: after})
			return err
		},
	}
	for _, s := range []*ent.Space{w.Network, w.Bretagne, w.Rade} {
		for _, sort := range []string{"name", "-name", "created_at", "-created_at"} {
			for _, kind := range []string{"", "festival"} {
				lists[s.Slug+" by "+sort+" "+kind] = func(ctx context.Context) error {
					_, err := o.List(ctx, organisations.Filter{Scope: core.Scope{Place: place(s), Subtree: true}, Kind: kind}, core.Page{Sort: sort, Limit: 20, After: after})
					return err
				}
			}
		}
	}
	for name, list := range lists {
		for _, who := range []context.Context{coretest.Visitor(), ines} {
			ctx, queries := dbtest.Count(who)
			if err := list(ctx); err != nil {
				t.Fatal(err)
			}
			for _, query := range queries.Queries() {
				// What is read by its id needs no plan.
				if !strings.Contains(query, "LIMIT") && !strings.Contains(query, "row_number") {
					continue
				}
				if got := plan(t, w, query); strings.Contains(got, "TEMP B-TREE") || strings.Contains(got, "SCAN") || strings.Contains(got, "LIST SUBQUERY") {
					t.Errorf("%s: %s\n%s", name, got, query)
				}
			}
		}
	}
}

// plan returns how SQLite would run the query.
func plan(t *testing.T, w *coretest.World, query string) string {
	t.Helper()
	var rows entsql.Rows
	args := slices.Repeat([]any{"x"}, strings.Count(query, "?"))
	if err := w.DB.Driver(t.Context()).Query(t.Context(), "EXPLAIN QUERY PLAN "+query, args, &rows); err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return strings.Join(steps, "; ")
}
