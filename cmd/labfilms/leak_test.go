package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// The leak walk goes down every path that the platform has, as every persona,
// looking for every private thing. A later module adds its private things to
// secrets; its paths are found in the merged document.

// personas are who walks, by role@space of the demonstration; "" is a visitor.
var personas = []string{
	"", "member@hauts-de-france", "creator@occitanie", "curator@occitanie", "organiser@occitanie",
	"provider@nouvelle-aquitaine", "region_admin@occitanie", "creator@bretagne", "producer@bretagne",
	"curator@bretagne", "institution@bretagne", "moderator@bretagne", "region_admin@bretagne", "platform_admin@france",
	"equipe@bretagne", "suspendu@bretagne", // of a film's crew; suspended, see fixtures
}

// signedIn are the personas that have an account in good standing.
func signedIn() []string {
	return slices.DeleteFunc(slices.Clone(personas), func(who string) bool { return who == "" || who == "suspendu@bretagne" })
}

// secret is one private thing.
type secret struct {
	name string
	// make makes it and returns what its paths are filled with, by the name of
	// the path parameter. mark stands in every text of it.
	make func(t *testing.T, p *platform, mark string) map[string]string
	// open are the names of those ids that are no secret themselves.
	open []string
	// may says who may see it; everybody else must not learn that it exists.
	may []string
	// probes are writes that would tell the difference between a hidden thing
	// and none, besides those that every path gets.
	probes func(ids map[string]string) []probe
}

type probe struct {
	method, path string
	body         any
	headers      []string
}

// secrets are core's and the modules' private things.
var secrets = slices.Concat(coreSecrets, ecranSecrets)

// ecranSecrets are Écran's private things.
var ecranSecrets = []secret{
	{
		name: "a selection that is not published, and its pick",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			label := p.label(t)
			ecran := "/v1/spaces/bretagne/ecran"
			selection := p.must(t, "creator@bretagne", http.MethodPost, ecran+"/labels/"+label+"/selections", map[string]any{"title": mark, "text": mark, "visibility": "public"}).field("id")
			film := p.film(t, "Montré sans être choisi")
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
			pick := p.must(t, "creator@bretagne", http.MethodPost, ecran+"/selections/"+selection+"/picks", map[string]any{"film": film, "note": mark, "conflict": "C'est mon film."}).field("id")
			return map[string]string{"label": label, "selection": selection, "pick": pick}
		},
		open: []string{"label"},
		may:  []string{"creator@bretagne"},
		probes: func(ids map[string]string) []probe {
			at := "/v1/spaces/bretagne/ecran/selections/" + ids["selection"]
			return []probe{
				{http.MethodPost, at + "/publish", nil, nil},
				{http.MethodPost, at + "/picks", map[string]any{"film": uuid.NewString(), "note": "x"}, nil},
				{http.MethodPatch, at, map[string]any{"title": "x"}, []string{"If-Match", `"1"`}},
			}
		},
	},
	{
		name: "a selection that is published and private",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			label := p.label(t)
			ecran := "/v1/spaces/bretagne/ecran"
			selection := p.must(t, "creator@bretagne", http.MethodPost, ecran+"/labels/"+label+"/selections", map[string]any{"title": mark, "text": mark, "visibility": "private"}).field("id")
			film := p.film(t, "Choisi en secret")
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
			pick := p.must(t, "creator@bretagne", http.MethodPost, ecran+"/selections/"+selection+"/picks", map[string]any{"film": film, "note": mark, "conflict": "C'est mon film."}).field("id")
			p.must(t, "creator@bretagne", http.MethodPost, ecran+"/selections/"+selection+"/publish", nil)
			return map[string]string{"label": label, "selection": selection, "pick": pick}
		},
		open: []string{"label"},
		may:  []string{"creator@bretagne"},
	},
}

func TestTheLeakWalk(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, leakWalk)
}

func leakWalk(t *testing.T, p *platform) {
	ops := operations(t, p)
	p.newcomer(t, "equipe", "bretagne", "member", "creator")
	_, suspended := p.newcomer(t, "suspendu", "bretagne", "member", "creator", "curator")
	p.must(t, "region_admin@bretagne", http.MethodPost, "/v1/people/"+suspended+"/suspend", map[string]any{"reason": "Essai."})
	all := make([]*hidden, len(secrets))
	for i, s := range secrets {
		mark := "secret-" + strings.ReplaceAll(uuid.NewString(), "-", "")
		all[i] = &hidden{secret: s, mark: mark, ids: s.make(t, p, mark)}
	}
	if err := p.events.Settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, persona := range personas {
		for _, path := range walk(ops, all) {
			a := p.send(t, persona, http.MethodGet, path, nil)
			for _, h := range all {
				if !h.in(a) {
					continue
				}
				h.seen++
				if !slices.Contains(h.may, persona) {
					t.Errorf("%q finds %s at %s:\n%.400s", persona, h.name, path, a.Body)
				}
			}
		}
		for _, h := range all {
			if compared++; !slices.Contains(h.may, persona) && !skips(p, compared) {
				alike(t, p, h, persona, ops)
			}
		}
	}
	for _, h := range all {
		if h.seen == 0 && len(h.may) > 0 {
			t.Errorf("nobody sees %s, not even who may: the walk looks in the wrong places", h.name)
		}
	}
}

