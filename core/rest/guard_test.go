package rest_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

// asked is an operation that answers secret, after asking the policy or not.
func asked(ask bool, answer func(ctx huma.Context)) *rest.API {
	a := api()
	huma.Register(a, guarded(http.MethodGet, "/secret", "film.read"), func(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
		if ask {
			core.GuardFrom(ctx).Asked("film.read")
		}
		return &huma.StreamResponse{Body: answer}, nil
	})
	return a
}

func TestAnUncheckedSuccessIsStopped(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(ctx huma.Context){
		"a body":         func(ctx huma.Context) { _, _ = io.WriteString(ctx.BodyWriter(), secret) },
		"a status":       func(ctx huma.Context) { ctx.SetStatus(http.StatusNoContent) },
		"a redirect":     func(ctx huma.Context) { ctx.SetHeader("Location", "/"+secret); ctx.SetStatus(http.StatusFound) },
		"not modified":   func(ctx huma.Context) { ctx.SetHeader("ETag", `"`+secret+`"`); ctx.SetStatus(http.StatusNotModified) },
		"nothing at all": func(huma.Context) {},
		"a file": func(ctx huma.Context) {
			_, _ = ctx.BodyWriter().(io.ReaderFrom).ReadFrom(strings.NewReader(secret))
		},
		"a stream": func(ctx huma.Context) {
			ctx.SetHeader("Content-Type", "text/event-stream")
			for range 3 {
				_, _ = io.WriteString(ctx.BodyWriter(), "data: "+secret+"\n\n")
				ctx.BodyWriter().(http.Flusher).Flush()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := do(asked(false, answer), http.MethodGet, "/secret", "")
			problem(t, w, http.StatusInternalServerError, "unchecked")
			for header, values := range w.Header() {
				if strings.Contains(strings.Join(values, ""), secret) {
					t.Errorf("%s: %v", header, values)
				}
			}
			if strings.Contains(w.Body.String(), secret) {
				t.Errorf("%s", w.Body)
			}
			if w := do(asked(true, answer), http.MethodGet, "/secret", ""); w.Code >= 400 {
				t.Errorf("a checked one is stopped: %s", w.Body)
			}
		})
	}
}

func TestARefusalNeedsNoCheck(t *testing.T) {
	t.Parallel()
	a := api()
	huma.Register(a, guarded(http.MethodGet, "/secret", "film.read"), func(context.Context, *struct{}) (*struct{}, error) {
		return nil, errTaken
	})
	problem(t, do(a, http.MethodGet, "/secret", ""), http.StatusConflict, "handle_taken")
}

func TestAskingForAnotherActionIsNotEnough(t *testing.T) {
	t.Parallel()
	a := api()
	huma.Register(a, guarded(http.MethodGet, "/secret", "film.read"), func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		core.GuardFrom(ctx).Asked("film.list")
		return nil, nil
	})
	problem(t, do(a, http.MethodGet, "/secret", ""), http.StatusInternalServerError, "unchecked")
}

