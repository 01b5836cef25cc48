package films_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/film"
	"github.com/labfilms/labfilms/ent/filmmember"
)

func TestAFilmBeginsAsAnIdeaOfItsMaker(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		year := 2026
		made, err := w.Make(ines, films.NewFilm{
			Place: place(w.Bretagne), Title: " Mare\u0301e   basse ", Synopsis: "Deux sœurs.\r\n", Year: &year,
		})
		if err != nil {
			t.Fatal(err)
		}
		if made.Title != "Marée basse" || made.Slug != "maree-basse" || made.Synopsis != "Deux sœurs." || *made.Year != 2026 ||
			made.Stage != film.StageIdea || made.Form != film.FormFiction || made.Version != 1 ||
			made.RegionID != w.Bretagne.ID || made.OwnerID != core.ActorFrom(ines).Person {
			t.Errorf("it is %v", made)
		}
		found, err := w.Get(ines, []string{made.ID})
		if err != nil || found[made.ID].Relations != core.RelationSet(core.Own, core.Draft) || found[made.ID].Path != "/fr/bretagne/" {
			t.Errorf("to its maker it is %+v, %v", found, err)
		}
		if got := w.Recorded(t, made.ID); !slices.Equal(got, []string{"film.made.v1"}) {
			t.Errorf("recorded: %v", got)
		}
	})
}

func TestFilmsAreMadeByCreatorsOfThePlace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		for name, c := range map[string]struct {
			who   context.Context
			at    *ent.Space
			fault error
		}{
			"a visitor":               {coretest.Visitor(), w.Bretagne, core.ErrUnauthenticated},
			"a member":                {w.Actor(t, "thomas", w.Bretagne, "member"), w.Bretagne, core.ErrDenied},
			"a creator of elsewhere":  {ines, w.Occitanie, core.ErrDenied},
			"the platform itself":     {coretest.System(), w.Bretagne, core.ErrDenied},
			"a creator":               {ines, w.Bretagne, nil},
			"a creator, below":        {ines, w.Rade, nil},
			"an admin of the network": {w.Actor(t, "nadia", w.Network, "platform_admin"), w.Rade, nil},
		} {
			if _, err := w.Make(c.who, films.NewFilm{Place: place(c.at), Title: "x"}); !errors.Is(err, c.fault) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestAFilmRefusesAllThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		year, duration := 1800, 0
		_, err := w.Make(ines, films.NewFilm{
			Place: place(w.Bretagne), Title: "\u200b", Synopsis: strings.Repeat("é", 4001), Year: &year, DurationS: &duration, Form: "opera",
		})
		var got []string
		for _, r := range core.AsError(err).Reasons {
			got = append(got, r.Pointer)
		}
		if !slices.Equal(got, []string{"/title", "/synopsis", "/year", "/duration_s", "/form"}) {
			t.Errorf("the reasons are for %v", got)
		}
		long, err := w.Make(ines, films.NewFilm{Place: place(w.Bretagne), Title: strings.Repeat("É", 200), Synopsis: strings.Repeat("𝄞", 4000)})
		if err != nil || len(long.Slug) > 200 {
			t.Errorf("the longest: %v", err)
		}
		if n, err := w.Store.From(ines).Film.Query().Count(ines); err != nil || n != 1 {
			t.Errorf("%d films, %v", n, err)
		}
	})
}

