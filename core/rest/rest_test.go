package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

// do sends one request; header is name, value in turn.
func do(h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body == "" {
		r.Body = http.NoBody
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// problem asserts a problem with this status and code, and returns it.
func problem(t testing.TB, w *httptest.ResponseRecorder, status int, code string) rest.Problem {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("content type %q, body %s", got, w.Body)
	}
	var p rest.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if w.Code != status || p.Status != status || p.Code != code {
		t.Fatalf("answer %d, problem %d %s, want %d %s: %s", w.Code, p.Status, p.Code, status, code, w.Body)
	}
	if p.Title == "" || p.Detail == "" || p.RequestID == "" || p.Type == "" || p.Instance == "" {
		t.Fatalf("incomplete: %s", w.Body)
	}
	return p
}

// reasons asserts the reasons of a problem, as "pointer code".
func reasons(t testing.TB, p rest.Problem, want ...string) {
	t.Helper()
	got := map[string]bool{}
	for _, r := range p.Errors {
		if r.Message == "" {
			t.Errorf("%s %s says nothing", r.Pointer, r.Code)
		}
		got[r.Pointer+" "+r.Code] = true
	}
	for _, w := range want {
		if !got[w] {
			t.Errorf("no reason %q in %v", w, p.Errors)
		}
	}
	if len(got) != len(want) {
		t.Errorf("reasons %v, want %v", p.Errors, want)
	}
}

// journal is a log to look into.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// api returns an API that keeps its log to itself.
func api() *rest.API { return rest.New(rest.Config{Title: "Test", Version: "1", Log: quiet()}) }

// public is an operation without a permission.
func public(method, path string) huma.Operation {
	return huma.Operation{
		OperationID: strings.ToLower(method) + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(path),
		Method:      method, Path: path, Summary: "Test", Tags: []string{"Test"}, Extensions: rest.Public(),
	}
}

// guarded is an operation that depends on an action.
func guarded(method, path, action string) huma.Operation {
	op := public(method, path)
	op.Extensions = rest.Permission(action)
	return op
}

type item struct {
	Title string   `json:"title" minLength:"1" maxLength:"10"`
	Count int      `json:"count,omitempty" minimum:"0" maximum:"9"`
	Tags  []string `json:"tags,omitempty" maxItems:"3"`
	Cast  []struct {
		Name string `json:"name" minLength:"2"`
	} `json:"cast,omitempty"`
}

type itemBody struct{ Body item }

// echo registers POST, PATCH and GET of an item, public.
func echo(a huma.API) {
	handler := func(_ context.Context, in *struct{ Body item }) (*itemBody, error) { return &itemBody{in.Body}, nil }
	huma.Register(a, public(http.MethodPost, "/items"), handler)
	huma.Register(a, public(http.MethodPatch, "/items"), handler)
	huma.Register(a, public(http.MethodGet, "/items/{id}"), func(_ context.Context, in *struct {
		ID    string   `path:"id" maxLength:"36"`
		Limit int      `query:"limit" minimum:"1" maximum:"100" default:"25"`
		Tags  []string `query:"tag,explode"`
		Agent string   `header:"User-Agent"`
	},
	) (*itemBody, error) {
		return &itemBody{item{Title: in.ID, Count: in.Limit % 10}}, nil
	})
}

func echoes() *rest.API {
	a := api()
	echo(a)
	return a
}

// failing returns an API whose GET /fail answers err.
func failing(log *slog.Logger, err error) *rest.API {
	a := rest.New(rest.Config{Title: "Test", Version: "1", Log: log})
	huma.Register(a, public(http.MethodGet, "/fail"), func(context.Context, *struct{}) (*struct{}, error) { return nil, err })
	return a
}

var errTaken = &core.Fault{Kind: core.Conflict, Code: "handle_taken", EN: "Somebody has this handle.", FR: "Cet identifiant est pris."}
