package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/labfilms/labfilms/core/search/meili"
)

// TestMain makes this test binary the program itself when it is started under
// the program's name, as scripts do, or as a module, as the host of a test
// does. Without the second a module would run these tests again, for ever.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "run-module" {
		os.Exit(run())
	}
	testscript.Main(m, map[string]func(){"labfilms": func() { os.Exit(run()) }})
}

// The stories are whole-program tests: the real binary, its modules in
// processes of their own, a real database, real HTTP.
func TestStoriesOnSQLite(t *testing.T) {
	t.Parallel()
	testscript.Run(t, stories(nil))
}

func TestStoriesOnPostgres(t *testing.T) {
	t.Parallel()
	server := postgres(t)
	testscript.Run(t, stories(func(env *testscript.Env) error {
		database, drop, err := freshDatabase(server)
		if err != nil {
			return err
		}
		env.Defer(func() {
			if err := drop(); err != nil {
				t.Error(err)
			}
		})
		env.Setenv("LABFILMS_DATABASE_URL", database)
		env.Setenv("LABFILMS_SECRET", testSecret)
		return searchWith(t, env)
	}))
}

// searchWith has a story search with the tests' Meilisearch, under names of its
// own.
func searchWith(t *testing.T, env *testscript.Env) error {
	options := meili.Options{
		URL: os.Getenv("LABFILMS_TEST_MEILI"), Key: os.Getenv("LABFILMS_TEST_MEILI_KEY"), Prefix: "story-" + uuid.NewString(),
	}
	if options.URL == "" {
		if os.Getenv("CI") != "" {
			return errors.New("LABFILMS_TEST_MEILI names no Meilisearch")
		}
		return nil // the embedded one
	}
	index, err := meili.Open(context.Background(), options)
	if err != nil {
		return err
	}
	env.Defer(func() {
		if err := errors.Join(index.Forget(context.Background()), index.Close()); err != nil {
			t.Error(err)
		}
	})
	env.Setenv("LABFILMS_MEILI_URL", options.URL)
	env.Setenv("LABFILMS_MEILI_KEY", options.Key)
	env.Setenv("LABFILMS_MEILI_PREFIX", options.Prefix)
	return nil
}

func stories(setup func(*testscript.Env) error) testscript.Params {
	return testscript.Params{
		Dir: "testdata/script",
		Condition: func(name string) (bool, error) {
			if name == "postgres" {
				return setup != nil, nil
			}
			return false, fmt.Errorf("there is no condition %q", name)
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("LABFILMS_ADDR", "127.0.0.1:0")
			env.Setenv("LABFILMS_DATA", filepath.Join(env.WorkDir, "data"))
			env.Setenv("TMPDIR", os.TempDir()) // a script's own is too long a name for sockets
			if setup != nil {
				return setup(env)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"http":    scriptHTTP,
			"capture": scriptCapture,
			"mailed":  scriptMailed,
			"ready":   scriptReady,
			"instant": scriptInstant,
			"expires": scriptExpires,
		},
	}
}

// scriptReady waits until the server that the script started says where it
// listens, and can serve.
//
//	labfilms serve --demo --cast &
//	ready
func scriptReady(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: ready")
	}
	file := filepath.Join(ts.Getenv("LABFILMS_DATA"), "address")
	until(ts, func() error {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		address := strings.TrimSpace(string(content))
		answer, err := http.Get("http://" + address + "/readyz")
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("readyz answers %s", answer.Status)
		}
		ts.Setenv("API", "http://"+address)
		return nil
	})
}

// scriptHTTP sends a request and fails the script unless the answer has the
// status that is named first. The answer's body is what stdout matches.
//
//	http 201 POST /v1/films as=creator@bretagne '{"title": "Marée basse"}'
//	http 200 GET /v1/films/$FILM/recognitions until='Gens de mer'
//
// as= signs in with the demonstration's token of that role and space; a name
// in capitals before = sets a header (If-Match="7"); until= repeats a GET for
// up to a minute until the body holds the text.
func scriptHTTP(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: http status METHOD path [as=role@space] [Header=value] [until=text] [body]")
	}
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	method, path := args[1], args[2]
	header, want, body := http.Header{}, "", ""
	for _, arg := range args[3:] {
		name, value, ok := strings.Cut(arg, "=")
		switch {
		case strings.HasPrefix(arg, "{") || !ok:
			body = arg
		case name == "as":
			header.Set("Authorization", "Bearer "+demoToken(ts, value))
		case name == "until":
			want = value
		default:
			header.Set(name, value)
		}
	}
	if body != "" && header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	until(ts, func() error {
		request, err := http.NewRequest(method, ts.Getenv("API")+path, strings.NewReader(body))
		if err != nil {
			return final{err}
		}
		request.Header = header
		answer, err := stubborn.Do(request)
		if err != nil {
			return final{err}
		}
		defer answer.Body.Close()
		content, err := io.ReadAll(answer.Body)
		if err != nil {
			return final{err}
		}
		fmt.Fprintf(ts.Stdout(), "%s\n", content)
		ts.Setenv("ANSWER", string(content))
		ts.Setenv("ETAG", answer.Header.Get("ETag"))
		ts.Setenv("KEPT", answer.Header.Get("Cache-Control"))
		if want != "" && (answer.StatusCode != status || !bytes.Contains(content, []byte(want))) {
			return fmt.Errorf("%s %s never said %q: %s\n%s", method, path, want, answer.Status, content)
		}
		if answer.StatusCode != status {
			return final{fmt.Errorf("%s %s: want %d, got %s\n%s", method, path, status, answer.Status, content)}
		}
		return nil
	})
}