// Who may do what with a film, by stage. A dash: it is not there for them.
func TestDenyLooksLikeAbsence(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := w.Actor(t, "owner", w.Bretagne, "creator")
		editor := w.Actor(t, "editor", w.Bretagne, "member")
		crew := w.Actor(t, "crew", w.Occitanie, "member")
		suspended := w.Actor(t, "suspended", w.Bretagne, "creator")
		askers := []struct {
			name string
			ctx  context.Context
		}{
			{"visitor", coretest.Visitor()},
			{"stranger", w.Actor(t, "stranger", w.Bretagne, "creator")},
			{"suspended", suspended},
			{"crew", crew},
			{"editor", editor},
			{"owner", owner},
			{"moderator", w.Actor(t, "moderator", w.Bretagne, "moderator")},
			{"elsewhere", w.Actor(t, "elsewhere", w.Occitanie, "region_admin")},
		}
		w.suspend(t, suspended)
		deeds := []struct {
			name string
			do   func(ctx context.Context, f *ent.Film) error
		}{
			{"read", func(ctx context.Context, f *ent.Film) error { _, err := w.Film(ctx, f.ID); return err }},
			{"get", func(ctx context.Context, f *ent.Film) error {
				found, err := w.Get(ctx, []string{f.ID})
				if err == nil && len(found) == 0 {
					return films.ErrUnknown
				}
				return err
			}},
			{"recognitions", func(ctx context.Context, f *ent.Film) error {
				_, err := w.Recognitions(ctx, f.ID, core.Page{Limit: 1})
				return err
			}},
			{"change", func(ctx context.Context, f *ent.Film) error {
				_, err := w.Change(ctx, f.ID, f.Version, films.Change{Title: rest.Some("y")})
				return err
			}},
			{"release", func(ctx context.Context, f *ent.Film) error { _, err := w.Release(ctx, f.ID); return err }},
			{"withdraw", func(ctx context.Context, f *ent.Film) error { _, err := w.Withdraw(ctx, f.ID); return err }},
			{"delete", func(ctx context.Context, f *ent.Film) error { return w.Delete(ctx, f.ID, f.Version) }},
		}
		// In the order of the askers: ok, - (unknown), no (denied), who (not
		// signed in), stage (allowed, but not from there).
		want := map[string]string{
			"draft read":             "-  -  -  ok ok ok ok -",
			"draft get":              "-  -  -  ok ok ok ok -",
			"draft recognitions":     "-  -  -  ok ok ok ok -",
			"draft change":           "-  -  -  no ok ok no -",
			"draft release":          "-  -  -  no no ok no -",
			"draft withdraw":         "-  -  -  no no stage no -",
			"draft delete":           "-  -  -  no no ok no -",
			"released read":          "ok ok ok ok ok ok ok ok",
			"released get":           "ok ok ok ok ok ok ok ok",
			"released recognitions":  "ok ok ok ok ok ok ok ok",
			"released change":        "who no no no ok ok no no",
			"released release":       "who no no no no stage no no",
			"released withdraw":      "who no no no no ok no no",
			"released delete":        "who no no no no no no no",
			"withdrawn read":         "-  -  -  ok ok ok ok -",
			"withdrawn get":          "-  -  -  ok ok ok ok -",
			"withdrawn recognitions": "-  -  -  ok ok ok ok -",
			"withdrawn change":       "-  -  -  no ok ok no -",
			"withdrawn release":      "-  -  -  no no ok no -",
			"withdrawn withdraw":     "-  -  -  no no stage no -",
			"withdrawn delete":       "-  -  -  no no no no -",
		}
		for _, stage := range []string{"draft", "released", "withdrawn"} {
			for _, deed := range deeds {
				answers := strings.Fields(want[stage+" "+deed.name])
				for i, asker := range askers {
					f := w.begin(t, owner, "x", w.Bretagne)
					w.join(t, editor, f, filmmember.RoleEditor)
					w.join(t, crew, f, filmmember.RoleCrew)
					if stage != "draft" {
						f = must(t)(w.Release(owner, f.ID))
					}
					if stage == "withdrawn" {
						f = must(t)(w.Withdraw(owner, f.ID))
					}
					if got := word(deed.do(asker.ctx, f)); got != answers[i] {
						t.Errorf("%s by %s of a film that is %s: %s, want %s", deed.name, asker.name, stage, got, answers[i])
					}
				}
			}
		}
		for _, deed := range deeds {
			for _, id := range []string{db.NewID(), "", "\x00", "x"} {
				if got := deed.do(owner, &ent.Film{ID: id}); !errors.Is(got, films.ErrUnknown) {
					t.Errorf("%s of %q: %v", deed.name, id, got)
				}
			}
		}
	})
}

func word(err error) string {
	for fault, word := range map[error]string{
		films.ErrUnknown: "-", core.ErrDenied: "no", core.ErrUnauthenticated: "who", films.ErrStage: "stage",
	} {
		if errors.Is(err, fault) {
			return word
		}
	}
	if err != nil {
		return err.Error()
	}
	return "ok"
}

