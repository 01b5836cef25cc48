package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/search"
)

// load is everybody at work on a platform until it is told to end: people,
// films, labels and selections are made, changed and withdrawn, and looked for.
type load struct {
	t          *testing.T
	url, token string
	known      string // a film that is there from first to last
	// down says that the server may be killed at any moment: then what fails is
	// not counted.
	down                     atomic.Bool
	wrote, found, unanswered atomic.Int64
	pace                     *time.Ticker // of all of them: the index takes longer to change than the database
	ctx                      context.Context
	end                      func()
}

// knownTitle is what the film is found by that is there from first to last.
const knownTitle = "Anabase immobile"

// startLoad puts a platform under load. p says where it is and who may sign in.
func startLoad(t *testing.T, p *platform) *load {
	t.Helper()
	l := &load{t: t, url: p.URL, token: p.tokens["creator@bretagne"]}
	l.known = p.film(t, knownTitle)
	p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+l.known+"/release", nil)
	waitFor(t, func() error {
		if a := p.send(t, "", http.MethodGet, "/v1/search?q=anabase", nil); !bytes.Contains(a.Body, []byte(l.known)) {
			return fmt.Errorf("%s\n%s", a.Status, a.Body)
		}
		return nil
	})
	ctx, stop := context.WithCancel(context.Background())
	l.ctx, l.pace = ctx, time.NewTicker(20*time.Millisecond)
	var crowd sync.WaitGroup
	for _, work := range []func(){l.filmWork, l.personWork, l.labelWork, l.selectionWork, l.lookFor} {
		crowd.Go(func() {
			for l.ctx.Err() == nil {
				work()
			}
		})
	}
	l.end = func() {
		stop()
		crowd.Wait()
	}
	t.Cleanup(l.end)
	return l
}

// do sends a request as the creator of Bretagne and returns the id of what was
// made. Whatever is not done is an error of the test.
func (l *load) do(method, path string, body any, headers ...string) (id string) {
	a, err := l.ask(method, path, body, headers...)
	switch {
	case l.down.Load() || l.ctx.Err() != nil:
	case err != nil:
		l.t.Errorf("%s %s: %v", method, path, err)
	case a.StatusCode >= 300:
		l.t.Errorf("%s %s: %s\n%s", method, path, a.Status, a.Body)
	default:
		l.wrote.Add(1)
	}
	return a.field("id")
}

func (l *load) ask(method, path string, body any, headers ...string) (answer, error) {
	<-l.pace.C
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return answer{}, err
		}
	}
	r, err := http.NewRequest(method, l.url+path, bytes.NewReader(content))
	if err != nil {
		return answer{}, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer "+l.token)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := stubborn.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	content, err = io.ReadAll(response.Body)
	return answer{response, content}, err
}

// change changes something of the creator of Bretagne.
func (l *load) change(path string, change map[string]any) {
	if a, err := l.ask(http.MethodGet, path, nil); err == nil {
		l.do(http.MethodPatch, path, change, "If-Match", a.Header.Get("ETag"))
	}
}

// film makes a film that anybody may choose, and releases it.
func (l *load) film() string {
	film := "/v1/films/" + l.do(http.MethodPost, "/v1/films", map[string]any{"space": "bretagne", "title": "Film " + uuid.NewString()})
	l.change(film, map[string]any{"consent": "open"})
	l.do(http.MethodPost, film+"/release", nil)
	return strings.TrimPrefix(film, "/v1/films/")
}

func (l *load) filmWork() {
	l.change("/v1/films/"+l.film(), map[string]any{"title": "Changé " + uuid.NewString()})
	l.do(http.MethodPost, "/v1/films/"+l.film()+"/withdraw", map[string]any{"reason": "Essai."})
}

func (l *load) personWork() {
	person := l.do(http.MethodPost, "/v1/people", map[string]any{"name": "Jeanne " + uuid.NewString()[:8], "space": "bretagne"})
	film := "/v1/films/" + l.film()
	l.do(http.MethodPost, film+"/credits", map[string]any{"credits": []any{map[string]any{"person": person, "craft_text": "Figuration"}}})
	l.change("/v1/people/"+person, map[string]any{"name": "Anne " + uuid.NewString()[:8]})
}

