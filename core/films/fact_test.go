package films_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/film"
	"github.com/labfilms/labfilms/ent/outbox"
)

func TestFactsAreKeptInOneForm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		made := must(t)(w.Make(ines, films.NewFilm{
			Place: place(w.Bretagne), Title: "Marée basse",
			Titles:    map[string]string{"EN": " Low\u200b  tide ", "bre": "Izelvor 🌊"},
			Synopses:  map[string]string{"eng": "Two sisters.\r\n"},
			Genres:    []string{"drama", "comedy"},
			Countries: []string{"fr", "BE", "SU"},
			Regions:   []string{"53", "04"},
			Languages: []string{"fra", "br", "fsl", "iw", "frp"},
			Warnings:  []string{"flashing_lights"},
			Identifiers: map[string]string{
				"isan": "0000 0000 d07a 0090 q", "eidr": "10.5240/7791-8534-2c23-9030-8610-5",
				"imdb": "TT0050083", "tmdb": "389", "wikidata": "q2345", "visa": "160123",
			},
			Consent: "ask",
		}))
		check := func(f *ent.Film) {
			t.Helper()
			for name, same := range map[string]bool{
				"titles":    maps.Equal(f.Titles, map[string]string{"en": "Low tide", "br": "Izelvor 🌊"}),
				"synopses":  maps.Equal(f.Synopses, map[string]string{"en": "Two sisters."}),
				"genres":    slices.Equal(f.Genres, []string{"drama", "comedy"}),
				"countries": slices.Equal(f.Countries, []string{"FR", "BE", "SU"}),
				"regions":   slices.Equal(f.Regions, []string{"53", "04"}),
				"languages": slices.Equal(f.Languages, []string{"fr", "br", "fsl", "he", "frp"}),
				"warnings":  slices.Equal(f.Warnings, []string{"flashing_lights"}),
				"identifiers": maps.Equal(f.Identifiers, map[string]string{
					"isan": "0000-0000-D07A-0090-Q", "eidr": "10.5240/7791-8534-2C23-9030-8610-5",
					"imdb": "tt0050083", "tmdb": "389", "wikidata": "Q2345", "visa": "160123",
				}),
				"consent": f.Consent == film.ConsentAsk, "origin": f.Origin == film.OriginMade,
			} {
				if !same {
					t.Errorf("%s are not as they should be: %v", name, f)
				}
			}
		}
		check(made)
		check(must(t)(w.Film(ines, made.ID)))
	})
}

func TestAChangeReplacesListsAsAWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		made := must(t)(w.Make(ines, films.NewFilm{
			Place: place(w.Bretagne), Title: "A", Titles: map[string]string{"en": "A", "br": "B"}, Genres: []string{"drama"}, Languages: []string{"fr"},
			Identifiers: map[string]string{"tmdb": "1"}, Consent: "none",
		}))
		same := must(t)(w.Change(ines, made.ID, 1, films.Change{
			Titles: rest.Some(map[string]string{"BR": "B", "en": "A"}), Genres: rest.Some([]string{"drama"}), Countries: rest.Some[[]string](nil),
		}))
		if same.Version != 1 {
			t.Error("what is the same is a change")
		}
		changed := must(t)(w.Change(ines, made.ID, 1, films.Change{
			Titles: rest.Some(map[string]string{"de": "C"}), Genres: rest.Opt[[]string]{Set: true, Null: true},
			Identifiers: rest.Opt[map[string]string]{Set: true, Null: true}, Consent: rest.Some("open"),
		}))
		if !maps.Equal(changed.Titles, map[string]string{"de": "C"}) || len(changed.Genres) != 0 || len(changed.Identifiers) != 0 ||
			changed.Consent != film.ConsentOpen || !slices.Equal(changed.Languages, []string{"fr"}) || changed.Version != 2 {
			t.Errorf("it is %v", changed)
		}
		events, err := w.Store.From(ines).Outbox.Query().Where(outbox.Subject(made.ID), outbox.Type("film.changed.v1")).All(coretest.System())
		if err != nil || len(events) != 1 {
			t.Fatal(len(events), err)
		}
		var told films.Changed
		if err := json.Unmarshal([]byte(events[0].Data), &told); err != nil || !slices.Equal(told.Fields, []string{"titles", "genres", "identifiers", "consent"}) {
			t.Errorf("told that %v changed, %v", told.Fields, err)
		}
	})
}

