package host_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/plugins/host"
	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/policies"
)

// TestMain makes this test binary a module, where a host of these tests asks
// it to be one, or a program with a host in it, where a test wants one to kill.
func TestMain(m *testing.M) {
	if name, asked := sdk.Asked(); asked {
		switch name {
		case "stillborn":
			fmt.Fprintln(os.Stderr, "panic: no light in the box")
			os.Exit(3)
		case "mute":
			select {} // until it is killed
		case "noisy":
			fmt.Println("printed by some init")
			fmt.Print("and this without a line feed")
		}
		sdk.Serve(&rig{name: name})
		os.Exit(0)
	}
	if os.Getenv("LABFILMS_HOST_TEST") != "" {
		os.Exit(beHost())
	}
	os.Exit(m.Run())
}

// platform is a host and the little of the platform that it needs around it.
type platform struct {
	*host.Host
	URL  string
	HTTP *http.Client
	dir  string
	run  string // where the folder of sockets is

	mu      sync.Mutex
	state   string
	actor   *core.Actor
	emitted []core.Event
	refused []string
}

var bretagne = host.Space{
	ID: "space-bretagne", Slug: "bretagne", Name: "Bretagne",
	Place: core.Place{Network: "space-fr", Region: "space-bretagne", Space: "space-bretagne", Path: "/fr/bretagne/"},
}

// options returns those of a host for modules of these names.
func (p *platform) options(t testing.TB, names ...string) host.Options {
	t.Helper()
	options := host.Options{
		Dir: p.dir, RunDir: runDir(t), Secret: []byte("of the tests, and long enough for them"),
		PublicURL: "http://labfilms.test", Log: quiet(t), Environ: os.Environ(),
		Films:       p.films,
		People:      func(context.Context, []string, string) ([]host.Person, error) { return nil, nil },
		Emit:        p.emit,
		Refused:     p.refuse,
		DrainWithin: time.Second,
	}
	var rows []policies.Module
	for _, name := range names {
		options.Bundled = append(options.Bundled, host.Bundle{Name: name})
		rows = append(rows, policies.Module{Name: name, Rows: (&rig{name: name}).Manifest().Policy})
	}
	gate, err := policies.Load(rows...)
	if err != nil {
		t.Fatal(err)
	}
	options.Gate = gate
	return options
}

// open starts a host with these modules, and a server in front of it, until
// the test ends.
func open(t testing.TB, change func(*host.Options), names ...string) *platform {
	t.Helper()
	p := prepare(t, change, names...)
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.serve(t)
	return p
}

// prepare makes a host that is not started yet.
func prepare(t testing.TB, change func(*host.Options), names ...string) *platform {
	t.Helper()
	p := &platform{dir: t.TempDir(), state: "on"}
	options := p.options(t, names...)
	if change != nil {
		change(&options)
	}
	p.run = options.RunDir
	var err error
	if p.Host, err = host.New(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// serve puts a server in front of the host.
func (p *platform) serve(t testing.TB) {
	server := httptest.NewServer(rest.RequestID(p))
	t.Cleanup(server.Close)
	p.URL, p.HTTP = server.URL, server.Client()
}

// ServeHTTP stands for core/api: /MODULE/… below the space Bretagne.
func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	state, actor := p.state, p.actor
	p.mu.Unlock()
	module, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/spaces/bretagne/"), "/")
	p.Serve(w, r, host.Call{
		Module: module, Space: bretagne, Actor: actor, State: state, Scope: core.Scope{Place: bretagne.Place},
	})
}

func (p *platform) as(actor *core.Actor) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.actor = actor
}

func (p *platform) in(state string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = state
}

func (p *platform) films(ctx context.Context, ids, _ []string) ([]host.Film, error) {
	var seen []host.Film
	for _, id := range ids {
		if id == "public" || id == "private" && core.ActorFrom(ctx).Account == "ada" {
			seen = append(seen, host.Film{ID: id, Title: "A " + id + " film"})
		}
	}
	return seen, nil
}

func (p *platform) emit(_ context.Context, e core.Event) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.emitted = append(p.emitted, e)
	return nil
}

func (p *platform) refuse(_ context.Context, module, permission string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = append(p.refused, module+" "+permission)
}

var (
	member  = &core.Actor{Account: "ada", Person: "person-ada", Grants: []core.Grant{{Role: "member", Path: "/fr/bretagne/"}}}
	curator = &core.Actor{Account: "eve", Person: "person-eve", Grants: []core.Grant{{Role: "curator", Path: "/fr/"}}}
)

// answer is what came back of a request.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) code() string {
	var problem struct{ Code string }
	_ = json.Unmarshal([]byte(a.body), &problem)
	return problem.Code
}

// do sends a request to a path of the module; headers are pairs.
func (p *platform) do(t testing.TB, method, path string, body io.Reader, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.URL+"/v1/spaces/bretagne/"+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	res, err := p.HTTP.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(text)}
}

func (p *platform) get(t testing.TB, path string, headers ...string) answer {
	t.Helper()
	return p.do(t, http.MethodGet, path, nil, headers...)
}

// status returns how the module is doing.
func (p *platform) status(t testing.TB, module string) host.Status {
	t.Helper()
	for _, s := range p.Status() {
		if s.Module == module {
			return s
		}
	}
	t.Fatalf("there is no module %s", module)
	return host.Status{}
}

// eventually polls until the condition holds, ten seconds at most.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

// runDir returns a folder with a short name, as sockets need.
func runDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "r")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if left, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
		os.RemoveAll(dir)
	})
	return dir
}

func quiet(t testing.TB) *slog.Logger {
	level := slog.LevelError + 1
	if testing.Verbose() {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: level}))
}

func TestAModuleIsStartedDescribedAndServed(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig", "other")
	p.as(member)
	a := p.get(t, "rig/hello", "X-Request-Id", "of-the-test")
	var said struct {
		PID                           int
		Person, Space, Request, State string
		Roles                         []string
	}
	if err := json.Unmarshal([]byte(a.body), &said); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d %s %v", a.status, a.body, err)
	}
	if said.PID == os.Getpid() || said.PID != p.status(t, "rig").PID {
		t.Errorf("answered by process %d", said.PID)
	}
	if got, want := fmt.Sprint(said.Person, said.Space, said.Request, said.State, said.Roles), "person-adabretagneof-the-teston[member visitor]"; got != want {
		t.Errorf("the module knows %s, want %s", got, want)
	}
	if got := fmt.Sprint(p.Names()); got != "[other rig]" {
		t.Errorf("names %s", got)
	}
	if summary, version := p.Summary("rig"); summary != "Is held up to the light." || version != "1.2.3" {
		t.Errorf("summary %q, version %q", summary, version)
	}
	if !strings.Contains(string(p.Document("rig")), `"/v1/spaces/{space}/rig/hello"`) {
		t.Errorf("the document is %.200s", p.Document("rig"))
	}
	if p.Document("nothing") != nil || p.Manifest("nothing").Name != "" {
		t.Error("a module that is not there is described")
	}
	if err := p.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	for _, name := range p.Names() {
		if _, err := os.Stat(filepath.Join(p.dir, "modules", name, name+".db")); err != nil {
			t.Error(err)
		}
	}
}
