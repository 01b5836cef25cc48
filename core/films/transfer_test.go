package films_test

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
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/filmmember"
	"github.com/labfilms/labfilms/ent/transfer"
)

// offer offers a film to the actor of to.
func (w world) offer(t *testing.T, from context.Context, film string, to context.Context, stays string) *ent.Transfer {
	t.Helper()
	made, err := w.Offer(from, film, films.NewTransfer{To: personOf(to), Stays: stays})
	if err != nil {
		t.Fatal(err, core.AsError(err).Reasons)
	}
	return made
}

// parts writes what each of them is in a film, a dash for nothing.
func (w world) parts(t *testing.T, film string, who ...context.Context) string {
	t.Helper()
	all := make([]string, len(who))
	for i, ctx := range who {
		all[i] = "-"
		if m := w.memberOf(t, film, ctx); m != nil {
			all[i] = string(m.Role)
		}
	}
	return strings.Join(all, " ")
}

func TestAFilmChangesOwnersWhenBothAgree(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		for i, c := range []struct{ stays, want string }{
			{"owner", "owner owner"}, {"editor", "editor owner"}, {"", "editor owner"}, {"crew", "crew owner"}, {"none", "- owner"},
		} {
			ines := w.Actor(t, fmt.Sprint("ines", i), w.Bretagne, "creator")
			solene := w.Actor(t, fmt.Sprint("solene", i), w.Occitanie, "member") // who may make no film there
			f := w.show(t, ines, "Le Legs", w.Bretagne)
			if i%2 == 1 {
				w.join(t, solene, f, filmmember.RoleCrew) // from within
			}
			before := w.parts(t, f.ID, ines, solene)
			offer := w.offer(t, ines, f.ID, solene, c.stays)
			if got := w.parts(t, f.ID, ines, solene); got != before {
				t.Errorf("while it is offered they are %s", got)
			}
			accepted, err := w.Accept(solene, f.ID, offer.ID)
			if err != nil || accepted.State != transfer.StateAccepted || accepted.AnsweredAt == nil {
				t.Fatalf("accepted: %v, %v", accepted, err)
			}
			if got := w.parts(t, f.ID, ines, solene); got != c.want {
				t.Errorf("who stays %q: they are %s", c.stays, got)
			}
			owner := must(t)(w.Film(coretest.Visitor(), f.ID)).OwnerID
			if w.memberOf(t, f.ID, ines) == nil && owner != personOf(solene) || c.stays == "editor" && owner != personOf(solene) {
				t.Error("somebody answers for it who is no owner")
			}
			if got := w.Audited(t, "film:"+f.ID); !slices.Equal(got, []string{"film.release", "transfer.offer", "transfer.accept"}) {
				t.Errorf("audited: %v", got)
			}
			if got := w.Recorded(t, f.ID)[2:]; !slices.Equal(got, []string{"transfer.offered.v1", "transfer.accepted.v1"}) {
				t.Errorf("recorded: %v", got)
			}
			if got := w.Notified(t, personOf(solene)); !slices.Equal(got, []string{"transfer.offered"}) {
				t.Errorf("she was told %v", got)
			}
			if got := w.Notified(t, personOf(ines)); !slices.Equal(got, []string{"transfer.accepted"}) {
				t.Errorf("who offered it was told %v", got)
			}
		}
	})
}

func TestAnOfferThatNobodyAnswersNoLongerStands(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, solene := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "solene", w.Bretagne, "member")
		f := w.begin(t, ines, "Le Legs", w.Bretagne)
		first := w.offer(t, ines, f.ID, solene, "none")
		if _, err := w.Offer(ines, f.ID, films.NewTransfer{To: personOf(solene)}); !errors.Is(err, films.ErrTransferOffered) {
			t.Errorf("offered twice: %v", err)
		}
		w.Clock.Move(30*24*time.Hour - time.Second)
		if _, err := w.Offer(ines, f.ID, films.NewTransfer{To: personOf(solene)}); !errors.Is(err, films.ErrTransferOffered) {
			t.Errorf("on the last day: %v", err)
		}
		w.Clock.Move(time.Second)
		if _, err := w.Accept(solene, f.ID, first.ID); !errors.Is(err, films.ErrTransferState) {
			t.Errorf("accepted after thirty days: %v", err)
		}
		second := w.offer(t, ines, f.ID, solene, "none")
		if _, err := w.Accept(solene, f.ID, first.ID); !errors.Is(err, films.ErrTransferState) {
			t.Errorf("the one before: %v", err)
		}
		if _, err := w.Accept(solene, f.ID, second.ID); err != nil {
			t.Errorf("the new one: %v", err)
		}
	})
}

