package spaces_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

func TestASwitchHoldsForTheBranchUntilASpaceSetsItsOwn(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		all := []*ent.Space{w.Network, w.Bretagne, w.Occitanie, w.Rade}
		expect := func(when string, states ...spaces.State) {
			t.Helper()
			for i, space := range all {
				ctx, queries := dbtest.Count(coretest.Visitor())
				state, err := s.Effective(ctx, space, "ecran")
				if err != nil || state != states[i] {
					t.Errorf("%s: %s is %q, %v", when, space.Slug, state, err)
				}
				if queries.Len() != 1 {
					t.Errorf("%s: it took %d queries", when, queries.Len())
				}
			}
			var off []string
			for i, space := range all {
				if states[i] == spaces.Off {
					off = append(off, space.ID)
				}
			}
			slices.Sort(off)
			ctx, queries := dbtest.Count(coretest.Visitor())
			got, err := s.Off(ctx, w.Network, "ecran")
			if err != nil || !slices.Equal(got, off) || queries.Len() > 2 {
				t.Errorf("%s: off in %v, want %v; %v, %d queries", when, got, off, err, queries.Len())
			}
			if got, err := s.Off(ctx, w.Occitanie, "ecran"); err != nil || slices.Contains(got, w.Bretagne.ID) {
				t.Errorf("%s: below Occitanie it is off in %v, %v", when, got, err)
			}
		}
		set := func(space *ent.Space, state spaces.State) {
			t.Helper()
			if err := s.Switch(coretest.System(), space, "ecran", state, nil); err != nil {
				t.Fatal(err)
			}
		}
		expect("nobody has said", spaces.On, spaces.On, spaces.On, spaces.On)
		set(w.Bretagne, spaces.Off)
		expect("off in Bretagne", spaces.On, spaces.Off, spaces.On, spaces.Off)
		set(w.Network, spaces.Closing)
		expect("closing in the network", spaces.Closing, spaces.Off, spaces.Closing, spaces.Off)
		set(w.Network, spaces.On)
		set(w.Rade, spaces.ReadOnly)
		expect("the institution keeps it", spaces.On, spaces.Off, spaces.On, spaces.ReadOnly)
		set(w.Network, spaces.Off)
		expect("off in the network", spaces.Off, spaces.Off, spaces.Off, spaces.ReadOnly)
		set(w.Occitanie, spaces.Closing)
		set(w.Network, spaces.On)
		set(w.Bretagne, spaces.On)
		expect("on again", spaces.On, spaces.On, spaces.Closing, spaces.ReadOnly)
		if state, err := s.Effective(coretest.Visitor(), w.Bretagne, "vod"); err != nil || state != spaces.On {
			t.Errorf("another module is %s, %v", state, err)
		}
	})
}

func TestSwitchingIsForWhoRunsTheSpace(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		admin := w.Actor(t, "yann", w.Bretagne, "region_admin")
		for name, c := range map[string]struct {
			err error
			got error
		}{
			"a visitor":               {core.ErrUnauthenticated, s.Switch(coretest.Visitor(), w.Bretagne, "ecran", spaces.Off, nil)},
			"a curator of the place":  {core.ErrDenied, s.Switch(w.Actor(t, "maelle", w.Bretagne, "curator"), w.Bretagne, "ecran", spaces.Off, nil)},
			"an admin of elsewhere":   {core.ErrDenied, s.Switch(admin, w.Occitanie, "ecran", spaces.Off, nil)},
			"an admin of one below":   {core.ErrDenied, s.Switch(admin, w.Network, "ecran", spaces.Off, nil)},
			"its admin":               {nil, s.Switch(admin, w.Bretagne, "ecran", spaces.Off, nil)},
			"the admin of what is up": {nil, s.Switch(admin, w.Rade, "ecran", spaces.Off, nil)},
		} {
			if !errors.Is(c.got, c.err) {
				t.Errorf("%s: %v", name, c.got)
			}
		}
		if got := w.Recorded(t, w.Occitanie.ID); len(got) != 0 {
			t.Errorf("a refused switch left %v", got)
		}
	})
}