func TestFactsAreRefusedForAllThatIsWrong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		many := map[string]string{}
		for i := range 500 {
			many[fmt.Sprint("k", i)] = "x"
		}
		long := slices.Repeat([]string{"drama"}, 21)
		for name, c := range map[string]struct {
			in   films.NewFilm
			want []string
		}{
			"one of each": {
				films.NewFilm{
					Titles:   map[string]string{"en": "\u200b\u2060", "de": "a\u202eb", "xx": "x", "fr-CA": "x", "a/~b": "x", "fra": "x", "fr": "x"},
					Synopses: map[string]string{"en": strings.Repeat("é", 4001), "und": ""},
					Genres:   []string{"drama", "opera", "drama"}, Countries: []string{"FR", "ZZ", "EU", "fr", "UN", "AC", "FRA", ""},
					Regions: []string{"53", "bretagne", "29"}, Languages: []string{"fr", "fra", "xx", "\x00"}, Warnings: []string{"boredom"},
					Identifiers: map[string]string{"isan": "0000-0000-D07A-0090", "eidr": "10.5240/x", "ark": "1", "tmdb": strings.Repeat("9", 400)},
					Consent:     "maybe",
				},
				[]string{
					"/consent unknown",
					"/titles/a~1~0b language", "/titles/de not_text", "/titles/en required", "/titles/fr-CA language", "/titles/fra twice", "/titles/xx language",
					"/synopses/en too_long", "/synopses/und language",
					"/genres/1 unknown", "/genres/2 twice", "/warnings/0 unknown",
					"/countries/1 unknown", "/countries/2 unknown", "/countries/3 twice", "/countries/4 unknown", "/countries/5 unknown", "/countries/6 unknown", "/countries/7 unknown",
					"/languages/1 twice", "/languages/2 unknown", "/languages/3 unknown",
					"/regions/1 unknown", "/regions/2 unknown",
					"/identifiers/ark unknown", "/identifiers/eidr check", "/identifiers/isan check", "/identifiers/tmdb check",
				},
			},
			"too much of each": {
				films.NewFilm{Titles: many, Synopses: many, Identifiers: many, Genres: long, Countries: long, Regions: long, Languages: long, Warnings: long},
				[]string{
					"/titles too_many", "/synopses too_many", "/genres too_many", "/warnings too_many", "/countries too_many",
					"/languages too_many", "/regions too_many", "/identifiers too_many",
				},
			},
			"a stage of its own": {films.NewFilm{Stage: "released"}, []string{"/stage recorded"}},
		} {
			c.in.Place, c.in.Title = place(w.Bretagne), "x"
			_, err := w.Make(ines, c.in)
			if got, want := reasons(err), "invalid, "+strings.Join(c.want, ", "); got != want {
				t.Errorf("%s:\n%s, want\n%s", name, got, want)
			}
		}
		if n, err := w.Store.From(ines).Film.Query().Count(ines); err != nil || n != 0 {
			t.Errorf("%d films, %v", n, err)
		}
	})
}

