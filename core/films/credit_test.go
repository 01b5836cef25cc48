package films_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/credit"
	"github.com/labfilms/labfilms/ent/membership"
	"github.com/labfilms/labfilms/ent/organisation"
	"github.com/labfilms/labfilms/ent/person"
)

func personOf(ctx context.Context) string { return core.ActorFrom(ctx).Person }

// propose credits people and returns the credits.
func (w world) propose(t *testing.T, ctx context.Context, film *ent.Film, in ...films.NewCredit) []films.Credited {
	t.Helper()
	made, err := w.Propose(ctx, film.ID, in)
	if err != nil {
		t.Fatal(err, core.AsError(err).Reasons)
	}
	return made
}

// agreed proposes a credit and has the person confirm it.
func (w world) agreed(t *testing.T, owner context.Context, film *ent.Film, who context.Context, craft string) films.Credited {
	t.Helper()
	made := w.propose(t, owner, film, films.NewCredit{Person: personOf(who), Craft: craft})[0]
	if made.State == credit.StateConfirmed {
		return made
	}
	made, err := w.Confirm(who, film.ID, made.ID)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// unclaimed writes somebody down who has no account.
func (w world) unclaimed(t *testing.T, maker context.Context, name string, home *ent.Space) *ent.Person {
	t.Helper()
	var made *ent.Person
	w.Write(t, func(ctx context.Context, c *ent.Client) (err error) {
		made, err = c.Person.Create().
			SetName(name).SetSortName(name).SetClaim(person.ClaimUnclaimed).SetListed(false).SetMadeBy(personOf(maker)).
			SetNetworkID(home.NetworkID).SetRegionID(home.RegionID).SetSpaceID(home.ID).
			Save(ctx)
		return err
	})
	return made
}

// organisation makes one whose admin is the actor of ctx.
func (w world) organisation(t *testing.T, admin context.Context, name string, home *ent.Space) *ent.Organisation {
	t.Helper()
	var made *ent.Organisation
	w.Write(t, func(ctx context.Context, c *ent.Client) (err error) {
		made, err = c.Organisation.Create().
			SetKind(organisation.KindProduction).SetName(name).SetSlug(strings.ToLower(name)).
			SetNetworkID(home.NetworkID).SetRegionID(home.RegionID).SetSpaceID(home.ID).
			Save(ctx)
		if err != nil {
			return err
		}
		return c.Membership.Create().SetOrganisationID(made.ID).SetPersonID(personOf(admin)).
			SetRole(membership.RoleAdmin).SetState(membership.StateActive).Exec(ctx)
	})
	return made
}

// read writes what somebody reads of a film's titles, a page at a time: what is
// linked in brackets, what is confirmed with a star, and the state for whoever
// is told.
func (w world) read(t *testing.T, ctx context.Context, film string) string {
	t.Helper()
	var all []string
	page := core.Page{Sort: "position", Limit: 2, Count: true}
	for {
		counting, queries := dbtest.Count(ctx)
		list, err := w.Credits(counting, film, films.CreditFilter{}, page)
		if err != nil {
			return core.AsError(err).Fault.Code
		}
		if queries.Len() > 5 {
			t.Errorf("%d queries", queries.Len())
		}
		for _, c := range list.Items {
			text := c.Name
			if c.Linked {
				text = "[" + text + "]"
			}
			if films.Agreed(c.Credit) {
				text += "*"
			}
			if c.Inside {
				text += " " + string(c.State)
			}
			all = append(all, text)
		}
		if list.Next == nil {
			if *list.Total != len(all) {
				t.Errorf("%d of %d", len(all), *list.Total)
			}
			return strings.Join(all, ", ")
		}
		page.After = list.Next
	}
}

func TestWhoIsCreditedSaysYesOrNo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		karim, lucie := w.Actor(t, "karim", w.Occitanie, "creator"), w.Actor(t, "lucie", w.Occitanie)
		moderator := w.Actor(t, "yann", w.Bretagne, "moderator")
		stranger := w.Actor(t, "paul", w.Bretagne, "member")
		anne := w.unclaimed(t, ines, "Anne", w.Bretagne)
		film := w.begin(t, ines, "La Grève blanche", w.Bretagne)
		made := w.propose(t, ines, film,
			films.NewCredit{Person: personOf(ines), Craft: "REA-REA"},
			films.NewCredit{Person: personOf(karim), Craft: "IMA-DOP", Name: "K. Benali"},
			films.NewCredit{Person: personOf(lucie), Craft: "INT-COM", Character: "La mère"},
			films.NewCredit{Person: anne.ID, Craft: "INT-COM"},
			films.NewCredit{Name: "Les gens du port", CraftText: "Figuration", Uncredited: true},
			films.NewCredit{Person: personOf(moderator), Craft: "SON-CHE"},
		)
		if got := w.read(t, ines, film.ID); got != "[ines]* confirmed, [K. Benali] proposed, [lucie] proposed, [Anne] proposed, Les gens du port proposed, [yann] proposed" {
			t.Errorf("its owner reads %s", got)
		}
		for name, who := range map[string]context.Context{"a visitor": coretest.Visitor(), "a stranger": stranger, "who is credited": karim} {
			if got := w.read(t, who, film.ID); got != "film_unknown" {
				t.Errorf("%s reads the titles of a draft: %s", name, got)
			}
		}
		for name, c := range map[string]struct {
			who  context.Context
			id   string
			want error
		}{
			"who is credited":  {karim, made[1].ID, nil},
			"another's credit": {karim, made[2].ID, films.ErrUnknown},
			"a stranger":       {stranger, made[1].ID, films.ErrUnknown},
			"a moderator":      {moderator, made[1].ID, nil},
			"none":             {ines, "x", films.ErrCreditUnknown},
		} {
			if _, err := w.Credit(c.who, film.ID, c.id); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.Confirm(stranger, film.ID, made[1].ID); !errors.Is(err, films.ErrUnknown) {
			t.Errorf("a stranger confirms: %v", err)
		}
		if _, err := w.Confirm(ines, film.ID, made[1].ID); !errors.Is(err, core.ErrDenied) {
			t.Errorf("its owner confirms for him: %v", err)
		}
		if _, err := w.Confirm(karim, film.ID, made[1].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Refuse(lucie, film.ID, made[2].ID, "Je n'y étais pas."); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Release(ines, film.ID); err != nil {
			t.Fatal(err)
		}
		const all = "[ines]* confirmed, [K. Benali]* confirmed, [lucie] refused, [Anne] proposed, Les gens du port proposed, [yann] proposed"
		for name, c := range map[string]struct {
			who  context.Context
			want string
		}{
			"a visitor":   {coretest.Visitor(), "[ines]*, [K. Benali]*, [Anne], Les gens du port, yann"},
			"karim":       {karim, "[ines]*, [K. Benali]* confirmed, [Anne], Les gens du port, yann"},
			"lucie":       {lucie, "[ines]*, [K. Benali]*, [lucie] refused, [Anne], Les gens du port, yann"},
			"its owner":   {ines, all},
			"a moderator": {moderator, all},
		} {
			if got := w.read(t, c.who, film.ID); got != c.want {
				t.Errorf("%s reads %s", name, got)
			}
		}
		// A filter tells nobody a state that the titles do not tell them.
		for who, want := range map[context.Context]string{coretest.Visitor(): "0 0", karim: "0 0", lucie: "0 1", ines: "3 1", moderator: "3 1"} {
			var got []string
			for _, state := range []string{"proposed", "refused"} {
				list, err := w.Credits(who, film.ID, films.CreditFilter{State: state}, core.Page{Sort: "position", Limit: 9, Count: true})
				if err != nil || *list.Total != len(list.Items) {
					t.Fatal(list, err)
				}
				got = append(got, fmt.Sprint(*list.Total))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s finds %v proposed and refused, want %s", personOf(who), got, want)
			}
		}
		if _, err := w.Credit(karim, film.ID, made[2].ID); !errors.Is(err, films.ErrCreditUnknown) {
			t.Errorf("another's refused credit: %v", err)
		}
		if got := w.Notified(t, personOf(karim)); !slices.Equal(got, []string{"credit.proposed"}) {
			t.Errorf("karim was told %v", got)
		}
		if got := w.Notified(t, personOf(ines)); !slices.Equal(got, []string{"credit.confirmed", "credit.refused"}) {
			t.Errorf("ines was told %v", got)
		}
		want := []string{"credit.propose", "credit.confirm", "credit.refuse", "film.release"}
		if got := w.Audited(t, "film:"+film.ID); !slices.Equal(got, want) {
			t.Errorf("audited %v", got)
		}
		if got := w.Recorded(t, film.ID); !slices.Equal(got, []string{"film.made.v1", "credit.made.v1", "credit.confirmed.v1", "credit.refused.v1", "film.released.v1"}) {
			t.Errorf("recorded %v", got)
		}
	})
}

