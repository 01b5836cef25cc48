package ecran_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

// ended returns what the film was told of the end of a pick.
func (e *screen) ended(t testing.TB, film, pick string) []map[string]any {
	t.Helper()
	return slices.DeleteFunc(e.told(t, "film.recognition_ended.v1", film), func(data map[string]any) bool { return data["source_id"] != pick })
}

func TestECR5RecognitionsOutliveTheLabel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, ines, "personal", "Le carnet d'Inès")
		selection := e.selection(t, ines, label, "Courts de route", "public")
		e.publish(t, ines, selection)
		pick := e.pick(t, ines, selection, "phares")
		hidden := e.selection(t, ines, label, "Entre nous", "private")
		unseen := e.pick(t, ines, hidden, "maree-basse")
		other := e.selection(t, maelle, e.label(t, maelle, "region", "Gens de mer"), "La mer", "public")
		e.publish(t, maelle, other)
		stays := e.pick(t, maelle, other, "phares")
		e.pin(t, "pick", pick, 1)
		at := "/selections/" + selection + "/picks"

		// A holder who is suspended is seen nowhere; nothing is ended for the
		// films, which were chosen all the same.
		tell(t, e, "person.suspended.v1", ines.Person)
		e.pass(t, time.Hour)
		for _, path := range []string{"/labels/" + label, at, at + "/" + pick, "/labels/" + label + "/feed.atom"} {
			want(t, e.As(visitor).Do(t, http.MethodGet, path, nil), 404)
		}
		if found := blocks(t, e.As(visitor).Do(t, http.MethodGet, "/page", nil)); len(found) != 0 {
			t.Errorf("the page shows %q of the suspended", found)
		}
		tell(t, e, "person.reinstated.v1", ines.Person)
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, at, nil), "id"); !slices.Equal(found, []string{pick}) {
			t.Errorf("reinstated, it holds %q", found)
		}

		// Closed, it shows nothing and is remembered; closing again changes nothing.
		e.pass(t, time.Hour)
		for range 2 {
			a := e.As(ines).Do(t, http.MethodPost, "/labels/"+label+"/close", nil)
			want(t, a, 200)
			if state := a.JSON(t)["state"]; state != "closed" {
				t.Errorf("it is %v", state)
			}
		}
		e.pass(t, time.Hour)
		told := e.told(t, "film.recognised.v1", "phares")
		if len(told) != 2 || told[0]["by"] != "Le carnet d'Inès" || told[0]["from"] != after(0) || told[0]["until"] != nil {
			t.Errorf("the film was told %v", told)
		}
		if ended := e.ended(t, "phares", pick); len(ended) != 1 || ended[0]["until"] != after(2*time.Hour) {
			t.Errorf("the film was told of the end %v", ended)
		}
		if n := len(e.ended(t, "phares", stays)); n != 0 {
			t.Errorf("another label's recognition has ended")
		}
		if n := len(e.ended(t, "maree-basse", unseen)); n != 0 {
			t.Errorf("a film is told of the end of what it never knew")
		}
		if n := len(e.told(t, "ecran.label.closed.v1", label)); n != 1 {
			t.Errorf("closed %d times", n)
		}
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, at, nil), "id"); len(found) != 0 {
			t.Errorf("on screen: %q", found)
		}
		a := e.As(visitor).Do(t, http.MethodGet, at+"?state=ended", nil)
		if found := items(t, a, "id"); !slices.Equal(found, []string{pick}) {
			t.Errorf("remembered: %q", found)
		}
		if p := a.JSON(t)["data"].([]any)[0].(map[string]any); p["until"] != after(2*time.Hour) || p["note"] != "Pour phares." {
			t.Errorf("remembered as %v", p)
		}
		if found := blocks(t, e.As(visitor).Do(t, http.MethodGet, "/page", nil)); len(found) != 0 {
			t.Errorf("the page shows %q", found)
		}
		if feed := e.As(visitor).Do(t, http.MethodGet, "/labels/"+label+"/feed.json", nil); strings.Contains(string(feed.Body), pick) {
			t.Errorf("the feed holds %s", feed.Body)
		}
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

