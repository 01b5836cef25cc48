package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core/api"
)

// platform is a whole LabFilms in this process, with the demonstration's data
// and its modules in processes of their own.
type platform struct {
	*Program
	URL    string
	tokens map[string]string // by role@space
}

// newPlatform starts a platform for one test alone.
func newPlatform(t testing.TB, settings Settings) *platform {
	t.Helper()
	if settings.Data == "" {
		settings.Data = t.TempDir()
	}
	settings.Addr = "127.0.0.1:0"
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := startPlatform(settings, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(p.Close(), log.Close()); err != nil {
			t.Error(err)
		}
		if said, err := os.ReadFile(log.Name()); t.Failed() && err == nil {
			t.Logf("the end of what it said:\n%s", said[max(0, len(said)-4000):])
		}
	})
	return p
}

// startPlatform starts a platform that writes what goes wrong into log.
func startPlatform(settings Settings, log io.Writer) (*platform, error) {
	ctx := context.Background()
	program, err := Open(ctx, settings, Options{
		Log:    slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Limits: api.Limits{Read: -1, Write: -1, Auth: -1},
	})
	if err != nil {
		return nil, err
	}
	if err := program.Listen(ctx); err != nil {
		return nil, err
	}
	if err := program.Demo(ctx, io.Discard, false); err != nil {
		return nil, err
	}
	if err := settled(ctx, program); err != nil {
		return nil, err
	}
	p := &platform{Program: program, URL: "http://" + program.Addr()}
	return p, p.readTokens(settings.Data)
}

// readTokens reads who can sign in.
func (p *platform) readTokens(data string) error {
	content, err := os.ReadFile(filepath.Join(data, "demo-accounts.json"))
	if err != nil {
		return err
	}
	var accounts []demoAccount
	if err := json.Unmarshal(content, &accounts); err != nil {
		return err
	}
	p.tokens = map[string]string{}
	for _, a := range accounts {
		p.tokens[a.Role+"@"+a.Space] = a.Token
	}
	return nil
}

// settled waits until the demonstration's films know that they were picked:
// the last that it sets going.
func settled(ctx context.Context, p *Program) error {
	picks := 0
	for _, s := range demoSelections {
		picks += len(s.picks)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		var known int
		if err := p.db.QueryRow(ctx, "SELECT count(*) FROM recognitions", nil, &known); err != nil {
			return err
		}
		if known == picks {
			return p.events.Settled(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d recognitions have arrived", known, picks)
		case <-tick.C:
		}
	}
}

// answer is what came back, read whole.
type answer struct {
	*http.Response
	Body []byte
}

// field returns a field of the answer's body, "" where there is none.
func (a answer) field(name string) string {
	var body map[string]any
	_ = json.Unmarshal(a.Body, &body)
	s, _ := body[name].(string)
	return s
}

// within returns a text member of a member of the body.
func (a answer) within(member, name string) string {
	var body map[string]json.RawMessage
	if err := json.Unmarshal(a.Body, &body); err != nil {
		return ""
	}
	return answer{Body: body[member]}.field(name)
}

// send sends a request as the demonstration's account role@space, as a visitor
// for "". Headers are given as name and value in turn.
func (p *platform) send(t testing.TB, as, method, path string, body any, headers ...string) answer {
	t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	case []byte:
		reader = bytes.NewReader(b)
	default:
		content, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		reader = bytes.NewReader(content)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, p.URL+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	if reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if as != "" {
		token := p.tokens[as]
		if token == "" {
			t.Fatalf("the demonstration has no %s", as)
		}
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := stubborn.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{response, content}
}

// must is send for a request that has to succeed.
func (p *platform) must(t testing.TB, as, method, path string, body any, headers ...string) answer {
	t.Helper()
	a := p.send(t, as, method, path, body, headers...)
	if a.StatusCode >= 300 {
		t.Fatalf("%s %s as %q: %s\n%s", method, path, as, a.Status, a.Body)
	}
	return a
}