func TestCuratorsWriteDownFilmsThatWereMadeElsewhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		yann := w.Actor(t, "yann", w.Bretagne, "curator")
		year := 1978
		of := func(stage string) films.NewFilm {
			return films.NewFilm{Place: place(w.Bretagne), Title: "L'Or des mers", Year: &year, Recorded: true, Stage: stage}
		}
		released := must(t)(w.Make(yann, of("")))
		if released.Stage != film.StageReleased || released.Origin != film.OriginRecorded || released.ReleasedAt == nil || released.OwnerID != personOf(yann) {
			t.Errorf("it is %v", released)
		}
		if _, err := w.Film(coretest.Visitor(), released.ID); err != nil {
			t.Errorf("a visitor reads it: %v", err)
		}
		if got := w.Recorded(t, released.ID); !slices.Equal(got, []string{"film.made.v1", "film.released.v1"}) {
			t.Errorf("recorded: %v", got)
		}
		finished := must(t)(w.Make(yann, of("finished")))
		if finished.Stage != film.StageFinished || finished.ReleasedAt != nil {
			t.Errorf("it is %v", finished)
		}
		if got := w.Recorded(t, finished.ID); !slices.Equal(got, []string{"film.made.v1"}) {
			t.Errorf("recorded: %v", got)
		}
		if got := w.Audited(t, "film:"+finished.ID); !slices.Equal(got, []string{"film.record"}) {
			t.Errorf("audited: %v", got)
		}
		must(t)(w.Release(yann, finished.ID))
		without := of("idea")
		without.Year = nil
		if _, err := w.Make(yann, without); reasons(err) != "invalid, /year required, /stage unknown" {
			t.Errorf("without a year: %v", err)
		}
		for name, c := range map[string]struct {
			who   context.Context
			fault error
		}{
			"a visitor": {coretest.Visitor(), core.ErrUnauthenticated}, "a creator": {w.Actor(t, "ines", w.Bretagne, "creator"), core.ErrDenied},
			"a curator of elsewhere": {w.Actor(t, "remi", w.Occitanie, "curator"), core.ErrDenied},
		} {
			if _, err := w.Make(c.who, of("")); !errors.Is(err, c.fault) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// The lists are read by people and by programs: a code has one meaning, and a
// word in either language.
func TestTheWordsForFilmsAreWhole(t *testing.T) {
	t.Parallel()
	for name, list := range map[string][]films.Term{"genres": films.Genres, "warnings": films.Warnings} {
		seen := map[string]bool{}
		for _, term := range list {
			if term.Code == "" || strings.Trim(term.Code, "abcdefghijklmnopqrstuvwxyz_") != "" || term.FR == "" || term.EN == "" {
				t.Errorf("%s: %+v", name, term)
			}
			for _, word := range []string{term.Code, "fr " + term.FR, "en " + term.EN} {
				if seen[word] {
					t.Errorf("%s: %s is there twice", name, word)
				}
				seen[word] = true
			}
		}
	}
}

// TestCORE3FilmsOfTheSuspended: a suspended owner's films are out of sight, with
// all that belongs to them, and come back as they were.
func TestCORE3FilmsOfTheSuspended(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne, "creator")
		shown := w.show(t, ines, "Marée basse", w.Bretagne)
		draft := w.begin(t, ines, "Marée haute", w.Bretagne)
		crewed := w.show(t, karim, "Contre-jour", w.Bretagne)
		w.join(t, karim, shown, "crew")
		w.join(t, ines, crewed, "editor")
		said := films.Recognised{Film: shown.ID, By: "Écran", Title: "Gens de mer", From: w.Clock.Now(), SourceID: "pick-1"}
		if err := w.Recognise(coretest.System(), told(t, "ecran", "film.recognised.v1", said)); err != nil {
			t.Fatal(err)
		}
		sees := func(ctx context.Context) string {
			t.Helper()
			var all []string
			for _, f := range []*ent.Film{shown, draft, crewed} {
				_, err := w.Film(ctx, f.ID)
				got, gotErr := w.Get(ctx, []string{f.ID})
				recognitions, recErr := w.Recognitions(ctx, f.ID, core.Page{Limit: 5})
				some, someErr := w.RecognitionsOf(ctx, []string{f.ID}, 5)
				if gotErr != nil || someErr != nil || (err == nil) != (len(got) == 1) || (err == nil) != (recErr == nil) || len(some[f.ID]) != len(recognitions.Items) {
					t.Errorf("it is read in different ways: %v %v %v %v", err, gotErr, recErr, someErr)
				}
				all = append(all, fmt.Sprint(word(err), " ", len(recognitions.Items)))
			}
			for _, stage := range []string{"", "released"} {
				list, err := w.List(ctx, films.Filter{Scope: subtree(w.Network), Stage: stage}, core.Page{Sort: "title", Limit: 5, Count: true})
				if err != nil || len(list.Items) != *list.Total {
					t.Fatal(err, len(list.Items))
				}
				all = append(all, fmt.Sprint(len(list.Items)))
			}
			return strings.Join(all, ", ")
		}
		before := []string{sees(coretest.Visitor()), sees(ines), sees(karim)}
		if !slices.Equal(before, []string{"ok 1, - 0, ok 0, 2, 2", "ok 1, ok 0, ok 0, 3, 2", "ok 1, - 0, ok 0, 2, 2"}) {
			t.Fatalf("before: %q", before)
		}
		w.suspend(t, ines)
		hidden := []string{sees(coretest.Visitor()), sees(ines), sees(karim)}
		// Who worked on it keeps sight of it; the film of another with her in it stays.
		if !slices.Equal(hidden, []string{"- 0, - 0, ok 0, 1, 1", before[1], before[2]}) {
			t.Errorf("while she is suspended: %q", hidden)
		}
		if _, err := w.Change(ines, shown.ID, shown.Version, films.Change{Title: rest.Some("x")}); !errors.Is(err, core.ErrDenied) {
			t.Errorf("she changes it: %v", err)
		}
		w.reinstate(t, ines)
		after := []string{sees(coretest.Visitor()), sees(ines), sees(karim)}
		if !slices.Equal(after, before) {
			t.Errorf("after: %q", after)
		}
	})
}

// reinstate undoes suspend.
func (w world) reinstate(t *testing.T, ctx context.Context) {
	t.Helper()
	core.ActorFrom(ctx).Suspended = false
	w.Write(t, func(system context.Context, c *ent.Client) error {
		return c.Person.UpdateOneID(personOf(ctx)).SetSuspended(false).SetListed(true).Exec(system)
	})
}
