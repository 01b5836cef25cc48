package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
)

// asMany things are hidden together, so that a question for one of them finds
// another in its place, however often it is asked.
const asMany = 4

// vanishing is something that everybody finds, and then nobody.
type vanishing struct {
	name string
	word string // of all of its texts, and of nothing else's
	// show makes it, and returns what hides it.
	show func(word string) (hide func())
}

// atOnce hides what everybody could find, while the index is told nothing: the
// next question does not find it, in no count, facet or highlight.
func atOnce(t *testing.T, p *platform) {
	const ines, yann = "creator@bretagne", "region_admin@bretagne"
	post := func(as, path string, body any) string {
		t.Helper()
		return p.must(t, as, http.MethodPost, path, body).field("id")
	}
	film := func(as, word string) string {
		t.Helper()
		body := described("bretagne", word+" des sables")
		body["synopsis"], body["titles"] = "Il y avait un "+word+".", map[string]string{"en": "The " + word}
		id := post(as, "/v1/films", body)
		post(as, "/v1/films/"+id+"/release", nil)
		return id
	}
	selection := func(as, space, label, word string) string {
		t.Helper()
		at := "/v1/spaces/" + space + "/ecran/"
		id := post(as, at+"labels/"+label+"/selections", map[string]any{"title": word + " en mer", "text": "Des " + word + ".", "visibility": "public"})
		post(as, at+"selections/"+id+"/publish", nil)
		return at + "selections/" + id
	}
	label := func(as, space, word string) string {
		t.Helper()
		return post(as, "/v1/spaces/"+space+"/ecran/labels", map[string]any{"kind": "personal", "name": word + " & Cie", "manifesto": "Rien que des " + word + "."})
	}
	pick := func(selection, film string) string {
		t.Helper()
		return selection + "/picks/" + post(ines, selection+"/picks", map[string]any{"film": film, "conflict": "C'est mon film."})
	}
	carnet := p.named(t, "bretagne", "labels", "Le carnet d'Inès")
	reefs := selection(ines, "bretagne", carnet, "Récifs")
	changes := func(change map[string]any) func(word string) func() {
		return func(word string) func() {
			s := selection(ines, "bretagne", carnet, word)
			return func() { p.amend(t, ines, s, change) }
		}
	}
	things := []vanishing{
		{"a film that is withdrawn by its owner, and was chosen", "zibeline", func(word string) func() {
			id := film(ines, word)
			pick(reefs, id)
			return func() { post(ines, "/v1/films/"+id+"/withdraw", nil) }
		}},
		{"a film that the moderators hold", "salamandre", func(word string) func() {
			id := film(ines, word)
			return func() { post(yann, "/v1/films/"+id+"/hold", map[string]any{"reason": "Essai."}) }
		}},
		{"more films than the index is asked for twice", "mandragore", func(word string) func() {
			var ids []string
			for range asMany {
				ids = append(ids, film(ines, word))
			}
			return func() {
				for _, id := range ids {
					post(ines, "/v1/films/"+id+"/withdraw", nil)
				}
			}
		}},
		{"a film that leaves a selection", "hurluberlu", func(word string) func() {
			id := film(ines, word)
			chosen := pick(reefs, id)
			return func() {
				post(ines, chosen+"/remove", map[string]any{})
				post(ines, "/v1/films/"+id+"/withdraw", nil)
			}
		}},
		{"a selection that becomes private", "wapiti", changes(map[string]any{"visibility": "private"})},
		{"a selection that becomes unlisted", "yatagan", changes(map[string]any{"visibility": "unlisted"})},
		{"a selection that is put off", "kangourou", changes(map[string]any{"from": "2098-01-01T00:00:00Z"})},
		{"a selection that is named otherwise and becomes private", "bouzouki", changes(map[string]any{"title": "Autre", "visibility": "private"})},
		{"a label that is closed, with its selection", "ornithorynque", func(word string) func() {
			l := label(ines, "bretagne", word)
			selection(ines, "bretagne", l, word)
			return func() { post(ines, ecranOfBretagne+"/labels/"+l+"/close", nil) }
		}},
		{"a region that switches Écran off", "catamaran", func(word string) func() {
			p.switchEcran(t, "la-reunion", "on")
			selection("creator@la-reunion", "la-reunion", label("creator@la-reunion", "la-reunion", word), word)
			return func() { p.switchEcran(t, "la-reunion", "off") }
		}},
		{"somebody who is suspended, with their film, which was chosen, their label and their selection", "vuvuzela", func(word string) func() {
			_, person := p.newcomer(t, word, "bretagne", "member", "creator")
			as := word + "@bretagne"
			p.profile(t, as, word, map[string]any{"name": word, "bio": word, "skills": []string{word}, "commune": hiddenPlace})
			id := film(as, word)
			post("curator@bretagne", ecranOfBretagne+"/selections/"+p.named(t, "bretagne", "selections", "Gens de mer")+"/picks", map[string]any{"film": id})
			selection(as, "bretagne", label(as, "bretagne", word), word)
			return func() { post(yann, "/v1/people/"+person+"/suspend", map[string]any{"reason": "Essai."}) }
		}},
		{"what somebody shows of themselves no more", "xylophone", func(word string) func() {
			p.profile(t, "voisine@bretagne", "voisine", map[string]any{
				"bio": word, "skills": []string{word}, "commune": hiddenPlace, "visibility": map[string]any{},
			})
			return func() { p.profile(t, "voisine@bretagne", "voisine", map[string]any{"visibility": secluded}) }
		}},
	}
	waitFor(t, func() error { // a module tells what it has done a moment later
		if len(p.hits(t, "q=R%C3%A9cifs")) == 0 {
			return errors.New("nobody finds the selection yet")
		}
		return nil
	})
	p.settle(t)
	before, was := askAll(t, p), make([]answers, len(things))
	who := []string{"", "creator@bretagne", "moderator@bretagne"}
	for i, v := range things {
		was[i] = ask(t, p, who, questionsFor(v.word))
	}
	hides := make([]func(), len(things))
	for i, v := range things {
		hides[i] = v.show(v.word)
	}
	waitFor(t, func() error {
		for _, v := range things {
			if len(p.hits(t, "q="+v.word)) == 0 {
				return fmt.Errorf("nobody finds %s: the walk is blind", v.name)
			}
		}
		return nil
	})
	p.settle(t)
	p.stop() // from here on nobody takes an event
	p.running.Wait()
	for i, v := range things {
		hides[i]()
		was[i].same(t, ask(t, p, who, questionsFor(v.word)), v.name)
	}
	addsUp(t, p, things)

	run, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	p.stop = stop
	p.running.Go(func() {
		if err := p.events.Run(run); err != nil {
			t.Error(err)
		}
	})
	p.settle(t)
	before.await(t, p)
	before.same(t, askAll(t, p), "things were hidden, and the index was told later")

	unheard(t, p, func(word string, ends time.Duration) func() {
		s := selection(ines, "bretagne", carnet, word)
		if ends > 0 {
			p.amend(t, ines, s, map[string]any{"until": time.Now().Add(ends)})
		}
		return func() { p.amend(t, ines, s, map[string]any{"visibility": "private"}) }
	})
}

