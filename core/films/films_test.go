package films_test

import (
	"context"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/filmmember"
)

// world is a small world with films in it.
type world struct {
	*coretest.World
	*films.Catalog
}

func each(t *testing.T, run func(t *testing.T, w world)) {
	t.Helper()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		run(t, world{w, films.New(w.DB, w.Gate, w.Events, w.Audit, w.Notify)})
	})
}

func place(s *ent.Space) core.Place {
	return core.Place{Network: s.NetworkID, Region: s.RegionID, Space: s.ID, Path: s.Path}
}

// begin makes a film.
func (w world) begin(t *testing.T, ctx context.Context, title string, home *ent.Space) *ent.Film {
	t.Helper()
	film, err := w.Make(ctx, films.NewFilm{Place: place(home), Title: title})
	if err != nil {
		t.Fatal(err)
	}
	return film
}

// show makes a film and releases it.
func (w world) show(t *testing.T, ctx context.Context, title string, home *ent.Space) *ent.Film {
	t.Helper()
	film, err := w.Release(ctx, w.begin(t, ctx, title, home).ID)
	if err != nil {
		t.Fatal(err)
	}
	return film
}

// join makes the actor of ctx a member of the film.
func (w world) join(t *testing.T, ctx context.Context, film *ent.Film, role filmmember.Role) {
	t.Helper()
	w.Write(t, func(system context.Context, c *ent.Client) error {
		return c.FilmMember.Create().SetFilmID(film.ID).SetPersonID(core.ActorFrom(ctx).Person).SetRole(role).Exec(system)
	})
}

// suspend suspends the actor of ctx.
func (w world) suspend(t *testing.T, ctx context.Context) {
	t.Helper()
	actor := core.ActorFrom(ctx)
	actor.Suspended = true
	w.Write(t, func(system context.Context, c *ent.Client) error {
		if err := c.Account.UpdateOneID(actor.Account).SetState(account.StateSuspended).Exec(system); err != nil {
			return err
		}
		return c.Person.UpdateOneID(actor.Person).SetSuspended(true).SetListed(false).Exec(system)
	})
}
