package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core/search/meili"
)

// The leak walk of search asks a table of questions of a platform before
// something hidden is made there, and again afterwards: to the byte, the
// answers are those of a platform on which it never was.

// onEachEngine runs test on a platform with each engine of search.
func onEachEngine(t *testing.T, test func(t *testing.T, p *platform)) {
	t.Run("bleve", func(t *testing.T) {
		t.Parallel()
		test(t, newPlatform(t, Settings{}))
	})
	t.Run("meilisearch", func(t *testing.T) {
		t.Parallel()
		settings := meilisearch(t)
		// What is indexed at once takes a moment, and one by one a quarter of a
		// minute: the demonstration is made with the other engine.
		settings.Data = t.TempDir()
		made, err := startPlatform(Settings{Data: settings.Data}, io.Discard)
		if err == nil {
			err = made.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		p := newPlatform(t, settings)
		waitFor(t, func() error {
			if a := p.send(t, "", http.MethodGet, "/v1/search?q=ines", nil); a.StatusCode != http.StatusOK || a.first("id") == "" {
				return fmt.Errorf("the index is not built: %s", a.Body)
			}
			return nil
		})
		test(t, p)
	})
}

// meilisearch returns the settings of a platform that searches with the tests'
// Meilisearch, under names of its own, which are forgotten with the test.
func meilisearch(t testing.TB) Settings {
	t.Helper()
	options := meili.Options{
		URL: os.Getenv("LABFILMS_TEST_MEILI"), Key: os.Getenv("LABFILMS_TEST_MEILI_KEY"), Prefix: "leak-" + uuid.NewString(),
	}
	if options.URL == "" && os.Getenv("CI") != "" {
		t.Fatal("LABFILMS_TEST_MEILI names no Meilisearch; make test starts one")
	}
	if options.URL == "" {
		t.Skip("LABFILMS_TEST_MEILI names no Meilisearch; make test starts one")
	}
	t.Cleanup(func() {
		index, err := meili.Open(context.Background(), options)
		if err == nil {
			err = errors.Join(index.Forget(context.Background()), index.Close())
		}
		if err != nil {
			t.Error(err)
		}
	})
	return Settings{MeiliURL: options.URL, MeiliKey: options.Key, MeiliPrefix: options.Prefix}
}

// searchers are who asks: nobody, strangers from here and elsewhere, those who
// choose and those who keep order, and whose the hidden things are.
var searchers = []string{
	"", "member@hauts-de-france", "voisine@bretagne", "curator@occitanie", "curator@bretagne", "moderator@bretagne",
	"creator@bretagne", "platform_admin@france",
}

// The word that stands in all that is hidden, and only there.
const (
	hiddenWord   = "Pyroscaphe"
	hiddenTitle  = hiddenWord + " englouti"
	hiddenPlace  = "66136" // Perpignan, where nobody else of the demonstration lives
	hiddenGenre  = "western"
	hiddenPerson = "Philibert Quenouille"
)

// allFacets are all that search counts.
const allFacets = "stage,form,genre,country,language,label,craft,department,skill,standing,status,commune,label_kind,selection_kind,kind,region"

// questions are what is asked of search: the hidden words, whole, begun, with
// letters amiss and beside others; with every facet, around every place, and
// of every kind by itself.
func questions() []string {
	all := []string{
		"limit=100", "limit=100&facets=" + allFacets, "limit=3", "limit=1&facets=" + allFacets,
		"limit=100&space=bretagne", "limit=100&space=bretagne&scope=here&facets=" + allFacets, "limit=100&space=occitanie&facets=" + allFacets,
		"near=" + hiddenPlace + "&within_km=25", "near=" + hiddenPlace + "&within_km=500&limit=100&facets=" + allFacets, "near=29019&within_km=100&facets=" + allFacets,
		"year_from=1931&year_to=1931", "duration_from_s=4243&duration_to_s=4243", "genre=" + hiddenGenre, "language=br", "country=IS",
		"skill=" + hiddenWord, "label=" + hiddenWord, "craft=SON-PER&facets=craft,department", "stage=withdrawn", "stage=idea&facets=stage",
		"standing=student", "status=volunteer",
	}
	for _, words := range []string{
		hiddenTitle, hiddenWord, "pyro", "p", "pyrosc", "pirosqaphe", "Pyroscaphes", "marée pyroscaphe", "marée englouti", "englouti ",
		"maree basse", "la mer", "Gens de mer", "ines", "Quenouille", "quenuille phil", "philibert", "chef op", "Carnet",
	} {
		q := "q=" + url.QueryEscape(words)
		all = append(all, q+"&limit=100&facets="+allFacets, q+"&limit=1", q+"&space=bretagne&scope=here")
		for _, kind := range []string{"film", "person", "label", "selection"} {
			all = append(all, q+"&kind="+kind+"&facets="+allFacets)
		}
	}
	return all
}

// found is what search answers to a question, and to what follows it, page by
// page.
func found(t testing.TB, p *platform, as, question string) string {
	t.Helper()
	var all strings.Builder
	for cursor, pages := "", 0; pages == 0 || cursor != "" && pages < 10; pages++ {
		a := p.send(t, as, http.MethodGet, "/v1/search?"+question+"&cursor="+url.QueryEscape(cursor), nil)
		var body struct {
			Page struct {
				Next string `json:"next_cursor"`
			}
		}
		if err := json.Unmarshal(a.Body, &body); err != nil {
			t.Fatalf("%s: %v\n%s", question, err, a.Body)
		}
		cursor = body.Page.Next
		all.WriteString(trace(a))
		all.WriteByte('\n')
	}
	return nextCursor.ReplaceAllString(all.String(), `"next_cursor":"…"`)
}

// nextCursor is sealed with something of chance.
var nextCursor = regexp.MustCompile(`"next_cursor":"[^"]+"`)

// answers are what is answered, by who asks and the question.
type answers map[[2]string]string

func ask(t testing.TB, p *platform, who, questions []string) answers {
	t.Helper()
	all := answers{}
	for _, as := range who {
		for _, q := range questions {
			all[[2]string{as, q}] = found(t, p, as, q)
		}
	}
	return all
}

// await waits until everything is found that was: a module may tell a moment
// later what it has done because of an event.
func (was answers) await(t testing.TB, p *platform) {
	t.Helper()
	const everything = "limit=100&facets=" + allFacets
	waitFor(t, func() error {
		if now := found(t, p, "", everything); now != was[[2]string{"", everything}] {
			return fmt.Errorf("everything is\n%s\nand was\n%s", now, was[[2]string{"", everything}])
		}
		return nil
	})
}

// same compares what is answered with what was, and reports what was done in
// between.
func (was answers) same(t testing.TB, now answers, done string) {
	t.Helper()
	keys := slices.SortedFunc(maps.Keys(was), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	told := 0
	for _, k := range keys {
		if now[k] != was[k] {
			if told++; told <= 5 {
				t.Errorf("%s: %q can tell by %s\nwas %.1500s\nis  %.1500s", done, k[0], k[1], was[k], now[k])
			}
		}
	}
	if told > 5 {
		t.Errorf("%s: and by %d more", done, told-5)
	}
}

// TestSearchTellsNothingOfTheHidden asks of what is hidden when the index has
// caught up, of what is hidden while it has not, and of what was proven before.
func TestSearchTellsNothingOfTheHidden(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, p *platform) {
		p.newcomer(t, "voisine", "bretagne", "member", "creator")
		p.profile(t, "voisine@bretagne", "voisine", map[string]any{"visibility": secluded})
		p.amend(t, "creator@occitanie", "/v1/films/"+p.titled(t, "Vent d'autan"), map[string]any{"consent": "ask"})
		p.switchEcran(t, "la-reunion", "off")
		p.settle(t)
		caughtUp(t, p)
		proven(t, p)
		atOnce(t, p)
	})
}

