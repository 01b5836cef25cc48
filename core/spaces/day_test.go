package spaces_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// The expected instants are written down by hand: from the offset that each
// place has from UTC on that day.
func TestCORE8DaysEndInTheirOwnZone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day, end string }{
		{"Europe/Paris", "2026-06-30", "2026-06-30T22:00:00Z"},
		{"America/Guadeloupe", "2026-06-30", "2026-07-01T04:00:00Z"},
		{"America/Martinique", "2026-06-30", "2026-07-01T04:00:00Z"},
		{"America/Cayenne", "2026-06-30", "2026-07-01T03:00:00Z"},
		{"Indian/Reunion", "2026-06-30", "2026-06-30T20:00:00Z"},
		{"Indian/Mayotte", "2026-06-30", "2026-06-30T21:00:00Z"},
		// A year ends, a February has 29 days.
		{"Indian/Reunion", "2026-12-31", "2026-12-31T20:00:00Z"},
		{"America/Cayenne", "2028-02-28", "2028-02-29T03:00:00Z"},
		{"America/Cayenne", "2028-02-29", "2028-03-01T03:00:00Z"},
		// The days on which Paris changes its clocks have 23 and 25 hours, and
		// the overseas regions know nothing of it.
		{"Europe/Paris", "2026-03-28", "2026-03-28T23:00:00Z"},
		{"Europe/Paris", "2026-03-29", "2026-03-29T22:00:00Z"},
		{"Europe/Paris", "2026-10-24", "2026-10-24T22:00:00Z"},
		{"Europe/Paris", "2026-10-25", "2026-10-25T23:00:00Z"},
		{"America/Martinique", "2026-10-25", "2026-10-26T04:00:00Z"},
		// Where clocks are changed at midnight: in Beirut it does not exist in
		// spring, and in autumn the hour before it comes twice; in Havana it
		// comes twice itself.
		{"Asia/Beirut", "2026-03-28", "2026-03-28T22:00:00Z"},
		{"Asia/Beirut", "2026-10-24", "2026-10-24T22:00:00Z"},
		{"America/Havana", "2026-10-31", "2026-11-01T04:00:00Z"},
	} {
		end, err := spaces.DayEnd(&ent.Space{TimeZone: c.zone}, c.day)
		if err != nil || end.Format(time.RFC3339) != c.end || end.Location() != time.UTC {
			t.Errorf("%s ends in %s at %v, want %s (%v)", c.day, c.zone, end, c.end, err)
		}
	}
	for _, day := range []string{"", "2026-02-29", "2026-6-30", "30/06/2026", "2026-06-30T00:00:00Z", "2026-06-30\x00"} {
		if end, err := spaces.DayEnd(&ent.Space{TimeZone: "Europe/Paris"}, day); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("%q ends at %v (%v)", day, end, err)
		}
	}
}

// A grant until the last day of June holds in each region until that day is
// over there.
func TestCORE8AGrantLastsUntilItsLastDayIsOver(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		self := w.Actor(t, "thomas", w.Bretagne)
		w.Write(t, inZone(w.Occitanie, "America/Guadeloupe"))
		for at, end := range map[string]string{"bretagne": "2026-11-22T23:00:00Z", "occitanie": "2026-11-23T04:00:00Z"} {
			space, err := s.Get(self, at)
			if err != nil {
				t.Fatal(err)
			}
			g, err := s.Grant(coretest.System(), space, spaces.NewGrant{Account: account(self), Role: "curator", LastDay: "2026-11-22"})
			if err != nil || g.Until.Format(time.RFC3339) != end {
				t.Errorf("at %s it ends %v (%v)", at, g, err)
			}
		}
		for _, c := range []struct {
			later time.Duration
			held  int
		}{{10 * time.Hour, 2}, {time.Hour, 1}, {4 * time.Hour, 1}, {time.Hour, 0}} {
			w.Clock.Move(c.later) // from noon
			if held, err := s.GrantsOf(self, account(self)); err != nil || len(held) != c.held {
				t.Errorf("at %v they hold %v (%v)", w.Clock.Now(), held, err)
			}
		}
		later := w.Clock.Now().Add(time.Hour)
		for _, in := range []spaces.NewGrant{{LastDay: "2026-11-22"}, {LastDay: "tomorrow"}, {LastDay: "2026-12-31", Until: &later}} {
			in.Account, in.Role = account(self), "curator"
			_, err := s.Grant(coretest.System(), w.Bretagne, in)
			if got := core.AsError(err).Reasons; len(got) != 1 || got[0].Pointer != "/last_day" {
				t.Errorf("until %v: %v", in, got)
			}
		}
	})
}

func inZone(at *ent.Space, zone string) func(context.Context, *ent.Client) error {
	return func(ctx context.Context, c *ent.Client) error {
		return c.Space.UpdateOneID(at.ID).SetTimeZone(zone).Exec(ctx)
	}
}
