package ecran_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

// committee makes a label that asks for so many votes, of which Inès is director,
// Thomas curator and Yann contributor, and a published selection of it.
func (e *screen) committee(t testing.TB, needed int) (label, selection string) {
	t.Helper()
	label = made(t, e.As(maelle).Do(t, http.MethodPost, "/labels", map[string]any{
		"kind": "committee", "name": "Comité " + sdk.NewID(),
		"rules": map[string]any{"max_pins": 3, "votes_needed": needed},
		"curators": []map[string]any{
			{"person": ines.Person, "role": "director"}, {"person": thomas.Person, "role": "curator"}, {"person": yann.Person, "role": "contributor"},
		},
	}))
	selection = e.selection(t, maelle, label, "Les choix du comité", "public")
	e.publish(t, maelle, selection)
	return label, selection
}

func TestVote(t *testing.T) {
	t.Parallel()
	// Yann answers for the region; here he is a member like others.
	yann := sdktest.Someone("yann", "member")
	each(t, func(t *testing.T, e *screen) {
		_, selection := e.committee(t, 3)
		at := "/selections/" + selection + "/picks"
		vote := func(who sdk.Actor, pick, choice string) *sdktest.Answer {
			return e.As(who).Do(t, http.MethodPut, at+"/"+pick+"/vote", map[string]any{"choice": choice})
		}
		state := func(a *sdktest.Answer, expected string) {
			t.Helper()
			want(t, a, 200)
			if s := a.JSON(t)["state"]; s != expected {
				t.Errorf("it is %v, want %s", s, expected)
			}
		}
		tally := func(who sdk.Actor, pick string, yes, no, veto float64, mine string) {
			t.Helper()
			a := e.As(who).Do(t, http.MethodGet, at+"/"+pick+"/votes", nil)
			want(t, a, 200)
			v := a.JSON(t)
			if v["yes"] != yes || v["no"] != no || v["veto"] != veto || v["needed"] != 3.0 || v["mine"] != mine {
				t.Errorf("the votes stand at %v", v)
			}
		}
		// Who picks is for it; who changes their mind is counted once.
		one := e.pick(t, thomas, selection, "phares")
		tally(thomas, one, 1, 0, 0, "yes")
		state(vote(thomas, one, "yes"), "under_vote")
		state(vote(yann, one, "no"), "under_vote")
		tally(yann, one, 1, 1, 0, "no")
		tally(ines, one, 1, 1, 0, "")
		state(vote(yann, one, "yes"), "under_vote")
		tally(yann, one, 2, 0, 0, "yes")
		want(t, e.As(visitor).Do(t, http.MethodGet, at+"/"+one, nil), 404, "pick_unknown")
		state(vote(ines, one, "yes"), "on_screen")
		want(t, e.As(visitor).Do(t, http.MethodGet, at+"/"+one, nil), 200)
		want(t, vote(maelle, one, "no"), 409, "pick_over")
		tally(maelle, one, 3, 0, 0, "")

		// One veto refuses, whatever the others think.
		two := e.pick(t, maelle, selection, "maree-basse")
		state(vote(ines, two, "yes"), "under_vote")
		state(vote(yann, two, "veto"), "refused")
		want(t, vote(thomas, two, "yes"), 409, "pick_over")
		again := e.pick(t, maelle, selection, "maree-basse") // another day, another pick
		if again == two {
			t.Error("history is rewritten")
		}
		want(t, vote(ines, again, "perhaps"), 422, "invalid")
		for who, status := range map[*sdk.Actor]int{&visitor: 401, &lucie: 403} {
			want(t, vote(*who, again, "yes"), status)
			want(t, e.As(*who).Do(t, http.MethodGet, at+"/"+again+"/votes", nil), status)
		}
		want(t, vote(maelle, sdk.NewID(), "yes"), 404, "pick_unknown")
		e.settle(t)
		if told := e.told(t, "film.recognised.v1", "phares"); len(told) != 1 {
			t.Errorf("the film was told %d times", len(told))
		}
		if told := e.told(t, "film.recognised.v1", "maree-basse"); len(told) != 0 {
			t.Errorf("a film that was refused was told %v", told)
		}
	})
}

