package ecran_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

// owned runs the function as long as whoever asks owns the film.
func (e *screen) owned(film string, run func()) {
	f := e.film(film)
	f.Relations = sdk.RelationSet(sdk.Own)
	defer func() { f.Relations = 0 }()
	run()
}

// asking makes a film one that wants to be asked, a label with a published
// selection, and a pick that waits for the answer.
func (e *screen) asking(t testing.TB, film string) (label, selection, pick, consent string) {
	t.Helper()
	e.film(film).Consent = "ask"
	label = e.label(t, maelle, "committee", "Comité "+sdk.NewID(), map[string]any{"person": ines.Person, "role": "contributor"})
	selection = e.selection(t, maelle, label, "La mer", "public")
	e.publish(t, maelle, selection)
	pick = e.pick(t, maelle, selection, film)
	found := items(t, e.As(maelle).Do(t, http.MethodGet, "/consents?label="+label, nil), "id")
	if len(found) != 1 {
		t.Fatalf("the label has asked %d times", len(found))
	}
	return label, selection, pick, found[0]
}

// state returns the state of a pick, as the label's people read it.
func (e *screen) state(t testing.TB, selection, pick string) string {
	t.Helper()
	a := e.As(maelle).Do(t, http.MethodGet, "/selections/"+selection+"/picks/"+pick, nil)
	want(t, a, 200)
	return a.JSON(t)["state"].(string)
}

func TestConsentIsAsked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label, selection, pick, consent := e.asking(t, "phares")
		// A second selection waits for the same question.
		other := e.selection(t, maelle, label, "La terre", "public")
		e.publish(t, maelle, other)
		second := e.pick(t, maelle, other, "phares")
		if found := items(t, e.As(ines).Do(t, http.MethodGet, "/consents?label="+label, nil), "id"); len(found) != 1 {
			t.Errorf("asked %d times", len(found))
		}
		if one, two := e.state(t, selection, pick), e.state(t, other, second); one != "asked" || two != "asked" {
			t.Fatalf("the picks are %s and %s", one, two)
		}
		// It is the owner's to answer, and nobody else's to know of.
		for _, who := range []sdk.Actor{maelle, ines, thomas, yann, lucie} {
			for _, verb := range []string{"/grant", "/refuse"} {
				a := e.As(who).Do(t, http.MethodPost, "/consents/"+consent+verb, nil)
				if who.Person != lucie.Person { // who lives elsewhere never gets so far
					want(t, a, 404, "consent_unknown")
				}
				same(t, "a consent", a, e.As(who).Do(t, http.MethodPost, "/consents/"+sdk.NewID()+verb, nil))
			}
			if who.Person != maelle.Person && who.Person != ines.Person {
				want(t, e.As(who).Do(t, http.MethodGet, "/consents?label="+label, nil), 403, "denied")
			}
			want(t, e.As(who).Do(t, http.MethodGet, "/consents?film=phares", nil), 403, "denied")
		}
		same(t, "a consent", e.As(visitor).Do(t, http.MethodPost, "/consents/"+consent+"/grant", nil), e.As(visitor).Do(t, http.MethodPost, "/consents/"+sdk.NewID()+"/grant", nil))
		want(t, e.As(thomas).Do(t, http.MethodGet, "/consents", nil), 422)
		want(t, e.As(thomas).Do(t, http.MethodGet, "/consents?film=phares&label="+label, nil), 422)

		e.pass(t, 24*time.Hour)
		e.owned("phares", func() {
			a := e.As(thomas).Do(t, http.MethodGet, "/consents?film=phares", nil)
			if found := items(t, a, "state"); !slices.Equal(found, []string{"asked"}) {
				t.Errorf("the owner is asked %q", found)
			}
			for range 2 { // to say it twice changes nothing
				a = e.As(thomas).Do(t, http.MethodPost, "/consents/"+consent+"/grant", nil)
				want(t, a, 200)
			}
			if c := a.JSON(t); c["state"] != "granted" || c["answered_at"] != after(24*time.Hour) {
				t.Errorf("granted as %v", c)
			}
		})
		if one, two := e.state(t, selection, pick), e.state(t, other, second); one != "on_screen" || two != "on_screen" {
			t.Errorf("the picks are %s and %s", one, two)
		}
		p := e.As(visitor).Do(t, http.MethodGet, "/selections/"+selection+"/picks/"+pick, nil).JSON(t)
		if p["from"] != after(24*time.Hour) {
			t.Errorf("it says that it is on screen from %v", p["from"])
		}
		// Granted once, the label asks no more.
		third := e.selection(t, maelle, label, "Le ciel", "public")
		if s := e.state(t, third, e.pick(t, maelle, third, "phares")); s != "on_screen" {
			t.Errorf("the next pick is %s", s)
		}
		e.settle(t)
		if told := e.told(t, "film.recognised.v1", "phares"); len(told) != 2 || told[0]["from"] != after(24*time.Hour) {
			t.Errorf("the film was told %v", told)
		}
	})
}

func TestConsentIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		_, selection, pick, consent := e.asking(t, "phares")
		e.owned("phares", func() { want(t, e.As(thomas).Do(t, http.MethodPost, "/consents/"+consent+"/refuse", nil), 200) })
		if s := e.state(t, selection, pick); s != "refused" {
			t.Errorf("it is %s", s)
		}
		want(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "phares"}), 409, "consent_missing")
		want(t, e.As(visitor).Do(t, http.MethodGet, "/selections/"+selection+"/picks/"+pick, nil), 404, "pick_unknown")
		// Another label may ask.
		_, _, _, another := e.asking(t, "phares")
		if another == consent {
			t.Error("one label's question is another's")
		}
		// The maker thinks better of it: the label may pick.
		e.owned("phares", func() { want(t, e.As(thomas).Do(t, http.MethodPost, "/consents/"+consent+"/grant", nil), 200) })
		if s := e.state(t, selection, e.pick(t, maelle, selection, "phares")); s != "on_screen" {
			t.Errorf("it is %s", s)
		}
	})
}

func TestConsentLapses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label, selection, pick, consent := e.asking(t, "phares")
		read := func() string {
			t.Helper()
			return items(t, e.As(maelle).Do(t, http.MethodGet, "/consents?label="+label, nil), "state")[0]
		}
		// What was picked while the film was open is not what was asked.
		e.film("phares").Consent = "open"
		other := e.selection(t, maelle, label, "La terre", "public")
		shown := e.pick(t, maelle, other, "phares")
		e.film("phares").Consent = "ask"

		e.pass(t, 7*24*time.Hour-time.Microsecond)
		if s := e.state(t, selection, pick); s != "asked" || read() != "asked" {
			t.Fatalf("before its time it is %s and %s", s, read())
		}
		e.pass(t, time.Microsecond)
		if s := e.state(t, selection, pick); s != "refused" || read() != "lapsed" {
			t.Errorf("in time it is %s and %s", s, read())
		}
		if s := e.state(t, other, shown); s != "on_screen" {
			t.Errorf("silence has taken back what is %s", s)
		}
		// Asked again, it has as long again; the first date comes to nothing.
		again := e.pick(t, maelle, selection, "phares")
		e.pass(t, 24*time.Hour)
		tell(t, e, "ecran.consent.due.v1", consent) // it comes late, and once more
		if s := e.state(t, selection, again); s != "asked" || read() != "asked" {
			t.Errorf("asked again it is %s and %s", s, read())
		}
		if found := items(t, e.As(maelle).Do(t, http.MethodGet, "/consents?label="+label, nil), "id"); !slices.Equal(found, []string{consent}) {
			t.Errorf("there are %q", found)
		}
		e.pass(t, 6*24*time.Hour)
		if s := e.state(t, selection, again); s != "refused" {
			t.Errorf("it is %s", s)
		}
		// Late is better than never.
		e.owned("phares", func() { want(t, e.As(thomas).Do(t, http.MethodPost, "/consents/"+consent+"/grant", nil), 200) })
	})
}

