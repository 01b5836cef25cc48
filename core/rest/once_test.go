package rest_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/rest"
)

// tables makes the table that idempotency needs and one to write to.
func tables(ctx context.Context, d *db.DB) error {
	blob, at := "blob", "datetime"
	if d.Dialect() == db.Postgres {
		blob, at = "bytea", "timestamptz"
	}
	for _, table := range []string{
		`CREATE TABLE notes (text text NOT NULL)`,
		`CREATE TABLE idempotency_records (operation text NOT NULL, principal text NOT NULL, key_hash text NOT NULL, request_hash text NOT NULL,
			status integer NOT NULL, header text NOT NULL, body ` + blob + `, created_at ` + at + ` NOT NULL, UNIQUE (operation, principal, key_hash))`,
	} {
		if _, err := d.Exec(ctx, table); err != nil {
			return err
		}
	}
	return nil
}

// notebook is an API that writes notes, and counts how often it was asked to.
type notebook struct {
	*rest.API
	db    *db.DB
	calls atomic.Int32
}

func newNotebook(t *testing.T, d *db.DB) *notebook {
	t.Helper()
	n := &notebook{db: d, API: rest.New(rest.Config{Title: "Test", Version: "1", Log: quiet(), Once: d, OnceSecret: []byte("secret")})}
	type out struct {
		Status   int
		Location string      `header:"Location"`
		Cookie   http.Cookie `header:"Set-Cookie"`
		Body     struct {
			Token string `json:"token"`
			Call  int    `json:"call"`
		}
	}
	write := func(ctx context.Context, in *struct {
		Fail string `query:"fail"`
		Body struct {
			Text string `json:"text"`
		}
	},
	) (*out, error) {
		call := int(n.calls.Add(1))
		if in.Fail != "unchecked" {
			core.GuardFrom(ctx).Asked("note.create")
		}
		if _, err := d.Exec(ctx, `INSERT INTO notes (text) VALUES (?)`, in.Body.Text); err != nil {
			return nil, err
		}
		switch in.Fail {
		case "conflict":
			return nil, errTaken
		case "internal":
			return nil, errors.New("disk full")
		case "panic":
			panic("oops")
		}
		o := &out{Status: http.StatusCreated, Location: "/notes/7", Cookie: http.Cookie{Name: "session", Value: secret}}
		o.Body.Token, o.Body.Call = secret, call
		return o, nil
	}
	huma.Register(n.API, guarded(http.MethodPost, "/notes", "note.create"), write)
	huma.Register(n.API, guarded(http.MethodPost, "/notes/{id}/publish", "note.create"), func(ctx context.Context, in *struct {
		ID string `path:"id"`
	},
	) (*struct{}, error) {
		core.GuardFrom(ctx).Asked("note.create")
		n.calls.Add(1)
		_, err := d.Exec(ctx, `INSERT INTO notes (text) VALUES (?)`, in.ID)
		return nil, err
	})
	huma.Register(n.API, guarded(http.MethodPost, "/files", "note.create"), func(ctx context.Context, in *struct{ RawBody []byte }) (*struct{}, error) {
		core.GuardFrom(ctx).Asked("note.create")
		n.calls.Add(1)
		_, err := d.Exec(ctx, `INSERT INTO notes (text) VALUES (?)`, string(in.RawBody))
		return nil, err
	})
	return n
}

// counts returns how many notes and how many records there are.
func (n *notebook) counts(t *testing.T) (notes, records int) {
	t.Helper()
	for table, count := range map[string]*int{"notes": &notes, "idempotency_records": &records} {
		if err := n.db.QueryRow(t.Context(), `SELECT count(*) FROM `+table, nil, count); err != nil {
			t.Fatal(err)
		}
	}
	return notes, records
}

// as sends a POST as an account.
func (n *notebook) as(account, target, body, key string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r = r.WithContext(core.WithActor(r.Context(), &core.Actor{Account: account}))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	w := httptest.NewRecorder()
	n.ServeHTTP(w, r)
	return w
}

func TestOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		t.Run("a repeated request is answered and not repeated", func(t *testing.T) {
			t.Parallel()
			n := newNotebook(t, open(t))
			first, again := n.as("a", "/notes", `{"text":"x"}`, "k"), n.as("a", "/notes", `{"text":"x"}`, "k")
			if first.Code != http.StatusCreated || again.Code != first.Code || again.Body.String() != first.Body.String() {
				t.Fatalf("%d %s, then %d %s", first.Code, first.Body, again.Code, again.Body)
			}
			for _, header := range []string{"Location", "Set-Cookie", "Content-Type"} {
				if first.Header().Get(header) == "" || again.Header().Get(header) != first.Header().Get(header) {
					t.Errorf("%s: %q, then %q", header, first.Header(), again.Header())
				}
			}
			if first.Header().Get("Idempotent-Replayed") != "" || again.Header().Get("Idempotent-Replayed") != "true" {
				t.Errorf("replayed: %q, then %q", first.Header(), again.Header())
			}
			if notes, records := n.counts(t); notes != 1 || records != 1 || n.calls.Load() != 1 {
				t.Errorf("%d notes, %d records, %d calls", notes, records, n.calls.Load())
			}
		})
		t.Run("a request without a body", func(t *testing.T) {
			t.Parallel()
			n := newNotebook(t, open(t))
			for range 3 {
				if w := n.as("a", "/notes/1/publish", "", "k"); w.Code != http.StatusNoContent {
					t.Fatalf("%d %s", w.Code, w.Body)
				}
			}
			if n.calls.Load() != 1 {
				t.Errorf("%d calls", n.calls.Load())
			}
			problem(t, n.as("a", "/notes/2/publish", "", "k"), http.StatusUnprocessableEntity, "idempotency_mismatch")
		})
		t.Run("another request under the same key", func(t *testing.T) {
			t.Parallel()
			n := newNotebook(t, open(t))
			n.as("a", "/notes", `{"text":"x"}`, "k")
			problem(t, n.as("a", "/notes", `{"text":"y"}`, "k"), http.StatusUnprocessableEntity, "idempotency_mismatch")
			problem(t, n.as("a", "/notes?fail=", `{"text":"x"}`, "k"), http.StatusUnprocessableEntity, "idempotency_mismatch")
			if notes, _ := n.counts(t); notes != 1 {
				t.Errorf("%d notes", notes)
			}
			for _, w := range []*httptest.ResponseRecorder{n.as("b", "/notes", `{"text":"x"}`, "k"), n.as("a", "/notes", `{"text":"x"}`, "K"), n.as("", "/notes", `{"text":"x"}`, "k")} {
				if w.Code != http.StatusCreated || w.Header().Get("Idempotent-Replayed") != "" {
					t.Errorf("another asker or key: %d %v", w.Code, w.Header())
				}
			}
		})
		t.Run("a body that is not JSON", func(t *testing.T) {
			t.Parallel()
			n := newNotebook(t, open(t))
			send := func(body string) *httptest.ResponseRecorder {
				return do(n, http.MethodPost, "/files", body, "Content-Type", "application/octet-stream", "Idempotency-Key", "k")
			}
			if first, again := send("x"), send("x"); first.Code != http.StatusNoContent || again.Header().Get("Idempotent-Replayed") != "true" {
				t.Errorf("%d, then %d %v", first.Code, again.Code, again.Header())
			}
			problem(t, send("y"), http.StatusUnprocessableEntity, "idempotency_mismatch")
		})
		t.Run("what fails can be tried again and leaves nothing", func(t *testing.T) {
			t.Parallel()
			n := newNotebook(t, open(t))
			for fail, want := range map[string]struct {
				status int
				code   string
			}{"conflict": {409, "handle_taken"}, "internal": {500, "internal"}, "panic": {500, "internal"}, "unchecked": {500, "unchecked"}} {
				for range 2 {
					w := n.as("a", "/notes?fail="+fail, `{"text":"x"}`, "k-"+fail)
					problem(t, w, want.status, want.code)
					if w.Header().Get("Location") != "" || w.Header().Get("Set-Cookie") != "" || w.Header().Get("Idempotent-Replayed") != "" {
						t.Errorf("%s: %v", fail, w.Header())
					}
				}
			}
			problem(t, n.as("a", "/notes", `{"wrong":"x"}`, "k"), http.StatusUnprocessableEntity, "invalid")
			if notes, records := n.counts(t); notes != 0 || records != 0 {
				t.Errorf("%d notes, %d records", notes, records)
			}
			if w := n.as("a", "/notes", `{"text":"x"}`, "k"); w.Code != http.StatusCreated {
				t.Errorf("after a mistake: %d %s", w.Code, w.Body)
			}
		})
		t.Run("at the same time", func(t *testing.T) {
			t.Parallel()
			n := newNotebook(t, open(t))
			var (
				all    sync.WaitGroup
				answer [8]*httptest.ResponseRecorder
			)
			for i := range answer {
				all.Go(func() { answer[i] = n.as("a", "/notes", `{"text":"x"}`, "k") })
			}
			all.Wait()
			replayed := 0
			for _, w := range answer {
				if w.Code != http.StatusCreated || w.Body.String() != answer[0].Body.String() {
					t.Errorf("%d %s", w.Code, w.Body)
				}
				if w.Header().Get("Idempotent-Replayed") == "true" {
					replayed++
				}
			}
			if notes, records := n.counts(t); notes != 1 || records != 1 || n.calls.Load() != 1 || replayed != len(answer)-1 {
				t.Errorf("%d notes, %d records, %d calls, %d replayed", notes, records, n.calls.Load(), replayed)
			}
		})
		t.Run("what is kept cannot be read", func(t *testing.T) {
			t.Parallel()
			n := newNotebook(t, open(t))
			n.as("a", "/notes", `{"text":"`+secret+`"}`, "the-clients-key")
			var (
				operation, key, request, header string
				body                            []byte
			)
			if err := n.db.QueryRow(t.Context(), `SELECT operation, key_hash, request_hash, header, body FROM idempotency_records`, nil,
				&operation, &key, &request, &header, &body); err != nil {
				t.Fatal(err)
			}
			if kept := key + request + header + string(body); strings.Contains(kept, secret) || strings.Contains(kept, "the-clients-key") || operation != "POST /notes" {
				t.Errorf("%s %s", operation, kept)
			}
			// An answer that was tampered with is not given.
			if _, err := n.db.Exec(t.Context(), `UPDATE idempotency_records SET body = ?`, body[:len(body)-1]); err != nil {
				t.Fatal(err)
			}
			problem(t, n.as("a", "/notes", `{"text":"`+secret+`"}`, "the-clients-key"), http.StatusInternalServerError, "internal")
		})
		t.Run("a key is short and visible", func(t *testing.T) {
			t.Parallel()
			n := newNotebook(t, open(t))
			for _, key := range []string{"", " ", "a b", "é", "a\tb", strings.Repeat("k", 256)} {
				p := problem(t, n.as("a", "/notes", `{"text":"x"}`, key), http.StatusUnprocessableEntity, "idempotency_key_invalid")
				reasons(t, p, "header/Idempotency-Key idempotency_key_invalid")
			}
			problem(t, do(n, http.MethodPost, "/notes", `{"text":"x"}`, "Idempotency-Key", "a", "Idempotency-Key", "b"), http.StatusUnprocessableEntity, "idempotency_key_invalid")
			if w := n.as("a", "/notes", `{"text":"x"}`, strings.Repeat("~", 255)); w.Code != http.StatusCreated {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
		t.Run("what is old is forgotten", func(t *testing.T) {
			t.Parallel()
			n := newNotebook(t, open(t))
			n.as("a", "/notes", `{"text":"x"}`, "k")
			if gone, err := rest.Forget(t.Context(), n.db, time.Now().Add(-time.Hour)); gone != 0 || err != nil {
				t.Errorf("what is young: %d, %v", gone, err)
			}
			if gone, err := rest.Forget(t.Context(), n.db, time.Now().Add(time.Hour)); gone != 1 || err != nil {
				t.Errorf("what is old: %d, %v", gone, err)
			}
			n.as("a", "/notes", `{"text":"x"}`, "k")
			if notes, _ := n.counts(t); notes != 2 {
				t.Errorf("%d notes", notes)
			}
		})
	}, tables)
}
