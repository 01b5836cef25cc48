package host_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
)

func TestTheHostRefusesWhatTheModuleNeedNotSee(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	scoped := *member
	scoped.Scopes = []string{"rig.hello.read"}
	suspended := *member
	suspended.Suspended = true
	for _, c := range []struct {
		what         string
		actor        *core.Actor
		state        string
		method, path string
		want         string
	}{
		{"a visitor reads", nil, "on", "GET", "rig/hello", "200"},
		{"a visitor writes", nil, "on", "POST", "rig/notes", "401 unauthenticated"},
		{"a member writes", member, "on", "POST", "rig/notes", "201"},
		{"a member of another region writes", &core.Actor{Account: "bob", Grants: []core.Grant{{Role: "member", Path: "/fr/occitanie/"}}}, "on", "POST", "rig/notes", "403 denied"},
		{"a member whose grant has ended writes", &core.Actor{Account: "bob", Grants: []core.Grant{{Role: "member", Path: "/fr/", Until: time.Unix(1, 0)}}}, "on", "POST", "rig/notes", "403 denied"},
		{"a token without the scope writes", &scoped, "on", "POST", "rig/notes", "403 denied"},
		{"a token with the scope reads", &scoped, "on", "GET", "rig/hello", "200"},
		{"somebody suspended writes", &suspended, "on", "POST", "rig/notes", "403 denied"},
		{"somebody suspended reads", &suspended, "on", "GET", "rig/hello", "200"},
		{"a read while it is read only", member, "read_only", "GET", "rig/hello", "200"},
		{"a write while it is read only", member, "read_only", "POST", "rig/notes", "403 module_read_only"},
		{"an ending while it is read only", member, "read_only", "POST", "rig/finish", "403 module_read_only"},
		{"a read while it closes", member, "closing", "GET", "rig/hello", "200"},
		{"a write while it closes", member, "closing", "POST", "rig/notes", "403 module_closing"},
		{"an ending while it closes", member, "closing", "POST", "rig/finish", "204"},
		{"a path that is not there", member, "on", "GET", "rig/nothing", "404 not_found"},
		{"a method that is not there", member, "on", "DELETE", "rig/notes", "405 method_not_allowed"},
		{"a module that is not there", member, "on", "GET", "nothing/hello", "503 module_unavailable"},
	} {
		p.as(c.actor)
		p.in(c.state)
		var body io.Reader
		if c.path == "rig/notes" {
			body = strings.NewReader(`{"text": "x"}`)
		}
		a := p.do(t, c.method, c.path, body, "Content-Type", "application/json")
		if got := strings.TrimSpace(fmt.Sprint(a.status, " ", a.code())); got != c.want {
			t.Errorf("%s: %s, want %s\n%s", c.what, got, c.want, a.body)
		}
		if a.status == http.StatusMethodNotAllowed && a.header.Get("Allow") != "POST" {
			t.Errorf("allowed: %q", a.header.Get("Allow"))
		}
	}
}