// stubborn follows no redirection: it is an answer like another.
var stubborn = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// scriptInstant keeps the instant that so much time from now is.
//
//	instant UNTIL 5s
func scriptInstant(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: instant NAME duration")
	}
	d, err := time.ParseDuration(args[1])
	ts.Check(err)
	ts.Setenv(args[0], time.Now().Add(d).UTC().Format(time.RFC3339Nano))
}

// scriptExpires checks that nobody may keep the last answer beyond an instant.
//
//	expires $UNTIL
func scriptExpires(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: expires instant")
	}
	at, err := time.Parse(time.RFC3339Nano, args[0])
	ts.Check(err)
	_, seconds, ok := strings.Cut(ts.Getenv("KEPT"), "max-age=")
	age, err := strconv.Atoi(seconds)
	if !ok || err != nil {
		ts.Fatalf("Cache-Control says no age: %q", ts.Getenv("KEPT"))
	}
	// What is left now is less than when it was answered: too strict by that.
	if left := time.Until(at) + time.Second; time.Duration(age)*time.Second > left {
		ts.Fatalf("it may be kept for %d s, and holds for %v", age, left)
	}
}

// scriptCapture keeps a field of the last answer in a variable.
//
//	capture FILM id
//	capture FIRST data.0.id
func scriptCapture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: capture NAME field.path")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.Getenv("ANSWER")), &v))
	for step := range strings.SplitSeq(args[1], ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(at) {
				ts.Fatalf("capture: no %q in %v", step, at)
			}
			v = at[i]
		}
	}
	if v == nil {
		ts.Fatalf("capture: no %s in %s", args[1], ts.Getenv("ANSWER"))
	}
	ts.Setenv(args[0], fmt.Sprint(v))
}

// scriptMailed waits for a mail to an address that holds a secret which the
// script does not have yet, and keeps that of the newest in a variable. The
// mails are those that the platform captured in its data folder.
//
//	mailed lea@example.org SECRET
func scriptMailed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mailed address NAME")
	}
	until(ts, func() error {
		files, err := filepath.Glob(filepath.Join(ts.Getenv("LABFILMS_DATA"), "mail", "*.eml"))
		if err != nil {
			return final{err}
		}
		slices.Sort(files)
		for _, file := range slices.Backward(files) {
			secret, err := mailedSecret(file, args[0])
			if err != nil {
				return err
			}
			if secret != "" && !strings.Contains(ts.Getenv("MAILED"), secret) {
				ts.Setenv("MAILED", ts.Getenv("MAILED")+" "+secret)
				ts.Setenv(args[1], secret)
				return nil
			}
		}
		return fmt.Errorf("none of %d mails to %s holds a secret", len(files), args[0])
	})
}

var secretInMail = regexp.MustCompile(`token=([A-Za-z0-9_-]+)`)

// mailedSecret returns the secret in a mail to the address, "" where it is to
// somebody else or holds none.
func mailedSecret(file, to string) (string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	message, err := mail.ReadMessage(bytes.NewReader(content))
	if err != nil {
		return "", err
	}
	if !strings.Contains(message.Header.Get("To"), to) {
		return "", nil
	}
	body, err := io.ReadAll(message.Body)
	if err != nil {
		return "", err
	}
	found := secretInMail.FindSubmatch(body)
	if found == nil {
		return "", nil
	}
	return string(found[1]), nil
}

func demoToken(ts *testscript.TestScript, who string) string {
	content, err := os.ReadFile(filepath.Join(ts.Getenv("LABFILMS_DATA"), "demo-accounts.json"))
	ts.Check(err)
	var accounts []struct{ Role, Space, Token string }
	ts.Check(json.Unmarshal(content, &accounts))
	role, space, _ := strings.Cut(who, "@")
	for _, a := range accounts {
		if a.Role == role && a.Space == space {
			return a.Token
		}
	}
	ts.Fatalf("the demonstration has no %s", who)
	return ""
}

// final ends a wait at once.
type final struct{ error }

// until repeats try for up to a minute.
func until(ts *testscript.TestScript, try func() error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return
		}
		if _, ends := err.(final); ends || ctx.Err() != nil {
			ts.Fatalf("%v", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}
