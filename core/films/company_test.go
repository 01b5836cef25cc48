package films_test

import (
	"context"
	"testing"

	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/membership"
)

func TestAFilmIsOfTheCompanyThatItCredits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, solene, past := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "solene", w.Occitanie), w.Actor(t, "past", w.Occitanie)
		studio := w.organisation(t, solene, "Studio", w.Occitanie)
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Membership.Create().SetOrganisationID(studio.ID).SetPersonID(personOf(past)).SetUntil("2001-01-01").
				SetRole(membership.RoleMember).SetState(membership.StateActive).Exec(ctx)
		})
		film, other := w.begin(t, ines, "Produit", w.Bretagne), w.begin(t, ines, "Seule", w.Bretagne)
		made := w.propose(t, ines, film, films.NewCredit{Organisation: studio.ID, Craft: "PRO-PRO"})[0]
		asked := func(who context.Context) (of, not bool) {
			t.Helper()
			ctx, statements := db.WithCounter(who)
			found, err := w.Companies(ctx, []string{film.ID, other.ID, "x"})
			if err != nil || statements.Len() > 2 {
				t.Errorf("%v, with %d statements", err, statements.Len())
			}
			return found[film.ID], found[other.ID]
		}
		if of, _ := asked(solene); of {
			t.Error("a credit that nobody has agreed to makes a company")
		}
		if _, err := w.Confirm(solene, film.ID, made.ID); err != nil {
			t.Fatal(err)
		}
		if of, not := asked(solene); !of || not {
			t.Errorf("solene's: %v, %v", of, not)
		}
		for name, who := range map[string]context.Context{"ines": ines, "past": past, "a visitor": coretest.Visitor()} {
			if of, not := asked(who); of || not {
				t.Errorf("%s belongs to nobody that is credited: %v, %v", name, of, not)
			}
		}
	})
}
