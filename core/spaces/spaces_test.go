package spaces_test

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/space"
)

func area(w *coretest.World) *spaces.Spaces {
	return spaces.New(w.DB, w.Gate, w.Events, w.Audit, w.Notify)
}

func TestTheRegionsAreThoseOfFrance(t *testing.T) {
	t.Parallel()
	f, err := os.Open("regions.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	// Overseas, by hand from the tz database: none of them changes its clocks.
	overseas := map[string]string{
		"01": "America/Guadeloupe", "02": "America/Martinique", "03": "America/Cayenne", "04": "Indian/Reunion", "06": "Indian/Mayotte",
	}
	var codes []string
	for _, l := range lines {
		if want := cmp.Or(overseas[l[0]], "Europe/Paris"); l[3] != want {
			t.Errorf("the days of %s end in %s, want %s", l[1], l[3], want)
		}
		codes = append(codes, l[0])
		if text.Slug(l[1]) != l[2] {
			t.Errorf("the slug of %s is %s", l[1], l[2])
		}
		if _, err := time.LoadLocation(l[3]); err != nil {
			t.Error(err)
		}
	}
	if got, want := strings.Join(codes, " "), "01 02 03 04 06 11 24 27 28 32 44 52 53 75 76 84 93 94"; got != want {
		t.Errorf("the codes are %s", got)
	}
}

func TestSeedMakesTheTreeOnceAndChangesNothing(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{db.SQLite, db.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			w := coretest.Open(t, dialect)
			s := area(w)
			if err := s.Seed(coretest.Visitor()); !errors.Is(err, core.ErrDenied) {
				t.Fatalf("a visitor seeds: %v", err)
			}
			if won, lost := coretest.Race(8, func(int) error { return s.Seed(coretest.System()) }); won != 8 {
				t.Fatalf("several nodes at once: %v", lost)
			}
			ctx := coretest.Visitor()
			network, err := s.Network(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if network.Slug != "france" || network.Path != "/fr/" || network.Name != "LabFilms France" {
				t.Errorf("the network is %v", network)
			}
			list, err := s.List(ctx, spaces.Filter{Kind: "region", Parent: "france"}, core.Page{Sort: "name", Limit: 100, Count: true})
			if err != nil {
				t.Fatal(err)
			}
			if len(list.Items) != 18 || *list.Total != 18 || list.Next != nil {
				t.Fatalf("%d regions, total %d", len(list.Items), *list.Total)
			}
			for _, r := range list.Items {
				if r.RegionID != r.ID || r.NetworkID != network.ID || r.Path != "/fr/"+r.Slug+"/" {
					t.Errorf("%s is at the wrong place: %v", r.Slug, r)
				}
			}
			reunion, err := s.Get(ctx, "la-reunion")
			if err != nil || reunion.Name != "La Réunion" || *reunion.Code != "04" || reunion.TimeZone != "Indian/Reunion" {
				t.Errorf("La Réunion is %v, %v", reunion, err)
			}
			w.Write(t, func(ctx context.Context, c *ent.Client) error {
				return c.Space.UpdateOne(reunion).SetName("Réunion").Exec(ctx)
			})
			if err := s.Seed(coretest.System()); err != nil {
				t.Fatal(err)
			}
			if again, err := s.Get(ctx, reunion.ID); err != nil || again.Name != "Réunion" {
				t.Errorf("seeding again made it %v, %v", again, err)
			}
		})
	}
}

func TestASpaceIsFoundByIDAndBySlug(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		ctx := coretest.Visitor()
		for _, name := range []string{"bretagne", w.Bretagne.ID} {
			if found, err := s.Get(ctx, name); err != nil || found.ID != w.Bretagne.ID {
				t.Errorf("%s: %v, %v", name, found, err)
			}
		}
		for _, name := range []string{"", "Bretagne", "nowhere", "a\x00b", "\xff", db.NewID(), strings.Repeat("a", 65)} {
			if _, err := s.Get(ctx, name); !errors.Is(err, spaces.ErrUnknown) {
				t.Errorf("%q: %v", name, err)
			}
		}
		found, err := s.ByID(ctx, []string{w.Bretagne.ID, w.Rade.ID, db.NewID(), "\x00"})
		if err != nil || len(found) != 2 || found[w.Rade.ID].Slug != "rade" {
			t.Errorf("by id: %v, %v", found, err)
		}
	})
}

func TestListsOfSpacesHaveNoGapsAndTakeConstantQueries(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		s := area(w)
		for _, slug := range []string{"brest", "quimper", "rennes"} {
			w.Space(t, w.Bretagne, space.KindInstitution, slug)
		}
		for _, sort := range []string{"name", "-name"} {
			var got []string
			page := core.Page{Sort: sort, Limit: 2}
			for {
				ctx, queries := dbtest.Count(coretest.Visitor())
				list, err := s.List(ctx, spaces.Filter{Parent: "bretagne"}, page)
				if err != nil {
					t.Fatal(err)
				}
				if n := queries.Len(); n != 2 {
					t.Errorf("a page took %d queries", n)
				}
				for _, space := range list.Items {
					got = append(got, space.Slug)
				}
				if list.Next == nil {
					break
				}
				page.After = list.Next
			}
			want := []string{"brest", "quimper", "rade", "rennes"}
			if sort == "-name" {
				slices.Reverse(want)
			}
			if !slices.Equal(got, want) {
				t.Errorf("by %s: %v", sort, got)
			}
		}
		if _, err := s.List(coretest.Visitor(), spaces.Filter{Parent: "nowhere"}, core.Page{Limit: 1}); !errors.Is(err, spaces.ErrUnknown) {
			t.Errorf("an unknown parent: %v", err)
		}
	})
}

func TestTheDatabaseHoldsTheShapeOfTheTree(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		for name, change := range map[string]func(*ent.SpaceCreate) *ent.SpaceCreate{
			"a second space at one path":   func(c *ent.SpaceCreate) *ent.SpaceCreate { return c.SetPath("/fr/bretagne/") },
			"a second space with one slug": func(c *ent.SpaceCreate) *ent.SpaceCreate { return c.SetSlug("bretagne") },
			"a path without an end":        func(c *ent.SpaceCreate) *ent.SpaceCreate { return c.SetPath("/fr/x") },
			"a region that is none's own":  func(c *ent.SpaceCreate) *ent.SpaceCreate { return c.SetRegionID(w.Bretagne.ID) },
			"a slug in capitals":           func(c *ent.SpaceCreate) *ent.SpaceCreate { return c.SetSlug("X") },
			"a parent that is not there":   func(c *ent.SpaceCreate) *ent.SpaceCreate { return c.SetParentID(db.NewID()) },
		} {
			id := db.NewID()
			err := w.Store.Write(coretest.System(), func(ctx context.Context, c *ent.Client) error {
				create := c.Space.Create().SetID(id).SetKind(space.KindRegion).SetParentID(w.Network.ID).
					SetNetworkID(w.Network.ID).SetRegionID(id).SetPath("/fr/x/").SetSlug("x").SetName("x")
				return change(create).Exec(ctx)
			})
			if !ent.IsConstraintError(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