func TestAnOfferIsRefusedForAllThatIsWrong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, away := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "away", w.Bretagne, "member")
		w.suspend(t, away)
		f := w.begin(t, ines, "Le Legs", w.Bretagne)
		for name, c := range map[string]struct {
			in   films.NewTransfer
			want string
		}{
			"all of it":                   {films.NewTransfer{To: "\x00", Stays: "boss", Note: strings.Repeat("x", 1001)}, "/note too_long, /stays unknown, /to person_unknown"},
			"nobody":                      {films.NewTransfer{To: db.NewID()}, "/to person_unknown"},
			"somebody suspended":          {films.NewTransfer{To: personOf(away)}, "/to person_unknown"},
			"somebody without an account": {films.NewTransfer{To: w.unclaimed(t, ines, "Mamie Yvonne", w.Bretagne).ID}, "/to person_unknown"},
			"oneself":                     {films.NewTransfer{To: personOf(ines)}, "/to self"},
		} {
			_, err := w.Offer(ines, f.ID, c.in)
			if got := reasons(err); got != "invalid, "+c.want {
				t.Errorf("%s: %s", name, got)
			}
		}
		if got := w.Recorded(t, f.ID); !slices.Equal(got, []string{"film.made.v1"}) {
			t.Errorf("recorded: %v", got)
		}
	})
}

// What was offered by somebody who is no owner any more, or is suspended, was
// not theirs to give.
func TestOnlyAnOwnerGivesAFilmAway(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, karim := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "karim", w.Bretagne, "creator")
		solene := w.Actor(t, "solene", w.Bretagne, "member")
		f := w.begin(t, ines, "Le Legs", w.Bretagne)
		w.join(t, karim, f, filmmember.RoleOwner)
		offer := w.offer(t, ines, f.ID, solene, "none")
		if _, err := w.ChangeMember(karim, f.ID, w.memberOf(t, f.ID, ines).ID, "crew"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Accept(solene, f.ID, offer.ID); !errors.Is(err, films.ErrTransferState) {
			t.Errorf("of who is crew by now: %v", err)
		}
		if _, err := w.Cancel(karim, f.ID, offer.ID); err != nil {
			t.Errorf("another owner takes it back: %v", err)
		}
		if got := w.Notified(t, personOf(solene)); !slices.Equal(got, []string{"transfer.offered", "transfer.cancelled"}) {
			t.Errorf("she was told %v", got)
		}
		offer = w.offer(t, karim, f.ID, solene, "none")
		w.suspend(t, karim)
		if _, err := w.Accept(solene, f.ID, offer.ID); !errors.Is(err, films.ErrTransferState) {
			t.Errorf("of who is suspended: %v", err)
		}
	})
}