func TestWhatIsRefusedDoesNotReachTheModule(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	// A module that stands still answers nothing: what is answered now is the
	// host's own.
	p.stopped(t, "rig")
	scoped := *member
	scoped.Scopes = []string{"rig.hello.read"}
	for what, actor := range map[string]*core.Actor{"a visitor": nil, "a token without the scope": &scoped, "a member": member} {
		p.as(actor)
		path := "rig/notes"
		if actor == member {
			path = "rig/recognise"
		}
		answered := make(chan int, 1)
		go func() {
			res, err := p.HTTP.Post(p.URL+"/v1/spaces/bretagne/"+path, "application/json", strings.NewReader(`{"text": "x"}`))
			if err != nil {
				answered <- 0
				return
			}
			res.Body.Close()
			answered <- res.StatusCode
		}()
		select {
		case status := <-answered:
			if status != http.StatusUnauthorized && status != http.StatusForbidden {
				t.Errorf("%s: %d", what, status)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%s: the request reached the module", what)
		}
	}
}

func TestTheModuleHearsOnlyTheHostAboutTheAsker(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	p.as(member)
	forged := []string{
		"X-Labfilms-Actor", "forged", "x-labfilms-other", "forged", "Authorization", "Bearer forged", "Cookie", "session=forged",
		"X-Forwarded-For", "203.0.113.7", "X-Forwarded-Host", "forged.test", "Forwarded", "for=forged", "Proxy-Authorization", "forged",
		"Connection", "X-Labfilms-Actor, X-Request-Id", "X-Other", "kept", "Traceparent", "00-kept",
	}
	seen := p.get(t, "rig/headers?access_token=forged&a=1&b=2;c", append(forged, "X-Request-Id", "mine")...).body
	if strings.Contains(seen, "forged") {
		t.Errorf("something forged arrived:\n%s", seen)
	}
	for _, want := range []string{"X-Other: kept", "Traceparent: 00-kept", "X-Request-Id: mine", "Query: a=1\n", "Host: rig\n"} {
		if !strings.Contains(seen, want) {
			t.Errorf("%q did not arrive:\n%s", want, seen)
		}
	}
	if strings.Count(seen, "X-Labfilms-Actor: ") != 1 {
		t.Errorf("not one actor:\n%s", seen)
	}
	if a := p.get(t, "rig/hello", forged...); a.status != http.StatusOK || !strings.Contains(a.body, `"person":"person-ada"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestAModuleSpeaksOnlyForItself(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	a := p.get(t, "rig/evil", "X-Request-Id", "mine")
	for _, name := range []string{"Set-Cookie", "X-Labfilms-Actor", "Access-Control-Allow-Origin", "Clear-Site-Data", "Strict-Transport-Security"} {
		if values := a.header.Values(name); len(values) > 0 {
			t.Errorf("%s: %v", name, values)
		}
	}
	if got := a.header.Values("X-Request-Id"); len(got) != 1 || got[0] != "mine" {
		t.Errorf("request id %v", got)
	}
	// As it comes over the line: Go's client does not show informational answers.
	text := exchange(t, p, "GET /v1/spaces/bretagne/rig/evil HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	if strings.Contains(text, "103") || strings.Contains(text, "early") {
		t.Errorf("the early answer passed:\n%s", text)
	}
}

// exchange sends bytes and returns all that comes back.
func exchange(t *testing.T, p *platform, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	back, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(back)
}

func TestOnlyAWebSocketLeavesHTTP(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	for _, protocol := range []string{"h2c", "HTTP/2.0", "tls", "websocket, h2c", "websocket\r\nUpgrade: h2c"} {
		text := exchange(t, p, "GET /v1/spaces/bretagne/rig/socket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, close\r\nUpgrade: "+protocol+"\r\n\r\n")
		if !strings.HasPrefix(text, "HTTP/1.1 400 ") || !strings.Contains(text, "upgrade_refused") {
			t.Errorf("Upgrade: %s: %s", protocol, text)
		}
	}
	if a := p.get(t, "rig/socket"); a.status == http.StatusSwitchingProtocols || a.status == http.StatusOK {
		t.Errorf("a module changes the protocol unasked: %d", a.status)
	}

	conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET /v1/spaces/bretagne/rig/socket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	lines := bufio.NewReader(conn)
	res, err := http.ReadResponse(lines, nil)
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v %v", res, err)
	}
	fmt.Fprint(conn, "hello\n")
	if line, err := lines.ReadString('\n'); line != "echo hello\n" {
		t.Errorf("%q %v", line, err)
	}
}

func TestABodyIsBoundedByItsOperation(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	p.as(member)
	zeros := make([]byte, 1<<20+1)
	json := func(n int) []byte { return []byte(`{"text":"` + strings.Repeat("x", n-len(`{"text":""}`)) + `"}`) }
	for _, c := range []struct {
		what, method, path string
		body               []byte
		chunked            bool
		headers            []string
		want               int
	}{
		{"all that it takes", "PUT", "rig/bytes", zeros[:1<<20], false, nil, 200},
		{"all that it takes, of unknown length", "PUT", "rig/bytes", zeros[:1<<20], true, nil, 200},
		{"one byte more", "PUT", "rig/bytes", zeros, false, nil, 413},
		{"one byte more, of unknown length", "PUT", "rig/bytes", zeros, true, nil, 413},
		{"a note", "POST", "rig/notes", json(4095), false, nil, 201},
		{"a longer note", "POST", "rig/notes", json(4097), false, nil, 413},
		{"a longer note, of unknown length", "POST", "rig/notes", json(4097), true, nil, 413},
		{"a note under a key, of unknown length", "POST", "rig/notes", json(4095), true, []string{"Idempotency-Key", "key-of-a-note"}, 201},
		{"a longer note under a key, of unknown length", "POST", "rig/notes", json(4097), true, []string{"Idempotency-Key", "key-of-a-longer-note"}, 413},
		{"a body where none is needed", "GET", "rig/hello", zeros, false, nil, 200},
	} {
		kind := "application/json"
		if c.path == "rig/bytes" {
			kind = "application/octet-stream"
		}
		var body io.Reader = bytes.NewReader(c.body)
		if c.chunked {
			body = struct{ io.Reader }{body}
		}
		a := p.do(t, c.method, c.path, body, append(c.headers, "Content-Type", kind)...)
		if c.method == "GET" {
			// Refused or ignored: never a failure of ours.
			if a.status >= 500 {
				t.Errorf("%s: %d %s", c.what, a.status, a.body)
			}
			continue
		}
		if a.status != c.want {
			t.Errorf("%s: %d, want %d\n%.300s", c.what, a.status, c.want, a.body)
		}
	}
}

func TestAModuleSeesThatTheAskerIsGone(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+"/v1/spaces/bretagne/rig/wait", nil)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := p.HTTP.Do(r); err == nil {
		res.Body.Close()
		t.Fatal("a handler that waits for the end of its asker has answered")
	}
	eventually(t, "the module sees it", func() bool { return p.get(t, "rig/later").body != "" })
}

func TestHalfADocumentIsNotAnswered(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	if a := p.get(t, "rig/truncate"); a.status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", a.status, a.body)
	}
	if n := p.status(t, "rig").Starts; n != 1 {
		t.Errorf("%d starts", n)
	}
}
