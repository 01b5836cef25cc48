package films_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/films/filmstest"
	"github.com/labfilms/labfilms/ent"
)

// BenchmarkFilmography reads 20 of the 30 films of one person, and the titles
// of one film, among more and more films that credit others.
func BenchmarkFilmography(b *testing.B) {
	for _, dialect := range []string{db.SQLite, db.Postgres} {
		for _, size := range []int{sizes[0], sizes[2]} {
			if testing.Short() && size > sizes[0] {
				b.Logf("%d films take a minute to make: not with -short", size)
				continue
			}
			b.Run(fmt.Sprint(dialect, "/", size), func(b *testing.B) {
				w, karim, crowded := creditedFilms(b, dialect, size)
				for name, who := range map[string]context.Context{
					"visitor": coretest.Visitor(), "moderator": w.Actor(b, "yann", w.Bretagne, "moderator"), "himself": karim,
				} {
					for _, sort := range []string{"-year", "title", "-released_at"} {
						b.Run(name+"/"+sort, func(b *testing.B) {
							of := &ent.Person{ID: core.ActorFrom(karim).Person, Claim: "claimed"}
							first, err := w.Filmography(who, of, films.WorkFilter{}, core.Page{Sort: sort, Limit: 20})
							if err != nil {
								b.Fatal(err)
							}
							pages := []core.Page{{Sort: sort, Limit: 20}, {Sort: sort, Limit: 20, After: first.Next}}
							for i := 0; b.Loop(); i++ {
								list, err := w.Filmography(who, of, films.WorkFilter{}, pages[i%2])
								if err != nil || len(list.Items) < 10 {
									b.Fatal(len(list.Items), err)
								}
							}
						})
					}
				}
				b.Run("titles", func(b *testing.B) {
					for b.Loop() {
						list, err := w.Credits(coretest.Visitor(), crowded, films.CreditFilter{}, core.Page{Sort: "position", Limit: 50})
						if err != nil || len(list.Items) != 50 {
							b.Fatal(len(list.Items), err)
						}
					}
				})
				b.Run("mine", func(b *testing.B) {
					for b.Loop() {
						list, err := w.MyCredits(karim, films.CreditFilter{}, core.Page{Sort: "-created_at", Limit: 20})
						if err != nil || len(list.Items) != 20 {
							b.Fatal(len(list.Items), err)
						}
					}
				})
				b.Run("propose", func(b *testing.B) {
					film, err := w.Make(karim, films.NewFilm{Place: place(w.Occitanie), Title: "Essai"})
					if err != nil {
						b.Fatal(err)
					}
					for i := 0; b.Loop() && i < 2_900; i++ {
						if _, err := w.Propose(karim, film.ID, []films.NewCredit{{Name: "Essai", CraftText: "Essai"}}); err != nil {
							b.Fatal(err)
						}
					}
				})
			})
		}
	}
}

// creditedFilms returns a world with so many films, each of which credits one
// person and each person of which is credited in some 30, one more person who is
// credited in 30 more, and a film that credits 2,000.
//
// Were the films of the large world spread over as few people as those of the
// small one, PostgreSQL would expect a thousand films of each, and plan every
// query anew: it is the size that is measured here, not the fame.
func creditedFilms(b *testing.B, dialect string, size int) (world, context.Context, string) {
	b.Helper()
	w := coretest.Open(b, dialect)
	w.Settle(b)
	maker := w.Person(b, "maker", w.Network)
	var homes []core.Place
	for _, s := range []*ent.Space{w.Bretagne, w.Occitanie, w.Rade, w.Network} {
		homes = append(homes, place(s))
	}
	filmstest.Fill(b, w.DB, maker.ID, homes, size)
	w.Write(b, func(ctx context.Context, c *ent.Client) error {
		if dialect == db.Postgres {
			if _, err := w.DB.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
				return err
			}
		}
		people := make([]*ent.PersonCreate, max(size/30, 1))
		for i := range people {
			people[i] = c.Person.Create().SetHandle(fmt.Sprint("p", i)).SetName("P").SetSortName("p").
				SetNetworkID(w.Network.ID).SetSpaceID(w.Network.ID).SetRegionID("")
		}
		for some := range slices.Chunk(people, 1000) {
			if err := c.Person.CreateBulk(some...).Exec(ctx); err != nil {
				return err
			}
		}
		_, err := w.DB.Exec(ctx, `INSERT INTO credits (id, created_at, updated_at, version, network_id, region_id, space_id, film_id, person_id, name, craft)
			SELECT f.id, f.created_at, f.updated_at, 1, f.network_id, f.region_id, f.space_id, f.id, p.id, 'P', 'IMA-DOP'
			FROM (SELECT films.*, row_number() OVER (ORDER BY id) AS n FROM films) f
			JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM people WHERE name = 'P') p ON p.n = 1 + f.n % ?`, len(people))
		if err != nil {
			return err
		}
		if _, err := w.DB.Exec(ctx, `UPDATE credits SET state = 'confirmed' WHERE name = 'P'`); err != nil {
			return err
		}
		_, err = w.DB.Exec(ctx, `ANALYZE`)
		return err
	})
	world := world{w, films.New(w.DB, w.Gate, w.Events, w.Audit, w.Notify)}
	karim := w.Actor(b, "karim", w.Occitanie, "creator")
	ines := w.Actor(b, "ines", w.Bretagne, "creator")
	last := ""
	for i := range 30 {
		year := 1990 + i%7
		made, err := world.Make(ines, films.NewFilm{Place: place(w.Bretagne), Title: fmt.Sprint("Essai ", i), Year: &year})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := world.Release(ines, made.ID); err != nil {
			b.Fatal(err)
		}
		proposed, err := world.Propose(ines, made.ID, []films.NewCredit{{Person: core.ActorFrom(karim).Person, Craft: "IMA-DOP"}})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := world.Confirm(karim, made.ID, proposed[0].ID); err != nil {
			b.Fatal(err)
		}
		last = made.ID
	}
	crowd := make([]films.NewCredit, 500)
	for i := range crowd {
		crowd[i] = films.NewCredit{Name: "Quelqu'un", CraftText: "Figuration"}
	}
	for range 4 {
		if _, err := world.Propose(ines, last, crowd); err != nil {
			b.Fatal(err)
		}
	}
	return world, karim, last
}