// reasons writes the reasons of a refusal, pointers and codes, in order.
func reasons(err error) string {
	if err == nil {
		return "none"
	}
	all := []string{core.AsError(err).Fault.Code}
	for _, r := range core.AsError(err).Reasons {
		all = append(all, r.Pointer+" "+r.Code)
	}
	return strings.Join(all, ", ")
}

func TestTitlesAreRefusedWithAllReasons(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, marc := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "marc", w.Bretagne, "creator")
		karim, gone := w.Actor(t, "karim", w.Occitanie), w.Actor(t, "gone", w.Bretagne)
		w.suspend(t, gone)
		hidden := w.unclaimed(t, marc, "Écrite par Marc", w.Bretagne)
		shown := w.unclaimed(t, marc, "Montrée par Marc", w.Bretagne)
		closed := w.organisation(t, marc, "Closed", w.Bretagne)
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Organisation.UpdateOne(closed).SetState(organisation.StateClosed).Exec(ctx)
		})
		w.propose(t, marc, w.show(t, marc, "Sorti", w.Bretagne), films.NewCredit{Person: shown.ID, Craft: "INT-COM"})
		film := w.begin(t, ines, "Refus", w.Bretagne)
		w.propose(t, ines, film, films.NewCredit{Person: personOf(karim), Craft: "IMA-DOP"})
		long, low := strings.Repeat("é", 161), -1
		_, err := w.Propose(ines, film.ID, []films.NewCredit{
			{Person: personOf(karim), Craft: "IMA-DOP"},
			{Person: personOf(karim), Craft: "IMA-CAD"},
			{Person: personOf(karim), Craft: "IMA-CAD"},
			{Person: personOf(gone), Craft: "IMA-DOP"},
			{Person: hidden.ID, Craft: "INT-COM"},
			{Person: "00000000-0000-7000-8000-000000000000", Craft: "no craft"},
			{Person: "\x00", Craft: "INT-COM"},
			{Organisation: closed.ID, Craft: "PRO-PRO"},
			{Person: personOf(karim), Organisation: closed.ID, Craft: "PRO-PRO"},
			{Craft: "INT-COM"},
			{Name: "a\u202eb", CraftText: "x", Craft: "INT-COM"},
			{Name: long, Character: " ", CraftText: "\u200b", Position: &low},
			{Name: "👩\u200d🎬 Zoé", CraftText: "Cantine"},
		})
		want := "invalid, /credits/3/person person_unknown, /credits/4/person person_unknown, " +
			"/credits/5/person person_unknown, /credits/5/craft unknown, /credits/6/person person_unknown, " +
			"/credits/7/organisation organisation_unknown, /credits/8/organisation both, /credits/9/name required, " +
			"/credits/10/name not_text, /credits/10/name required, /credits/10/craft_text both, " +
			"/credits/11/name too_long, /credits/11/craft_text required, /credits/11/character required, /credits/11/position range, " +
			"/credits/0 credited, /credits/2 twice"
		if got := strings.ReplaceAll(reasons(err), "/credits/10/name required, ", ""); got != strings.ReplaceAll(want, "/credits/10/name required, ", "") {
			t.Errorf("refused with\n%s, want\n%s", got, want)
		}
		_, err = w.Propose(ines, film.ID, []films.NewCredit{
			{Person: personOf(karim), Craft: "IMA-DOP"}, {Person: personOf(karim), Craft: "IMA-DOP", Character: "x"},
		})
		if got := reasons(err); got != "credit_twice, /credits/0 credited" {
			t.Errorf("credited twice: %s", got)
		}
		if _, err := w.Propose(ines, film.ID, nil); reasons(err) != "invalid, /credits range" {
			t.Errorf("nobody: %v", err)
		}
		if _, err := w.Propose(ines, film.ID, make([]films.NewCredit, 501)); reasons(err) != "invalid, /credits range" {
			t.Errorf("501: %v", err)
		}
		if _, err := w.Propose(karim, film.ID, nil); !errors.Is(err, films.ErrUnknown) {
			t.Errorf("who is credited proposes: %v", err)
		}
		if got := w.read(t, ines, film.ID); got != "[karim] proposed" {
			t.Errorf("kept %s", got)
		}
		last := 100_000
		w.propose(t, ines, film, films.NewCredit{Person: shown.ID, Craft: "INT-COM", Position: &last}) // a released film shows her
		w.propose(t, ines, film, films.NewCredit{Name: "Après tous", CraftText: "Figuration"})
	})
}

