package films_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/filmmember"
)

// filmed returns the titles of a person's filmography, read two at a time.
func (w world) filmed(t *testing.T, ctx context.Context, of *ent.Person, sort string) []string {
	t.Helper()
	all := []string{}
	page := core.Page{Sort: sort, Limit: 2, Count: true}
	for {
		ctx, queries := dbtest.Count(ctx)
		ctx, guard := core.WithGuard(ctx)
		guard.Expect("credit.read")
		list, err := w.Filmography(ctx, of, films.WorkFilter{}, page)
		if err != nil || guard.Err() != nil || queries.Len() != 4 {
			t.Fatal(err, guard.Err(), queries.Len())
		}
		for _, work := range list.Items {
			all = append(all, work.Film.Title)
		}
		if list.Next == nil {
			if *list.Total != len(all) {
				t.Errorf("%d of %d", len(all), *list.Total)
			}
			return all
		}
		page.After = list.Next
	}
}

// profile reads a person's profile.
func (w world) profile(t *testing.T, id string) *ent.Person {
	t.Helper()
	p, err := w.Store.From(coretest.System()).Person.Get(coretest.System(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAFilmographyHasEveryFilmOnceInEveryOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Occitanie)
		type fact struct {
			title    string
			year     int
			released time.Time
		}
		var all []fact
		for i, year := range []int{2020, 0, 2020, 1999, 0, 2026, 2020} {
			in := films.NewFilm{Place: place(w.Bretagne), Title: fmt.Sprintf("film-%d", i*5%7)}
			if year > 0 {
				in.Year = &year
			}
			made, err := w.Make(ines, in)
			if err != nil {
				t.Fatal(err)
			}
			w.Clock.Move(time.Minute)
			if i%3 == 0 {
				w.Clock.Move(-time.Minute)
			}
			if made, err = w.Release(ines, made.ID); err != nil {
				t.Fatal(err)
			}
			w.agreed(t, ines, made, karim, "IMA-DOP")
			if i%2 == 0 {
				w.agreed(t, ines, made, karim, "IMA-CAD")
			}
			if err := w.Recognise(coretest.System(), told(t, "ecran", "film.recognised.v1", films.Recognised{
				Film: made.ID, By: "Écran", Title: "Choix", From: w.Clock.Now(), SourceID: made.ID,
			})); err != nil {
				t.Fatal(err)
			}
			all = append(all, fact{made.Title, year, *made.ReleasedAt})
		}
		of := w.profile(t, personOf(karim))
		for sort, compare := range map[string]func(a, b fact) int{
			"year":        func(a, b fact) int { return cmp.Compare(a.year, b.year) },
			"title":       func(a, b fact) int { return cmp.Compare(a.title, b.title) },
			"released_at": func(a, b fact) int { return a.released.Compare(b.released) },
		} {
			want := []string{}
			for _, f := range slices.SortedStableFunc(slices.Values(all), compare) {
				want = append(want, f.title) // made in the order of their ids
			}
			for _, sort := range []string{sort, "-" + sort} {
				if got := w.filmed(t, coretest.Visitor(), of, sort); !slices.Equal(got, want) {
					t.Errorf("by %s: %v, want %v", sort, got, want)
				}
				slices.Reverse(want)
			}
		}
		list, err := w.Filmography(coretest.Visitor(), of, films.WorkFilter{}, core.Page{Sort: "title", Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		for _, work := range list.Items {
			var crafts []string
			for _, c := range work.Credits {
				crafts = append(crafts, c.Craft)
			}
			if len(work.Recognitions) != 1 || work.Recognitions[0].SourceID != work.Film.ID || crafts[0] != "IMA-DOP" {
				t.Errorf("%s has %v and %v", work.Film.Title, crafts, work.Recognitions)
			}
		}
		for department, want := range map[string]int{"IMA": len(all), "SON": 0, "none": 0} {
			list, err := w.Filmography(coretest.Visitor(), of, films.WorkFilter{Department: department}, core.Page{Sort: "title", Limit: 9})
			if err != nil || len(list.Items) != want {
				t.Errorf("in %s: %v, %v", department, list, err)
			}
		}
	})
}

// What a filmography has is what of the person's films can be read one by one,
// whoever asks: the predicate and the gate mean the same.
func TestAFilmographyHasWhatTheAskerMaySee(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		karim := w.Actor(t, "karim", w.Occitanie)
		crew := w.Actor(t, "crew", w.Network)
		var made []*ent.Film
		owners := map[string]context.Context{}
		for _, home := range []*ent.Space{w.Bretagne, w.Rade, w.Occitanie, w.Network} {
			owner := w.Actor(t, "owner-"+home.Slug, home, "creator")
			owners[home.Slug] = owner
			for _, stage := range []string{"draft", "released", "withdrawn"} {
				f := w.begin(t, owner, home.Slug+" "+stage, home)
				var err error
				if stage != "draft" {
					if f, err = w.Release(owner, f.ID); err != nil {
						t.Fatal(err)
					}
				}
				if stage == "withdrawn" {
					if f, err = w.Withdraw(owner, f.ID); err != nil {
						t.Fatal(err)
					}
				}
				w.agreed(t, owner, f, karim, "IMA-DOP")
				if home == w.Bretagne {
					w.join(t, crew, f, filmmember.RoleCrew)
				}
				made = append(made, f)
			}
		}
		w.suspend(t, owners["occitanie"])
		as := func(scopes []string, grants ...core.Grant) context.Context {
			a := *core.ActorFrom(owners["bretagne"])
			a.Grants, a.Scopes = grants, scopes
			return core.WithActor(context.Background(), &a)
		}
		ended := core.Grant{Role: "moderator", Path: w.Network.Path, Until: w.Clock.Now().Add(-time.Hour)}
		for name, who := range map[string]context.Context{
			"a visitor": coretest.Visitor(), "the platform": coretest.System(), "who is credited": karim, "crew": crew,
			"an owner": owners["bretagne"], "a suspended owner": owners["occitanie"],
			"a moderator of bretagne":          w.Actor(t, "m1", w.Bretagne, "moderator"),
			"a moderator of an institution":    w.Actor(t, "m2", w.Rade, "moderator"),
			"a moderator of the network":       w.Actor(t, "m3", w.Network, "moderator"),
			"a creator of occitanie":           w.Actor(t, "m4", w.Occitanie, "creator"),
			"an owner who moderates elsewhere": as(nil, core.Grant{Role: "moderator", Path: w.Occitanie.Path}, core.Grant{Role: "creator", Path: w.Occitanie.Path}),
			"a moderator no more":              as(nil, ended),
			"a token for something else":       as([]string{"me.read"}, core.Grant{Role: "moderator", Path: w.Network.Path}),
			"a token for titles alone":         as([]string{"credit.*"}, core.Grant{Role: "moderator", Path: w.Network.Path}),
			"a token for films alone":          as([]string{"film.*"}, core.Grant{Role: "moderator", Path: w.Network.Path}),
		} {
			want := []string{}
			for _, f := range made {
				_, err := w.Film(who, f.ID)
				if _, also := w.Credits(who, f.ID, films.CreditFilter{}, core.Page{Sort: "position", Limit: 1}); err == nil && also == nil {
					want = append(want, f.Title)
				}
			}
			slices.Sort(want)
			if got := w.filmed(t, who, w.profile(t, personOf(karim)), "title"); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
	})
}