func must(t *testing.T) func(*ent.Film, error) *ent.Film {
	return func(f *ent.Film, err error) *ent.Film {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
}

func TestASuspendedMakersFilmsAreOutOfSightAndComeBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		shown := w.show(t, ines, "Marée basse", w.Bretagne)
		sees := func(ctx context.Context) string {
			t.Helper()
			_, err := w.Film(ctx, shown.ID)
			list, listErr := w.List(ctx, films.Filter{Scope: subtree(w.Network)}, core.Page{Limit: 5, Count: true})
			if listErr != nil || len(list.Items) != *list.Total {
				t.Fatal(listErr, list)
			}
			return fmt.Sprintf("%s %d", word(err), len(list.Items))
		}
		moderator := w.Actor(t, "helene", w.Network, "moderator")
		w.suspend(t, ines)
		for name, c := range map[string]struct {
			ctx  context.Context
			want string
		}{
			"a visitor": {coretest.Visitor(), "- 0"}, "themselves": {ines, "ok 1"}, "a moderator": {moderator, "ok 1"},
		} {
			if got := sees(c.ctx); got != c.want {
				t.Errorf("%s: %s", name, got)
			}
		}
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Person.UpdateOneID(core.ActorFrom(ines).Person).SetSuspended(false).SetListed(true).Exec(ctx)
		})
		if got := sees(coretest.Visitor()); got != "ok 1" {
			t.Errorf("after reinstatement: %s", got)
		}
	})
}

func TestAChangeIsAMergePatch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		year, duration := 2025, 60
		f := must(t)(w.Make(ines, films.NewFilm{Place: place(w.Bretagne), Title: "A", Synopsis: "s", Year: &year, DurationS: &duration}))
		null := rest.Opt[int]{Set: true, Null: true}
		changed := must(t)(w.Change(ines, f.ID, 1, films.Change{Title: rest.Some(" Été "), Year: null, DurationS: rest.Some(90), Form: rest.Some("documentary")}))
		if changed.Title != "Été" || changed.Slug != "ete" || changed.Year != nil || *changed.DurationS != 90 ||
			changed.Synopsis != "s" || changed.Form != film.FormDocumentary || changed.Version != 2 {
			t.Errorf("it is %v", changed)
		}
		same := must(t)(w.Change(ines, f.ID, 2, films.Change{Title: rest.Some("Été"), Year: null}))
		if same.Version != 2 {
			t.Errorf("nothing changed and it is version %d", same.Version)
		}
		if got := w.Recorded(t, f.ID); !slices.Equal(got, []string{"film.made.v1", "film.changed.v1"}) {
			t.Errorf("recorded: %v", got)
		}
		_, err := w.Change(ines, f.ID, 2, films.Change{
			Title: rest.Opt[string]{Set: true, Null: true}, Form: rest.Opt[string]{Set: true, Null: true}, Stage: rest.Some("released"), Year: rest.Some(1),
		})
		if got := core.AsError(err).Reasons; len(got) != 4 {
			t.Errorf("the reasons are %v", got)
		}
		if _, err := w.Change(ines, f.ID, 1, films.Change{Title: rest.Some("B")}); !errors.Is(err, core.ErrStale) {
			t.Errorf("an old version: %v", err)
		}
		if err := w.Delete(ines, f.ID, 1); !errors.Is(err, core.ErrStale) {
			t.Errorf("deleting an old version: %v", err)
		}
		if err := w.Delete(ines, f.ID, 2); err != nil {
			t.Errorf("deleting: %v", err)
		}
		if n, err := w.Store.From(ines).FilmMember.Query().Count(ines); err != nil || n != 0 {
			t.Errorf("%d members are left, %v", n, err)
		}
	})
}

// touch locks a film's row and leaves it as it is.
func touch(id string) func(context.Context, *ent.Client) error {
	return func(ctx context.Context, c *ent.Client) error {
		return c.Film.UpdateOneID(id).SetTitle("A").Exec(ctx)
	}
}

func TestOneOfManyChangesAVersion(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		f := w.begin(t, ines, "A", w.Bretagne)
		change := func(i int) error {
			_, err := w.Change(ines, f.ID, 1, films.Change{Title: rest.Some(fmt.Sprint("B", i))})
			return err
		}
		won, lost := w.Crowd(t, touch(f.ID), change)
		if won != 1 {
			t.Errorf("%d of a crowd changed it", won)
		}
		again, late := coretest.Race(50, change)
		if again != 0 {
			t.Errorf("%d changed it again", again)
		}
		for _, err := range append(lost, late...) {
			if !errors.Is(err, core.ErrStale) {
				t.Fatalf("a loser got %v", err)
			}
		}
		if got := w.Recorded(t, f.ID); len(got) != 2 {
			t.Errorf("recorded: %v", got)
		}
	})
}

