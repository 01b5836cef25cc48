package films_test

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
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/filmmember"
)

// memberOf returns what the actor of who is in a film, nil for nothing.
func (w world) memberOf(t *testing.T, film string, who context.Context) *ent.FilmMember {
	t.Helper()
	m, err := w.Store.From(coretest.System()).FilmMember.Query().
		Where(filmmember.FilmID(film), filmmember.PersonID(personOf(who))).Only(coretest.System())
	if err != nil && !ent.IsNotFound(err) {
		t.Fatal(err)
	}
	return m
}

// team writes the members of a film and their roles as somebody reads them, a
// page at a time, or the fault.
func (w world) team(t *testing.T, ctx context.Context, film string) string {
	t.Helper()
	var all []string
	page := core.Page{Sort: "created_at", Limit: 2, Count: true}
	for {
		list, err := w.Members(ctx, film, page)
		if err != nil {
			return word(err)
		}
		for _, m := range list.Items {
			all = append(all, m.Edges.Person.Handle+" "+string(m.Role))
		}
		if list.Next == nil {
			if *list.Total != len(all) {
				t.Errorf("%d of %d", len(all), *list.Total)
			}
			return strings.Join(all, ", ")
		}
		page.After = list.Next
	}
}

func TestAnOwnerSaysWhoMakesTheFilm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Occitanie, "member")
		f := w.begin(t, ines, "Marée basse", w.Bretagne)
		if got := w.team(t, karim, f.ID); got != "-" {
			t.Errorf("a stranger reads %s", got)
		}
		made, err := w.AddMember(ines, f.ID, personOf(karim), "crew")
		if err != nil {
			t.Fatal(err)
		}
		if got := w.team(t, karim, f.ID); got != "ines owner, karim crew" {
			t.Errorf("it is made by %s", got)
		}
		if _, err := w.AddMember(ines, f.ID, personOf(karim), "editor"); !errors.Is(err, films.ErrMember) {
			t.Errorf("again: %v", err)
		}
		changed, err := w.ChangeMember(ines, f.ID, made.ID, "editor")
		if err != nil || changed.Role != filmmember.RoleEditor {
			t.Errorf("changed: %v, %v", changed, err)
		}
		if same, err := w.ChangeMember(ines, f.ID, made.ID, "editor"); err != nil || same.Role != filmmember.RoleEditor {
			t.Errorf("to what he is: %v, %v", same, err)
		}
		if err := w.RemoveMember(karim, f.ID, made.ID); err != nil {
			t.Errorf("leaving: %v", err)
		}
		if got := w.team(t, ines, f.ID); got != "ines owner" {
			t.Errorf("then it is made by %s", got)
		}
		if err := w.RemoveMember(ines, f.ID, made.ID); !errors.Is(err, films.ErrMemberUnknown) {
			t.Errorf("whoever is gone: %v", err)
		}
		wanted := []string{"film_member.add", "film_member.update", "film_member.remove"}
		if got := w.Audited(t, "film:"+f.ID); !slices.Equal(got, wanted) {
			t.Errorf("audited: %v", got)
		}
		wanted = []string{"film.made.v1", "film_member.added.v1", "film_member.changed.v1", "film_member.removed.v1"}
		if got := w.Recorded(t, f.ID); !slices.Equal(got, wanted) {
			t.Errorf("recorded: %v", got)
		}
		if got := w.Notified(t, personOf(karim)); !slices.Equal(got, []string{"film_member.added", "film_member.changed"}) {
			t.Errorf("he was told %v", got) // not that he left: he knows
		}
	})
}

func TestWhoCannotMakeAFilm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		away := w.Actor(t, "away", w.Bretagne, "member")
		w.suspend(t, away)
		f := w.begin(t, ines, "Marée basse", w.Bretagne)
		for name, id := range map[string]string{
			"nobody": db.NewID(), "no id": "\x00", "somebody suspended": personOf(away),
			"somebody without an account": w.unclaimed(t, ines, "Mamie Yvonne", w.Bretagne).ID,
		} {
			_, err := w.AddMember(ines, f.ID, id, "director")
			if got := reasons(err); got != "invalid, /role unknown, /person person_unknown" {
				t.Errorf("%s: %s", name, got)
			}
		}
		thomas := w.Actor(t, "thomas", w.Bretagne, "member")
		if _, err := w.AddMember(ines, f.ID, personOf(thomas), "owner"); !errors.Is(err, films.ErrOwnerByTransfer) {
			t.Errorf("an owner who was not asked: %v", err)
		}
		w.join(t, thomas, f, filmmember.RoleCrew)
		if _, err := w.ChangeMember(ines, f.ID, w.memberOf(t, f.ID, thomas).ID, "owner"); !errors.Is(err, films.ErrOwnerByTransfer) {
			t.Errorf("made an owner: %v", err)
		}
		if _, err := w.ChangeMember(ines, f.ID, w.memberOf(t, f.ID, thomas).ID, "x"); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("made an x: %v", err)
		}
	})
}

