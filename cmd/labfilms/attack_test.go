package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core/db"
)

// canary is sent in every place where a value is refused; no answer may send
// it back.
const canary = "canari-a1b2c3"

// unknown is a name that no operation knows. Unlike a value it may come back,
// in the pointer that says what is wrong.
const unknown = "inconnu"

// TestNoBadRequestIsOurFault drives every operation of the merged document
// with generated bad requests, as a visitor and as the one who may do
// everything: the answer is a problem with a code, never a 5xx, and nothing is
// written.
func TestNoBadRequestIsOurFault(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, attack)
}

// skips reports whether the nth attack is left out: of those on SQLite, which
// refuses less than PostgreSQL and takes longer, each run sends every fourth,
// and by the order of maps another one each time.
func skips(p *platform, n int) bool { return p.db.Dialect() == db.SQLite && n%4 != 0 }

func attack(t *testing.T, p *platform) {
	before := countRows(t, p)
	sent := 0
	for _, op := range operations(t, p) {
		if op.ID == "sign-out" {
			continue // ends what the others need; it takes no input
		}
		if op.ID == "join-space" || op.ID == "leave-space" {
			continue // there is nothing bad to say to them: the space is known
		}
		for _, as := range []string{"", "platform_admin@france"} {
			for name, bad := range badRequests(op) {
				if sent++; skips(p, sent) {
					continue
				}
				a := p.send(t, as, op.Method, bad.path, bad.body, bad.headers...)
				where := fmt.Sprintf("%s (%s) as %q, %s", op.ID, op.Method, as, name)
				if a.StatusCode >= 500 {
					t.Errorf("%s: %s\n%s", where, a.Status, a.Body)
				}
				if bad.refused && a.StatusCode < 400 {
					t.Errorf("%s: was taken: %s\n%.300s", where, a.Status, a.Body)
				}
				if bytes.Contains(a.Body, []byte(canary)) {
					t.Errorf("%s: the answer repeats the input\n%.500s", where, a.Body)
				}
				if a.StatusCode >= 400 && op.Method != http.MethodHead {
					if ct := a.Header.Get("Content-Type"); !strings.HasPrefix(ct, "application/problem+json") {
						t.Errorf("%s: %s is %s\n%.300s", where, a.Status, ct, a.Body)
					} else if a.field("code") == "" || a.field("request_id") == "" {
						t.Errorf("%s: a problem without code or request_id\n%.300s", where, a.Body)
					}
				}
			}
		}
	}
	t.Logf("%d bad requests on %s", sent, p.db.Dialect())
	if after := countRows(t, p); after != before {
		t.Errorf("bad requests wrote something:\nbefore %s\nafter  %s", before, after)
	}
}

type badRequest struct {
	path    string
	body    any
	headers []string
	refused bool // whether every answer below 400 is wrong
}

