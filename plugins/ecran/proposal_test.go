package ecran_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

// propose proposes a film and returns the proposal's id.
func (e *screen) propose(t testing.TB, who sdk.Actor, label, film string) string {
	t.Helper()
	return made(t, e.As(who).Do(t, http.MethodPost, "/labels/"+label+"/proposals", map[string]any{"film": film, "why": "Le son du vent."}))
}

func TestPropose(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer", map[string]any{"person": ines.Person, "role": "contributor"})
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		at := "/labels/" + label + "/proposals"
		body := map[string]any{"film": "phares", "why": "Le son du vent."}

		want(t, e.As(visitor).Do(t, http.MethodPost, at, body), 401)
		want(t, e.As(lucie).Do(t, http.MethodPost, at, body), 403, "denied")
		a := e.As(thomas).Do(t, http.MethodPost, at, map[string]any{"film": "phares", "why": " \u200b "})
		want(t, a, 422, "invalid")
		if found := reasons(t, a); found["/why"] != "required" {
			t.Errorf("reasons %v", found)
		}
		want(t, e.As(thomas).Do(t, http.MethodPost, at, map[string]any{"film": "nowhere", "why": "Bien."}), 422, "film_unknown")
		want(t, e.As(thomas).Do(t, http.MethodPost, at, map[string]any{"film": "drisses", "why": "Bien."}), 409, "film_not_released")
		want(t, e.As(thomas).Do(t, http.MethodPost, "/labels/nothing/proposals", body), 404, "label_unknown")

		// Once at a time for a person and a film, though fifty ask.
		answers := atOnce(50, func(int) *sdktest.Answer { return e.As(thomas).Do(t, http.MethodPost, at, body) })
		winners := won(t, answers, 201, "already_proposed")
		if len(winners) != 1 {
			t.Fatalf("proposed %d times", len(winners))
		}
		first := made(t, answers[winners[0]])
		another := e.propose(t, yann, label, "phares") // by somebody else

		// The label's people know, and who proposed; nobody else.
		for _, c := range []struct {
			who      sdk.Actor
			expected []string
		}{
			{thomas, []string{first}}, {yann, []string{another}}, {maelle, []string{another, first}}, {ines, []string{another, first}},
		} {
			if found := items(t, e.As(c.who).Do(t, http.MethodGet, "/proposals?label="+label, nil), "id"); !slices.Equal(found, c.expected) {
				t.Errorf("%s reads %q, want %q", c.who.Person, found, c.expected)
			}
		}
		stranger := sdktest.Someone("elsewhere", "curator", "creator")
		if found := items(t, e.As(stranger).Do(t, http.MethodGet, "/proposals", nil), "id"); len(found) != 0 {
			t.Errorf("a stranger reads %q", found)
		}
		want(t, e.As(visitor).Do(t, http.MethodGet, "/proposals", nil), 401)
		take := map[string]any{"selection": selection}
		for _, id := range []string{first, sdk.NewID()} {
			for verb, body := range map[string]any{"take": take, "decline": map[string]any{}, "withdraw": nil} {
				want(t, e.As(stranger).Do(t, http.MethodPost, "/proposals/"+id+"/"+verb, body), 404, "proposal_unknown")
				if verb == "withdraw" {
					same(t, "a proposal", e.As(visitor).Do(t, http.MethodPost, "/proposals/"+id+"/"+verb, body), e.As(visitor).Do(t, http.MethodPost, "/proposals/absent/"+verb, body))
				}
			}
		}
		// A contributor reads along; who proposed does not decide.
		want(t, e.As(ines).Do(t, http.MethodPost, "/proposals/"+first+"/take", take), 403, "denied")
		want(t, e.As(ines).Do(t, http.MethodPost, "/proposals/"+first+"/decline", map[string]any{}), 403, "denied")
		want(t, e.As(thomas).Do(t, http.MethodPost, "/proposals/"+first+"/take", take), 403, "denied")
		want(t, e.As(maelle).Do(t, http.MethodPost, "/proposals/"+first+"/withdraw", nil), 403, "denied")

		// Declined with a word that is between the two.
		a = e.As(maelle).Do(t, http.MethodPost, "/proposals/"+first+"/decline", map[string]any{"answer": "Pas cette année."})
		want(t, a, 200)
		if p := a.JSON(t); p["state"] != "declined" || p["answer"] != "Pas cette année." || p["pick"] != nil {
			t.Errorf("declined as %v", p)
		}
		want(t, e.As(maelle).Do(t, http.MethodPost, "/proposals/"+first+"/take", take), 409, "proposal_decided")
		want(t, e.As(thomas).Do(t, http.MethodPost, "/proposals/"+first+"/withdraw", nil), 409, "proposal_decided")
		if a := e.As(yann).Do(t, http.MethodGet, "/proposals", nil); strings.Contains(string(a.Body), "Pas cette") {
			t.Error("a refusal is read by others")
		}
		if found := items(t, e.As(thomas).Do(t, http.MethodGet, "/proposals?state=declined", nil), "answer"); !slices.Equal(found, []string{"Pas cette année."}) {
			t.Errorf("who proposed reads %q", found)
		}
		if found := items(t, e.As(visitor).Do(t, http.MethodGet, "/selections/"+selection+"/picks", nil), "id"); len(found) != 0 {
			t.Errorf("declined, it is on screen: %q", found)
		}
		// Decided, it can be proposed anew, and taken back.
		second := e.propose(t, thomas, label, "phares")
		want(t, e.As(thomas).Do(t, http.MethodPost, "/proposals/"+second+"/withdraw", nil), 200)
		want(t, e.As(maelle).Do(t, http.MethodPost, "/proposals/"+second+"/decline", map[string]any{}), 409, "proposal_decided")

		// A film that is hidden meanwhile takes its proposals along.
		third := e.propose(t, thomas, label, "aller-simple")
		e.without("aller-simple", func() {
			if a := e.As(maelle).Do(t, http.MethodGet, "/proposals", nil); strings.Contains(string(a.Body), third) {
				t.Error("it is listed without its film")
			}
			want(t, e.As(maelle).Do(t, http.MethodPost, "/proposals/"+third+"/decline", map[string]any{}), 404, "proposal_unknown")
		})
		if found := items(t, e.As(maelle).Do(t, http.MethodGet, "/proposals?state=proposed", nil), "id"); !slices.Equal(found, []string{third, another}) {
			t.Errorf("open are %q", found)
		}
	})
}