func TestECR7CuratorsComeAndGo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "committee", "Le comité",
			map[string]any{"person": ines.Person, "role": "director"},
			map[string]any{"person": thomas.Person, "role": "curator"})
		selection := e.selection(t, maelle, label, "La mer", "public")
		at := "/labels/" + label
		// Removed in the middle of an edit.
		pick := e.pick(t, thomas, selection, "phares")
		read := e.As(thomas).Do(t, http.MethodGet, "/selections/"+selection, nil)
		want(t, read, 200)
		curators := []map[string]any{{"person": ines.Person, "role": "director"}}
		want(t, e.As(maelle).Do(t, http.MethodPatch, at, map[string]any{"curators": curators}, "If-Match", `"1"`), 200)
		tag := read.Header.Get("ETag")
		for _, a := range []*sdktest.Answer{
			e.As(thomas).Do(t, http.MethodPatch, "/selections/"+selection, map[string]any{"title": "À moi"}, "If-Match", tag),
			e.As(thomas).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "maree-basse"}),
			e.As(thomas).Do(t, http.MethodDelete, "/selections/"+selection+"/picks/"+pick, nil, "If-Match", `"1"`),
			e.As(thomas).Do(t, http.MethodPut, "/selections/"+selection+"/order", map[string]any{"picks": []string{pick}}, "If-Match", tag),
			e.As(thomas).Do(t, http.MethodPost, "/selections/"+selection+"/publish", nil),
			e.As(thomas).Do(t, http.MethodGet, "/selections/"+selection, nil),
			e.As(thomas).Do(t, http.MethodGet, "/selections/"+selection+"/picks", nil),
		} {
			want(t, a, 404, "selection_unknown") // it is a draft
		}
		// What was signed stays signed.
		if p := e.As(maelle).Do(t, http.MethodGet, "/selections/"+selection+"/picks/"+pick, nil).JSON(t); p["by"].(map[string]any)["id"] != thomas.Person {
			t.Errorf("signed by %v", p["by"])
		}

		// Handed on by its holder alone, to a director alone.
		hand := func(who, to sdk.Actor) *sdktest.Answer {
			tag := e.As(who).Do(t, http.MethodGet, at, nil).Header.Get("ETag")
			return e.As(who).Do(t, http.MethodPost, at+"/transfer", map[string]any{"person": to.Person}, "If-Match", tag)
		}
		want(t, hand(visitor, ines), 401)
		want(t, hand(yann, ines), 403, "denied")
		want(t, hand(ines, ines), 403, "denied")
		want(t, hand(maelle, thomas), 409, "not_director")
		want(t, hand(maelle, maelle), 409, "not_director")
		a := hand(maelle, ines)
		want(t, a, 200)
		if l := a.JSON(t); l["holder"].(map[string]any)["id"] != ines.Person || len(l["curators"].([]any)) != 1 {
			t.Errorf("handed on as %v", l)
		}
		want(t, hand(maelle, ines), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPost, at+"/leave", nil), 409, "holder_stays") // who holds it answers for it
		want(t, e.As(maelle).Do(t, http.MethodPost, at+"/leave", nil), 204)
		want(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": "maree-basse"}), 404, "selection_unknown")
		e.pick(t, ines, selection, "maree-basse")

		// A label is handed on once, though fifty ask.
		other := e.label(t, maelle, "committee", "La relève",
			map[string]any{"person": ines.Person, "role": "director"}, map[string]any{"person": thomas.Person, "role": "director"})
		tag = e.As(maelle).Do(t, http.MethodGet, "/labels/"+other, nil).Header.Get("ETag")
		to := []sdk.Actor{ines, thomas}
		answers := atOnce(50, func(i int) *sdktest.Answer {
			return e.As(maelle).Do(t, http.MethodPost, "/labels/"+other+"/transfer", map[string]any{"person": to[i%2].Person}, "If-Match", tag)
		})
		winners := won(t, answers, 200, "stale", "denied", "not_director")
		if len(winners) != 1 {
			t.Fatalf("handed on %d times", len(winners))
		}
		if l := e.As(visitor).Do(t, http.MethodGet, "/labels/"+other, nil).JSON(t); l["holder"].(map[string]any)["id"] != to[winners[0]%2].Person || len(l["curators"].([]any)) != 2 {
			t.Errorf("it is now %v", l)
		}
	})
}

