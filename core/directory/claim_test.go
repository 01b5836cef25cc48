package directory_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/claim"
	"github.com/labfilms/labfilms/ent/credit"
	"github.com/labfilms/labfilms/ent/film"
	"github.com/labfilms/labfilms/ent/outbox"
	"github.com/labfilms/labfilms/ent/person"
)

// records writes somebody down, and has a released film of the maker show them
// if that is asked for.
func (w world) records(t *testing.T, maker context.Context, name string, home *ent.Space, shown bool) *ent.Person {
	t.Helper()
	made, err := w.Record(maker, place(home), name)
	if err != nil {
		t.Fatal(err)
	}
	if shown {
		w.credits(t, maker, made, film.StageReleased, credit.StateProposed)
	}
	return made
}

// credits makes a film of the maker at a stage, and a person's credit in it.
func (w world) credits(t *testing.T, maker context.Context, p *ent.Person, stage film.Stage, state credit.State) {
	t.Helper()
	w.Write(t, func(ctx context.Context, c *ent.Client) error {
		now := w.DB.Now()
		made := c.Film.Create().
			SetTitle("La Rade").SetSlug("la-rade").SetForm(film.FormFiction).SetStage(stage).SetOwnerID(personOf(maker)).
			SetNetworkID(p.NetworkID).SetRegionID(p.RegionID).SetSpaceID(p.SpaceID).
			SetCreatedAt(now).SetUpdatedAt(now)
		if stage == film.StageReleased {
			made.SetReleasedAt(now)
		}
		f, err := made.Save(ctx)
		if err != nil {
			return err
		}
		return c.Credit.Create().
			SetFilmID(f.ID).SetPersonID(p.ID).SetName(p.Name).SetCraft("IMA-DOP").SetState(state).
			SetNetworkID(p.NetworkID).SetRegionID(p.RegionID).SetSpaceID(p.SpaceID).
			SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx)
	})
}

// state returns the state of a profile and of the claims on it, the oldest first.
func (w world) state(t *testing.T, profile string) string {
	t.Helper()
	p, err := w.Store.From(coretest.System()).Person.Get(coretest.System(), profile)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := w.Store.From(coretest.System()).Claim.Query().
		Where(claim.PersonID(profile)).Order(ent.Asc(claim.FieldCreatedAt, claim.FieldID)).All(coretest.System())
	if err != nil {
		t.Fatal(err)
	}
	all := string(p.Claim) + ":"
	for _, row := range rows {
		all += " " + string(row.State)
	}
	return all
}

func (w world) claims(t *testing.T, ctx context.Context, profile *ent.Person) *ent.Claim {
	t.Helper()
	made, err := w.Claim(ctx, profile.ID, "C'est moi.")
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Move(time.Second)
	return made
}

func TestTwoClaimsAtOnceOneWins(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		maker := w.Actor(t, "maker", w.Bretagne, "creator")
		yann := w.Actor(t, "yann", w.Bretagne, "moderator")
		profile := w.records(t, maker, "Zoé", w.Bretagne, true)
		claims := make([]*ent.Claim, 50)
		for i := range claims {
			claims[i] = w.claims(t, w.Actor(t, fmt.Sprintf("p%02d", i), w.Bretagne), profile)
		}
		won, lost := coretest.Race(len(claims), func(i int) error {
			_, err := w.Accept(yann, claims[i].ID, "")
			return err
		})
		if won != 1 {
			t.Errorf("%d claims were accepted", won)
		}
		for _, err := range lost {
			if !errors.Is(err, directory.ErrClaimDecided) {
				t.Error(err)
			}
		}
		got := w.state(t, profile.ID)
		if !strings.HasPrefix(got, "merged:") || strings.Count(got, " accepted") != 1 || strings.Count(got, " refused") != 49 {
			t.Error(got)
		}
		events := 0
		for _, event := range w.Recorded(t, profile.ID) {
			if event == "person.claimed.v1" {
				events++
			}
		}
		if events != 1 {
			t.Errorf("%d events say whose it is", events)
		}
	})
}

func TestAcceptedAndWithdrawnAtOnceOneWins(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		maker, ines := w.Actor(t, "maker", w.Bretagne, "creator"), w.Actor(t, "ines", w.Bretagne)
		for range 5 {
			profile := w.records(t, maker, "Zoé", w.Bretagne, true)
			made := w.claims(t, ines, profile)
			won, lost := w.Crowd(t, func(ctx context.Context, c *ent.Client) error {
				return c.Person.UpdateOneID(profile.ID).AddVersion(1).Exec(ctx)
			}, func(i int) (err error) {
				switch i % 3 {
				case 0:
					_, err = w.Accept(maker, made.ID, "")
				case 1:
					_, err = w.Withdraw(ines, made.ID)
				case 2:
					_, err = w.Refuse(maker, made.ID, "Ce n'est pas elle.")
				}
				return err
			})
			if won != 1 {
				t.Errorf("%d won, %v", won, lost)
			}
			if got := w.state(t, profile.ID); got != "merged: accepted" && got != "unclaimed: refused" && got != "unclaimed: withdrawn" {
				t.Error(got)
			}
		}
		profile := w.records(t, maker, "Zoé", w.Bretagne, true)
		if won, lost := coretest.Race(50, func(int) error {
			_, err := w.Claim(ines, profile.ID, "")
			return err
		}); won != 1 || !errors.Is(lost[0], directory.ErrClaimWaiting) {
			t.Errorf("%d claims of one person, %v", won, lost)
		}
	})
}

