package films_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/films/filmstest"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

// The sizes of a region, a country, and more than there will be.
var sizes = []int{1_000, 100_000, 1_000_000}

func BenchmarkFilms(b *testing.B) {
	for _, dialect := range []string{db.SQLite, db.Postgres} {
		b.Run(dialect, func(b *testing.B) { benchmarkFilms(b, dialect) })
	}
}

func benchmarkFilms(b *testing.B, dialect string) {
	for _, size := range sizes {
		if testing.Short() && size > sizes[0] {
			b.Logf("%d films take a minute to make: not with -short", size)
			continue
		}
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			start := time.Now()
			w, newest := filled(b, dialect, size)
			b.Logf("%d films made in %v", size, time.Since(start).Round(time.Millisecond))
			ines := w.Actor(b, "ines", w.Bretagne, "creator")
			for i := range 30 {
				made, err := w.Make(ines, films.NewFilm{Place: place(w.Bretagne), Title: fmt.Sprint("Essai ", i)})
				if err != nil {
					b.Fatal(err)
				}
				if i%2 == 0 {
					if _, err := w.Release(ines, made.ID); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.Run("get", func(b *testing.B) {
				for b.Loop() {
					if _, err := w.Film(coretest.Visitor(), newest); err != nil {
						b.Fatal(err)
					}
				}
			})
			for name, who := range map[string]context.Context{"visitor": coretest.Visitor(), "member": ines} {
				for _, sort := range []string{"-created_at", "title", "-released_at"} {
					b.Run(fmt.Sprintf("list20/%s/%s", name, sort), func(b *testing.B) {
						first, err := w.List(who, films.Filter{Scope: subtree(w.Network)}, core.Page{Sort: sort, Limit: 20})
						if err != nil {
							b.Fatal(err)
						}
						pages := []core.Page{{Sort: sort, Limit: 20}, {Sort: sort, Limit: 20, After: first.Next}}
						for i := 0; b.Loop(); i++ {
							list, err := w.List(who, films.Filter{Scope: subtree(w.Network)}, pages[i%2])
							if err != nil || len(list.Items) != 20 {
								b.Fatal(len(list.Items), err)
							}
						}
					})
				}
			}
			b.Run("write", func(b *testing.B) {
				made, err := w.Make(ines, films.NewFilm{Place: place(w.Bretagne), Title: "Essai"})
				if err != nil {
					b.Fatal(err)
				}
				for i := 0; b.Loop(); i++ {
					if made, err = w.Change(ines, made.ID, made.Version, films.Change{Title: rest.Some(fmt.Sprint("Essai ", i))}); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("make", func(b *testing.B) {
				for b.Loop() {
					if _, err := w.Make(ines, films.NewFilm{Place: place(w.Bretagne), Title: "Essai"}); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// filled returns a world with so many films, and the newest of them.
func filled(b *testing.B, dialect string, size int) (world, string) {
	b.Helper()
	w := coretest.Open(b, dialect)
	w.Settle(b)
	maker := w.Person(b, "maker", w.Network)
	var homes []core.Place
	for _, s := range []*ent.Space{w.Bretagne, w.Occitanie, w.Rade, w.Network} {
		homes = append(homes, place(s))
	}
	newest := filmstest.Fill(b, w.DB, maker.ID, homes, size)
	w.Write(b, func(ctx context.Context, _ *ent.Client) error {
		_, err := w.DB.Exec(ctx, `ANALYZE`)
		return err
	})
	return world{w, films.New(w.DB, w.Gate, w.Events, w.Audit, w.Notify)}, newest
}