func TestFiveHundredCreditsAtOnceTakeAsManyStatementsAsOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator")
		studio := w.organisation(t, w.Actor(t, "solene", w.Bretagne), "Studio", w.Bretagne)
		var all []films.NewCredit
		for i := range 498 {
			p := w.Person(t, fmt.Sprintf("p%03d", i), w.Bretagne)
			all = append(all, films.NewCredit{Person: p.ID, Craft: "INT-FIG"})
		}
		all = append(all, films.NewCredit{Organisation: studio.ID, Craft: "PRO-PRO"}, films.NewCredit{Name: "Le village", CraftText: "Figuration"})
		statements := func(in []films.NewCredit) int {
			film := w.begin(t, ines, "Foule", w.Bretagne)
			ctx, queries := dbtest.Count(ines)
			made, err := w.Propose(ctx, film.ID, in)
			if err != nil || len(made) != len(in) {
				t.Fatal(len(made), err)
			}
			return queries.Len()
		}
		few, many := statements(all[496:499]), statements(all)
		if few != many || many > 20 {
			t.Errorf("%d statements for 3, %d for 500", few, many)
		}
		film := w.begin(t, ines, "Trois mille", w.Bretagne)
		crowd := make([]films.NewCredit, 500)
		for i := range crowd {
			crowd[i] = films.NewCredit{Name: "Quelqu'un", CraftText: "Figuration"}
		}
		for range 6 {
			w.propose(t, ines, film, crowd...)
		}
		if _, err := w.Propose(ines, film.ID, crowd[:1]); reasons(err) != "invalid, /credits too_many" {
			t.Errorf("the 3,001st: %v", err)
		}
	})
}