func TestOneOfManyReleasesAFilm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		f := w.begin(t, ines, "A", w.Bretagne)
		release := func(int) error { _, err := w.Release(ines, f.ID); return err }
		won, lost := w.Crowd(t, touch(f.ID), release)
		if won != 1 {
			t.Errorf("%d of a crowd released it", won)
		}
		again, late := coretest.Race(50, release)
		if again != 0 {
			t.Errorf("%d released it again", again)
		}
		for _, err := range append(lost, late...) {
			if !errors.Is(err, films.ErrStage) {
				t.Fatalf("a loser got %v", err)
			}
		}
		if got := w.Recorded(t, f.ID); !slices.Equal(got, []string{"film.made.v1", "film.released.v1"}) {
			t.Errorf("recorded: %v", got)
		}
		if got := w.Audited(t, "film:"+f.ID); !slices.Equal(got, []string{"film.release"}) {
			t.Errorf("audited: %v", got)
		}
	})
}

// Every pair of stages, by hand: who gets from the row to the column how.
func TestFilmsGoTheWaysThereAre(t *testing.T) {
	t.Parallel()
	const table = `
		            idea development preparation shooting post finished released withdrawn
		idea        .    update      update      update   update update release  -
		development update .         update      update   update update release  -
		preparation update update    .           update   update update release  -
		shooting    update update    update      .        update update release  -
		post        update update    update      update   .      update release  -
		finished    update update    update      update   update .      release  -
		released    -    -           -           -        -      -      .        withdraw
		withdrawn   -    -           -           -        -      -      release  .`
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		lines := strings.Split(strings.TrimSpace(table), "\n")
		stages := strings.Fields(lines[0])
		if len(stages) != 8 || len(lines) != 9 {
			t.Fatal("the table is not whole")
		}
		for _, line := range lines[1:] {
			from := strings.Fields(line)[0]
			for i, way := range strings.Fields(line)[1:] {
				to := stages[i]
				for _, verb := range []string{"update", "release", "withdraw"} {
					f := w.begin(t, ines, "x", w.Bretagne)
					w.Write(t, func(ctx context.Context, c *ent.Client) error {
						update := c.Film.UpdateOne(f).SetStage(film.Stage(from))
						if from == "released" || from == "withdrawn" {
							update.SetReleasedAt(w.DB.Now())
						}
						return update.Exec(ctx)
					})
					var err error
					switch {
					case verb == "update" && to != "released" && to != "withdrawn":
						_, err = w.Change(ines, f.ID, f.Version, films.Change{Stage: rest.Some(to)})
					case verb == "release" && to == "released":
						_, err = w.Release(ines, f.ID)
					case verb == "withdraw" && to == "withdrawn":
						_, err = w.Withdraw(ines, f.ID)
					default:
						continue
					}
					want := way == verb || way == "." && verb == "update"
					if (err == nil) != want || err != nil && !errors.Is(err, films.ErrStage) {
						t.Errorf("%s from %s to %s: %v, want %v", verb, from, to, err, want)
					}
					if got := len(w.Audited(t, "film:"+f.ID)) == 1; got != (want && way != ".") {
						t.Errorf("%s from %s to %s is audited: %v", verb, from, to, got)
					}
				}
			}
		}
	})
}

func TestGetIsOneQueryWhateverIsAsked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Occitanie, "creator")
		var ids []string
		for i := range 20 {
			ids = append(ids, w.begin(t, ines, fmt.Sprint("draft", i), w.Bretagne).ID, w.show(t, karim, fmt.Sprint("film", i), w.Occitanie).ID)
		}
		for _, c := range []struct {
			who  context.Context
			ids  []string
			want int
		}{
			{coretest.Visitor(), ids, 20},
			{ines, ids, 40},
			{karim, ids, 20},
			{ines, ids[:1], 1},
			{ines, nil, 0},
			{ines, []string{"\x01", ids[0], ids[0]}, 1},
		} {
			ctx, queries := dbtest.Count(c.who)
			ctx, guard := core.WithGuard(ctx)
			guard.Expect("film.read")
			found, err := w.Get(ctx, c.ids)
			if err != nil || len(found) != c.want || queries.Len() != 1 || guard.Err() != nil {
				t.Errorf("%d of %d films, %d queries, %v, %v", len(found), len(c.ids), queries.Len(), err, guard.Err())
			}
		}
		if _, err := w.Get(ines, make([]string, 501)); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("501 films: %v", err)
		}
	})
}
