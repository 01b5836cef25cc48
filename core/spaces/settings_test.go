package spaces_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/space"
)

func TestSpacesOfThreeKinds(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		platform := w.Actor(t, "root", w.Network, "platform_admin")
		yann := w.Actor(t, "yann", w.Bretagne, "region_admin")
		made, err := s.Create(yann, w.Bretagne, spaces.NewSpace{
			Kind: "institution", Slug: "le-triton", Name: "  Le  Triton ", Contact: "bonjour@triton.example.org",
			Website: "https://triton.example.org/films", Colour: "#1D6FA5", Joining: "invitation", Description: "Une salle.",
		})
		if err != nil {
			t.Fatal(err)
		}
		if made.Path != w.Bretagne.Path+"le-triton/" || made.RegionID != w.Bretagne.ID || made.NetworkID != w.Network.ID || *made.ParentID != w.Bretagne.ID ||
			made.Name != "Le Triton" || made.Colour != "#1d6fa5" || made.TimeZone != "Europe/Paris" || made.Locale != "fr-FR" || made.Joining != space.JoiningInvitation {
			t.Errorf("made %v", made)
		}
		if got := w.Recorded(t, made.ID); !slices.Equal(got, []string{"space.created.v1"}) {
			t.Errorf("recorded %v", got)
		}
		if got := w.Audited(t, "space:"+made.ID); !slices.Equal(got, []string{"space.create"}) {
			t.Errorf("audited %v", got)
		}
		national, err := s.Create(platform, w.Network, spaces.NewSpace{Kind: "institution", Slug: "cnc", Name: "CNC"})
		if err != nil || national.RegionID != "" || national.Path != "/fr/cnc/" {
			t.Errorf("below the network: %v, %v", national, err)
		}
		mayotte, err := s.Create(platform, w.Network, spaces.NewSpace{Kind: "region", Slug: "mayotte", Name: "Mayotte", Code: "06", TimeZone: "Indian/Mayotte", Locale: "fr-yt"})
		if err != nil || mayotte.RegionID != mayotte.ID || mayotte.TimeZone != "Indian/Mayotte" || mayotte.Locale != "fr-YT" {
			t.Errorf("a region: %v, %v", mayotte, err)
		}
		for name, c := range map[string]struct {
			who    context.Context
			parent *ent.Space
			in     spaces.NewSpace
			fault  error
			reason string
		}{
			"a visitor":                        {coretest.Visitor(), w.Bretagne, spaces.NewSpace{Kind: "institution", Slug: "x", Name: "X"}, core.ErrUnauthenticated, ""},
			"an admin, at the network":         {yann, w.Network, spaces.NewSpace{Kind: "region", Slug: "x", Name: "X", Code: "84"}, core.ErrDenied, ""},
			"a second network":                 {platform, w.Network, spaces.NewSpace{Kind: "network", Slug: "x", Name: "X"}, core.ErrInvalid, "/kind:unknown"},
			"a region in a region":             {platform, w.Bretagne, spaces.NewSpace{Kind: "region", Slug: "x", Name: "X", Code: "84"}, core.ErrInvalid, "/parent:parent"},
			"something below an institution":   {platform, w.Rade, spaces.NewSpace{Kind: "institution", Slug: "x", Name: "X"}, core.ErrInvalid, "/parent:parent"},
			"a region that France has not":     {platform, w.Network, spaces.NewSpace{Kind: "region", Slug: "x", Name: "X", Code: "12"}, core.ErrInvalid, "/code:unknown"},
			"a region by its name":             {platform, w.Network, spaces.NewSpace{Kind: "region", Slug: "x", Name: "X", Code: "Corse"}, core.ErrInvalid, "/code:unknown"},
			"a region twice":                   {platform, w.Network, spaces.NewSpace{Kind: "region", Slug: "x", Name: "X", Code: "06"}, spaces.ErrRegionHeld, ""},
			"an institution with a code":       {platform, w.Bretagne, spaces.NewSpace{Kind: "institution", Slug: "x", Name: "X", Code: "53"}, core.ErrInvalid, "/code:not_region"},
			"the slug of another":              {yann, w.Bretagne, spaces.NewSpace{Kind: "institution", Slug: "rade", Name: "X"}, spaces.ErrSlugTaken, ""},
			"the slug of one of another space": {yann, w.Bretagne, spaces.NewSpace{Kind: "institution", Slug: "occitanie", Name: "X"}, spaces.ErrSlugTaken, ""},
		} {
			_, err := s.Create(c.who, c.parent, c.in)
			if !errors.Is(err, c.fault) || c.reason != "" && !strings.Contains(err.Error(), c.reason) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestASpaceRefusesAllThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		for _, in := range []spaces.Change{
			{
				Slug: rest.Some("Été"), Name: rest.Some("\u200b \u202e"), Locale: rest.Some("français"), TimeZone: rest.Some("Europe/Brest"),
				Description: rest.Some("a\x00b"), Contact: rest.Some("nous"), Website: rest.Some("javascript:alert(1)"), Colour: rest.Some("red"), Joining: rest.Some("maybe"),
			},
			{
				Slug: rest.Some(db.NewID()), Name: rest.Opt[string]{Set: true, Null: true}, Locale: rest.Some(""), TimeZone: rest.Some("Local"),
				Description: rest.Some(strings.Repeat("é", 4001)), Contact: rest.Some("A <a@example.org>"), Website: rest.Some("https://a:b@example.org"), Colour: rest.Some("#12345"), Joining: rest.Some(""),
			},
			{
				Slug: rest.Some("a--b"), Name: rest.Some(strings.Repeat("x", 121)), Locale: rest.Some(strings.Repeat("a", 99)), TimeZone: rest.Some("posix/Europe/Paris"),
				Description: rest.Some("\u2066"), Contact: rest.Some(strings.Repeat("a", 260) + "@example.org"), Website: rest.Some("https://"), Colour: rest.Some("#12345g"), Joining: rest.Some("OPEN"),
			},
		} {
			_, err := s.Change(coretest.System(), w.Rade, 1, in)
			reasons := core.AsError(err).Reasons
			at := map[string]bool{}
			for _, r := range reasons {
				at[r.Pointer] = true
				if r.EN == "" || r.FR == "" {
					t.Errorf("%s has no words", r.Pointer)
				}
			}
			if len(at) != 9 {
				t.Errorf("the reasons are %v", err)
			}
		}
		same, err := s.Get(coretest.System(), "rade")
		if err != nil || same.Version != 1 || same.Name != "rade" {
			t.Errorf("it is %v, %v", same, err)
		}
		kept, err := s.Change(coretest.System(), w.Rade, 1, spaces.Change{Name: rest.Some("La Rade 🌊"), Description: rest.Some("# Ici\r\n🎬")})
		if err != nil || kept.Name != "La Rade 🌊" || kept.Description != "# Ici\n🎬" {
			t.Errorf("kept %v, %v", kept, err)
		}
	})
}