// addsUp checks that what is counted of everything is what is found of it.
func addsUp(t *testing.T, p *platform, things []vanishing) {
	t.Helper()
	for _, q := range []string{"", "&kind=film", "&kind=selection", "&kind=label", "&space=bretagne", "&space=france&scope=here", "&q=a", "&q=de"} {
		a := p.must(t, "", http.MethodGet, "/v1/search?limit=100&facets=kind,label,genre"+q, nil)
		var body struct {
			Data []struct {
				Kind   string
				Facets map[string][]string
			}
			Total  int
			Facets map[string][]struct {
				Word  string
				Count int
			}
		}
		if err := json.Unmarshal(a.Body, &body); err != nil {
			t.Fatal(err)
		}
		counts, found := map[string]int{}, map[string]int{}
		for facet, words := range body.Facets {
			for _, w := range words {
				counts[facet+" "+w.Word] = w.Count
			}
		}
		for _, h := range body.Data {
			found["kind "+h.Kind]++
			for _, facet := range []string{"label", "genre"} {
				for _, word := range h.Facets[facet] {
					found[facet+" "+word]++
				}
			}
		}
		if body.Total != len(body.Data) || !maps.Equal(counts, found) {
			t.Errorf("of %q %d are found and %d counted:\n%v\n%v", q, len(body.Data), body.Total, found, counts)
		}
		for _, v := range things {
			if strings.Contains(strings.ToLower(string(a.Body)), v.word) {
				t.Errorf("of %q is found %s", q, v.name)
			}
		}
	}
}

// unheard makes a selection private, and lets one come to its end, of which not
// even the platform has heard: while it writes something else, no module's
// events reach it.
func unheard(t *testing.T, p *platform, become func(word string, ends time.Duration) (hide func())) {
	t.Helper()
	hide := become("okapi", 0)
	become("tarentelle", 2*time.Second)
	p.settle(t)
	err := p.db.Write(core.WithActor(t.Context(), core.System()), func(context.Context) error {
		hide()
		for _, word := range []string{"okapi", "tarentelle"} {
			waitFor(t, func() error {
				body := p.must(t, "", http.MethodGet, "/v1/search?facets=kind,label&q="+word, nil).Body
				there, counted := bytes.Contains(body, []byte(`"kind":"selection"`)), !bytes.Contains(body, []byte(`"total":0,"facets":{"kind":[],"label":[]}`))
				if there != counted {
					t.Errorf("of %s is counted what is not found: %s", word, body)
				}
				if there && word == "okapi" {
					t.Errorf("what is private is found: %s", body)
				}
				if there {
					return fmt.Errorf("%s is still found: %s", word, body)
				}
				return nil
			})
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// questionsFor ask for what a word is in.
func questionsFor(word string) []string {
	const facets = "facets=kind,region,label,genre,stage,skill,commune,label_kind,selection_kind"
	all := []string{
		"q=" + word + "&limit=100&" + facets, "q=" + word[:5] + "&" + facets, "q=" + word[:4] + word[5:] + "&" + facets,
		"skill=" + word + "&" + facets, "label=" + url.QueryEscape(word+" & Cie") + "&" + facets, "genre=" + hiddenGenre + "&q=" + word,
		"near=" + hiddenPlace + "&q=" + word + "&" + facets, "q=" + word + "&limit=1", "q=" + word + "&space=bretagne&scope=here&" + facets,
	}
	for _, kind := range []string{"film", "person", "label", "selection"} {
		all = append(all, "q="+word+"&kind="+kind+"&"+facets)
	}
	return all
}