func TestAClaimTakesItsCourse(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		maker := w.Actor(t, "maker", w.Bretagne, "creator")
		yann := w.Actor(t, "yann", w.Bretagne, "moderator")
		elsewhere := w.Actor(t, "claire", w.Occitanie, "region_admin")
		zoe, eve, mod := w.Actor(t, "zoe", w.Occitanie), w.Actor(t, "eve", w.Bretagne), w.Actor(t, "mod", w.Bretagne, "moderator")
		profile := w.records(t, maker, "Zoé", w.Bretagne, true)
		is := func(want string) {
			t.Helper()
			if got := w.state(t, profile.ID); got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
		}
		fails := func(err error, fault *core.Fault) {
			t.Helper()
			if !errors.Is(err, fault) {
				t.Errorf("%v, want %v", err, fault)
			}
		}
		is("unclaimed:")
		first := w.claims(t, zoe, profile)
		is("pending: pending")
		_, err := w.Claim(zoe, profile.ID, "")
		fails(err, directory.ErrClaimWaiting)

		// One claim: who wrote the profile down answers, or a moderator of the place.
		for name, who := range map[string]context.Context{"the claimant": zoe, "somebody": eve, "another region's admin": elsewhere, "a visitor": coretest.Visitor()} {
			for _, decide := range []func() error{
				func() error { _, err := w.Accept(who, first.ID, ""); return err },
				func() error { _, err := w.Refuse(who, first.ID, "Non."); return err },
			} {
				if err := decide(); !errors.Is(err, core.ErrDenied) && !errors.Is(err, directory.ErrClaimUnknown) && !errors.Is(err, core.ErrUnauthenticated) {
					t.Errorf("%s decides: %v", name, err)
				}
			}
		}
		_, err = w.Refuse(maker, first.ID, " ")
		if got := reasons(t, err); !slices.Equal(got, []string{"/reason required"}) {
			t.Error(got)
		}
		_, err = w.Withdraw(maker, first.ID)
		fails(err, core.ErrDenied)
		if refused, err := w.Refuse(maker, first.ID, "Ce n'est pas elle."); err != nil || refused.Reason != "Ce n'est pas elle." || refused.DecidedAt == nil {
			t.Fatal(refused, err)
		}
		is("unclaimed: refused")
		_, err = w.Accept(yann, first.ID, "")
		fails(err, directory.ErrClaimDecided)
		_, err = w.Withdraw(zoe, first.ID)
		fails(err, directory.ErrClaimDecided)

		// Two: then only a moderator does, and not for themselves.
		second := w.claims(t, zoe, profile)
		third := w.claims(t, mod, profile)
		is("disputed: refused pending pending")
		fourth := w.claims(t, eve, profile)
		is("disputed: refused pending pending pending")
		_, err = w.Accept(maker, second.ID, "")
		fails(err, core.ErrDenied)
		_, err = w.Accept(mod, third.ID, "")
		fails(err, core.ErrDenied)
		if _, err := w.Withdraw(eve, fourth.ID); err != nil {
			t.Fatal(err)
		}
		is("disputed: refused pending pending withdrawn")
		accepted, err := w.Accept(yann, second.ID, "Son contrat.")
		if err != nil || accepted.State != claim.StateAccepted {
			t.Fatal(accepted, err)
		}
		is("merged: refused accepted refused withdrawn")

		// Its address leads to hers, and it can be neither claimed nor changed.
		_, err = w.Directory.Person(coretest.Visitor(), profile.ID)
		if moved := core.AsError(err); !errors.Is(err, core.ErrMoved) || moved.Name != "zoe" {
			t.Errorf("it leads to %v", err)
		}
		_, err = w.Claim(eve, profile.ID, "")
		fails(err, core.ErrMoved)
		_, err = w.Change(maker, profile.ID, 9, directory.Change{Name: rest.Some("X")})
		fails(err, directory.ErrPersonUnknown)

		for who, want := range map[string][]string{
			personOf(maker): {"claim.made", "claim.made", "claim.made", "claim.made", "claim.withdrawn", "person.claimed"},
			personOf(zoe):   {"claim.refused", "claim.accepted"},
			personOf(mod):   {"claim.refused"},
			personOf(eve):   {},
		} {
			if got := w.Notified(t, who); !slices.Equal(got, want) {
				t.Errorf("told %v, want %v", got, want)
			}
		}
		if got := w.Audited(t, "person:"+profile.ID); !slices.Equal(got, []string{
			"person.create", "claim.create", "claim.decide", "claim.create", "claim.create", "claim.create", "claim.withdraw", "claim.decide",
		}) {
			t.Errorf("audited %v", got)
		}
		if got := w.Recorded(t, profile.ID); !slices.Equal(got, []string{
			"person.recorded.v1", "claim.made.v1", "claim.refused.v1", "claim.made.v1", "claim.made.v1", "claim.made.v1", "claim.withdrawn.v1", "person.claimed.v1",
		}) {
			t.Errorf("recorded %v", got)
		}
		row := w.Store.From(coretest.System()).Outbox.Query().Where(outbox.Type("person.claimed.v1")).OnlyX(coretest.System())
		var told directory.Told
		if err := json.Unmarshal([]byte(row.Data), &told); err != nil || told.Person != profile.ID || told.Claimant != personOf(zoe) {
			t.Error(told, err)
		}
	})
}

