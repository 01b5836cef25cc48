package films_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/film"
	"github.com/labfilms/labfilms/ent/filmmember"
)

func subtree(s *ent.Space) core.Scope { return core.Scope{Place: place(s), Subtree: true} }

func here(s *ent.Space) core.Scope { return core.Scope{Place: place(s)} }

// titles lists everything, page by page, and holds how many queries it takes.
func (w world) titles(t *testing.T, who context.Context, filter films.Filter, sort string, limit int) []string {
	t.Helper()
	got := []string{}
	page := core.Page{Sort: sort, Limit: limit, Count: true}
	for {
		ctx, queries := dbtest.Count(who)
		ctx, guard := core.WithGuard(ctx)
		guard.Expect("film.read")
		list, err := w.List(ctx, filter, page)
		if err != nil {
			t.Fatal(err)
		}
		if queries.Len() > 4 || guard.Err() != nil {
			t.Fatalf("a page and its count took %d queries, %v", queries.Len(), guard.Err())
		}
		for _, f := range list.Items {
			got = append(got, f.Title)
		}
		if list.Next == nil {
			if *list.Total != len(got) {
				t.Errorf("%d films are counted and %d listed", *list.Total, len(got))
			}
			return got
		}
		if len(list.Items) != limit {
			t.Errorf("a page of %d with another behind it", len(list.Items))
		}
		page.After = list.Next
	}
}

func TestAListHoldsWhatTheActorMaySeeOfItsScope(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		karim := w.Actor(t, "karim", w.Occitanie, "creator")
		moderator := w.Actor(t, "helene", w.Bretagne, "moderator")
		w.show(t, ines, "a shown", w.Bretagne)
		idea := w.begin(t, ines, "b idea", w.Bretagne)
		w.show(t, karim, "c far", w.Occitanie)
		w.begin(t, karim, "d far idea", w.Occitanie)
		gone := w.show(t, ines, "e gone", w.Rade)
		must(t)(w.Withdraw(ines, gone.ID))
		w.show(t, ines, "f below", w.Rade)
		w.join(t, karim, idea, filmmember.RoleCrew)

		for _, c := range []struct {
			name   string
			who    context.Context
			filter films.Filter
			want   string
		}{
			{"a visitor, the network", coretest.Visitor(), films.Filter{Scope: subtree(w.Network)}, "acf"},
			{"a visitor, the network itself", coretest.Visitor(), films.Filter{Scope: here(w.Network)}, ""},
			{"a visitor, Bretagne", coretest.Visitor(), films.Filter{Scope: subtree(w.Bretagne)}, "af"},
			{"a visitor, Bretagne itself", coretest.Visitor(), films.Filter{Scope: here(w.Bretagne)}, "a"},
			{"a visitor, the institution", coretest.Visitor(), films.Filter{Scope: subtree(w.Rade)}, "f"},
			{"a visitor, ideas", coretest.Visitor(), films.Filter{Scope: subtree(w.Network), Stage: "idea"}, ""},
			{"a visitor, released", coretest.Visitor(), films.Filter{Scope: subtree(w.Network), Stage: "released"}, "acf"},
			{"a visitor, their own", coretest.Visitor(), films.Filter{Scope: subtree(w.Network), Mine: true}, ""},
			{"the maker, the network", ines, films.Filter{Scope: subtree(w.Network)}, "abcef"},
			{"the maker, another region", ines, films.Filter{Scope: subtree(w.Occitanie)}, "c"},
			{"the maker, ideas", ines, films.Filter{Scope: subtree(w.Network), Stage: "idea"}, "b"},
			{"the maker, withdrawn", ines, films.Filter{Scope: subtree(w.Network), Stage: "withdrawn"}, "e"},
			{"the maker, their own", ines, films.Filter{Scope: subtree(w.Network), Mine: true}, "abef"},
			{"the maker, their own here", ines, films.Filter{Scope: here(w.Bretagne), Mine: true}, "ab"},
			{"the maker, their own released", ines, films.Filter{Scope: subtree(w.Network), Mine: true, Stage: "released"}, "af"},
			{"the crew, the network", karim, films.Filter{Scope: subtree(w.Network)}, "abcdf"},
			{"the crew, Bretagne", karim, films.Filter{Scope: subtree(w.Bretagne)}, "abf"},
			{"the crew, their own", karim, films.Filter{Scope: subtree(w.Network), Mine: true}, "bcd"},
			{"a moderator, their region", moderator, films.Filter{Scope: subtree(w.Bretagne)}, "abef"},
			{"a moderator, their region's ideas", moderator, films.Filter{Scope: subtree(w.Bretagne), Stage: "idea"}, "b"},
			{"a moderator, another region", moderator, films.Filter{Scope: subtree(w.Occitanie)}, "c"},
			{"a moderator, the network", moderator, films.Filter{Scope: subtree(w.Network)}, "acf"},
			{"a moderator, their own", moderator, films.Filter{Scope: subtree(w.Bretagne), Mine: true}, ""},
			{"the platform", coretest.System(), films.Filter{Scope: subtree(w.Network)}, "abcdef"},
			{"a scope without films", ines, films.Filter{}, ""},
		} {
			var letters string
			for _, title := range w.titles(t, c.who, c.filter, "title", 2) {
				letters += title[:1]
			}
			if letters != c.want {
				t.Errorf("%s: %q, want %q", c.name, letters, c.want)
			}
		}
	})
}

