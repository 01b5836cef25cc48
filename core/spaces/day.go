package spaces

import (
	"sort"
	"time"
	_ "time/tzdata" // a node may stand on a machine without a tz database

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/ent"
)

// DayEnd returns the first instant after a day ("2026-06-30") as the space
// counts its days: what lasts until that day ends then. It returns
// [core.ErrInvalid] for what is no day.
func DayEnd(at *ent.Space, day string) (time.Time, error) {
	zone, err := time.LoadLocation(at.TimeZone)
	if err != nil {
		return time.Time{}, err
	}
	d, err := time.Parse(time.DateOnly, day)
	if err != nil || d.Year() > 9998 { // the day after the last of 9999 has no such text
		return time.Time{}, core.ErrInvalid.With(notDate)
	}
	// Midnight is searched for: where clocks are changed around it, it may not
	// exist, come twice, or be more than twelve hours after noon.
	noon := time.Date(d.Year(), d.Month(), d.Day(), 12, 0, 0, 0, zone)
	minutes := sort.Search(24*60, func(i int) bool {
		return noon.Add(time.Duration(i)*time.Minute).Format(time.DateOnly) > day
	})
	return noon.Add(time.Duration(minutes) * time.Minute).UTC(), nil
}

var notDate = core.Reason{
	Pointer: "/last_day", Code: "date",
	EN: "It is no date such as 2026-06-30.", FR: "Ce n'est pas une date comme 2026-06-30.",
}