func (l *load) label() string {
	return ecranOfBretagne + "/labels/" + l.do(http.MethodPost, ecranOfBretagne+"/labels", map[string]any{"kind": "personal", "name": "Carnet " + uuid.NewString()})
}

func (l *load) labelWork() {
	l.change(l.label(), map[string]any{"name": "Cahier " + uuid.NewString()})
	l.do(http.MethodPost, l.label()+"/close", nil)
}

func (l *load) selectionWork() {
	label := l.label()
	open := func() string {
		return ecranOfBretagne + "/selections/" + l.do(http.MethodPost, label+"/selections", map[string]any{"title": "Sélection " + uuid.NewString(), "visibility": "public"})
	}
	film, kept, dropped := l.film(), open(), open()
	for _, at := range []string{kept, dropped} {
		pick := l.do(http.MethodPost, at+"/picks", map[string]any{"film": film, "conflict": "C'est mon film."})
		l.do(http.MethodPost, at+"/publish", nil)
		if at == dropped {
			l.do(http.MethodPost, at+"/picks/"+pick+"/withdraw", nil)
		}
	}
	l.change(label, map[string]any{"name": "Cahier " + uuid.NewString()})
}

// lookFor looks for the film that is there from first to last: search finds it,
// or says that it is not available.
func (l *load) lookFor() {
	a, err := l.ask(http.MethodGet, "/v1/search?q=anabase", nil)
	switch {
	case l.down.Load() || l.ctx.Err() != nil:
	case err != nil:
		l.t.Errorf("search: %v", err)
	case a.StatusCode == http.StatusServiceUnavailable && a.field("code") == "search_unavailable":
		l.unanswered.Add(1)
	case a.StatusCode == http.StatusOK && bytes.Contains(a.Body, []byte(l.known)):
		l.found.Add(1)
	default:
		l.t.Errorf("search: the film is not found: %s\n%s", a.Status, a.Body)
	}
}

// until waits until so much has been written, found and not answered more.
func (l *load) until(wrote, found, unanswered int64) {
	l.t.Helper()
	wrote, found, unanswered = wrote+l.wrote.Load(), found+l.found.Load(), unanswered+l.unanswered.Load()
	waitFor(l.t, func() error {
		if w, f, u := l.wrote.Load(), l.found.Load(), l.unanswered.Load(); w < wrote || f < found || u < unanswered {
			return fmt.Errorf("%d of %d written, %d of %d found, %d of %d not answered", w, wrote, f, found, u, unanswered)
		}
		return nil
	})
}