func badRequests(op operation) map[string]badRequest {
	id := uuid.NewString()
	good := op.at(id)
	bad := map[string]badRequest{
		"unknown parameter":   {good + "?" + unknown + "=" + canary, nil, nil, true},
		"bad utf-8 in path":   {op.at("%ff%fe"), nil, nil, op.at("%ff%fe") != good},
		"nul in path":         {op.at("x%00y"), nil, nil, op.at("x%00y") != good},
		"encoded slash":       {strings.Replace(good, "/v1/", "/v1%2f", 1), nil, nil, strings.HasPrefix(op.Path, "/v1/")},
		"double slash":        {"/" + good, nil, nil, true},
		"dot segments":        {"/v1/.." + good, nil, nil, true},
		"other id":            {op.at(canary), nil, nil, false},
		"long id":             {op.at(strings.Repeat("a", 3000)), nil, nil, false},
		"false credential":    {good, nil, []string{"Authorization", "Bearer " + canary}, true},
		"malformed bearer":    {good, nil, []string{"Authorization", canary}, true},
		"forged actor":        {good, nil, []string{"X-Labfilms-Actor", canary, "Connection", "X-Labfilms-Actor"}, false},
		"upgrade to a tunnel": {good, nil, []string{"Connection", "Upgrade", "Upgrade", "h2c"}, false},
	}
	for _, p := range op.Parameters {
		if p.In == "query" {
			for i, value := range []string{canary, "", "-1", "\x00", "\xff", strings.Repeat("9", 400), "{\"a\":1}"} {
				bad[fmt.Sprintf("query %s #%d", p.Name, i)] = badRequest{good + "?" + p.Name + "=" + url.QueryEscape(value), nil, nil, false}
			}
		}
	}
	if op.Method != http.MethodGet {
		bad["bad idempotency key"] = badRequest{good, "{}", []string{"Idempotency-Key", strings.Repeat("k", 300)}, true}
		for i, match := range []string{canary, `"x"`, `W/"1"`, "*", `"1","2"`, `"-1"`} {
			bad[fmt.Sprintf("if-match #%d", i)] = badRequest{good, "{}", []string{"If-Match", match}, false}
		}
	}
	if op.Body == nil {
		return bad
	}
	json := []string{"If-Match", `"1"`}
	for name, body := range map[string]string{
		"nothing": "", "cut off": `{"title":"` + canary, "an array": `["` + canary + `"]`, "a string": `"` + canary + `"`,
		"null": "null", "a number": "1e400", "two values": `{}{}`, "bare words": canary,
		"nested too deep": strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000),
		"arrays too deep": strings.Repeat("[", 100000),
		"unknown field":   `{"` + unknown + `":"` + canary + `"}`,
		"bad utf-8":       "{\"title\":\"" + canary + "\xff\"}",
		"nul":             `{"title":"a\u0000b","name":"a\u0000b"}`,
		"lone surrogate":  `{"title":"\ud800","name":"\ud800"}`,
		"too large":       `{"title":"` + strings.Repeat("x", 2<<20) + `"}`,
	} {
		bad["body: "+name] = badRequest{good, body, json, true}
	}
	bad["body: another media type"] = badRequest{good, "<a>" + canary + "</a>", append(json, "Content-Type", "application/xml"), true}
	bad["body: a broken media type"] = badRequest{good, "{}", append(json, "Content-Type", ";;"), true}
	properties, _ := op.Body["properties"].(map[string]any)
	for name := range properties {
		for i, value := range []string{"{}", "[]", "[[]]", "true", "-1", "1.5", "1e99", `"` + canary + `"`, `""`, `"\u202e` + canary + `"`, `{"` + unknown + `":null}`, `"` + strings.Repeat("é", 20_000) + `"`} {
			bad[fmt.Sprintf("body: %s #%d", name, i)] = badRequest{good, fmt.Sprintf(`{%q:%s,%q:%q}`, name, value, unknown, canary), json, true}
		}
	}
	return bad
}

// countRows says how many rows each table of core has that a request can add
// to, as one comparable line.
func countRows(t *testing.T, p *platform) string {
	t.Helper()
	var line strings.Builder
	for _, table := range []string{
		"spaces", "space_slugs", "space_modules", "accounts", "registrations", "handles", "proofs", "sessions", "tokens", "grants",
		"people", "person_crafts", "busy_periods", "claims", "organisations", "memberships",
		"films", "film_members", "transfers", "credits", "recognitions", "signing_keys",
		"notifications", "outbox WHERE source = 'core'", "audit_entries", "idempotency_records",
	} {
		var n int
		if err := p.db.QueryRow(t.Context(), "SELECT count(*) FROM "+table, nil, &n); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&line, "%s %d; ", table, n)
	}
	return line.String()
}

// TestNoSpoiltRequestIsOurFault sends every operation a body that fits its
// schema, with one value spoilt at a time, so that the rules behind the schema
// are met: what is not taken is a problem with reasons, never a 5xx.
func TestNoSpoiltRequestIsOurFault(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, spoil)
}

func spoil(t *testing.T, p *platform) {
	sent, refused := 0, 0
	for _, op := range operations(t, p) {
		properties, _ := op.Body["properties"].(map[string]any)
		for spoilt := range properties {
			for i, value := range []any{
				"", " ", "\u202e", "\u200b", "e\u0301", "😀", strings.Repeat("é", 200), "film.", "*", "king", "/fr/", canary, uuid.NewString(),
				"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 0, 1, -1, 1 << 40, true,
				[]string{},
				[]string{""},
				[]string{"*", "film"},
				nil,
			} {
				if sent++; skips(p, sent) {
					continue
				}
				body := map[string]any{}
				for name, schema := range properties {
					if fits := fitting(schema); fits != nil {
						body[name] = fits
					}
				}
				body[spoilt] = value
				a := p.send(t, "platform_admin@france", op.Method, op.at(uuid.NewString()), body, "If-Match", `"1"`)
				if a.StatusCode >= 500 {
					t.Errorf("%s with %s #%d: %s\n%s", op.ID, spoilt, i, a.Status, a.Body)
				}
				if a.StatusCode >= 400 {
					refused++
					if a.field("code") == "" {
						t.Errorf("%s with %s #%d: a refusal without a code\n%s", op.ID, spoilt, i, a.Body)
					}
				}
			}
		}
	}
	t.Logf("%d were refused", refused)
}