func TestWhoMayDoWhatWithMembers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner, editor := w.Actor(t, "owner", w.Bretagne, "creator"), w.Actor(t, "editor", w.Bretagne, "member")
		crew, moderator := w.Actor(t, "crew", w.Occitanie, "member"), w.Actor(t, "moderator", w.Bretagne, "moderator")
		askers := []context.Context{
			coretest.Visitor(), w.Actor(t, "stranger", w.Bretagne, "creator"), crew, editor, owner, moderator,
			w.Actor(t, "elsewhere", w.Occitanie, "region_admin"),
		}
		// In the order of the askers, as in TestDenyLooksLikeAbsence.
		want := map[string]string{
			"draft read": "- - ok ok ok ok -", "draft add": "- - no no ok no -",
			"draft change": "- - no no ok no -", "draft remove": "- - no no ok no -", "draft remove nobody": "- - no no none no -",
			"released read": "who no ok ok ok ok no", "released add": "who no no no ok no no",
			"released change": "who no no no ok no no", "released remove": "who no no no ok no no", "released remove nobody": "who no no no none no no",
		}
		for _, stage := range []string{"draft", "released"} {
			for i, asker := range askers {
				f := w.begin(t, owner, "x", w.Bretagne)
				if stage == "released" {
					f = must(t)(w.Release(owner, f.ID))
				}
				other := w.Actor(t, fmt.Sprint(stage, i), w.Bretagne, "member")
				next := w.Person(t, fmt.Sprint("next", stage, i), w.Bretagne)
				w.join(t, editor, f, filmmember.RoleEditor)
				w.join(t, crew, f, filmmember.RoleCrew)
				w.join(t, other, f, filmmember.RoleCrew)
				member := w.memberOf(t, f.ID, other).ID
				for _, deed := range []struct {
					name string
					do   func() error
				}{
					{"read", func() error { _, err := w.Members(asker, f.ID, core.Page{Limit: 1}); return err }},
					{"add", func() error { _, err := w.AddMember(asker, f.ID, next.ID, "crew"); return err }},
					{"change", func() error { _, err := w.ChangeMember(asker, f.ID, member, "editor"); return err }},
					{"remove nobody", func() error { return w.RemoveMember(asker, f.ID, db.NewID()) }},
					{"remove", func() error { return w.RemoveMember(asker, f.ID, member) }},
				} {
					err := deed.do()
					got := word(err)
					if errors.Is(err, films.ErrMemberUnknown) {
						got = "none"
					}
					if answers := strings.Fields(want[stage+" "+deed.name]); got != answers[i] {
						t.Errorf("%s of a film that is %s by asker %d: %s, want %s", deed.name, stage, i, got, answers[i])
					}
				}
			}
		}
		for _, id := range []string{"", "\x00", db.NewID()} {
			if err := w.RemoveMember(owner, id, db.NewID()); !errors.Is(err, films.ErrUnknown) {
				t.Errorf("a member of the film %q: %v", id, err)
			}
		}
	})
}

// TestCORE2LastOwnerOfAFilm: of fifty owners who all leave, or are made crew, at
// the same time, one stays.
func TestCORE2LastOwnerOfAFilm(t *testing.T) {
	t.Parallel()
	const owners = 50
	each(t, func(t *testing.T, w world) {
		for name, end := range map[string]func(ctx context.Context, film, member string) error{
			"leave": func(ctx context.Context, film, member string) error { return w.RemoveMember(ctx, film, member) },
			"demote": func(ctx context.Context, film, member string) error {
				_, err := w.ChangeMember(ctx, film, member, "crew")
				return err
			},
		} {
			askers := make([]context.Context, owners)
			members := make([]string, owners)
			askers[0] = w.Actor(t, name+"0", w.Bretagne, "creator")
			f := w.begin(t, askers[0], "À nous tous", w.Bretagne)
			for i := range askers {
				if i > 0 {
					askers[i] = w.Actor(t, fmt.Sprint(name, i), w.Bretagne, "creator")
					w.join(t, askers[i], f, filmmember.RoleOwner)
				}
				members[i] = w.memberOf(t, f.ID, askers[i]).ID
			}
			won, lost := coretest.Race(owners, func(i int) error { return end(askers[i], f.ID, members[i]) })
			if won != owners-1 || len(lost) != 1 || !errors.Is(lost[0], films.ErrLastOwner) {
				t.Errorf("%s: %d of %d, %v", name, won, owners, lost)
			}
			left, err := w.Store.From(coretest.System()).FilmMember.Query().
				Where(filmmember.FilmID(f.ID), filmmember.RoleEQ(filmmember.RoleOwner)).All(coretest.System())
			if err != nil || len(left) != 1 {
				t.Fatalf("%s: %d owners are left, %v", name, len(left), err)
			}
			if now := must(t)(w.Film(coretest.System(), f.ID)); now.OwnerID != left[0].PersonID {
				t.Errorf("%s: somebody answers for it who is no owner", name)
			}
		}
	})
}