// Fifty films are voted on screen at one moment: one question, that all of them
// wait for; fifty answers at one moment: picks and consent say the same.
func TestConsentRace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		e.film("phares").Consent = "ask"
		label, _ := e.committee(t, 2)
		selections, picks := make([]string, 50), make([]string, 50)
		for i := range selections {
			selections[i] = e.selection(t, maelle, label, "La mer", "public")
			picks[i] = e.pick(t, maelle, selections[i], "phares")
		}
		answers := atOnce(50, func(i int) *sdktest.Answer {
			return e.As(thomas).Do(t, http.MethodPut, "/selections/"+selections[i]+"/picks/"+picks[i]+"/vote", map[string]any{"choice": "yes"})
		})
		if winners := won(t, answers, 200); len(winners) != 50 {
			t.Fatalf("%d of fifty were accepted", len(winners))
		}
		consents := items(t, e.As(maelle).Do(t, http.MethodGet, "/consents?label="+label, nil), "id")
		if len(consents) != 1 {
			t.Fatalf("asked %d times", len(consents))
		}
		e.settle(t)
		if n := len(e.told(t, "ecran.consent.asked.v1", consents[0])); n != 1 {
			t.Errorf("told of %d questions", n)
		}
		e.owned("phares", func() {
			answers = atOnce(50, func(i int) *sdktest.Answer {
				return e.As(thomas).Do(t, http.MethodPost, "/consents/"+consents[0]+[]string{"/grant", "/refuse"}[i%2], nil)
			})
		})
		won(t, answers, 200, "stale")
		state := items(t, e.As(maelle).Do(t, http.MethodGet, "/consents?label="+label, nil), "state")[0]
		for _, selection := range selections {
			on := len(items(t, e.As(maelle).Do(t, http.MethodGet, "/selections/"+selection+"/picks", nil), "id"))
			if on > 0 && state != "granted" {
				t.Errorf("the consent is %s, and the film is on screen", state)
			}
		}
	})
}

// A film is chosen far from where it was made, and its maker has a say there.
func TestMakersFromElsewhereHaveTheirSay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		_, selection, pick, consent := e.asking(t, "phares")
		want(t, e.As(lucie).Do(t, http.MethodPost, "/consents/"+consent+"/grant", nil), 404, "consent_unknown")
		want(t, e.As(lucie).Do(t, http.MethodPost, "/selections/"+selection+"/picks/"+pick+"/withdraw", nil), 404, "pick_unknown")
		e.owned("phares", func() {
			want(t, e.As(lucie).Do(t, http.MethodGet, "/consents?film="+e.film("phares").ID, nil), 200)
			want(t, e.As(lucie).Do(t, http.MethodPost, "/consents/"+consent+"/grant", nil), 200)
			if got := e.state(t, selection, pick); got != "on_screen" {
				t.Errorf("what its maker granted is %s", got)
			}
			want(t, e.As(lucie).Do(t, http.MethodPost, "/selections/"+selection+"/picks/"+pick+"/withdraw", nil), 200)
		})
	})
}

// Who is named by a label of another region, or given a carte blanche there, has
// no role in it: they read along, leave, and fill the carte blanche.
func TestLabelsInviteAcrossBorders(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "committee", "Comité "+sdk.NewID(), map[string]any{"person": lucie.Person, "role": "director"})
		selection := e.selection(t, maelle, label, "La mer", "public")
		want(t, e.As(lucie).Do(t, http.MethodGet, "/selections/"+selection, nil), 200)
		want(t, e.As(lucie).Do(t, http.MethodPost, "/selections/"+selection+"/publish", nil), 403, "denied")
		want(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+label+"/transfer", map[string]any{"person": lucie.Person}), 409, "holder_elsewhere")
		want(t, e.As(lucie).Do(t, http.MethodPost, "/labels/"+label+"/leave", nil), 204)
		want(t, e.As(lucie).Do(t, http.MethodGet, "/selections/"+selection, nil), 404, "selection_unknown")

		blanche := made(t, e.As(maelle).Do(t, http.MethodPost, "/labels/"+label+"/selections",
			map[string]any{"kind": "carte_blanche", "title": "À Lucie Hoarau", "guest": lucie.Person}))
		want(t, e.As(lucie).Do(t, http.MethodPost, "/selections/"+blanche+"/invitation/accept", nil), 200)
		want(t, e.As(lucie).Do(t, http.MethodPost, "/selections/"+blanche+"/picks", map[string]any{"film": e.film("phares").ID, "note": "Pour la brume."}), 201)
	})
}