func TestECR7NamesThatReadTheSame(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		e.label(t, maelle, "institution", "Cinéma Le Celtic")
		a := e.As(maelle).In(sdktest.Occitanie).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "festival", "name": "Travelling 10"})
		made(t, a)
		for what, name := range map[string]string{
			"as it is":         "Cinéma Le Celtic",
			"case":             "CINÉMA LE CELTIC",
			"no accent":        "Cinema Le Celtic",
			"Cyrillic letters": "Cinéma Lе Сеltіс",
			"Greek letters":    "Cinéma Le Celtιc",
			"full-width":       "Ｃｉｎéma Le Celtic",
			"zero width":       "Cinéma\u200b Le Cel\u200dtic",
			"soft hyphen":      "Cinéma Le Cel\u00adtic",
			"spaces":           "Cinéma  LeCeltic",
			"signs":            "Cinéma « Le Celtic » !",
			"digit for l":      "Cinéma Le Ce1tic",
			"of the network":   "TRAVELLING l0",
		} {
			for _, who := range []sdk.Actor{ines, thomas} {
				a := e.As(who).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "personal", "name": name})
				if a.Status != 409 || a.Code() != "label_name_taken" {
					t.Errorf("%s: %q is answered %d %s", what, name, a.Status, a.Code())
				}
			}
		}
		// Fifty names that read the same at one moment: one bears it.
		spellings := []string{"Écran noir", "ECRAN NOIR", "Ecran-noir", "Écran n\u200boir", "Есran noir"}
		answers := atOnce(50, func(i int) *sdktest.Answer {
			return e.As(ines).Do(t, http.MethodPost, "/labels", map[string]any{"kind": "personal", "name": spellings[i%len(spellings)]})
		})
		if winners := won(t, answers, 201, "label_name_taken"); len(winners) != 1 {
			t.Errorf("%d labels bear names that read the same", len(winners))
		}
	})
}

// orders is every key by which a list of Écran may be ordered, and why that is a
// human or factual rule. A new one is for somebody to think about.
var orders = map[string]string{
	"created_at": "a date", "-created_at": "a date",
	"name": "the alphabet", "-name": "the alphabet",
	"title": "the alphabet", "-title": "the alphabet",
}

// filters is every other key of a query: a place, a thing by its id, a state or
// a kind that people gave it, an instant, or how much of a list to send.
var filters = []string{"at", "count", "cursor", "film", "kind", "label", "limit", "over", "scope", "state"}

func TestECR10NothingIsSortedByPopularity(t *testing.T) {
	t.Parallel()
	e := open(t, "sqlite")
	_, raw, err := e.Describe()
	if err != nil {
		t.Fatal(err)
	}
	type schema struct {
		Enum []string
	}
	var document struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name, In string
				Schema   schema
			}
		}
		Components struct {
			Schemas map[string]struct {
				Properties map[string]json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	sorts, keys := 0, 0
	for path, operations := range document.Paths {
		for method, operation := range operations {
			for _, p := range operation.Parameters {
				switch {
				case p.In != "query":
				case p.Name == "sort":
					sorts++
					if len(p.Schema.Enum) == 0 {
						t.Errorf("%s %s is sorted by anything", method, path)
					}
					for _, key := range p.Schema.Enum {
						if orders[key] == "" {
							t.Errorf("%s %s can be sorted by %s", method, path, key)
						}
					}
				default:
					if keys++; !slices.Contains(filters, p.Name) {
						t.Errorf("%s %s takes %s", method, path, p.Name)
					}
				}
			}
		}
	}
	if sorts < 2 || keys < 10 {
		t.Fatalf("the document names %d orders and %d keys: it is not the whole one", sorts, keys)
	}
	// Nor is there anything to count in what is shown, but the votes of a label's
	// own people.
	for name, s := range document.Components.Schemas {
		for property := range s.Properties {
			for _, measure := range []string{"view", "like", "popular", "score", "rank", "rating", "trend", "follower", "count", "plays", "clicks"} {
				if strings.Contains(strings.ToLower(property), measure) && property != "request_id" {
					t.Errorf("%s has %s", name, property)
				}
			}
		}
	}
}
