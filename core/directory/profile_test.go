package directory_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/handle"
	"github.com/labfilms/labfilms/ent/personcraft"
	"github.com/labfilms/labfilms/ent/schema"
)

type world struct {
	*coretest.World
	*directory.Directory
}

func each(t *testing.T, run func(t *testing.T, w world)) {
	t.Helper()
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		run(t, world{w, directory.New(w.DB, w.Gate, w.Events, w.Audit, w.Notify)})
	})
}

func personOf(ctx context.Context) string { return core.ActorFrom(ctx).Person }

// changes writes the profile of whoever is asking, as it is now.
func (w world) changes(t *testing.T, ctx context.Context, in directory.Change) *ent.Person {
	t.Helper()
	before, err := w.Directory.Person(ctx, personOf(ctx))
	if err != nil {
		t.Fatal(err)
	}
	after, err := w.Change(ctx, before.ID, before.Version, in)
	if err != nil {
		t.Fatal(err, core.AsError(err).Reasons)
	}
	return after
}

// reasons returns "pointer code" of each reason of an ErrInvalid, sorted.
func reasons(t *testing.T, err error) []string {
	t.Helper()
	if !errors.Is(err, core.ErrInvalid) {
		t.Fatal(err)
	}
	var all []string
	for _, r := range core.AsError(err).Reasons {
		if r.EN == "" || r.FR == "" || r.EN == r.FR {
			t.Errorf("%s is not in two languages", r.Pointer)
		}
		all = append(all, r.Pointer+" "+r.Code)
	}
	slices.Sort(all)
	return all
}

func TestAProfileIsWrittenByItsPerson(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne)
		id := personOf(ines)
		after := w.changes(t, ines, directory.Change{
			Name: rest.Some(" Inès  🎬 Le Gall "), Pronouns: rest.Some("elle"), Bio: rest.Some("Monteuse.\r\n\r\n*Brest*"),
			Crafts: rest.Some([]string{"SON-PER", "IMA-DOP"}), Skills: rest.Some([]string{"permis  C", "plongée"}),
			Languages: rest.Some([]string{"fra", "br", "fsl"}), Commune: rest.Some("29149"), TravelKM: rest.Some(80),
			Standing: rest.Some("student"), Statuses: rest.Some([]string{"volunteer"}),
			Links:   rest.Some([]schema.Link{{Label: "Mes films", URL: "https://example.org/ines"}}),
			Contact: rest.Some("everyone"), Visibility: rest.Some(map[string]string{"bio": "members"}),
		})
		if after.Name != "Inès 🎬 Le Gall" || after.SortName != "ines-le-gall" || after.Bio != "Monteuse.\n\n*Brest*" ||
			!slices.Equal(after.Skills, []string{"permis C", "plongée"}) || !slices.Equal(after.Languages, []string{"fr", "br", "fsl"}) ||
			after.Commune != "29149" || after.FoundCommune != "29076" || after.FoundTile == nil || *after.TravelKm != 80 ||
			*after.Standing != "student" || after.Contact != "everyone" || after.Version != 2 {
			t.Errorf("kept as %v", after)
		}
		w.crafts(t, after, "SON-PER", "IMA-DOP")

		// Null empties, absent stays, and the rows of the crafts go along.
		after = w.changes(t, ines, directory.Change{
			Crafts: rest.Some([]string{"IMA-DOP"}), Name: rest.Some("Agnès"),
			Bio: rest.Opt[string]{Set: true, Null: true}, Standing: rest.Opt[string]{Set: true, Null: true},
			TravelKM: rest.Opt[int]{Set: true, Null: true}, Commune: rest.Opt[string]{Set: true, Null: true},
		})
		if after.Bio != "" || after.Standing != nil || after.TravelKm != nil || after.FoundCommune != "" || after.FoundTile != nil || after.Pronouns != "elle" || len(after.Skills) != 2 {
			t.Errorf("emptied, it is %v", after)
		}
		w.crafts(t, after, "IMA-DOP")

		same := w.changes(t, ines, directory.Change{Name: rest.Some("Agnès"), Crafts: rest.Some([]string{"IMA-DOP"})})
		if same.Version != after.Version {
			t.Error("nothing was changed, and the version was")
		}
		if got := w.Recorded(t, id); !slices.Equal(got, []string{"person.changed.v1", "person.changed.v1"}) {
			t.Errorf("recorded %v", got)
		}

		// Nobody else writes it, whoever they are.
		for name, ctx := range map[string]context.Context{
			"a visitor": coretest.Visitor(), "somebody": w.Actor(t, "karim", w.Bretagne, "member"),
			"an admin": w.Actor(t, "yann", w.Bretagne, "region_admin"),
		} {
			_, err := w.Change(ctx, id, same.Version, directory.Change{Name: rest.Some("X"), Commune: rest.Some("0")})
			if fault := core.AsError(err).Fault; fault != core.ErrDenied && fault != core.ErrUnauthenticated {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.Change(ines, id, same.Version-1, directory.Change{Name: rest.Some("X")}); !errors.Is(err, core.ErrStale) {
			t.Errorf("an old version: %v", err)
		}
	})
}