func TestAFilmographyHasWhatThePersonHasAgreedTo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Occitanie)
		yann := w.Actor(t, "yann", w.Bretagne, "moderator")
		anne := w.unclaimed(t, ines, "Anne", w.Bretagne)
		credited := func(title string) (*ent.Film, films.Credited) {
			f := w.show(t, ines, title, w.Bretagne)
			made := w.propose(t, ines, f, films.NewCredit{Person: personOf(karim), Craft: "IMA-DOP"}, films.NewCredit{Person: anne.ID, Craft: "INT-COM"})
			return f, made[0]
		}
		must := func(_ films.Credited, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		credited("a proposed")
		f, c := credited("b confirmed")
		must(w.Confirm(karim, f.ID, c.ID))
		f, c = credited("c refused")
		must(w.Refuse(karim, f.ID, c.ID, ""))
		f, c = credited("d withdrawn")
		must(w.WithdrawCredit(ines, f.ID, c.ID))
		f, c = credited("e disputed")
		must(w.Confirm(karim, f.ID, c.ID))
		must(w.Dispute(ines, f.ID, c.ID, "Ce n'était pas lui."))
		f, c = credited("f removed")
		must(w.Confirm(karim, f.ID, c.ID))
		must(w.Dispute(ines, f.ID, c.ID, "Ce n'était pas lui."))
		must(w.SettleCredit(yann, f.ID, c.ID, "removed", "En effet."))
		for name, who := range map[string]context.Context{"a visitor": coretest.Visitor(), "himself": karim, "its owner": ines, "a moderator": yann} {
			if got := w.filmed(t, who, w.profile(t, personOf(karim)), "title"); strings.Join(got, ", ") != "b confirmed, e disputed" {
				t.Errorf("%s sees %v", name, got)
			}
			if got := w.filmed(t, who, anne, "title"); len(got) != 6 {
				t.Errorf("%s sees of somebody without an account %v", name, got)
			}
		}
	})
}