func TestASlugGoesOnLeadingToItsSpace(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		yann := w.Actor(t, "yann", w.Bretagne, "region_admin")
		change := func(at *ent.Space, version int, slug string) (*ent.Space, error) {
			return s.Change(yann, at, version, spaces.Change{Slug: rest.Some(slug)})
		}
		moved, err := change(w.Rade, 1, "port")
		if err != nil || moved.Slug != "port" || moved.Path != "/fr/bretagne/rade/" || moved.Version != 2 {
			t.Fatalf("moved %v, %v", moved, err)
		}
		for _, name := range []string{"rade", "port", w.Rade.ID} {
			if found, err := s.Get(coretest.Visitor(), name); err != nil || found.ID != w.Rade.ID || found.Slug != "port" {
				t.Errorf("%s: %v, %v", name, found, err)
			}
		}
		if _, err := change(w.Rade, 1, "quai"); !errors.Is(err, core.ErrStale) {
			t.Errorf("an old version: %v", err)
		}
		if _, err := s.Create(yann, w.Bretagne, spaces.NewSpace{Kind: "institution", Slug: "rade", Name: "X"}); !errors.Is(err, spaces.ErrSlugTaken) {
			t.Errorf("somebody else takes the old slug: %v", err)
		}
		if _, err := change(w.Bretagne, 1, "rade"); !errors.Is(err, spaces.ErrSlugTaken) {
			t.Errorf("another space moves there: %v", err)
		}
		if list, err := s.List(coretest.Visitor(), spaces.Filter{Parent: "rade"}, core.Page{Limit: 9}); err != nil || len(list.Items) != 0 {
			t.Errorf("as a filter: %v, %v", list, err)
		}
		// It may go back, and neither name is lost.
		if back, err := change(w.Rade, 2, "rade"); err != nil || back.Slug != "rade" {
			t.Fatalf("back: %v, %v", back, err)
		}
		if found, err := s.Get(coretest.Visitor(), "port"); err != nil || found.Slug != "rade" {
			t.Errorf("port: %v, %v", found, err)
		}
		if same, err := s.Change(yann, w.Rade, 3, spaces.Change{Slug: rest.Some("rade")}); err != nil || same.Version != 3 {
			t.Errorf("nothing changes: %v, %v", same, err)
		}
		if _, err := s.Change(yann, w.Rade, 1, spaces.Change{Slug: rest.Some("rade")}); !errors.Is(err, core.ErrStale) {
			t.Errorf("nothing, to an old version: %v", err)
		}
		if got := w.Recorded(t, w.Rade.ID); !slices.Equal(got, []string{"space.changed.v1", "space.changed.v1"}) {
			t.Errorf("recorded %v", got)
		}
	})
}