func TestADisputeIsSettledByAModeratorWhoIsNoPartyToIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines := w.Actor(t, "ines", w.Bretagne, "creator", "moderator")
		karim := w.Actor(t, "karim", w.Bretagne, "moderator")
		yann := w.Actor(t, "yann", w.Bretagne, "moderator")
		elsewhere := w.Actor(t, "claire", w.Occitanie, "moderator")
		film := w.show(t, ines, "Contre-jour", w.Bretagne)
		made := w.agreed(t, ines, film, karim, "IMA-CAD")
		before := w.read(t, coretest.Visitor(), film.ID)
		if _, err := w.SettleCredit(yann, film.ID, made.ID, "removed", "r"); !errors.Is(err, films.ErrCreditState) {
			t.Errorf("settled before it is disputed: %v", err)
		}
		if _, err := w.Dispute(karim, film.ID, made.ID, " \u200b"); reasons(err) != "invalid, /reason required" {
			t.Errorf("for no reason: %v", err)
		}
		if _, err := w.Dispute(elsewhere, film.ID, made.ID, "x"); !errors.Is(err, core.ErrDenied) {
			t.Errorf("somebody else disputes: %v", err)
		}
		if _, err := w.Dispute(karim, film.ID, made.ID, "J'étais chef opérateur."); err != nil {
			t.Fatal(err)
		}
		if got := w.read(t, coretest.Visitor(), film.ID); got != before {
			t.Errorf("the public saw %s and sees %s", before, got)
		}
		for name, who := range map[string]context.Context{"its owner": ines, "who is credited": karim, "another region's": elsewhere} {
			if _, err := w.SettleCredit(who, film.ID, made.ID, "confirmed", "r"); !errors.Is(err, core.ErrDenied) {
				t.Errorf("%s settles: %v", name, err)
			}
		}
		list, err := w.Disputes(yann, core.Scope{Place: place(w.Bretagne)}, core.Page{Sort: "updated_at", Limit: 5, Count: true})
		if err != nil || *list.Total != 1 || list.Items[0].Dispute != "J'étais chef opérateur." || list.Items[0].Film.Title != "Contre-jour" {
			t.Errorf("disputed are %v, %v", list, err)
		}
		if _, err := w.Disputes(elsewhere, core.Scope{Place: place(w.Bretagne)}, core.Page{Limit: 5}); !errors.Is(err, core.ErrDenied) {
			t.Errorf("another region's disputes: %v", err)
		}
		if _, err := w.SettleCredit(yann, film.ID, made.ID, "refused", ""); reasons(err) != "invalid, /reason required, /outcome unknown" {
			t.Errorf("settled as nothing: %v", err)
		}
		settled, err := w.SettleCredit(yann, film.ID, made.ID, "confirmed", "Le générique le dit.")
		if err != nil || settled.State != credit.StateConfirmed {
			t.Fatal(settled, err)
		}
		if _, err := w.Dispute(ines, film.ID, made.ID, "Il se trompe de film."); err != nil {
			t.Fatal(err)
		}
		if _, err := w.SettleCredit(yann, film.ID, made.ID, "removed", "D'accord."); err != nil {
			t.Fatal(err)
		}
		if got := w.read(t, coretest.Visitor(), film.ID); got != "" {
			t.Errorf("the public sees %s", got)
		}
		if got := strings.Join(w.Notified(t, personOf(karim)), " "); got != "credit.proposed credit.settled credit.disputed credit.settled" {
			t.Errorf("karim was told %s", got)
		}
		if got := strings.Join(w.Notified(t, personOf(ines)), " "); got != "credit.confirmed credit.disputed credit.settled credit.settled" {
			t.Errorf("ines was told %s", got)
		}
		w.propose(t, ines, film, films.NewCredit{Person: personOf(karim), Craft: "IMA-CAD"}) // what was removed may be said anew
	})
}