func TestWhoMayDoWhatWithAnOffer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner, to := w.Actor(t, "owner", w.Bretagne, "creator"), w.Actor(t, "to", w.Occitanie, "member")
		editor, crew := w.Actor(t, "editor", w.Bretagne, "member"), w.Actor(t, "crew", w.Occitanie, "member")
		suspended := w.Actor(t, "suspended", w.Bretagne, "creator")
		moderator, elsewhere := w.Actor(t, "moderator", w.Bretagne, "moderator"), w.Actor(t, "elsewhere", w.Occitanie, "region_admin")
		w.suspend(t, suspended)
		askers := []context.Context{coretest.Visitor(), suspended, crew, editor, owner, to, moderator, elsewhere}
		// In the order of the askers; none: there is no such offer for them.
		want := map[string]string{
			"draft list": "- - no no ok - ok -", "draft cancel": "- - none none ok no no -",
			"draft accept": "- - none none no ok no -", "draft decline": "- - none none no ok no -",
			"draft offer":   "- - no no offered - no -",
			"released list": "who no no no ok no ok no", "released cancel": "none none none none ok no no none",
			"released accept": "none none none none no ok no none", "released decline": "none none none none no ok no none",
			"released offer": "who no no no offered no no no",
		}
		for _, stage := range []string{"draft", "released"} {
			for i, asker := range askers {
				for _, deed := range []string{"list", "offer", "cancel", "accept", "decline"} {
					f := w.begin(t, owner, "x", w.Bretagne)
					if stage == "released" {
						f = must(t)(w.Release(owner, f.ID))
					}
					w.join(t, editor, f, filmmember.RoleEditor)
					w.join(t, crew, f, filmmember.RoleCrew)
					offer := w.offer(t, owner, f.ID, to, "none").ID
					var err error
					switch deed {
					case "list":
						_, err = w.Transfers(asker, f.ID, core.Page{Limit: 1})
					case "offer":
						_, err = w.Offer(asker, f.ID, films.NewTransfer{To: personOf(crew)})
					case "cancel":
						_, err = w.Cancel(asker, f.ID, offer)
					case "accept":
						_, err = w.Accept(asker, f.ID, offer)
					case "decline":
						_, err = w.Decline(asker, f.ID, offer)
					}
					got := word(err)
					switch {
					case errors.Is(err, films.ErrTransferUnknown):
						got = "none"
					case errors.Is(err, films.ErrTransferOffered):
						got = "offered"
					}
					if answers := strings.Fields(want[stage+" "+deed]); got != answers[i] {
						t.Errorf("%s of a film that is %s by asker %d: %s, want %s", deed, stage, i, got, answers[i])
					}
				}
			}
		}
		f := w.begin(t, owner, "x", w.Bretagne)
		other := w.offer(t, owner, w.begin(t, owner, "y", w.Bretagne).ID, to, "none")
		for _, id := range []string{"", "\x00", db.NewID(), other.ID} {
			if _, err := w.Cancel(owner, f.ID, id); !errors.Is(err, films.ErrTransferUnknown) {
				t.Errorf("the offer %q: %v", id, err)
			}
			if _, err := w.Cancel(owner, id, other.ID); !errors.Is(err, films.ErrUnknown) {
				t.Errorf("an offer of the film %q: %v", id, err)
			}
		}
	})
}

// Every pair of states and verbs: an offer is answered once.
func TestOffersGoTheWaysThereAre(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, solene := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "solene", w.Bretagne, "member")
		for _, from := range films.TransferStates.States() {
			for verb, answer := range w.answers(ines, solene) {
				f := w.begin(t, ines, "x", w.Bretagne)
				offer := w.offer(t, ines, f.ID, solene, "none")
				w.Write(t, func(ctx context.Context, c *ent.Client) error {
					return c.Transfer.UpdateOne(offer).SetState(from).Exec(ctx)
				})
				err := answer(f.ID, offer.ID)
				if open := from == transfer.StateOffered; (err == nil) != open || !open && !errors.Is(err, films.ErrTransferState) {
					t.Errorf("%s of one that is %s: %v", verb, from, err)
				}
			}
		}
	})
}

// answers are the three ways in which an offer ends.
func (w world) answers(from, to context.Context) map[string]func(film, offer string) error {
	return map[string]func(film, offer string) error{
		"accept":  func(film, offer string) error { _, err := w.Accept(to, film, offer); return err },
		"decline": func(film, offer string) error { _, err := w.Decline(to, film, offer); return err },
		"cancel":  func(film, offer string) error { _, err := w.Cancel(from, film, offer); return err },
	}
}

func TestOneAnswerOfManyCounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, solene := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "solene", w.Bretagne, "member")
		answers := w.answers(ines, solene)
		for _, verbs := range [][]string{{"accept"}, {"cancel", "accept"}, {"decline", "accept", "cancel"}} {
			f := w.begin(t, ines, "Le Legs", w.Bretagne)
			offer := w.offer(t, ines, f.ID, solene, "editor")
			won, lost := coretest.Race(51, func(i int) error { return answers[verbs[i%len(verbs)]](f.ID, offer.ID) })
			if won != 1 {
				t.Errorf("%d of %v counted", won, verbs)
			}
			for _, err := range lost {
				// Who cancels after it was accepted is no owner any more.
				if !errors.Is(err, films.ErrTransferState) && !errors.Is(err, core.ErrDenied) && !errors.Is(err, films.ErrTransferUnknown) {
					t.Fatalf("a loser got %v", err)
				}
			}
			after, err := w.Store.From(coretest.System()).Transfer.Get(coretest.System(), offer.ID)
			if err != nil {
				t.Fatal(err)
			}
			want := "owner -"
			if after.State == transfer.StateAccepted {
				want = "editor owner"
			}
			if got := w.parts(t, f.ID, ines, solene); got != want || after.State == transfer.StateOffered {
				t.Errorf("it is %s and they are %s", after.State, got)
			}
			if got := w.Audited(t, "film:"+f.ID); len(got) != 2 {
				t.Errorf("audited: %v", got)
			}
		}
	})
}

func TestOneOfferOfManyStands(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, solene := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "solene", w.Bretagne, "member")
		f := w.begin(t, ines, "Le Legs", w.Bretagne)
		offer := func(int) error {
			_, err := w.Offer(ines, f.ID, films.NewTransfer{To: personOf(solene)})
			return err
		}
		won, lost := coretest.Race(50, offer)
		w.Clock.Move(31 * 24 * time.Hour)
		again, late := coretest.Race(50, offer) // over one that has expired
		if won != 1 || again != 1 {
			t.Errorf("%d, then %d offers stand", won, again)
		}
		for _, err := range append(lost, late...) {
			if !errors.Is(err, films.ErrTransferOffered) {
				t.Fatalf("a loser got %v", err)
			}
		}
	})
}

// Who is offered a film that they cannot see is told of the offer, and of
// nothing else; in as many queries for one as for many.
func TestWhatIsOfferedToMe(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ines, solene := w.Actor(t, "ines", w.Bretagne, "creator"), w.Actor(t, "solene", w.Bretagne, "member")
		var queries []int
		for i := range 3 {
			f := w.begin(t, ines, fmt.Sprint("Legs ", i), w.Bretagne)
			w.offer(t, ines, f.ID, solene, "none")
			if _, err := w.Film(solene, f.ID); !errors.Is(err, films.ErrUnknown) {
				t.Errorf("she reads the film: %v", err)
			}
			ctx, count := dbtest.Count(solene)
			list, err := w.MyTransfers(ctx, core.Page{Sort: "-created_at", Limit: 100, Count: true})
			if err != nil || len(list.Items) != i+1 || *list.Total != i+1 || list.Items[0].Edges.Film.Title != f.Title {
				t.Errorf("%d offers, %v", len(list.Items), err)
			}
			queries = append(queries, count.Len())
			w.Clock.Move(time.Second)
		}
		if slices.Max(queries) != 4 || slices.Min(queries) != 4 {
			t.Errorf("queries: %v", queries)
		}
		told := func() string {
			t.Helper()
			list, err := w.MyTransfers(solene, core.Page{Sort: "created_at", Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, o := range list.Items {
				title := "-"
				if o.Edges.Film != nil {
					title = o.Edges.Film.Title
				}
				all = append(all, title)
			}
			return strings.Join(all, ", ")
		}
		list, err := w.MyTransfers(solene, core.Page{Sort: "created_at", Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Decline(solene, list.Items[0].FilmID, list.Items[0].ID); err != nil {
			t.Error(err)
		}
		if got := told(); got != "-, Legs 1, Legs 2" {
			t.Errorf("after she declined the first: %s", got)
		}
		if _, err := w.Accept(solene, list.Items[1].FilmID, list.Items[1].ID); err != nil {
			t.Error(err)
		}
		w.Clock.Move(31 * 24 * time.Hour)
		if got := told(); got != "-, Legs 1, -" {
			t.Errorf("after she accepted the second, and a month: %s", got)
		}
		if list, err := w.MyTransfers(ines, core.Page{Limit: 5}); err != nil || len(list.Items) != 0 {
			t.Errorf("who offers them is offered %d, %v", len(list.Items), err)
		}
		if _, err := w.MyTransfers(coretest.Visitor(), core.Page{Limit: 5}); !errors.Is(err, core.ErrUnauthenticated) {
			t.Errorf("a visitor: %v", err)
		}
	})
}