// caughtUp makes everything that can be hidden, with the same word in all of
// its texts.
func caughtUp(t *testing.T, p *platform) {
	strangers := searchers[:4]
	public := publicPaths(t, p)
	before, shown := askAll(t, p), look(t, p, strangers, public)
	hidden := hide(t, p)
	p.settle(t)
	before.await(t, p)
	before.same(t, askAll(t, p), "things were hidden")
	shown.same(t, look(t, p, strangers, public), "things were hidden")
	for _, who := range strangers {
		for _, g := range guesses(hidden) {
			a, b := p.send(t, who, http.MethodGet, g[0], nil), p.send(t, who, http.MethodGet, g[1], nil)
			if trace(a) != trace(b) || a.StatusCode < 400 {
				t.Errorf("%q guesses %s:\n%s\n%s", who, g[0], trace(a), trace(b))
			}
		}
	}
}

// askAll asks everything as a visitor, and of everybody else, who is told what a
// visitor is, what tells most.
func askAll(t testing.TB, p *platform) answers {
	t.Helper()
	all := ask(t, p, searchers[:1], questions())
	maps.Copy(all, ask(t, p, searchers[1:], someQuestions()))
	return all
}

// secluded shows nothing of a profile that one can keep to oneself.
var secluded = map[string]any{
	"pronouns": "nobody", "bio": "nobody", "skills": "nobody", "languages": "members", "place": "nobody",
	"standing": "nobody", "statuses": "members", "busy": "nobody", "links": "nobody",
}