func TestAProposedCreditChangesUntilItIsConfirmed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne)
		film := w.begin(t, ines, "Change", w.Bretagne)
		made := w.propose(t, ines, film, films.NewCredit{Person: personOf(karim), Craft: "IMA-CAD"}, films.NewCredit{Person: personOf(karim), Craft: "IMA-DOP"})
		id := made[0].ID
		changed, err := w.ChangeCredit(ines, film.ID, id, 1, films.CreditChange{CraftText: rest.Some("Cadre"), Name: rest.Some(" K.  B. "), Position: rest.Some(9)})
		if err != nil || changed.Craft != "" || changed.CraftText != "Cadre" || changed.Name != "K. B." || changed.Position != 9 || changed.Version != 2 {
			t.Fatal(changed, err)
		}
		if same, err := w.ChangeCredit(ines, film.ID, id, 2, films.CreditChange{Name: rest.Some("K. B.")}); err != nil || same.Version != 2 {
			t.Errorf("changed nothing: %v, %v", same, err)
		}
		for name, c := range map[string]struct {
			who     context.Context
			version int
			in      films.CreditChange
			want    string
		}{
			"an old version":  {ines, 1, films.CreditChange{Name: rest.Some("x")}, "stale"},
			"no craft":        {ines, 2, films.CreditChange{CraftText: rest.Opt[string]{Set: true, Null: true}}, "invalid, /craft required"},
			"two crafts":      {ines, 2, films.CreditChange{CraftText: rest.Some("x"), Craft: rest.Some("IMA-CAD")}, "invalid, /craft_text both"},
			"no name":         {ines, 2, films.CreditChange{Name: rest.Some("")}, "invalid, /name required"},
			"credited twice":  {ines, 2, films.CreditChange{Craft: rest.Some("IMA-DOP")}, "credit_twice"},
			"who is credited": {karim, 2, films.CreditChange{Name: rest.Some("x")}, "denied"},
		} {
			if _, err := w.ChangeCredit(c.who, film.ID, id, c.version, c.in); reasons(err) != c.want {
				t.Errorf("%s: %s", name, reasons(err))
			}
		}
		if _, err := w.Confirm(karim, film.ID, id); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ChangeCredit(ines, film.ID, id, 3, films.CreditChange{Name: rest.Some("x")}); !errors.Is(err, films.ErrCreditState) {
			t.Errorf("another name once it is confirmed: %v", err)
		}
		if _, err := w.ChangeCredit(ines, film.ID, id, 3, films.CreditChange{Position: rest.Some(0)}); err != nil {
			t.Errorf("another position: %v", err)
		}
		won, lost := coretest.Race(50, func(i int) error {
			_, err := w.ChangeCredit(ines, film.ID, id, 4, films.CreditChange{Position: rest.Some(10 + i)})
			return err
		})
		if won != 1 || slices.ContainsFunc(lost, func(err error) bool { return !errors.Is(err, core.ErrStale) }) {
			t.Errorf("%d won, %v", won, lost)
		}
	})
}

func TestAnOrganisationAnswersThroughItsPeople(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, solene := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "solene", w.Occitanie)
		intern := w.Actor(t, "intern", w.Occitanie)
		studio := w.organisation(t, solene, "Studio", w.Occitanie)
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Membership.Create().SetOrganisationID(studio.ID).SetPersonID(personOf(intern)).
				SetRole(membership.RoleMember).SetState(membership.StateActive).Exec(ctx)
		})
		film := w.begin(t, ines, "Produit", w.Bretagne)
		made := w.propose(t, ines, film, films.NewCredit{Organisation: studio.ID, Craft: "PRO-PRO"})[0]
		if _, err := w.Confirm(intern, film.ID, made.ID); !errors.Is(err, films.ErrUnknown) {
			t.Errorf("a member confirms: %v", err)
		}
		mine, err := w.MyCredits(solene, films.CreditFilter{State: "proposed"}, core.Page{Sort: "-created_at", Limit: 5, Count: true})
		if err != nil || *mine.Total != 1 || mine.Items[0].Film.Title != "Produit" {
			t.Errorf("waiting are %v, %v", mine, err)
		}
		if _, err := w.Confirm(solene, film.ID, made.ID); err != nil {
			t.Fatal(err)
		}
		if got := w.Notified(t, personOf(solene)); !slices.Equal(got, []string{"credit.proposed"}) {
			t.Errorf("solene was told %v", got)
		}
		if _, err := w.Release(ines, film.ID); err != nil {
			t.Fatal(err)
		}
		if got := w.read(t, coretest.Visitor(), film.ID); got != "[Studio]*" {
			t.Errorf("the public reads %s", got)
		}
		works, err := w.FilmographyOfOrganisation(coretest.Visitor(), studio.ID, films.WorkFilter{}, core.Page{Sort: "-year", Limit: 5, Count: true})
		if err != nil || *works.Total != 1 || works.Items[0].Film.Title != "Produit" {
			t.Errorf("the filmography is %v, %v", works, err)
		}
		for _, id := range []string{"x", film.ID} {
			if _, err := w.FilmographyOfOrganisation(ines, id, films.WorkFilter{}, core.Page{Limit: 5}); !errors.Is(err, films.ErrOrganisationUnknown) {
				t.Errorf("the filmography of no organisation: %v", err)
			}
		}
	})
}

func TestOneAnswerToACreditCounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne)
		film := w.begin(t, ines, "Course", w.Bretagne)
		moves := []func(id string) error{
			func(id string) error { _, err := w.Confirm(karim, film.ID, id); return err },
			func(id string) error { _, err := w.Refuse(karim, film.ID, id, ""); return err },
			func(id string) error { _, err := w.WithdrawCredit(ines, film.ID, id); return err },
		}
		lostRightly := func(err error) bool {
			return errors.Is(err, films.ErrCreditState) || errors.Is(err, films.ErrCreditUnknown)
		}
		for round := range 3 {
			made := w.propose(t, ines, film, films.NewCredit{Person: personOf(karim), Craft: "IMA-DOP", Character: fmt.Sprint(round)})[0]
			won, lost := coretest.Race(60, func(i int) error { return moves[i%3](made.ID) })
			if won != 1 || slices.ContainsFunc(lost, func(err error) bool { return !lostRightly(err) }) {
				t.Errorf("%d won, %v", won, lost)
			}
		}
		made := w.propose(t, ines, film, films.NewCredit{Person: personOf(karim), Craft: "SON-CHE"})[0]
		won, lost := w.Crowd(t, func(ctx context.Context, c *ent.Client) error {
			return c.Credit.UpdateOneID(made.ID).SetPosition(9).Exec(ctx)
		}, func(i int) error { return moves[i%3](made.ID) })
		if won != 1 || slices.ContainsFunc(lost, func(err error) bool { return !lostRightly(err) }) {
			t.Errorf("in the crowd %d won, %v", won, lost)
		}
	})
}

func TestOneSettlementCounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne)
		yann := w.Actor(t, "yann", w.Bretagne, "moderator")
		film := w.begin(t, ines, "Course", w.Bretagne)
		made := w.agreed(t, ines, film, karim, "IMA-DOP")
		if _, err := w.Dispute(karim, film.ID, made.ID, "Non."); err != nil {
			t.Fatal(err)
		}
		won, lost := coretest.Race(50, func(i int) error {
			_, err := w.SettleCredit(yann, film.ID, made.ID, []string{"confirmed", "removed"}[i%2], "Tranché.")
			return err
		})
		if won != 1 || slices.ContainsFunc(lost, func(err error) bool { return !errors.Is(err, films.ErrCreditState) }) {
			t.Errorf("%d won, %v", won, lost)
		}
	})
}

func TestTheSameCreditIsProposedOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne)
		studio := w.organisation(t, karim, "Studio", w.Bretagne)
		film := w.begin(t, ines, "Course", w.Bretagne)
		for _, in := range []films.NewCredit{
			{Person: personOf(karim), Craft: "IMA-DOP"},
			{Person: personOf(karim), CraftText: "Cantine"},
			{Organisation: studio.ID, Craft: "PRO-PRO"},
		} {
			won, lost := coretest.Race(50, func(int) error {
				_, err := w.Propose(ines, film.ID, []films.NewCredit{in})
				return err
			})
			if won != 1 || slices.ContainsFunc(lost, func(err error) bool { return !errors.Is(err, films.ErrCreditTwice) }) {
				t.Errorf("%d won, %v", won, lost)
			}
		}
	})
}

func TestModulesProposeCreditsOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne)
		film := w.begin(t, ines, "Poste", w.Bretagne)
		said := films.CreditProposed{Film: film.ID, Person: personOf(karim), Craft: "IMA-DOP", SourceID: "position-1"}
		if won, lost := coretest.Race(20, func(int) error {
			return w.Titles(coretest.System(), told(t, "collaboration", "credit.proposed.v1", said))
		}); won != 20 {
			t.Fatalf("told by 20 at the same time: %v", lost)
		}
		said.SourceID = "position-2" // the same again, from another position
		gone := films.CreditProposed{Film: film.ID, Person: "00000000-0000-7000-8000-000000000000", Craft: "IMA-DOP", SourceID: "3"}
		nowhere := films.CreditProposed{Film: "x", Name: "y", Craft: "IMA-DOP", SourceID: "4"}
		village := films.CreditProposed{Film: film.ID, Name: "Le village", CraftText: "Figuration", SourceID: "position-1b"}
		for _, said := range []films.CreditProposed{said, gone, nowhere, village} {
			if err := w.Titles(coretest.System(), told(t, "collaboration", "credit.proposed.v1", said)); err != nil {
				t.Errorf("%v: %v", said, err)
			}
		}
		if got := w.read(t, ines, film.ID); got != "[karim] proposed, Le village proposed" {
			t.Errorf("the titles are %s", got)
		}
		if got := w.Notified(t, personOf(karim)); !slices.Equal(got, []string{"credit.proposed"}) {
			t.Errorf("karim was told %v", got)
		}
		for name, spoilt := range map[string]films.CreditProposed{
			"nobody":           {Film: film.ID, Craft: "IMA-DOP", SourceID: "5"},
			"no craft":         {Film: film.ID, Name: "x", SourceID: "5"},
			"no name for it":   {Film: film.ID, Name: "x", Craft: "IMA-DOP"},
			"a name of others": {Film: film.ID, Name: "\x00", Craft: "IMA-DOP", SourceID: "5"},
		} {
			if err := w.Titles(coretest.System(), told(t, "collaboration", "credit.proposed.v1", spoilt)); !errors.Is(err, core.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.Titles(ines, told(t, "collaboration", "credit.proposed.v1", village)); !errors.Is(err, core.ErrDenied) {
			t.Errorf("its maker says so as a module: %v", err)
		}
	})
}

func TestWhoClaimsAProfileHasItsCredits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, anne := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "anne", w.Bretagne)
		written := w.unclaimed(t, ines, "Anne", w.Bretagne)
		film := w.show(t, ines, "La Grève blanche", w.Bretagne)
		of := func(craft string) films.NewCredit { return films.NewCredit{Person: written.ID, Craft: craft} }
		again := func(craft string) films.NewCredit { return films.NewCredit{Person: personOf(anne), Craft: craft} }
		made := w.propose(t, ines, film, of("INT-COM"), of("INT-VOI"), of("INT-CAS"), again("INT-VOI"), again("INT-CAS"), of("IMA-DOP"))
		if _, err := w.Confirm(anne, film.ID, made[3].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.WithdrawCredit(ines, film.ID, made[5].ID); err != nil {
			t.Fatal(err)
		}
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.Person.UpdateOne(written).SetClaim(person.ClaimMerged).SetMergedIntoID(personOf(anne)).Exec(ctx)
		})
		if got := w.read(t, coretest.Visitor(), film.ID); got != "Anne, Anne, Anne, [anne]*, anne" {
			t.Errorf("between the claim and its consequences the public reads %s", got)
		}
		claimed := told(t, "core", "person.claimed.v1", films.PersonClaimed{Person: written.ID, Claimant: personOf(anne)})
		for range 2 {
			if err := w.Titles(coretest.System(), claimed); err != nil {
				t.Fatal(err)
			}
			if got := w.read(t, coretest.Visitor(), film.ID); got != "[Anne]*, [anne]*, [anne]*" {
				t.Errorf("the public reads %s", got)
			}
			if got := w.read(t, anne, film.ID); got != "[Anne]* confirmed, [Anne] withdrawn, [Anne] withdrawn, [anne]* confirmed, [anne]* confirmed, [Anne] withdrawn" {
				t.Errorf("she reads %s", got)
			}
		}
		works, err := w.Filmography(coretest.Visitor(), &ent.Person{ID: personOf(anne), Claim: person.ClaimClaimed}, films.WorkFilter{}, core.Page{Sort: "-year", Limit: 5})
		if err != nil || len(works.Items) != 1 || len(works.Items[0].Credits) != 3 {
			t.Errorf("her filmography is %v, %v", works, err)
		}
		if _, err := w.Propose(ines, film.ID, []films.NewCredit{of("SON-CHE")}); reasons(err) != "invalid, /credits/0/person person_unknown" {
			t.Errorf("the profile that is hers now is credited: %v", err)
		}
		if got := w.Audited(t, "film:"+film.ID); len(got) != 8 {
			t.Errorf("audited %v", got)
		}
	})
}