func TestEveryMoveOfAProfileIsInTheTable(t *testing.T) {
	t.Parallel()
	if got := len(directory.Claims.States()); got != 4 {
		t.Errorf("%d states", got)
	}
	for from, want := range map[person.Claim]string{
		person.ClaimUnclaimed: "pending", person.ClaimPending: "disputed unclaimed merged", person.ClaimDisputed: "pending merged", person.ClaimMerged: "", person.ClaimClaimed: "",
	} {
		var to []string
		for _, move := range directory.Claims.Moves {
			if slices.Contains(move.From, from) && !slices.Contains(to, string(move.To[0])) {
				to = append(to, string(move.To[0]))
			}
		}
		slices.Sort(to)
		all := strings.Fields(want)
		slices.Sort(all)
		if !slices.Equal(to, all) {
			t.Errorf("from %s to %v, want %v", from, to, all)
		}
	}
}

func TestWhoSeesWhichClaims(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		maker := w.Actor(t, "maker", w.Bretagne, "creator")
		yann := w.Actor(t, "yann", w.Bretagne, "moderator")
		elsewhere := w.Actor(t, "claire", w.Occitanie, "region_admin")
		zoe, eve := w.Actor(t, "zoe", w.Occitanie), w.Actor(t, "eve", w.Bretagne)
		profile := w.records(t, maker, "Zoé", w.Bretagne, true)
		w.claims(t, zoe, profile)
		w.claims(t, eve, profile)
		other := w.records(t, maker, "Ali", w.Rade, true)
		last := w.claims(t, zoe, other)

		page := core.Page{Sort: "-created_at", Limit: 10, Count: true}
		bretagne := core.Scope{Place: place(w.Bretagne), Subtree: true}
		for name, c := range map[string]struct {
			ctx                  context.Context
			on, mine, at, atRade int
		}{
			"a visitor":      {coretest.Visitor(), 0, 0, -1, -1},
			"who claims":     {zoe, 1, 2, -1, -1},
			"who wrote":      {maker, 2, 0, -1, -1},
			"a moderator":    {yann, 2, 0, 3, 1},
			"one elsewhere":  {elsewhere, 0, 0, -1, -1},
			"another claims": {eve, 1, 1, -1, -1},
		} {
			n := func(list core.List[*ent.Claim], err error) int {
				t.Helper()
				if errors.Is(err, core.ErrDenied) || errors.Is(err, core.ErrUnauthenticated) {
					return -1
				}
				if err != nil {
					t.Fatal(name, err)
				}
				if *list.Total != len(list.Items) {
					t.Errorf("%s: %d of %d", name, len(list.Items), *list.Total)
				}
				return len(list.Items)
			}
			if got := n(w.ClaimsOn(c.ctx, profile.ID, page)); got != c.on {
				t.Errorf("%s sees %d claims on the profile", name, got)
			}
			if got := n(w.MyClaims(c.ctx, page)); got > 0 && got != c.mine {
				t.Errorf("%s has %d claims", name, got)
			}
			if got := n(w.ClaimsAt(c.ctx, bretagne, "pending", page)); got != c.at {
				t.Errorf("%s sees %d claims in Bretagne", name, got)
			}
			if got := n(w.ClaimsAt(c.ctx, core.Scope{Place: place(w.Rade)}, "pending", page)); got != c.atRade {
				t.Errorf("%s sees %d claims at the Rade", name, got)
			}
		}
		counting, queries := dbtest.Count(yann)
		list, err := w.ClaimsAt(counting, bretagne, "pending", core.Page{Sort: "-created_at", Limit: 1})
		if err != nil || queries.Len() != 1 || list.Next == nil || list.Items[0].ID != last.ID {
			t.Error(list, err, queries.Len())
		}
		for _, id := range []string{"", "\x00", "x", db.NewID()} {
			if _, err := w.Accept(yann, id, ""); !errors.Is(err, directory.ErrClaimUnknown) {
				t.Errorf("%q: %v", id, err)
			}
		}
		if _, err := w.Claim(eve, personOf(zoe), ""); !errors.Is(err, directory.ErrClaimed) {
			t.Error(err)
		}
		if _, err := w.Claim(eve, db.NewID(), ""); !errors.Is(err, directory.ErrPersonUnknown) {
			t.Error(err)
		}
		_, err = w.Claim(eve, other.ID, "a\u202e")
		if got := reasons(t, err); !slices.Equal(got, []string{"/note not_text"}) {
			t.Error(got)
		}
	})
}