// someQuestions are those that tell most, for who is told what a visitor is.
func someQuestions() []string {
	all := []string{"limit=100&facets=" + allFacets, "near=" + hiddenPlace + "&within_km=500&limit=100&facets=" + allFacets, "skill=" + hiddenWord}
	for _, words := range []string{hiddenWord, "pyrosc", "pirosqaphe", "quenouille"} {
		all = append(all, "q="+words+"&limit=100&facets="+allFacets)
	}
	return all
}

// amend sends a merge patch of something as it is now.
func (p *platform) amend(t testing.TB, as, path string, change map[string]any) {
	t.Helper()
	etag := p.must(t, as, http.MethodGet, path, nil).Header.Get("ETag")
	p.must(t, as, http.MethodPatch, path, change, "If-Match", etag)
}

// titled returns the id of the released film of the demonstration with this
// title.
func (p *platform) titled(t testing.TB, title string) string {
	t.Helper()
	id := p.must(t, "", http.MethodGet, "/v1/search?kind=film&limit=1&q="+url.QueryEscape(title), nil).first("id")
	if id == "" {
		t.Fatalf("nobody finds %s", title)
	}
	return id
}

// switchEcran sets whether the space has Écran.
func (p *platform) switchEcran(t testing.TB, space, state string) {
	t.Helper()
	p.must(t, "platform_admin@france", http.MethodPut, "/v1/spaces/"+space+"/modules/ecran", map[string]any{"state": state})
}

// publicPaths are what everybody may read of Écran: pages, lists and feeds.
func publicPaths(t testing.TB, p *platform) []string {
	t.Helper()
	var paths []string
	for _, space := range []string{"france", "bretagne", "occitanie"} {
		at := "/v1/spaces/" + space + "/ecran/"
		for _, list := range []string{"labels", "selections"} {
			paths = append(paths, at+list+"?count=exact&scope=here")
			if space == "france" {
				paths = append(paths, at+list+"?count=exact&scope=subtree")
				continue
			}
			var body struct{ Data []struct{ ID string } }
			if err := json.Unmarshal(p.must(t, "", http.MethodGet, at+list+"?scope=here", nil).Body, &body); err != nil {
				t.Fatal(err)
			}
			for _, thing := range body.Data {
				one := at + list + "/" + thing.ID
				paths = append(paths, one, one+"/feed.atom", one+"/feed.json")
				if list == "selections" {
					paths = append(paths, one+"/picks?count=exact", one+"/picks?state=ended&count=exact")
				}
			}
		}
		paths = append(paths, at+"page", at+"page?at=2026-01-01T00:00:00Z", at+"page?at=2099-01-01T00:00:00Z")
	}
	return append(paths, "/v1/films?count=exact", "/v1/films/"+p.titled(t, "Marée basse")+"/recognitions?count=exact", "/v1/people/ines/filmography?count=exact")
}