func TestTheFirstCreditsOfManyFilmsAreReadAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne)
		crowd := []films.NewCredit{{Name: "c", CraftText: "x"}, {Name: "a", CraftText: "x"}, {Person: personOf(karim), Craft: "IMA-DOP"}, {Name: "b", CraftText: "x"}}
		shown, draft := w.show(t, ines, "Sorti", w.Bretagne), w.begin(t, ines, "Pas encore", w.Bretagne)
		var ids []string
		for _, f := range []*ent.Film{shown, draft, w.show(t, ines, "Vide", w.Bretagne)} {
			ids = append(ids, f.ID)
			if f.Title != "Vide" {
				made := w.propose(t, ines, f, crowd...)
				if _, err := w.WithdrawCredit(ines, f.ID, made[0].ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		for name, c := range map[string]struct {
			who   context.Context
			films int
			want  string
		}{
			"a visitor": {coretest.Visitor(), 1, "a false, karim false"},
			"its owner": {ines, 2, "a false, karim true"},
			"karim":     {karim, 1, "a false, karim true"},
		} {
			ctx, queries := dbtest.Count(c.who)
			all, err := w.TitlesOf(ctx, ids, 2)
			if err != nil || len(all) != c.films || queries.Len() > 5 {
				t.Errorf("%s reads %v, %v in %d queries", name, all, err, queries.Len())
			}
			var got []string
			for _, c := range all[shown.ID] {
				got = append(got, fmt.Sprint(c.Name, " ", c.Linked))
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("%s reads %v", name, got)
			}
		}
	})
}

func TestTitlesArePutInOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne)
		film, other := w.begin(t, ines, "Ordre", w.Bretagne), w.begin(t, ines, "Autre", w.Bretagne)
		crowd := make([]films.NewCredit, 500)
		for i := range crowd {
			crowd[i] = films.NewCredit{Name: fmt.Sprint("n", i), CraftText: "x"}
		}
		made := w.propose(t, ines, film, crowd...)
		w.propose(t, ines, film, crowd...)
		elsewhere := w.propose(t, ines, other, films.NewCredit{Person: personOf(karim), Craft: "IMA-DOP"})[0]
		if err := w.OrderCredits(ines, film.ID, []string{made[499].ID, made[3].ID}); err != nil {
			t.Fatal(err)
		}
		list, err := w.Credits(ines, film.ID, films.CreditFilter{}, core.Page{Sort: "position", Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range list.Items[:6] {
			got = append(got, fmt.Sprint(c.Name, " ", c.Position))
		}
		if strings.Join(got, ", ") != "n499 0, n3 1, n0 2, n1 3, n2 4, n4 5" {
			t.Errorf("the order is %v", got)
		}
		err = w.OrderCredits(ines, film.ID, []string{made[1].ID, elsewhere.ID, "\x00", made[1].ID})
		if got := reasons(err); got != "invalid, /credits/1 credit_unknown, /credits/2 credit_unknown, /credits/3 twice" {
			t.Errorf("refused with %s", got)
		}
		if err := w.OrderCredits(karim, other.ID, nil); !errors.Is(err, films.ErrUnknown) {
			t.Errorf("who is credited orders: %v", err)
		}
		before := len(w.Audited(t, "film:"+film.ID))
		if err := w.OrderCredits(ines, film.ID, []string{made[499].ID}); err != nil || len(w.Audited(t, "film:"+film.ID)) != before {
			t.Errorf("an order that changes nothing is written down (%v)", err)
		}
	})
}

// Whoever credits a profile without an account while somebody claims it: the
// credit moves along, or is refused.
func TestACreditIsNotLeftOnAClaimedProfile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, anne := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "anne", w.Bretagne)
		crowd := make([]films.NewCredit, 200) // it takes a while to write down
		for i := range crowd {
			crowd[i] = films.NewCredit{Name: "Quelqu'un", CraftText: "Figuration"}
		}
		for range 2 {
			written := w.unclaimed(t, ines, "Anne", w.Bretagne)
			titles := append(slices.Clone(crowd), films.NewCredit{Person: written.ID, Craft: "INT-COM"})
			var drafts []*ent.Film
			for range 50 {
				drafts = append(drafts, w.begin(t, ines, "Course", w.Bretagne))
			}
			_, lost := coretest.Race(50, func(i int) error {
				if i != 25 {
					_, err := w.Propose(ines, drafts[i].ID, titles)
					return err
				}
				err := w.Store.Write(coretest.System(), func(ctx context.Context, c *ent.Client) error {
					return c.Person.UpdateOne(written).SetClaim(person.ClaimMerged).SetMergedIntoID(personOf(anne)).Exec(ctx)
				})
				if err != nil {
					return err
				}
				return w.Titles(coretest.System(), told(t, "core", "person.claimed.v1", films.PersonClaimed{Person: written.ID, Claimant: personOf(anne)}))
			})
			if slices.ContainsFunc(lost, func(err error) bool { return !errors.Is(err, core.ErrInvalid) }) {
				t.Errorf("lost by %v", lost)
			}
			left, err := w.Store.From(ines).Credit.Query().Where(credit.PersonID(written.ID)).Count(ines)
			if err != nil || left != 0 {
				t.Errorf("%d credits are left behind (%v)", left, err)
			}
		}
	})
}