// crafts holds that the rows by which a person is found say what the person does.
func (w world) crafts(t *testing.T, p *ent.Person, codes ...string) {
	t.Helper()
	rows, err := w.Store.From(coretest.System()).PersonCraft.Query().
		Where(personcraft.PersonID(p.ID)).Order(ent.Asc(personcraft.FieldPosition)).All(coretest.System())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows {
		got = append(got, row.Craft)
		if row.SortName != p.SortName || row.FoundCommune != p.FoundCommune || fmt.Sprint(row.FoundTile == nil) != fmt.Sprint(p.FoundTile == nil) ||
			row.FoundTile != nil && *row.FoundTile != *p.FoundTile || !row.JoinedAt.Equal(p.CreatedAt) || row.SpaceID != p.SpaceID {
			t.Errorf("%s is found as %v, and is %v", row.Craft, row, p)
		}
	}
	if !slices.Equal(got, codes) {
		t.Errorf("found by %v, want %v", got, codes)
	}
}

func TestAProfileRefusesAllAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne)
		id := personOf(ines)
		_, err := w.Change(ines, id, 1, directory.Change{
			Name: rest.Some("\u202egnp"), Handle: rest.Some("іnes"), Pronouns: rest.Some("a\x00"), Bio: rest.Some(strings.Repeat("é", 5001)),
			Crafts: rest.Some([]string{"SON-PER", "SON-PER", "XXX"}), Skills: rest.Some([]string{"a", "A\u200b", " "}),
			Languages: rest.Some([]string{"fr", "fra", "français", "und"}), Commune: rest.Some("99999"), TravelKM: rest.Some(-1),
			Standing: rest.Some("genius"), Statuses: rest.Some([]string{"rich"}), Contact: rest.Some("all"),
			Links: rest.Some([]schema.Link{
				{Label: "", URL: "javascript:alert(1)"},
				{Label: "a", URL: "https://ines@example.org/"},
				{Label: "b", URL: "https://example.org/\u202e"},
				{Label: "c", URL: "http://"},
				{Label: "d", URL: "ftp://example.org/"},
			}),
			Visibility: rest.Some(map[string]string{"name": "nobody", "bio": "friends"}),
		})
		want := []string{
			"/bio too_long", "/commune unknown", "/contact unknown", "/crafts/1 twice", "/crafts/2 unknown", "/handle handle",
			"/languages/1 twice", "/languages/2 language", "/languages/3 language",
			"/links/0/label required", "/links/0/url url", "/links/1/url url", "/links/2/url url", "/links/3/url url", "/links/4/url url",
			"/name not_text", "/pronouns not_text", "/skills/1 twice", "/skills/2 required", "/standing unknown", "/statuses/0 unknown",
			"/travel_km range", "/visibility/bio unknown", "/visibility/name unknown",
		}
		if got := reasons(t, err); !slices.Equal(got, want) {
			t.Errorf("refused for\n%q, want\n%q", got, want)
		}
		many := slices.Repeat([]string{"x"}, 1000)
		_, err = w.Change(ines, id, 1, directory.Change{
			Crafts: rest.Some(many), Skills: rest.Some(many), Languages: rest.Some(many), Statuses: rest.Some(many),
			Links: rest.Some(make([]schema.Link, 1000)),
		})
		got := reasons(t, err)
		for _, want := range []string{"/crafts too_many", "/skills too_many", "/languages too_many", "/statuses too_many", "/links too_many"} {
			if !slices.Contains(got, want) {
				t.Errorf("no %q", want)
			}
		}
		if len(got) > 200 {
			t.Errorf("%d reasons", len(got))
		}
		if p, err := w.Directory.Person(ines, id); err != nil || p.Version != 1 || p.Name != "ines" {
			t.Error("something was written", p, err)
		}
	})
}

func TestSectionsAreForWhomThePersonChose(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne)
		karim := w.Actor(t, "karim", w.Occitanie)
		suspended := core.WithActor(context.Background(), &core.Actor{Account: "a", Person: "p", Suspended: true})
		narrow := core.WithActor(context.Background(), &core.Actor{Account: "a", Person: personOf(ines), Scopes: []string{"film.read"}})
		askers := []context.Context{coretest.Visitor(), suspended, narrow, karim, ines}
		for section := range directory.Sections {
			for audience, want := range map[string]string{
				"everyone": "true true true true true", "members": "false false false true true", "nobody": "false false false false true",
			} {
				p := w.changes(t, ines, directory.Change{Visibility: rest.Some(map[string]string{section: audience})})
				var got []string
				for _, ctx := range askers {
					got = append(got, fmt.Sprint(directory.Shows(ctx, p, section)))
				}
				if strings.Join(got, " ") != want {
					t.Errorf("%s for %s: %v", section, audience, got)
				}
			}
		}
		p := w.changes(t, ines, directory.Change{Visibility: rest.Opt[map[string]string]{Set: true, Null: true}})
		for section, want := range map[string][2]bool{"standing": {false, false}, "busy": {false, true}, "bio": {true, true}, "place": {true, true}} {
			if got := [2]bool{directory.Shows(coretest.Visitor(), p, section), directory.Shows(karim, p, section)}; got != want {
				t.Errorf("whoever has not chosen shows %s to %v", section, got)
			}
		}
	})
}

