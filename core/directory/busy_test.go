package directory_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

func TestBusyPeriodsAreShownToWhomThePersonChose(t *testing.T) {
	each(t, func(t *testing.T, w world) { // its clock says 2026-11-22
		ines, karim := w.Actor(t, "ines", w.Bretagne), w.Actor(t, "karim", w.Occitanie)
		var made []*ent.BusyPeriod
		for _, days := range [][2]string{{"2027-03-01", "2027-03-05"}, {"2026-12-24", "2026-12-24"}, {"2027-01-01", "2031-11-22"}} {
			b, err := w.AddBusy(ines, directory.NewBusy{FirstDay: days[0], LastDay: days[1], Note: " Tournage 🎬 "})
			if err != nil {
				t.Fatal(err, core.AsError(err).Reasons)
			}
			made = append(made, b)
		}
		for _, c := range []struct{ first, last, note, want string }{
			{"2027-03-02", "2027-03-01", "", "/last_day order"},
			{"2027-02-30", "27-3-1", "", "/first_day day /last_day day"},
			{"", "\x00", "\u202e", "/first_day day /last_day day /note not_text"},
			{"2027-01-01", "2031-11-23", "", "/last_day range"},
			{"2000-01-01", "2027-01-01", strings.Repeat("é", 201), "/last_day range /note too_long"},
		} {
			_, err := w.AddBusy(ines, directory.NewBusy{FirstDay: c.first, LastDay: c.last, Note: c.note})
			if got := strings.Join(reasons(t, err), " "); got != c.want {
				t.Errorf("%s to %s: %s, want %s", c.first, c.last, got, c.want)
			}
		}
		reads := func(ctx context.Context) string {
			t.Helper()
			counting, queries := dbtest.Count(ctx)
			list, err := w.Busy(counting, "ines", core.Page{Sort: "first_day", Limit: 2, Count: true})
			if err != nil || queries.Len() > 4 {
				t.Fatal(err, queries.Len())
			}
			if *list.Total == 3 && (len(list.Items) != 2 || list.Next == nil) || *list.Total == 0 && len(list.Items) != 0 {
				t.Errorf("%d of %d", len(list.Items), *list.Total)
			}
			var all []string
			for _, b := range list.Items {
				all = append(all, b.FirstDay+b.Note)
			}
			return strings.Join(all, " ")
		}
		const own, others = "2026-12-24Tournage 🎬 2027-01-01Tournage 🎬", "2026-12-24 2027-01-01"
		for _, c := range []struct {
			audience          string
			visitor, ka, ines string
		}{
			{"", "", others, own}, {"everyone", others, others, own}, {"nobody", "", "", own},
		} {
			if c.audience != "" {
				w.changes(t, ines, directory.Change{Visibility: rest.Some(map[string]string{"busy": c.audience})})
			}
			if a, b, d := reads(coretest.Visitor()), reads(karim), reads(ines); a != c.visitor || b != c.ka || d != c.ines {
				t.Errorf("for %q: %q, %q, %q", c.audience, a, b, d)
			}
		}

		for name, ctx := range map[string]context.Context{"another": karim, "an admin": w.Actor(t, "yann", w.Bretagne, "region_admin")} {
			if err := w.RemoveBusy(ctx, made[0].ID); !errors.Is(err, directory.ErrBusyUnknown) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, id := range []string{"", "\x00", db.NewID()} {
			if err := w.RemoveBusy(ines, id); !errors.Is(err, directory.ErrBusyUnknown) {
				t.Errorf("%q: %v", id, err)
			}
		}
		if err := w.RemoveBusy(coretest.Visitor(), made[0].ID); !errors.Is(err, core.ErrUnauthenticated) {
			t.Error(err)
		}
		if err := w.RemoveBusy(ines, made[0].ID); err != nil {
			t.Error(err)
		}
		if err := w.RemoveBusy(ines, made[0].ID); !errors.Is(err, directory.ErrBusyUnknown) {
			t.Error(err)
		}
	})
}

func TestNobodyHasMoreThan500BusyPeriods(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne)
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			rows := make([]*ent.BusyPeriodCreate, 499)
			for i := range rows {
				rows[i] = c.BusyPeriod.Create().SetPersonID(personOf(ines)).SetFirstDay("2027-01-01").SetLastDay("2027-01-02").
					SetCreatedAt(w.DB.Now()).SetUpdatedAt(w.DB.Now())
			}
			return c.BusyPeriod.CreateBulk(rows...).Exec(ctx)
		})
		won, lost := coretest.Race(50, func(int) error {
			_, err := w.AddBusy(ines, directory.NewBusy{FirstDay: "2027-02-01", LastDay: "2027-02-01"})
			return err
		})
		if won != 1 || slices.ContainsFunc(lost, func(err error) bool { return !errors.Is(err, directory.ErrBusyFull) }) {
			t.Errorf("%d more, %v", won, lost)
		}
	})
}