// Who is suspended does not answer for a film: the other owner is its last.
func TestASuspendedOwnerIsNoOtherOwner(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne, "creator")
		f := w.begin(t, ines, "Marée basse", w.Bretagne)
		w.join(t, karim, f, filmmember.RoleOwner)
		w.suspend(t, ines)
		if err := w.RemoveMember(ines, f.ID, w.memberOf(t, f.ID, ines).ID); !errors.Is(err, core.ErrDenied) {
			t.Errorf("who is suspended leaves: %v", err)
		}
		if err := w.RemoveMember(karim, f.ID, w.memberOf(t, f.ID, karim).ID); !errors.Is(err, films.ErrLastOwner) {
			t.Errorf("the last who is there: %v", err)
		}
		if err := w.RemoveMember(karim, f.ID, w.memberOf(t, f.ID, ines).ID); err != nil {
			t.Errorf("who is suspended is let go: %v", err)
		}
		if now := must(t)(w.Film(karim, f.ID)); now.OwnerID != personOf(karim) {
			t.Error("the film's owner is not who is left")
		}
	})
}

func TestOneOfManyAddsSomebody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne, "creator")
		f := w.begin(t, ines, "Marée basse", w.Bretagne)
		won, lost := coretest.Race(50, func(int) error { _, err := w.AddMember(ines, f.ID, personOf(karim), "crew"); return err })
		if won != 1 {
			t.Errorf("%d added him", won)
		}
		for _, err := range lost {
			if !errors.Is(err, films.ErrMember) {
				t.Fatalf("a loser got %v", err)
			}
		}
		if got := w.Notified(t, personOf(karim)); len(got) != 1 {
			t.Errorf("he was told %v", got)
		}
	})
}

func TestMembersAreReadInThreeQueries(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		f := w.begin(t, ines, "Marée basse", w.Bretagne)
		for _, count := range []int{1, 40} {
			for i := range count - 1 {
				w.join(t, w.Actor(t, fmt.Sprint("m", i), w.Bretagne), f, filmmember.RoleCrew)
			}
			ctx, queries := dbtest.Count(ines)
			list, err := w.Members(ctx, f.ID, core.Page{Sort: "created_at", Limit: 100})
			if err != nil || len(list.Items) != count || queries.Len() != 3 {
				t.Errorf("%d members in %d queries, %v", len(list.Items), queries.Len(), err)
			}
		}
	})
}

// TestBesideFilmsAreTheFirstOfEach: for as many films as a page has, in as many
// queries as for one, and only those that the asker gets to see.
func TestBesideFilmsAreTheFirstOfEach(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne, "creator")
		var ids []string
		for i := range 5 {
			draft := w.begin(t, ines, "x", w.Bretagne)
			shown := w.show(t, ines, "y", w.Bretagne)
			ids = append(ids, draft.ID, shown.ID)
			for j := range 4 {
				w.join(t, w.Actor(t, fmt.Sprint("m", i, "n", j), w.Bretagne), shown, filmmember.RoleCrew)
				said := films.Recognised{Film: shown.ID, By: "É", Title: fmt.Sprint(j), From: w.Clock.Now().Add(time.Duration(j%3) * time.Hour), SourceID: fmt.Sprint(i, "-", j)}
				if err := w.Recognise(coretest.System(), told(t, "ecran", "film.recognised.v1", said)); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, c := range []struct {
			who                   context.Context
			ids                   []string
			members, recognitions int
		}{
			{ines, ids, 10, 5}, {ines, ids[:2], 2, 1}, {karim, ids, 0, 5}, {coretest.Visitor(), ids, 0, 5}, {ines, []string{"\x00"}, 0, 0},
		} {
			ctx, queries := dbtest.Count(c.who)
			ctx, guard := core.WithGuard(ctx)
			guard.Expect("film_member.read")
			members, err := w.MembersOf(ctx, c.ids, 2)
			if err != nil || len(members) != c.members || queries.Len() > 2 || guard.Err() != nil {
				t.Errorf("members of %d films, %v, %d queries, %v", len(members), err, queries.Len(), guard.Err())
			}
			for i, id := range c.ids {
				if all := members[id]; len(all) > 0 && (all[0].Role != filmmember.RoleOwner || len(all) != 1+i%2) {
					t.Errorf("%d members", len(all))
				}
			}
			ctx, queries = dbtest.Count(c.who)
			ctx, guard = core.WithGuard(ctx)
			guard.Expect("recognition.read")
			recognitions, err := w.RecognitionsOf(ctx, c.ids, 3)
			if err != nil || len(recognitions) != c.recognitions || queries.Len() > 2 || guard.Err() != nil {
				t.Errorf("recognitions of %d films, %v, %d queries, %v", len(recognitions), err, queries.Len(), guard.Err())
			}
			for _, all := range recognitions {
				if len(all) != 3 || all[0].Title != "2" || all[1].Title != "1" {
					t.Errorf("recognitions: %v", all)
				}
			}
		}
	})
}
