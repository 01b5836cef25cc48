package main

import (
	"bytes"
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
}

// secret is one private thing.
type secret struct {
	name string
	// make makes it and returns what its paths are filled with, by the name of
	// the path parameter. mark stands in every text of it.
	make func(t *testing.T, p *platform, mark string) map[string]string
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

var secrets = []secret{
	{
		name: "a film that is not released",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			a := p.must(t, "creator@bretagne", http.MethodPost, "/v1/films", map[string]any{"space": "bretagne", "title": mark, "synopsis": mark})
			return map[string]string{"film": a.field("id")}
		},
		may: []string{"creator@bretagne", "moderator@bretagne", "region_admin@bretagne", "platform_admin@france"},
		probes: func(ids map[string]string) []probe {
			return []probe{
				{http.MethodPost, "/v1/films/" + ids["film"] + "/release", nil, nil},
				{http.MethodPost, "/v1/films/" + ids["film"] + "/withdraw", nil, nil},
				{http.MethodPatch, "/v1/films/" + ids["film"], map[string]any{"title": "x"}, []string{"If-Match", `"1"`}},
				{http.MethodPatch, "/v1/films/" + ids["film"], map[string]any{"title": "x"}, []string{"If-Match", `"99"`}},
				{http.MethodDelete, "/v1/films/" + ids["film"], nil, []string{"If-Match", `"1"`}},
			}
		},
	},
	{
		name: "a film that was withdrawn",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			film := p.must(t, "creator@bretagne", http.MethodPost, "/v1/films", map[string]any{"space": "bretagne", "title": mark}).field("id")
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/withdraw", nil)
			return map[string]string{"film": film}
		},
		may: []string{"creator@bretagne", "moderator@bretagne", "region_admin@bretagne", "platform_admin@france"},
	},
	{
		name: "a selection that is not published, and its pick",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			label := p.label(t)
			ecran := "/v1/spaces/bretagne/ecran"
			selection := p.must(t, "creator@bretagne", http.MethodPost, ecran+"/labels/"+label+"/selections", map[string]any{"title": mark, "text": mark, "visibility": "public"}).field("id")
			film := p.film(t, "Montré sans être choisi")
			p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
			pick := p.must(t, "creator@bretagne", http.MethodPost, ecran+"/selections/"+selection+"/picks", map[string]any{"film": film, "note": mark}).field("id")
			return map[string]string{"label": label, "selection": selection, "pick": pick}
		},
		may: []string{"creator@bretagne"},
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
			pick := p.must(t, "creator@bretagne", http.MethodPost, ecran+"/selections/"+selection+"/picks", map[string]any{"film": film, "note": mark}).field("id")
			p.must(t, "creator@bretagne", http.MethodPost, ecran+"/selections/"+selection+"/publish", nil)
			return map[string]string{"label": label, "selection": selection, "pick": pick}
		},
		may: []string{"creator@bretagne"},
	},
	{
		name: "the e-mail of an account",
		make: func(t *testing.T, p *platform, _ string) map[string]string {
			return map[string]string{"email": p.account(t, "producer@bretagne").Email}
		},
		may: []string{"producer@bretagne"},
	},
	{
		name: "an access token",
		make: func(t *testing.T, p *platform, mark string) map[string]string {
			return map[string]string{"token": p.must(t, "creator@bretagne", http.MethodPost, "/v1/me/tokens", map[string]any{"name": mark}).field("id")}
		},
		may: []string{"creator@bretagne"},
		probes: func(ids map[string]string) []probe {
			return []probe{{http.MethodDelete, "/v1/me/tokens/" + ids["token"], nil, nil}}
		},
	},
	{
		name: "who has which role in a region",
		make: func(t *testing.T, p *platform, _ string) map[string]string {
			account := p.must(t, "member@hauts-de-france", http.MethodGet, "/v1/me", nil).field("id")
			grant := p.must(t, "region_admin@bretagne", http.MethodPost, "/v1/spaces/bretagne/grants", map[string]any{"account_id": account, "role": "organiser"}).field("id")
			return map[string]string{"grant": grant}
		},
		// The member sees the grant of their own account in /v1/me.
		may: []string{"member@hauts-de-france", "region_admin@bretagne", "platform_admin@france"},
	},
}

func TestTheLeakWalk(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, leakWalk)
}