// look reads paths.
func look(t testing.TB, p *platform, who, paths []string) answers {
	t.Helper()
	all := answers{}
	for _, as := range who {
		for _, path := range paths {
			all[[2]string{as, path}] = asNow.ReplaceAllString(trace(p.send(t, as, http.MethodGet, path, nil)), "")
		}
	}
	return all
}

// asNow is what is of the instant of the request in an answer, and the instant
// until which a page may be kept: that something changes then, it does say.
var asNow = regexp.MustCompile(`"(at|changes_at)":("[^"]*"|null),?`)

// described is a film in all of whose facts the hidden word stands, and whose
// facets and numbers no other film has.
func described(space, title string) map[string]any {
	return map[string]any{
		"space": space, "title": title, "synopsis": "Un " + hiddenWord + " au fond de la rade, vu par " + hiddenPerson + ".",
		"year": 1931, "duration_s": 4243, "form": "music_video", "genres": []string{hiddenGenre}, "countries": []string{"IS"}, "languages": []string{"br"},
		"titles": map[string]string{"en": "The " + hiddenWord},
	}
}

// hide makes everything that is hidden, and returns the names by which one
// might guess where it is.
func hide(t *testing.T, p *platform) []string {
	t.Helper()
	const ecran = "/v1/spaces/bretagne/ecran"
	const ines, maelle = "creator@bretagne", "curator@bretagne"
	post := func(as, path string, body any) string {
		t.Helper()
		return p.must(t, as, http.MethodPost, path, body).field("id")
	}
	film := func(as, space, title string) string {
		t.Helper()
		id := post(as, "/v1/films", described(space, title))
		post(as, "/v1/films/"+id+"/credits", map[string]any{"credits": []any{map[string]any{"name": hiddenPerson, "craft": "SON-PER"}}})
		return id
	}
	carnet, courts := p.named(t, "bretagne", "labels", "Le carnet d'Inès"), p.named(t, "bretagne", "selections", "Courts de route")
	gens := p.named(t, "bretagne", "selections", "Gens de mer")
	tide := p.titled(t, "Marée basse")

	// Films: one that is being made, one that was withdrawn, one that was
	// chosen before it was, and one that is still to be agreed to.
	film(ines, "bretagne", hiddenTitle)
	withdrawn, chosen := film(ines, "bretagne", hiddenTitle+" II"), film(ines, "bretagne", hiddenTitle+" III")
	for _, id := range []string{withdrawn, chosen} {
		post(ines, "/v1/films/"+id+"/release", nil)
	}
	post(ines, ecran+"/selections/"+courts+"/picks", map[string]any{"film": chosen, "note": hiddenWord, "conflict": "C'est mon film."})
	post(ines, ecran+"/selections/"+courts+"/picks", map[string]any{"film": p.titled(t, "Vent d'autan"), "note": hiddenWord})

	// Somebody who is suspended, with a label, a selection and films of which one
	// was chosen by others.
	_, person := p.newcomer(t, "pyroscaphe", "bretagne", "member", "creator")
	const his = "pyroscaphe@bretagne"
	p.profile(t, his, "pyroscaphe", map[string]any{
		"name": hiddenPerson, "bio": hiddenTitle, "skills": []string{hiddenWord}, "languages": []string{"br"}, "commune": hiddenPlace,
		"crafts": []string{"SON-PER"}, "statuses": []string{"volunteer"}, "standing": "student",
	})
	own := ""
	for range asMany {
		own = film(his, "bretagne", hiddenTitle+" IV")
		post(his, "/v1/films/"+own+"/release", nil)
	}
	label := post(his, ecran+"/labels", map[string]any{"kind": "personal", "name": hiddenWord, "manifesto": hiddenTitle})
	of := func(as, label, title string, more map[string]any) string {
		t.Helper()
		body := map[string]any{"title": title, "text": hiddenTitle, "visibility": "public"}
		for name, value := range more {
			body[name] = value
		}
		return post(as, ecran+"/labels/"+label+"/selections", body)
	}
	selection := of(his, label, hiddenTitle, nil)
	post(his, ecran+"/selections/"+selection+"/picks", map[string]any{"film": own, "note": hiddenWord, "conflict": "C'est mon film."})
	post(his, ecran+"/selections/"+selection+"/publish", nil)
	post(maelle, ecran+"/selections/"+gens+"/picks", map[string]any{"film": own, "note": hiddenWord})

	// Selections of a label that everybody knows: a draft, one for its people,
	// one without a list, one to come, and one that was public. All hold a film
	// that everybody knows.
	for title, more := range map[string]map[string]any{
		hiddenWord + " brouillon":  nil,
		hiddenWord + " privée":     {"visibility": "private"},
		hiddenWord + " discrète":   {"visibility": "unlisted"},
		hiddenWord + " prochaine":  {"from": "2098-01-01T00:00:00Z"},
		hiddenWord + " abandonnée": nil,
	} {
		id := of(ines, carnet, title, more)
		post(ines, ecran+"/selections/"+id+"/picks", map[string]any{"film": tide, "note": hiddenWord, "conflict": "C'est mon film."})
		if more != nil {
			post(ines, ecran+"/selections/"+id+"/publish", nil)
		}
	}
	public := of(ines, carnet, hiddenTitle, nil)
	post(ines, ecran+"/selections/"+public+"/publish", nil)
	p.amend(t, ines, ecran+"/selections/"+public, map[string]any{"visibility": "private"})

	// Labels: one that is asked for, one that is closed; a proposal to one.
	post(ines, ecran+"/labels", map[string]any{"kind": "festival", "name": hiddenWord + " Festival", "manifesto": hiddenTitle})
	post(ines, ecran+"/labels/"+carnet+"/proposals", map[string]any{"film": tide, "why": hiddenWord})

	// What will be pinned one day, on two pages.
	for _, at := range []struct{ as, space string }{{maelle, "bretagne"}, {"platform_admin@france", "france"}} {
		post(at.as, "/v1/spaces/"+at.space+"/ecran/pins", map[string]any{
			"kind": "label", "target": carnet, "slot": 5, "from": "2098-01-01T00:00:00Z", "reason": hiddenWord,
		})
	}

	// A region that has Écran no more.
	p.switchEcran(t, "la-reunion", "on")
	const island = "/v1/spaces/la-reunion/ecran"
	there := post("creator@la-reunion", island+"/labels", map[string]any{"kind": "personal", "name": hiddenWord + " de Lucie", "manifesto": hiddenTitle})
	there = post("creator@la-reunion", island+"/labels/"+there+"/selections", map[string]any{"title": hiddenTitle, "visibility": "public"})
	post("creator@la-reunion", island+"/selections/"+there+"/publish", nil)
	p.switchEcran(t, "la-reunion", "off")

	// What a neighbour keeps to herself, and somebody who is written down only.
	p.profile(t, "voisine@bretagne", "voisine", map[string]any{
		"bio": hiddenTitle, "skills": []string{hiddenWord}, "languages": []string{"br"}, "commune": hiddenPlace,
		"statuses": []string{"volunteer"}, "standing": "student", "pronouns": hiddenWord,
	})
	post(ines, "/v1/people", map[string]any{"name": hiddenPerson, "space": "bretagne"})

	// All of it was there for everybody before it was hidden.
	p.settle(t)
	for _, kind := range []string{"film", "person", "label", "selection"} {
		if n := len(p.hits(t, "q="+hiddenWord+"&kind="+kind)) + len(p.hits(t, "q=quenouille&kind="+kind)); n == 0 {
			t.Errorf("nobody ever found a %s: the walk is blind", kind)
		}
	}
	for _, id := range []string{withdrawn, chosen} {
		post(ines, "/v1/films/"+id+"/withdraw", nil)
	}
	p.must(t, "region_admin@bretagne", http.MethodPost, "/v1/people/"+person+"/suspend", map[string]any{"reason": "Essai."})
	return []string{"pyroscaphe-discrete", "pyroscaphe-privee", "pyroscaphe-englouti", "pyroscaphe", "pyroscaphe-festival"}
}

