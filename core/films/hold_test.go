package films_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/ent/film"
)

// What a moderator has taken off, its owner does not put back.
func TestWhatIsHeldIsNotReleased(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner, moderator := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "modo", w.Bretagne, "moderator")
		draft, shown := w.begin(t, owner, "Brouillon", w.Bretagne), w.show(t, owner, "Montré", w.Bretagne)
		for name, c := range map[string]struct {
			err  error
			want *core.Fault
		}{
			"a draft":             {second(w.Hold(moderator, draft.ID, "Non.")), films.ErrStage},
			"without a reason":    {second(w.Hold(moderator, shown.ID, " \n ")), core.ErrInvalid},
			"with too long a one": {second(w.Hold(moderator, shown.ID, strings.Repeat("é", 1001))), core.ErrInvalid},
			"one's own":           {second(w.Hold(owner, shown.ID, "Non.")), core.ErrDenied},
			"what is not there":   {second(w.Hold(moderator, "\x00", "Non.")), films.ErrUnknown},
			"lifting nothing":     {second(w.Lift(moderator, shown.ID, "Non.")), films.ErrNotHeld},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("holding %s: %v, want %v", name, c.err, c.want)
			}
		}
		if told := w.Notified(t, core.ActorFrom(owner).Person); len(told) != 0 {
			t.Errorf("refusals are told: %v", told)
		}

		held := must(t)(w.Hold(moderator, shown.ID, "Plainte d'une personne filmée."))
		if held.Stage != film.StageWithdrawn || held.HeldAt == nil || held.HeldFor != "Plainte d'une personne filmée." {
			t.Errorf("held: %s, %v, %q", held.Stage, held.HeldAt, held.HeldFor)
		}
		if got := w.Recorded(t, shown.ID); !slices.Contains(got, "film.withdrawn.v1") {
			t.Errorf("nobody heard of it: %v", got)
		}
		if got := w.Notified(t, core.ActorFrom(owner).Person); len(got) != 1 || !strings.Contains(got[0], "film.held") {
			t.Errorf("the owner is told %v", got)
		}
		for name, err := range map[string]error{
			"release": second(w.Release(owner, shown.ID)), "hold again": second(w.Hold(moderator, shown.ID, "Encore.")),
		} {
			if !errors.Is(err, films.ErrHeld) {
				t.Errorf("%s of what is held: %v", name, err)
			}
		}
		if err := second(w.Lift(owner, shown.ID, "Si.")); !errors.Is(err, core.ErrDenied) {
			t.Errorf("the owner lifts it: %v", err)
		}

		lifted := must(t)(w.Lift(moderator, shown.ID, "La personne a donné son accord."))
		if lifted.Stage != film.StageWithdrawn || lifted.HeldAt != nil || lifted.HeldFor != "" {
			t.Errorf("lifted: %s, %v, %q", lifted.Stage, lifted.HeldAt, lifted.HeldFor)
		}
		must(t)(w.Release(owner, shown.ID))
		must(t)(w.Withdraw(owner, shown.ID))
		must(t)(w.Hold(moderator, shown.ID, "Le retirer ne suffit pas."))
		if err := second(w.Release(owner, shown.ID)); !errors.Is(err, films.ErrHeld) {
			t.Errorf("release of what was withdrawn before it was held: %v", err)
		}
	})
}

// second returns the error alone.
func second[T any](_ T, err error) error { return err }

// Whoever is faster, it ends held, and what was on a screen in between has been
// taken off it.
func TestHoldAndReleaseAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner, moderator := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "modo", w.Bretagne, "moderator")
		for range 5 {
			f := w.show(t, owner, "Course", w.Bretagne)
			must(t)(w.Withdraw(owner, f.ID))
			act := func(i int) error {
				if i%5 == 0 {
					return second(w.Hold(moderator, f.ID, "Course."))
				}
				return second(w.Release(owner, f.ID))
			}
			_, lost := w.Crowd(t, touch(f.ID), act)
			_, late := coretest.Race(50, act)
			lost = append(lost, late...)
			for _, err := range lost {
				if !errors.Is(err, films.ErrHeld) && !errors.Is(err, films.ErrStage) {
					t.Fatalf("a loser got %v", err)
				}
			}
			after := must(t)(w.Film(owner, f.ID))
			if after.HeldAt == nil || after.Stage != film.StageWithdrawn {
				t.Errorf("it ends %s, held %v", after.Stage, after.HeldAt)
			}
			told := w.Recorded(t, f.ID)
			last := ""
			for _, event := range told {
				if event == "film.released.v1" || event == "film.withdrawn.v1" {
					last = event
				}
			}
			if last != "film.withdrawn.v1" {
				t.Errorf("the last word is %s: %v", last, told)
			}
		}
	})
}