// Fifty vote at one moment: the pick moves once, by what they come to.
func TestVoteRace(t *testing.T) {
	t.Parallel()
	yann := sdktest.Someone("yann", "member")
	each(t, func(t *testing.T, e *screen) {
		_, selection := e.committee(t, 4)
		_, other := e.committee(t, 4)
		voters := []sdk.Actor{maelle, ines, thomas, yann}
		race := func(selection, film string, choice func(i int) string) (pick string, answers []*sdktest.Answer) {
			pick = e.pick(t, maelle, selection, film)
			answers = atOnce(50, func(i int) *sdktest.Answer {
				return e.As(voters[i%4]).Do(t, http.MethodPut, "/selections/"+selection+"/picks/"+pick+"/vote", map[string]any{"choice": choice(i)})
			})
			won(t, answers, 200, "pick_over")
			return pick, answers
		}
		moved := func(answers []*sdktest.Answer, to string) int {
			return len(slices.DeleteFunc(slices.Clone(answers), func(a *sdktest.Answer) bool { return a.Status != 200 || a.JSON(t)["state"] != to }))
		}
		pick, answers := race(selection, "phares", func(int) string { return "yes" })
		if n := moved(answers, "on_screen"); n != 1 {
			t.Errorf("it came on screen %d times", n)
		}
		// A veto among them: it is refused, or came on screen before; once.
		_, answers = race(other, "maree-basse", func(i int) string {
			if i == 30 {
				return "veto"
			}
			return "yes"
		})
		if n := moved(answers, "on_screen") + moved(answers, "refused"); n != 1 {
			t.Errorf("it moved %d times", n)
		}
		e.settle(t)
		if told := e.told(t, "ecran.pick.moved.v1", pick); len(told) != 1 {
			t.Errorf("told of %d moves", len(told))
		}
		if told := e.told(t, "film.recognised.v1", "phares"); len(told) != 1 {
			t.Errorf("the film was told %d times", len(told))
		}
	})
}

// Who has a part in a film does not decide on it, whoever picked it; and what
// the rules ask for less of goes on.
func TestWhoHasAPartDoesNotVote(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label, selection := e.committee(t, 1)
		at := "/selections/" + selection + "/picks"
		vote := func(who sdk.Actor, pick string) *sdktest.Answer {
			return e.As(who).Do(t, http.MethodPut, at+"/"+pick+"/vote", map[string]any{"choice": "yes"})
		}
		var own string
		e.owned("phares", func() {
			a := e.As(thomas).Do(t, http.MethodPost, at, map[string]any{"film": e.film("phares").ID, "conflict": "C'est le mien."})
			want(t, a, 201)
			own = made(t, a)
			if state := a.JSON(t)["state"]; state != "under_vote" {
				t.Errorf("who picks their own film decides alone: it is %v", state)
			}
			want(t, vote(thomas, own), 409, "own_vote")
		})
		a := e.As(maelle).Do(t, http.MethodGet, at+"/"+own+"/votes", nil)
		want(t, a, 200)
		if yes := a.JSON(t)["yes"]; yes != 0.0 {
			t.Errorf("%v are for it before anybody has voted", yes)
		}
		want(t, vote(ines, own), 200)
		if got := e.state(t, selection, own); got != "on_screen" {
			t.Errorf("with the vote of another it is %s", got)
		}

		rules := func(needed int, version string) {
			t.Helper()
			want(t, e.As(maelle).Do(t, http.MethodPatch, "/labels/"+label, map[string]any{"rules": map[string]any{"max_pins": 3, "votes_needed": needed}}, "If-Match", version), 200)
		}
		rules(3, e.As(maelle).Do(t, http.MethodGet, "/labels/"+label, nil).Header.Get("ETag"))
		waiting := e.pick(t, maelle, selection, "maree-basse")
		want(t, vote(ines, waiting), 200)
		rules(2, e.As(maelle).Do(t, http.MethodGet, "/labels/"+label, nil).Header.Get("ETag"))
		if got := e.state(t, selection, waiting); got != "on_screen" {
			t.Errorf("two of two are for it, and it is %s", got)
		}
		e.settle(t)
		if told := e.told(t, "film.recognised.v1", "maree-basse"); len(told) != 1 {
			t.Errorf("the film was told %d times", len(told))
		}
	})
}

// What a vote or a maker refuses has ended, and is told so.
func TestARefusalIsAnEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		_, selection := e.committee(t, 3)
		pick := e.pick(t, maelle, selection, "phares")
		want(t, e.As(ines).Do(t, http.MethodPut, "/selections/"+selection+"/picks/"+pick+"/vote", map[string]any{"choice": "veto"}), 200)
		_, _, asked, consent := e.asking(t, "maree-basse")
		e.owned("maree-basse", func() {
			want(t, e.As(lucie).Do(t, http.MethodPost, "/consents/"+consent+"/refuse", nil), 200)
		})
		e.settle(t)
		for _, id := range []string{pick, asked} {
			if ended := e.told(t, "ecran.pick.ended.v1", id); len(ended) != 1 {
				t.Errorf("told of %d ends", len(ended))
			}
		}
	})
}

// The holder of a label is no curator of it, and can hand it on.
func TestTheHolderIsNoCurator(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		curators := []map[string]any{{"person": maelle.Person, "role": "curator"}, {"person": ines.Person, "role": "director"}}
		a := e.As(maelle).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "committee", "name": "Comité", "curators": curators})
		want(t, a, 422, "invalid")
		if found := reasons(t, a); found["/curators/0/person"] != "holds_it" {
			t.Errorf("reasons %v", found)
		}
		label := made(t, e.As(maelle).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "committee", "name": "Comité", "curators": curators[1:]}))
		tag := e.As(maelle).Do(t, http.MethodGet, "/labels/"+label, nil).Header.Get("ETag")
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/labels/"+label, map[string]any{"curators": curators}, "If-Match", tag), 422, "invalid")
		want(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+label+"/transfer", map[string]any{"person": ines.Person}, "If-Match", tag), 200)
	})
}