// guesses are addresses at which things with these names could be, each with
// one at which nothing ever was.
func guesses(names []string) [][2]string {
	var paths [][2]string
	for _, space := range []string{"bretagne", "france", "la-reunion"} {
		for _, name := range names {
			for _, list := range []string{"labels/", "selections/"} {
				at := "/v1/spaces/" + space + "/ecran/" + list
				for _, end := range []string{"", "/feed.atom", "/feed.json", "/picks"} {
					paths = append(paths, [2]string{at + name + end, at + name + "-x" + end})
				}
			}
		}
	}
	return paths
}

// named returns the id of what has this name in one of Écran's lists.
func (p *platform) named(t testing.TB, space, list, name string) string {
	t.Helper()
	var body struct {
		Data []struct{ ID, Name, Title string }
	}
	if err := json.Unmarshal(p.must(t, "", http.MethodGet, "/v1/spaces/"+space+"/ecran/"+list, nil).Body, &body); err != nil {
		t.Fatal(err)
	}
	for _, thing := range body.Data {
		if thing.Name == name || thing.Title == name {
			return thing.ID
		}
	}
	t.Fatalf("%s has no %q among its %s", space, name, list)
	return ""
}

// hits returns the ids of what a visitor finds.
func (p *platform) hits(t testing.TB, question string) []string {
	t.Helper()
	var body struct{ Data []struct{ ID string } }
	if err := json.Unmarshal(p.must(t, "", http.MethodGet, "/v1/search?"+question, nil).Body, &body); err != nil {
		t.Fatal(err)
	}
	ids := make([]string, len(body.Data))
	for i, h := range body.Data {
		ids[i] = h.ID
	}
	return ids
}