// hidden is a private thing that was made.
type hidden struct {
	secret
	mark string
	ids  map[string]string
	seen int
}

// in reports whether the answer gives the thing away: its text, or its id
// outside of the request's own address.
func (h *hidden) in(a answer) bool {
	// What a proof says is written in base64.
	if bytes.Contains(a.Body, []byte(`"payload"`)) {
		if said, err := base64.RawURLEncoding.DecodeString(a.field("payload")); err == nil {
			a.Body = slices.Concat(a.Body, said)
		}
	}
	if bytes.Contains(a.Body, []byte(h.mark)) {
		return true
	}
	if a.StatusCode >= http.StatusMultipleChoices {
		return false // a problem names the address that was asked for
	}
	for name, id := range h.ids {
		if !slices.Contains(h.open, name) && bytes.Contains(a.Body, []byte(id)) {
			return true
		}
	}
	return false
}

// walk returns every address that could show one of the things: each GET of the
// document, filled with the ids of each thing that it names, in every order,
// with every filter and expansion that it offers, every scope, and a count.
func walk(ops []operation, all []*hidden) []string {
	paths := []string{"/v1/spaces/bretagne/openapi.json"}
	for _, op := range ops {
		if op.Method != http.MethodGet {
			continue
		}
		filled := []string{fill(op, nil)}
		for _, h := range all {
			if path := fill(op, h.ids); path != filled[0] {
				filled = append(filled, path)
			}
		}
		for _, path := range filled {
			paths = append(paths, path)
			for _, query := range queries(op) {
				paths = append(paths, path+"?"+query)
				if op.Module != "" {
					paths = append(paths, strings.Replace(path, "/spaces/bretagne/", "/spaces/france/", 1)+"?"+query)
				}
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// looks are values for filters whose values the document does not list.
var looks = map[string][]string{
	"space": {"bretagne", "france"}, "craft": {"SON-PER"}, "commune": {"29019"}, "near": {"29019"},
	"mine": {"true"}, "unread": {"true"}, "q": {"secret"},
}

// queries returns the query of every way in which a list, or an expansion, can
// be asked for, one way at a time.
func queries(op operation) []string {
	list := ""
	var all []string
	if op.takes("limit") {
		list = "limit=100&"
		all = append(all, "limit=100", "limit=100&count=exact")
	}
	for _, q := range op.Parameters {
		if q.In != "query" || q.Name == "limit" || q.Name == "cursor" || q.Name == "count" {
			continue
		}
		for _, value := range slices.Concat(q.Schema.Enum, q.Schema.Items.Enum, looks[q.Name]) {
			all = append(all, list+q.Name+"="+value)
			if q.Name == "scope" && op.takes("space") {
				all = append(all, list+q.Name+"="+value+"&space=bretagne")
			}
		}
	}
	return all
}

// nothing is the id of no thing.
const nothing = "00000000-0000-7000-8000-000000000000"

// fill fills the operation's path with the ids that have a place in it, and
// the rest with that of nothing.
func fill(op operation, ids map[string]string) string {
	path := op.Path
	for name, id := range ids {
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	op.Path = path
	return op.at(nothing)
}

var unlike = regexp.MustCompile(`"(request_id|instance)":"[^"]*",?`)

// alike checks that the persona cannot tell the hidden thing from one that
// never was: the same answer, but for the request's own id and address.
func alike(t *testing.T, p *platform, h *hidden, persona string, ops []operation) {
	t.Helper()
	none := map[string]string{}
	for name, id := range h.ids {
		none[name] = uuid.NewString()
		if slices.Contains(h.open, name) {
			none[name] = id
		}
	}
	probes := func(ids map[string]string) []probe {
		var all []probe
		for _, op := range ops {
			if op.Method == http.MethodGet && strings.Contains(op.Path, "{") && fill(op, ids) != fill(op, nil) && fill(op, h.ids) != fill(op, none) {
				all = append(all,
					probe{http.MethodGet, fill(op, ids), nil, nil},
					probe{http.MethodHead, fill(op, ids), nil, nil},
					probe{http.MethodGet, fill(op, ids), nil, []string{"If-None-Match", `"1"`}})
			}
		}
		if h.probes != nil {
			all = append(all, h.probes(ids)...)
		}
		return all
	}
	there, absent := probes(h.ids), probes(none)
	for i := range there {
		a := p.send(t, persona, there[i].method, there[i].path, there[i].body, there[i].headers...)
		n := p.send(t, persona, absent[i].method, absent[i].path, absent[i].body, absent[i].headers...)
		if got, want := trace(a), trace(n); got != want {
			t.Errorf("%q can tell %s at %s %s from nothing:\n%s\n%s", persona, h.name, there[i].method, there[i].path, got, want)
		}
	}
}

// trace is what an asker learns from an answer.
func trace(a answer) string {
	body := unlike.ReplaceAll(a.Body, nil)
	return fmt.Sprintf("%d etag=%s last-modified=%s location=%t %s",
		a.StatusCode, a.Header.Get("ETag"), a.Header.Get("Last-Modified"), a.Header.Get("Location") != "", body)
}