func TestECR6ConsentWithdrawn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		screen := func(name string) (label, selection string) {
			label = e.label(t, maelle, "committee", name)
			selection = e.selection(t, maelle, label, name, "public")
			e.publish(t, maelle, selection)
			return label, selection
		}
		_, one := screen("Un")
		two, second := screen("Deux")
		shows := func(selection, film string) bool {
			t.Helper()
			a := e.As(visitor).Do(t, http.MethodGet, "/selections/"+selection+"/picks", nil)
			feed := e.As(visitor).Do(t, http.MethodGet, "/selections/"+selection+"/feed.json", nil)
			on := slices.Contains(items(t, a, "film", "id"), film)
			if strings.Contains(string(feed.Body), e.film(film).Title) != on {
				t.Errorf("the feed and the list of %s are not of one mind", film)
			}
			return on
		}
		// To be asked from now on: who was not asked shows it no more, who was
		// granted it does.
		e.film("phares").Consent = "ask"
		granted := e.pick(t, maelle, second, "phares")
		if shows(second, "phares") {
			t.Error("a film is on screen before its maker has agreed")
		}
		e.film("phares").Relations = sdk.RelationSet(sdk.Own)
		consent := items(t, e.As(thomas).Do(t, http.MethodGet, "/consents?film=phares", nil), "id")[0]
		want(t, e.As(thomas).Do(t, http.MethodPost, "/consents/"+consent+"/grant", nil), 200)
		e.film("phares").Relations = 0
		e.film("phares").Consent = "open"
		open := e.pick(t, maelle, one, "phares")
		e.pin(t, "pick", open, 1)
		e.pass(t, time.Hour)
		e.film("phares").Consent = "ask"
		tell(t, e, "film.changed.v1", "phares")
		if shows(one, "phares") || !shows(second, "phares") {
			t.Error("who was granted the film shows it, and nobody else")
		}
		if found := blocks(t, e.As(visitor).Do(t, http.MethodGet, "/page", nil)); len(found) != 0 {
			t.Errorf("the page shows %q", found)
		}
		// What was granted is taken back.
		e.pass(t, time.Hour)
		e.film("phares").Relations = sdk.RelationSet(sdk.Own)
		want(t, e.As(thomas).Do(t, http.MethodPost, "/consents/"+consent+"/refuse", nil), 200)
		e.film("phares").Relations = 0
		if shows(second, "phares") {
			t.Error("it is on screen, though its maker has taken the agreement back")
		}
		want(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+second+"/picks", map[string]any{"film": "phares"}), 409, "consent_missing")
		// To be chosen by nobody.
		none := e.pick(t, maelle, one, "maree-basse")
		e.film("maree-basse").Consent = "none"
		e.pass(t, time.Hour)
		tell(t, e, "film.changed.v1", "maree-basse")
		if shows(one, "maree-basse") {
			t.Error("it is on screen, though its maker wants none of it")
		}
		want(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+second+"/picks", map[string]any{"film": "maree-basse"}), 409, "consent_missing")
		e.settle(t)
		for _, c := range []struct {
			film, pick string
			until      time.Duration
		}{{"phares", open, time.Hour}, {"phares", granted, 2 * time.Hour}, {"maree-basse", none, 3 * time.Hour}} {
			if ended := e.ended(t, c.film, c.pick); len(ended) != 1 || ended[0]["until"] != after(c.until) {
				t.Errorf("%s was told of the end %v", c.film, ended)
			}
			if n := len(slices.DeleteFunc(e.told(t, "film.recognised.v1", c.film), func(d map[string]any) bool { return d["source_id"] != c.pick })); n != 1 {
				t.Errorf("%s was told of the choice %d times", c.film, n)
			}
		}
		_ = two
	})
}