// What a list lets through and what a single reading does is decided in two
// ways, which must agree for every film and every asker.
func TestAListHoldsWhatCanBeRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := w.Actor(t, "owner", w.Bretagne, "creator")
		askers := map[string]context.Context{
			"visitor": coretest.Visitor(), "owner": owner, "stranger": w.Actor(t, "stranger", w.Bretagne, "member"),
			"moderator": w.Actor(t, "moderator", w.Network, "moderator"), "platform": coretest.System(),
		}
		for _, role := range []filmmember.Role{filmmember.RoleEditor, filmmember.RoleCrew} {
			askers[string(role)] = w.Actor(t, string(role), w.Occitanie, "member")
		}
		gone := w.Actor(t, "gone", w.Bretagne, "creator")
		var all []*ent.Film
		for _, maker := range []context.Context{owner, gone} {
			for _, home := range []*ent.Space{w.Bretagne, w.Rade} {
				draft, shown := w.begin(t, maker, "draft", home), w.show(t, maker, "shown", home)
				withdrawn := must(t)(w.Withdraw(maker, w.show(t, maker, "withdrawn", home).ID))
				all = append(all, draft, shown, withdrawn)
			}
		}
		for _, f := range all {
			w.join(t, askers["editor"], f, filmmember.RoleEditor)
			w.join(t, askers["crew"], f, filmmember.RoleCrew)
		}
		askers["gone"] = gone
		w.suspend(t, gone)
		for name, ctx := range askers {
			var want, got []string
			for _, f := range all {
				if _, err := w.Film(ctx, f.ID); err == nil {
					want = append(want, f.ID)
				}
			}
			list, err := w.List(ctx, films.Filter{Scope: subtree(w.Network)}, core.Page{Sort: "created_at", Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range list.Items {
				got = append(got, f.ID)
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s may read %d films and is listed %d", name, len(want), len(got))
			}
		}
	})
}

func TestPagesHaveNoGapsOverEqualValues(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		var want []string
		for i := range 24 {
			if i%5 == 4 {
				w.Clock.Move(time.Millisecond)
			}
			title := fmt.Sprintf("%c", 'a'+i/6) // six films have one slug
			f := w.show(t, ines, title, w.Bretagne)
			if i%3 == 0 {
				must(t)(w.Withdraw(ines, f.ID)) // theirs, and nobody else's
			}
			want = append(want, f.ID)
		}
		for _, sort := range []string{"created_at", "-created_at", "title", "-title", "released_at", "-released_at"} {
			for _, limit := range []int{1, 5, 100} {
				var got []string
				page := core.Page{Sort: sort, Limit: limit}
				for {
					ctx, queries := dbtest.Count(ines)
					list, err := w.List(ctx, films.Filter{Scope: subtree(w.Network)}, page)
					if err != nil || queries.Len() != 2 {
						t.Fatal(err, queries.Len())
					}
					for _, f := range list.Items {
						got = append(got, f.ID)
					}
					if list.Next == nil {
						break
					}
					page.After = list.Next
				}
				all := slices.Clone(want)
				if strings.HasSuffix(sort, "released_at") {
					all = slices.DeleteFunc(all, func(id string) bool {
						return must(t)(w.Film(ines, id)).Stage != film.StageReleased
					})
				}
				if strings.HasPrefix(sort, "-") {
					slices.Reverse(all)
				}
				// The clock never goes back and titles rise: every order is that of making.
				if !slices.Equal(got, all) {
					t.Errorf("by %s, %d at a time: %d films, want %d in order", sort, limit, len(got), len(all))
				}
			}
		}
	})
}

func TestListsOfTheReleasedFollowAnIndex(t *testing.T) {
	t.Parallel()
	// PostgreSQL plans by what it knows of the tables, which here is nothing.
	cw := coretest.Open(t, db.SQLite)
	cw.Settle(t)
	w := world{cw, films.New(cw.DB, cw.Gate, cw.Events, cw.Audit, cw.Notify)}
	ines := w.Actor(t, "ines", w.Bretagne, "creator")
	for name, c := range map[string]struct {
		who   context.Context
		scope core.Scope
	}{
		"a visitor": {coretest.Visitor(), subtree(w.Network)}, "a region": {coretest.Visitor(), subtree(w.Bretagne)},
		"a space": {coretest.Visitor(), here(w.Rade)}, "the platform": {coretest.System(), subtree(w.Network)}, "a member": {ines, subtree(w.Network)},
	} {
		for _, sort := range []string{"created_at", "-title", "released_at"} {
			ctx, queries := dbtest.Count(c.who)
			after := &core.Key{Value: "2026-01-01T00:00:00Z", ID: "x"}
			if _, err := w.List(ctx, films.Filter{Scope: c.scope}, core.Page{Sort: sort, Limit: 20, After: after}); err != nil {
				t.Fatal(err)
			}
			plan := w.plan(t, queries.Queries()[0])
			if !strings.Contains(plan, "SEARCH films USING INDEX film_") || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%s by %s: %s", name, sort, plan)
			}
			if len(queries.Queries()) == 1 {
				continue
			}
			theirs := w.plan(t, queries.Queries()[1])
			if !strings.Contains(theirs, "SEARCH films USING INDEX sqlite_autoindex_films_1 (id=?)") || !strings.Contains(theirs, "filmmember_person_id_film_id") {
				t.Errorf("%s by %s, their own: %s", name, sort, theirs)
			}
		}
	}
}

// plan returns how SQLite would run the query.
func (w world) plan(t *testing.T, query string) string {
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