func leakWalk(t *testing.T, p *platform) {
	ops := operations(t, p)
	for _, s := range secrets {
		t.Run(s.name, func(t *testing.T) {
			mark := "secret-" + strings.ReplaceAll(uuid.NewString(), "-", "")
			ids := s.make(t, p, mark)
			seen := 0
			for _, persona := range personas {
				allowed := slices.Contains(s.may, persona)
				for _, path := range walk(ops, ids) {
					a := p.send(t, persona, http.MethodGet, path, nil)
					found := holds(a, mark, ids)
					if found && !allowed {
						t.Errorf("%q finds it at %s:\n%.400s", persona, path, a.Body)
					}
					if found {
						seen++
					}
				}
				if !allowed {
					alike(t, p, s, persona, ops, ids)
				}
			}
			if seen == 0 {
				t.Error("nobody sees it, not even who may: the walk looks in the wrong places")
			}
		})
	}
}

// walk returns every address that could show the thing: each GET of the
// document filled with its ids, and each list in every order, with every scope
// and with a count.
func walk(ops []operation, ids map[string]string) []string {
	var paths []string
	for _, op := range ops {
		if op.Method != http.MethodGet {
			continue
		}
		path := fill(op, ids)
		paths = append(paths, path)
		has := func(name string) bool {
			return slices.ContainsFunc(op.Parameters, func(q parameter) bool { return q.In == "query" && q.Name == name })
		}
		if has("limit") {
			for _, query := range []string{"limit=100", "limit=100&count=exact"} {
				for _, scope := range []string{"", "&scope=here", "&scope=subtree"} {
					if scope != "" && !has("scope") {
						continue
					}
					paths = append(paths, path+"?"+query+scope)
					if has("space") {
						paths = append(paths, path+"?"+query+scope+"&space=bretagne")
					}
					if op.Module != "" {
						paths = append(paths, strings.Replace(path, "/spaces/bretagne/", "/spaces/france/", 1)+"?"+query+scope)
					}
				}
			}
		}
		if has("stage") {
			for _, stage := range []string{"idea", "finished", "withdrawn"} {
				paths = append(paths, path+"?limit=100&stage="+stage)
			}
		}
		if has("mine") {
			paths = append(paths, path+"?limit=100&mine=true")
		}
	}
	return append(paths, "/v1/spaces/bretagne/openapi.json")
}

// fill fills the operation's path with the ids that have a place in it, and
// the rest with ids of nothing.
func fill(op operation, ids map[string]string) string {
	path := op.Path
	for name, id := range ids {
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	op.Path = path
	return op.at(uuid.NewString())
}

// holds reports whether the answer gives the thing away: its text, or its id
// outside of the request's own address.
func holds(a answer, mark string, ids map[string]string) bool {
	if bytes.Contains(a.Body, []byte(mark)) {
		return true
	}
	if a.StatusCode >= 400 {
		return false // a problem names the address that was asked for
	}
	for name, id := range ids {
		if name != "label" && bytes.Contains(a.Body, []byte(id)) {
			return true
		}
	}
	return false
}

var unlike = regexp.MustCompile(`"(request_id|instance)":"[^"]*",?`)

// alike checks that the persona cannot tell the hidden thing from one that
// never was: the same answer, but for the request's own id and address.
func alike(t *testing.T, p *platform, s secret, persona string, ops []operation, ids map[string]string) {
	t.Helper()
	none := map[string]string{}
	for name, id := range ids {
		none[name] = id
		if name != "label" {
			none[name] = uuid.NewString()
		}
	}
	probes := func(ids map[string]string) []probe {
		var all []probe
		for _, op := range ops {
			if op.Method == http.MethodGet && strings.Contains(op.Path, "{") && op.Path != fill(op, ids) {
				all = append(all,
					probe{http.MethodGet, fill(op, ids), nil, nil},
					probe{http.MethodHead, fill(op, ids), nil, nil},
					probe{http.MethodGet, fill(op, ids), nil, []string{"If-None-Match", `"1"`}})
			}
		}
		if s.probes != nil {
			all = append(all, s.probes(ids)...)
		}
		return all
	}
	hidden, absent := probes(ids), probes(none)
	for i := range hidden {
		h := p.send(t, persona, hidden[i].method, hidden[i].path, hidden[i].body, hidden[i].headers...)
		n := p.send(t, persona, absent[i].method, absent[i].path, absent[i].body, absent[i].headers...)
		if got, want := trace(h), trace(n); got != want {
			t.Errorf("%q can tell %s %s from nothing:\n%s\n%s", persona, hidden[i].method, hidden[i].path, got, want)
		}
	}
}

// trace is what an asker learns from an answer.
func trace(a answer) string {
	body := unlike.ReplaceAll(a.Body, nil)
	return fmt.Sprintf("%d etag=%s last-modified=%s location=%t %s",
		a.StatusCode, a.Header.Get("ETag"), a.Header.Get("Last-Modified"), a.Header.Get("Location") != "", body)
}