// proven withdraws a film of which everybody could prove that it was chosen.
// The proof that somebody has kept stays true; there is no other any more, but
// for those whose film it is.
func proven(t *testing.T, p *platform) {
	const ines = "creator@bretagne"
	film := p.must(t, ines, http.MethodPost, "/v1/films", described("bretagne", hiddenTitle+" V")).field("id")
	p.must(t, ines, http.MethodPost, "/v1/films/"+film+"/release", nil)
	p.must(t, "curator@bretagne", http.MethodPost, ecranOfBretagne+"/selections/"+p.named(t, "bretagne", "selections", "Gens de mer")+"/picks",
		map[string]any{"film": film, "note": hiddenWord})
	recognition := ""
	waitFor(t, func() error { // the module tells it a moment later
		if recognition = p.must(t, "", http.MethodGet, "/v1/films/"+film+"/recognitions", nil).first("id"); recognition == "" {
			return errors.New("the film does not know that it was chosen")
		}
		return nil
	})
	p.settle(t)
	paths := func(film string) []string {
		at := "/v1/films/" + film
		return []string{
			at, at + "?expand=recognitions", at + "/credits", at + "/recognitions", at + "/recognitions?count=exact",
			at + "/recognitions/" + recognition + "/proof", ecranOfBretagne + "/consents?film=" + film,
		}
	}
	proof := p.must(t, "", http.MethodGet, paths(film)[5], nil)
	p.must(t, ines, http.MethodPost, "/v1/films/"+film+"/withdraw", nil)
	check := func(when string) {
		t.Helper()
		none := paths(uuid.NewString())
		for _, who := range searchers[:4] {
			for i, path := range paths(film) {
				a, b := trace(p.send(t, who, http.MethodGet, path, nil)), trace(p.send(t, who, http.MethodGet, none[i], nil))
				if a != b {
					t.Errorf("%s, %q reads of the withdrawn film at %s:\n%s\n%s", when, who, path, a, b)
				}
			}
		}
	}
	check("at once")
	p.settle(t)
	check("then")
	again := p.must(t, ines, http.MethodGet, paths(film)[5], nil)
	if proof.field("protected") != again.field("protected") {
		t.Errorf("the film's owner proves with another key:\n%s\n%s", proof.Body, again.Body)
	}
}