func TestAHandleIsNeverAnothers(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne), w.Actor(t, "karim", w.Bretagne)
		take := func(ctx context.Context, handle string) error {
			t.Helper()
			p, err := w.Directory.Person(ctx, personOf(ctx))
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.Change(ctx, p.ID, p.Version, directory.Change{Handle: rest.Some(handle)})
			return err
		}
		if err := take(ines, "ＩNES.m"); err != nil { // as a keyboard of full width writes it
			t.Fatal(err)
		}
		for _, taken := range []string{"ines", "INES", "i-nes", "ines.m", "ines.rn", "i_n-e.s"} {
			if err := take(karim, taken); !errors.Is(err, directory.ErrHandleTaken) {
				t.Errorf("%s: %v", taken, err)
			}
		}
		for _, old := range []string{"ines", "i-nes", "INES", "Ines.M"} {
			_, err := w.Directory.Person(coretest.Visitor(), old)
			if moved := core.AsError(err); !errors.Is(err, core.ErrMoved) || moved.Param != "person" || moved.Name != "ines.m" {
				t.Errorf("%s leads to %v", old, err)
			}
		}
		if err := take(ines, "i-nes"); err != nil {
			t.Errorf("one's own of before: %v", err)
		}
		if p, err := w.Directory.Person(coretest.Visitor(), "i-nes"); err != nil || p.ID != personOf(ines) {
			t.Error(p, err)
		}
		if got := w.Audited(t, "person:"+personOf(ines)); !slices.Equal(got, []string{"person.update", "person.update"}) {
			t.Errorf("audited %v", got)
		}

		// Of two that looked alike before there were keys, each leads to its own.
		old := w.World.Person(t, "rnia", w.Bretagne)
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			if _, err := c.Handle.Delete().Where(handle.PersonID(old.ID)).Exec(ctx); err != nil {
				return err
			}
			return c.Person.UpdateOne(old).SetHandle("mia").Exec(ctx)
		})
		if younger := w.World.Person(t, "rnia", w.Bretagne); true {
			for name, id := range map[string]string{"mia": old.ID, "rnia": younger.ID} {
				if p, err := w.Directory.Person(coretest.Visitor(), name); err != nil || p.ID != id {
					t.Errorf("%s is %v, %v", name, p, err)
				}
			}
		}

		// One that waits for a registration is free when that has expired.
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			now := w.DB.Now()
			made, err := c.Registration.Create().
				SetEmail("s@example.org").SetHandle("sacha").SetName("Sacha").SetPasswordHash("none").
				SetSpaceID(w.Network.ID).
				SetCreatedAt(now).SetUpdatedAt(now).SetExpiresAt(now.Add(time.Minute)).Save(ctx)
			if err != nil {
				return err
			}
			return c.Handle.Create().SetKey("sacha").SetHandle("sacha").SetRegistrationID(made.ID).SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx)
		})
		if err := take(karim, "sacha"); !errors.Is(err, directory.ErrHandleTaken) {
			t.Errorf("it waits for somebody: %v", err)
		}
		if _, err := w.Directory.Person(coretest.Visitor(), "sacha"); !errors.Is(err, directory.ErrPersonUnknown) {
			t.Errorf("nobody has it yet: %v", err)
		}
		w.Clock.Move(time.Minute)
		if err := take(karim, "sacha"); err != nil {
			t.Error(err)
		}
	})
}

func TestFiftyWantOneHandle(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		askers := make([]context.Context, 50)
		for i := range askers {
			askers[i] = w.Actor(t, fmt.Sprintf("p%02d", i), w.Bretagne)
		}
		forms := []string{"moline", "rnoline", "m0line", "mo1ine", "m-o.l_ine"}
		won, lost := coretest.Race(len(askers), func(i int) error {
			_, err := w.Change(askers[i], personOf(askers[i]), 1, directory.Change{Handle: rest.Some(forms[i%len(forms)])})
			return err
		})
		if won != 1 {
			t.Errorf("%d have it", won)
		}
		for _, err := range lost {
			if !errors.Is(err, directory.ErrHandleTaken) {
				t.Error(err)
			}
		}
		n, err := w.Store.From(coretest.System()).Handle.Query().Where(handle.Key("rnoline")).Count(coretest.System())
		if err != nil || n != 1 {
			t.Error(n, err)
		}
	})
}