func TestASwitchIsRememberedOnceAndSettingsStay(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		set := func(state spaces.State, settings string) {
			t.Helper()
			if err := s.Switch(coretest.System(), w.Bretagne, "ecran", state, json.RawMessage(settings)); err != nil {
				t.Fatal(err)
			}
		}
		set(spaces.On, `{"picks": 3, "wall": true}`)
		set(spaces.On, `{"wall":true,"picks":3}`) // the same in other words
		set(spaces.Off, "")
		set(spaces.Off, "null")
		set(spaces.On, "")
		got, err := s.Module(coretest.Visitor(), w.Rade, "ecran")
		if err != nil || got.State != spaces.On || !got.Inherited || !strings.Contains(string(got.Settings), "picks") {
			t.Errorf("the institution has %+v, %v", got, err)
		}
		if got, err := s.Module(coretest.Visitor(), w.Bretagne, "ecran"); err != nil || got.Inherited {
			t.Errorf("the region has %+v, %v", got, err)
		}
		want := slices.Repeat([]string{"space.module_switched.v1"}, 3)
		if got := w.Recorded(t, w.Bretagne.ID); !slices.Equal(got, want) {
			t.Errorf("recorded: %v", got)
		}
		if got := w.Audited(t, "space:"+w.Bretagne.ID); len(got) != 3 || got[0] != "module.switch" {
			t.Errorf("audited: %v", got)
		}
	})
}

func TestASwitchRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		err := s.Switch(coretest.System(), w.Bretagne, "É", "half", json.RawMessage(`[1]`))
		if got := core.AsError(err).Reasons; len(got) != 3 {
			t.Errorf("the reasons are %v", got)
		}
		for _, settings := range []string{`[]`, `"x"`, `{`, `{"a":"\u0000"}`, `{"a":"` + strings.Repeat("x", 65<<10) + `"}`} {
			if err := s.Switch(coretest.System(), w.Bretagne, "ecran", spaces.On, json.RawMessage(settings)); !errors.Is(err, core.ErrInvalid) {
				t.Errorf("%.20s: %v", settings, err)
			}
		}
	})
}

func TestSwitchesAtTheSameTimeAllHappen(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		set := func(i int) error {
			state := []spaces.State{spaces.On, spaces.Off, spaces.ReadOnly}[i%3]
			return s.Switch(coretest.System(), w.Bretagne, "ecran", state, nil)
		}
		if won, lost := w.Crowd(t, touch(w.Bretagne.ID), set); len(lost) > 0 {
			t.Errorf("%d of a crowd switched: %v", won, lost)
		}
		if won, lost := coretest.Race(50, set); won != 50 {
			t.Errorf("%d of 50 switched: %v", won, lost)
		}
		rows, err := w.Store.From(coretest.System()).SpaceModule.Query().All(coretest.System())
		if err != nil || len(rows) != 1 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		if events := len(w.Recorded(t, w.Bretagne.ID)); events != rows[0].Version {
			t.Errorf("%d events of %d versions", events, rows[0].Version)
		}
	})
}

// touch locks a space's row and leaves it as it is.
func touch(id string) func(context.Context, *ent.Client) error {
	return func(ctx context.Context, c *ent.Client) error {
		return c.Space.UpdateOneID(id).SetUpdatedAt(time.Unix(0, 0)).Exec(ctx)
	}
}

// What every request to a module costs for not remembering the switch.
func BenchmarkEffective(b *testing.B) {
	w := coretest.Open(b, db.SQLite)
	s := area(w)
	if err := s.Seed(coretest.System()); err != nil {
		b.Fatal(err)
	}
	bretagne, err := s.Get(coretest.System(), "bretagne")
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Switch(coretest.System(), bretagne, "ecran", spaces.ReadOnly, nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Effective(coretest.Visitor(), bretagne, "ecran"); err != nil {
			b.Fatal(err)
		}
	}
}