func TestTakeProposal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer", map[string]any{"person": ines.Person, "role": "curator"})
		selection := e.selection(t, maelle, label, "La mer", "public")
		e.publish(t, maelle, selection)
		elsewhere := e.selection(t, maelle, e.label(t, maelle, "committee", "Un autre"), "La terre", "public")
		take := func(who sdk.Actor, id, selection string, more map[string]any) *sdktest.Answer {
			body := map[string]any{"selection": selection}
			for k, v := range more {
				body[k] = v
			}
			return e.As(who).Do(t, http.MethodPost, "/proposals/"+id+"/take", body)
		}
		state := func(id string) string {
			t.Helper()
			for _, p := range e.As(maelle).Do(t, http.MethodGet, "/proposals?limit=100", nil).JSON(t)["data"].([]any) {
				if proposal := p.(map[string]any); proposal["id"] == id {
					return proposal["state"].(string)
				}
			}
			return ""
		}
		// The two are done together or not at all.
		id := e.propose(t, thomas, label, "phares")
		want(t, take(maelle, id, elsewhere, nil), 404, "selection_unknown")
		want(t, take(maelle, id, sdk.NewID(), nil), 404, "selection_unknown")
		want(t, take(maelle, id, selection, map[string]any{"until": after(-1)}), 422, "invalid")
		want(t, take(maelle, id, selection, map[string]any{"answer": strings.Repeat("é", 2001)}), 422)
		there := e.pick(t, maelle, selection, "phares")
		want(t, take(maelle, id, selection, nil), 409, "already_picked")
		want(t, e.As(maelle).Do(t, http.MethodDelete, "/selections/"+selection+"/picks/"+there, nil, "If-Match", `"1"`), 204)
		if s := state(id); s != "proposed" {
			t.Fatalf("after picks that came to nothing it is %s", s)
		}
		a := take(ines, id, selection, map[string]any{"note": "Merci pour le vent.", "answer": "Oui !"})
		want(t, a, 200)
		p := a.JSON(t)
		pick, _ := p["pick"].(string)
		if p["state"] != "taken" || p["answer"] != "Oui !" || pick == "" || p["by"].(map[string]any)["id"] != thomas.Person {
			t.Fatalf("taken as %v", p)
		}
		a = e.As(visitor).Do(t, http.MethodGet, "/selections/"+selection+"/picks/"+pick, nil)
		want(t, a, 200)
		if p := a.JSON(t); p["note"] != "Merci pour le vent." || p["by"].(map[string]any)["id"] != ines.Person {
			t.Errorf("picked as %v", p)
		}
		if strings.Contains(string(a.Body), "Oui !") || strings.Contains(string(a.Body), thomas.Person) {
			t.Error("what is between the label and who proposed is on screen")
		}

		// Fifty decide at one moment, into fifty selections: one does, and there is one pick.
		id = e.propose(t, thomas, label, "maree-basse")
		selections := make([]string, 50)
		for i := range selections {
			selections[i] = e.selection(t, maelle, label, "La mer", "public")
		}
		answers := atOnce(50, func(i int) *sdktest.Answer {
			switch i {
			case 7:
				return e.As(thomas).Do(t, http.MethodPost, "/proposals/"+id+"/withdraw", nil)
			case 8:
				return e.As(ines).Do(t, http.MethodPost, "/proposals/"+id+"/decline", map[string]any{})
			default:
				return take([]sdk.Actor{maelle, ines}[i%2], id, selections[i], nil)
			}
		})
		winners := won(t, answers, 200, "proposal_decided")
		if len(winners) != 1 {
			t.Fatalf("decided %d times", len(winners))
		}
		picks := 0
		for _, s := range selections {
			picks += len(items(t, e.As(maelle).Do(t, http.MethodGet, "/selections/"+s+"/picks", nil), "id"))
		}
		if taken := state(id) == "taken"; taken != (picks == 1) || picks > 1 {
			t.Errorf("it is %s, and picked %d times", state(id), picks)
		}
		e.settle(t)
		if n := len(e.told(t, "ecran.proposal.decided.v1", id)); n != 1 {
			t.Errorf("told of %d decisions", n)
		}
	})
}
