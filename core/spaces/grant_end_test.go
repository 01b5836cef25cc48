package spaces_test

import (
	"errors"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/spaces"
)

// An end that is of the year 10000 in UTC was taken, and nothing that held it
// could be read again.
func TestAGrantEndsInAYearThatCanBeWritten(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		target := account(w.Actor(t, "thomas", w.Bretagne))
		far := time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -24*3600+60))
		for _, in := range []spaces.NewGrant{{Until: &far}, {LastDay: "9999-12-31"}, {LastDay: "9999-06-01"}} {
			in.Account, in.Role = target, "curator"
			if _, err := s.Grant(coretest.System(), w.Bretagne, in); !errors.Is(err, core.ErrInvalid) {
				t.Errorf("until %v %s: %v", in.Until, in.LastDay, err)
			}
		}
		eastern := w.Clock.Now().Add(time.Hour).In(time.FixedZone("", 5*3600))
		made, err := s.Grant(coretest.System(), w.Bretagne, spaces.NewGrant{Account: target, Role: "curator", Until: &eastern})
		if err != nil || made.Until.Location() != time.UTC {
			t.Errorf("until %v, %v", made, err)
		}
	})
}

// Nobody gives what outlasts the grant that lets them.
func TestAGrantDoesNotOutlastTheOneItComesFrom(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		helene := w.Actor(t, "helene", w.Bretagne)
		hour, later := w.Clock.Now().Add(time.Hour), w.Clock.Now().Add(time.Hour+time.Microsecond)
		actor := *core.ActorFrom(helene)
		actor.Grants = []core.Grant{{Role: "region_admin", Path: w.Bretagne.Path, Until: hour}}
		helene = core.WithActor(helene, &actor)
		target := account(w.Actor(t, "thomas", w.Bretagne))
		for _, c := range []struct {
			until *time.Time
			fault error
		}{{nil, core.ErrInvalid}, {&later, core.ErrInvalid}, {&hour, nil}} {
			_, err := s.Grant(helene, w.Bretagne, spaces.NewGrant{Account: target, Role: "moderator", Until: c.until})
			if !errors.Is(err, c.fault) {
				t.Errorf("until %v: %v", c.until, err)
			}
		}
	})
}