func TestAnOperationThatDeclaresNothingIsClosed(t *testing.T) {
	t.Parallel()
	a := api()
	op := public(http.MethodGet, "/undeclared")
	op.Extensions = nil
	huma.Register(a, op, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	problem(t, do(a, http.MethodGet, "/undeclared", ""), http.StatusInternalServerError, "unchecked")
}

func TestTheEdgesGuardIsUsed(t *testing.T) {
	t.Parallel()
	ctx, guard := core.WithGuard(t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/secret", nil)
	asked(true, func(huma.Context) {}).ServeHTTP(httptest.NewRecorder(), r)
	guard.Expect("film.read")
	if guard.Asked("film.read"); guard.Err() != nil {
		t.Fatal("unreachable")
	}
	unchecked := httptest.NewRecorder()
	asked(false, func(huma.Context) {}).ServeHTTP(unchecked, r)
	if !errors.Is(guard.Err(), core.ErrUnchecked) {
		t.Error("the API opened a guard of its own")
	}
}

func TestVerifyFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	none := func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }
	for want, op := range map[string]huma.Operation{
		"permission": {OperationID: "a", Method: "GET", Path: "/a", Summary: "A", Tags: []string{"a"}},
		"public as well": {
			OperationID: "a", Method: "GET", Path: "/a", Summary: "A", Tags: []string{"a"},
			Extensions: map[string]any{"x-public": true, "x-permission": "film.read"},
		},
		"no id":      {Method: "GET", Path: "/a", Summary: "A", Tags: []string{"a"}, Extensions: rest.Public()},
		"no summary": {OperationID: "a", Method: "GET", Path: "/a", Tags: []string{"a"}, Extensions: rest.Public(), Hidden: true},
		"no tag":     {OperationID: "a", Method: "GET", Path: "/a", Summary: "A", Extensions: rest.Permission("film.read")},
	} {
		a := rest.New(rest.Config{Title: "Test", Version: "1", Namespace: "ecran"})
		huma.Register(a, op, none)
		if err := a.Verify(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := echoes().Verify(); err != nil {
		t.Errorf("nothing is missing: %v", err)
	}
}

func TestAPanicIsAProblem(t *testing.T) {
	t.Parallel()
	var log journal
	a := rest.New(rest.Config{Title: "Test", Version: "1", Log: log.logger()})
	huma.Register(a, public(http.MethodGet, "/panic"), func(context.Context, *struct{}) (*struct{}, error) { panic(secret) })
	huma.Register(a, public(http.MethodGet, "/half"), func(context.Context, *struct{}) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			_, _ = io.WriteString(ctx.BodyWriter(), "half")
			panic(secret)
		}}, nil
	})
	huma.Register(a, public(http.MethodGet, "/abort"), func(context.Context, *struct{}) (*struct{}, error) { panic(http.ErrAbortHandler) })

	w := do(a, http.MethodGet, "/panic", "")
	problem(t, w, http.StatusInternalServerError, "internal")
	if strings.Contains(w.Body.String(), secret) || strings.Count(log.String(), secret) != 1 || !strings.Contains(log.String(), "guard_test.go") {
		t.Errorf("shown %s, logged %s", w.Body, log.String())
	}
	for _, path := range []string{"/half", "/abort"} {
		func() {
			defer func() {
				if v := recover(); v != http.ErrAbortHandler {
					t.Errorf("%s: the connection is not cut: %v", path, v)
				}
			}()
			do(rest.Recover(log.logger())(a), http.MethodGet, path, "")
		}()
	}
	if got := strings.Count(log.String(), secret); got != 2 {
		t.Errorf("logged %d times", got)
	}

	var edge journal
	plain := rest.Recover(edge.logger())(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(secret) }))
	problem(t, do(plain, http.MethodGet, "/", ""), http.StatusInternalServerError, "internal")
	if strings.Count(edge.String(), secret) != 1 {
		t.Errorf("logged %s", edge.String())
	}
}

func TestFlushAndHijackReachTheServer(t *testing.T) {
	t.Parallel()
	step := make(chan struct{})
	a := api()
	huma.Register(a, public(http.MethodGet, "/stream"), func(context.Context, *struct{}) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			_, _ = io.WriteString(ctx.BodyWriter(), "one\n")
			if err := http.NewResponseController(ctx.BodyWriter().(http.ResponseWriter)).Flush(); err != nil {
				t.Error(err)
			}
			<-step
		}}, nil
	})
	hijack := func(_ context.Context, _ *struct{}) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			conn, _, err := http.NewResponseController(ctx.BodyWriter().(http.ResponseWriter)).Hijack()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: close\r\n\r\nraw")
			_ = conn.Close()
		}}, nil
	}
	huma.Register(a, public(http.MethodGet, "/hijack"), hijack)
	huma.Register(a, guarded(http.MethodGet, "/unchecked", "film.read"), hijack)

	server := httptest.NewServer(rest.RequestID(rest.Logged(quiet())(rest.Recover(quiet())(a))))
	defer server.Close()
	res, err := http.Get(server.URL + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if line, err := bufio.NewReader(res.Body).ReadString('\n'); line != "one\n" {
		t.Errorf("the first line, before the handler ends: %q, %v", line, err)
	}
	close(step)
	for path, want := range map[string]int{"/hijack": http.StatusSwitchingProtocols, "/unchecked": http.StatusInternalServerError} {
		res, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
}