// fitting returns a value that fits the schema, nil where it may be absent.
func fitting(schema any) any {
	s, _ := schema.(map[string]any)
	if values, ok := s["enum"].([]any); ok {
		return values[0]
	}
	switch s["type"] {
	case "string":
		switch s["format"] {
		case "uuid":
			return uuid.NewString()
		case "date-time":
			return nil
		}
		return "bretagne" // a space's slug, a title, a name
	default:
		return nil
	}
}

// TestWordsFromAnywhere sends what people paste: it is kept as it was meant, or
// refused with a reason, and it never turns another's page around.
func TestWordsFromAnywhere(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, p *platform) {
		for _, c := range []struct{ title, kept, code string }{
			{"🎬 Fin de partie 👩\u200d🎤", "🎬 Fin de partie 👩\u200d🎤", ""},
			{"Ma\u200brée\ufeff basse", "Marée basse", ""},
			{"E\u0301te\u0301", "Été", ""},
			{"\u200b\u2060", "", "required"},
			{"Sortie \u202egpj.exe", "", "not_text"},
			{"Nul\u0007", "", "not_text"}, // NUL itself is no JSON here: 400
			{"Ｆｉｌｍ ｄｅ ｎｕｉｔ", "Ｆｉｌｍ ｄｅ ｎｕｉｔ", ""},
			{"Фильм", "Фильм", ""}, // another alphabet is no attack
		} {
			a := p.send(t, "creator@bretagne", http.MethodPost, "/v1/films", map[string]any{"space": "bretagne", "title": c.title})
			switch {
			case c.code == "" && (a.StatusCode != http.StatusCreated || a.field("title") != c.kept):
				t.Errorf("%q: %s, kept as %q, want %q", c.title, a.Status, a.field("title"), c.kept)
			case c.code != "" && (a.StatusCode != http.StatusUnprocessableEntity || !bytes.Contains(a.Body, []byte(c.code))):
				t.Errorf("%q: %s, want %s\n%s", c.title, a.Status, c.code, a.Body)
			}
		}
		if a := p.send(t, "creator@bretagne", http.MethodPost, "/v1/films", map[string]any{"space": "bretagne", "title": "Long", "synopsis": strings.Repeat("x", 10<<20)}); a.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("a synopsis of 10 MB: %s", a.Status)
		}
	})
}

// TestFiveHundredCreditsAtOnce are taken, all or none.
func TestFiveHundredCreditsAtOnce(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, p *platform) {
		at := "/v1/films/" + p.film(t, "Foule") + "/credits"
		credits := make([]any, 501)
		for i := range credits {
			credits[i] = map[string]any{"name": fmt.Sprintf("Figurante %d 🎬", i), "craft_text": "Figuration"}
		}
		total := func() string {
			return string(p.must(t, "creator@bretagne", http.MethodGet, at+"?limit=1&count=exact", nil).Body)
		}
		if a := p.send(t, "creator@bretagne", http.MethodPost, at, map[string]any{"credits": credits}); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("501 credits: %s", a.Status)
		}
		credits[250] = map[string]any{"name": "\u202e", "craft": "NO-SUCH"}
		a := p.send(t, "creator@bretagne", http.MethodPost, at, map[string]any{"credits": credits[:500]})
		if a.StatusCode != http.StatusUnprocessableEntity || !bytes.Contains(a.Body, []byte("/credits/250/name")) || !bytes.Contains(a.Body, []byte("/credits/250/craft")) {
			t.Errorf("one bad of 500: %s\n%.400s", a.Status, a.Body)
		}
		if got := total(); !strings.Contains(got, `"total":0`) {
			t.Errorf("a refused request left credits: %s", got)
		}
		credits[250] = map[string]any{"name": "Figurante 250", "craft_text": "Figuration"}
		p.must(t, "creator@bretagne", http.MethodPost, at, map[string]any{"credits": credits[:500]})
		if got := total(); !strings.Contains(got, `"total":500`) {
			t.Errorf("500 credits are %s", got)
		}
	})
}