// The part of CORE-3 about credits: who is suspended is out of sight, in the
// titles and with what they have made, and everything is back afterwards.
func TestCORE3CreditsOfTheSuspendedComeBackIntact(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne, "creator")
		lucie := w.Actor(t, "lucie", w.Bretagne)
		hers, his := w.show(t, ines, "Le sien", w.Bretagne), w.show(t, karim, "Le leur", w.Bretagne)
		for _, f := range []*ent.Film{hers, his} {
			owner := map[*ent.Film]context.Context{hers: ines, his: karim}[f]
			w.agreed(t, owner, f, karim, "IMA-DOP")
			w.agreed(t, owner, f, lucie, "INT-COM")
		}
		everything := func(who context.Context) string {
			return fmt.Sprint(w.read(t, who, hers.ID), "; ", w.read(t, who, his.ID), "; ",
				w.filmed(t, who, w.profile(t, personOf(lucie)), "title"))
		}
		before := everything(coretest.Visitor())
		if before != "[karim]*, [lucie]*; [karim]*, [lucie]*; [Le leur Le sien]" {
			t.Fatalf("the public sees %s", before)
		}
		w.suspend(t, karim)
		if got, want := everything(coretest.Visitor()), "karim*, [lucie]*; film_unknown; [Le sien]"; got != want {
			t.Errorf("while he is suspended the public sees %s, want %s", got, want)
		}
		if got := w.read(t, ines, hers.ID); got != "karim* confirmed, [lucie]* confirmed" {
			t.Errorf("while he is suspended the team sees %s", got)
		}
		if got, want := w.read(t, karim, his.ID), "[karim]* confirmed, [lucie]* confirmed"; got != want {
			t.Errorf("he sees %s, want %s", got, want)
		}
		if _, err := w.Propose(ines, hers.ID, []films.NewCredit{{Person: personOf(karim), Craft: "SON-CHE"}}); reasons(err) != "invalid, /credits/0/person person_unknown" {
			t.Errorf("he is credited meanwhile: %v", err)
		}
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Person.UpdateOneID(personOf(karim)).SetSuspended(false).SetListed(true).Exec(ctx)
		})
		if got := everything(coretest.Visitor()); got != before {
			t.Errorf("afterwards the public sees %s, before it saw %s", got, before)
		}
	})
}