// equal waits until the index is whole and knows of everything, and compares it
// with the database, document by document.
func (p *platform) equal(t *testing.T) {
	t.Helper()
	p.settle(t)
	waitFor(t, func() error {
		whole, err := p.index.Whole(t.Context())
		if err == nil && !whole {
			err = search.ErrUnavailable
		}
		return err
	})
	n, err := p.search.Compare(core.WithActor(t.Context(), core.System()), func(d search.Difference) error {
		t.Errorf("%s %s is %s", d.Kind, d.ID, d.State)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 40 {
		t.Errorf("there are only %d documents", n)
	}
	t.Logf("%d documents compared", n)
}

// TestAWipedMeilisearchIsFilledAgain kills Meilisearch with -9 under load,
// deletes its data, and starts it again; and then kills it and leaves it its
// data.
func TestAWipedMeilisearchIsFilledAgain(t *testing.T) {
	binary := os.Getenv("LABFILMS_TEST_MEILI_BINARY")
	if binary == "" && os.Getenv("CI") != "" {
		t.Fatal("LABFILMS_TEST_MEILI_BINARY names no Meilisearch; make test has one")
	}
	if binary == "" {
		t.Skip("LABFILMS_TEST_MEILI_BINARY names no Meilisearch; make test has one")
	}
	database, drop, err := freshDatabase(postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(); err != nil {
			t.Error(err)
		}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	listener.Close()
	dir := filepath.Join(t.TempDir(), "meilisearch")
	kill := startMeilisearch(t, binary, addr, dir)
	p := newPlatform(t, Settings{DatabaseURL: database, Secret: testSecret, MeiliURL: "http://" + addr, MeiliKey: testSecret, MeiliPrefix: "labfilms"})
	l := startLoad(t, p)
	l.until(30, 5, 0)
	kill()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	l.until(20, 0, 5)
	kill = startMeilisearch(t, binary, addr, dir)
	l.until(20, 5, 0)
	kill() // and now with its disk: nothing is rebuilt, what has changed meanwhile is caught up with
	l.until(20, 0, 5)
	startMeilisearch(t, binary, addr, dir)
	l.until(10, 5, 0)
	l.end()
	p.equal(t)
	t.Logf("%d written; search found %d times and was away %d times", l.wrote.Load(), l.found.Load(), l.unanswered.Load())
}

// startMeilisearch starts a server with its data in a folder, and returns what
// kills it with -9.
func startMeilisearch(t *testing.T, binary, addr, dir string) (kill func()) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	server := exec.Command(binary, "--no-analytics", "--http-addr", addr, "--master-key", testSecret, "--db-path", filepath.Join(dir, "data"),
		"--dump-dir", filepath.Join(dir, "dumps"), "--snapshot-dir", filepath.Join(dir, "snapshots"),
		"--max-indexing-memory", "256MiB", "--max-indexing-threads", "1", "--log-level", "ERROR")
	server.Dir = dir
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	t.Cleanup(kill)
	waitFor(t, func() error {
		a, err := http.Get("http://" + addr + "/health")
		if err == nil {
			err = a.Body.Close()
		}
		return err
	})
	return kill
}

// TestAKilledPlatformFindsAll kills a platform with its embedded index under
// load, with -9, and then deletes the index.
func TestAKilledPlatformFindsAll(t *testing.T) {
	data := t.TempDir()
	server, url := startServer(t, data)
	before := &platform{URL: url}
	if err := before.readTokens(data); err != nil {
		t.Fatal(err)
	}
	l := startLoad(t, before)
	l.until(100, 5, 0)
	l.down.Store(true)
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()
	l.end()
	t.Logf("%d written; search found %d times and was away %d times", l.wrote.Load(), l.found.Load(), l.unanswered.Load())
	for _, lost := range []string{"nothing", "search"} {
		err := os.RemoveAll(filepath.Join(data, lost))
		if err != nil {
			t.Fatal(err)
		}
		p := &platform{}
		if p.Program, err = Open(t.Context(), Settings{Data: data, Addr: "127.0.0.1:0"}, Options{Log: slog.New(slog.DiscardHandler)}); err != nil {
			t.Fatal(err)
		}
		if err := p.Listen(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.URL = "http://" + p.Addr()
		p.equal(t)
		if a := p.must(t, "", http.MethodGet, "/v1/search?q=anabase", nil); !bytes.Contains(a.Body, []byte(l.known)) {
			t.Errorf("search: the film is not found: %s", a.Body)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestTheIndexIsRightAboutTheSuspended suspends somebody, waits until nothing of
// theirs is in the index any more, and reinstates them: what they made is found
// again.
func TestTheIndexIsRightAboutTheSuspended(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, Settings{})
	film := p.film(t, knownTitle)
	p.must(t, "creator@bretagne", http.MethodPost, "/v1/films/"+film+"/release", nil)
	self := "/v1/people/" + p.must(t, "creator@bretagne", http.MethodGet, "/v1/me", nil).within("person", "id")
	p.eventually(t)
	p.must(t, "platform_admin@france", http.MethodPost, self+"/suspend", map[string]any{"reason": "Essai."})
	p.eventually(t)
	p.must(t, "platform_admin@france", http.MethodPost, self+"/reinstate", map[string]any{"reason": "Essai."})
	p.eventually(t)
	if a := p.must(t, "", http.MethodGet, "/v1/search?q=anabase", nil); !bytes.Contains(a.Body, []byte(film)) {
		t.Errorf("search: the film is not found: %s", a.Body)
	}
}

// eventually waits until index and database agree.
func (p *platform) eventually(t *testing.T) {
	t.Helper()
	waitFor(t, func() error {
		different := 0
		_, err := p.search.Compare(core.WithActor(t.Context(), core.System()), func(search.Difference) error { different++; return nil })
		if err == nil && different > 0 {
			err = fmt.Errorf("they do not agree on %d documents", different)
		}
		return err
	})
}