func TestOneOfManyGetsTheSlug(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		var all []*ent.Space
		for i := range 25 {
			all = append(all, w.Space(t, w.Bretagne, space.KindInstitution, fmt.Sprint("salle-", i)))
		}
		want := func(slug string) func(int) error {
			return func(i int) error {
				if i < len(all) {
					_, err := s.Change(coretest.System(), all[i], 1, spaces.Change{Slug: rest.Some(slug)})
					return err
				}
				_, err := s.Create(coretest.System(), w.Occitanie, spaces.NewSpace{Kind: "institution", Slug: slug, Name: "X"})
				return err
			}
		}
		won, lost := coretest.Race(50, want("phare"))
		if won != 1 {
			t.Errorf("%d have it", won)
		}
		for _, err := range lost {
			if !errors.Is(err, spaces.ErrSlugTaken) && !errors.Is(err, core.ErrStale) {
				t.Fatalf("a loser got %v", err)
			}
		}
		// One leaves it while the others want it: nobody gets it.
		phare, err := s.Get(coretest.System(), "phare")
		if err != nil {
			t.Fatal(err)
		}
		won, lost = coretest.Race(50, func(i int) error {
			if i == 0 {
				_, err := s.Change(coretest.System(), phare, phare.Version, spaces.Change{Slug: rest.Some("ailleurs")})
				return err
			}
			_, err := s.Create(coretest.System(), w.Occitanie, spaces.NewSpace{Kind: "institution", Slug: "phare", Name: "X"})
			return err
		})
		if found, err := s.Get(coretest.System(), "phare"); won != 1 || err != nil || found.ID != phare.ID {
			t.Errorf("%d won, %v; it leads to %v, %v", won, lost, found, err)
		}
	})
}

func TestThereIsOneNetwork(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		id := db.NewID()
		err := w.Store.Write(coretest.System(), func(ctx context.Context, c *ent.Client) error {
			return c.Space.Create().SetID(id).SetKind(space.KindNetwork).SetNetworkID(id).
				SetPath("/be/").SetSlug("belgique").SetName("x").Exec(ctx)
		})
		if !ent.IsConstraintError(err) {
			t.Errorf("a second network: %v", err)
		}
	})
}