func TestWhoIsWrittenDownIsSeenOnceAFilmShowsThem(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		maker := w.Actor(t, "maker", w.Bretagne, "creator")
		yann := w.Actor(t, "yann", w.Bretagne, "moderator")
		elsewhere := w.Actor(t, "claire", w.Occitanie, "region_admin")
		profile := w.records(t, maker, "Zoé  Le Bras", w.Bretagne, false)
		if profile.Name != "Zoé Le Bras" || profile.Handle != "" || profile.Listed || profile.Claim != person.ClaimUnclaimed {
			t.Errorf("written down as %v", profile)
		}
		sees := func(want string) {
			t.Helper()
			var got []string
			for _, ctx := range []context.Context{coretest.Visitor(), elsewhere, yann, maker} {
				_, err := w.Directory.Person(ctx, profile.ID)
				byID, err2 := w.Get(ctx, []string{profile.ID})
				if (err == nil) != (len(byID) == 1) || err2 != nil {
					t.Error(err, byID, err2)
				}
				got = append(got, fmt.Sprint(err == nil))
				list, err := w.People(ctx, directory.Filter{Scope: core.Scope{Place: place(w.Network), Subtree: true}}, core.Page{Sort: "name", Limit: 10, Count: true})
				if err != nil || len(list.Items) != 3 || *list.Total != 3 {
					t.Error("it is in the list", list, err)
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("a visitor, one elsewhere, a moderator, the maker: %v, want %s", got, want)
			}
		}
		sees("false false true true")
		w.credits(t, maker, profile, film.StageShooting, credit.StateProposed)
		w.credits(t, maker, profile, film.StageReleased, credit.StateRefused)
		sees("false false true true")
		w.credits(t, maker, profile, film.StageReleased, credit.StateProposed)
		sees("true true true true")
		counting, queries := dbtest.Count(coretest.Visitor())
		if _, err := w.Directory.Person(counting, profile.ID); err != nil || queries.Len() > 3 {
			t.Error(err, queries.Len())
		}

		// Who wrote them down mends the name, and says nothing that is theirs to say.
		after, err := w.Change(maker, profile.ID, profile.Version, directory.Change{Name: rest.Some("Zoé Bras"), Bio: rest.Some("Figurante.")})
		if err != nil || after.Name != "Zoé Bras" || after.Bio != "Figurante." {
			t.Error(after, err)
		}
		_, err = w.Change(maker, profile.ID, 2, directory.Change{
			Handle: rest.Some("zoe"), Crafts: rest.Some([]string{"IMA-DOP"}), Skills: rest.Some([]string{"a"}), Commune: rest.Some("29019"), TravelKM: rest.Some(1),
			Standing: rest.Some("student"), Statuses: rest.Some([]string{"volunteer"}), Contact: rest.Some("everyone"), Visibility: rest.Some(map[string]string{"bio": "nobody"}),
		})
		if got := reasons(t, err); len(got) != 9 || strings.Count(strings.Join(got, " "), "no_account") != 9 {
			t.Errorf("refused for %v", got)
		}
		if _, err := w.Change(yann, profile.ID, 2, directory.Change{Name: rest.Some("X")}); !errors.Is(err, core.ErrDenied) {
			t.Error(err)
		}
		for _, ctx := range []context.Context{coretest.Visitor(), w.Actor(t, "eve", w.Bretagne, "member"), elsewhere} {
			if _, err := w.Record(ctx, place(w.Bretagne), "X"); !errors.Is(err, core.ErrDenied) && !errors.Is(err, core.ErrUnauthenticated) {
				t.Error(err)
			}
		}
		_, err = w.Record(maker, place(w.Bretagne), "\u200b")
		if got := reasons(t, err); !slices.Equal(got, []string{"/name required"}) {
			t.Error(got)
		}
	})
}
