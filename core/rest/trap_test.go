package rest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

// Each of these is something that Huma, or net/http below it, does unless it
// is told otherwise.

const secret = "hunter2-hunter2"

func TestTrapErrorTextLeaks(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		errors.New("pq: password=" + secret),
		huma.Error500InternalServerError(secret, errors.New(secret)),
		huma.Error404NotFound(secret, errors.New(secret)),
		huma.NewError(http.StatusTeapot, secret),
		errTaken.Because(errors.New(secret)),
	} {
		w := do(failing(quiet(), err), http.MethodGet, "/fail", "")
		if strings.Contains(w.Body.String(), secret) || w.Code < 400 {
			t.Errorf("%v is answered %d %s", err, w.Code, w.Body)
		}
	}
}

func TestTrapInputIsEchoed(t *testing.T) {
	t.Parallel()
	a := echoes()
	for _, w := range []*httptest.ResponseRecorder{
		do(a, http.MethodPost, "/items", `{"title":"`+secret+`"}`),
		do(a, http.MethodPost, "/items", `{"title":"`+secret),
		do(a, http.MethodPost, "/items", `{"title":1,"count":"`+secret+`"}`),
		do(a, http.MethodGet, "/items/1?limit="+secret, ""),
		do(a, http.MethodGet, "/items/1?tag="+secret+"&other="+secret, ""),
		do(a, http.MethodGet, "/none/"+secret, ""),
	} {
		if strings.Contains(w.Body.String(), secret) || w.Code < 400 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

func TestTrapSchemaLinksBelieveTheHostHeader(t *testing.T) {
	t.Parallel()
	w := do(echoes(), http.MethodPost, "/items", `{"title":"a"}`, "X-Forwarded-Host", "evil.example")
	if w.Code != http.StatusOK || w.Header().Get("Link") != "" || w.Body.String() != `{"title":"a"}`+"\n" {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

// Run with -race, as everything is.
func TestTrapDocumentHandlersRace(t *testing.T) {
	t.Parallel()
	a := echoes()
	openapi, err := a.OpenAPI().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	document, err := rest.NewDocument(openapi)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, path := range []string{"/openapi.json", "/openapi.yaml", "/docs", "/schemas/Item.json"} {
				problem(t, do(a, http.MethodGet, path, ""), http.StatusNotFound, "not_found")
			}
			do(document, http.MethodGet, "/openapi.yaml", "")
		})
	}
	all.Wait()
}

func TestTrapMiddlewareAfterRegisterIsIgnored(t *testing.T) {
	t.Parallel()
	stop := func(ctx huma.Context, _ func(huma.Context)) { ctx.SetStatus(http.StatusUnauthorized) }
	a := api()
	a.UseMiddleware(stop)
	echo(a)
	if w := do(a, http.MethodPost, "/items", `{"title":"a"}`); w.Code != http.StatusUnauthorized {
		t.Errorf("middleware before Register has no effect: %d", w.Code)
	}
	defer func() {
		if recover() == nil {
			t.Error("middleware that would have no effect was taken")
		}
	}()
	a.UseMiddleware(stop)
}

func TestTrapRawBodiesHaveNoLimit(t *testing.T) {
	t.Parallel()
	a := api()
	huma.Register(a, public(http.MethodPost, "/raw"), func(context.Context, *struct{ RawBody []byte }) (*struct{}, error) { return nil, nil })
	limited := public(http.MethodPost, "/files")
	limited.MaxBodyBytes = 1000
	huma.Register(a, limited, func(_ context.Context, in *struct {
		RawBody huma.MultipartFormFiles[struct {
			File huma.FormFile `form:"file"`
		}]
	},
	) (*struct{}, error) {
		_, err := io.Copy(io.Discard, in.RawBody.Data().File)
		return nil, err
	})
	form := func(size int) (string, string) {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		part, _ := m.CreateFormFile("file", "x.bin")
		_, _ = part.Write(bytes.Repeat([]byte("x"), size))
		_ = m.Close()
		return b.String(), m.FormDataContentType()
	}
	if w := do(a, http.MethodPost, "/raw", strings.Repeat("x", 1<<20), "Content-Type", "application/octet-stream"); w.Code >= 400 {
		t.Errorf("the limit itself: %d %s", w.Code, w.Body)
	}
	problem(t, do(a, http.MethodPost, "/raw", strings.Repeat("x", 1<<20+1), "Content-Type", "application/octet-stream"), http.StatusRequestEntityTooLarge, "too_large")
	small, media := form(10)
	if w := do(a, http.MethodPost, "/files", small, "Content-Type", media); w.Code >= 400 {
		t.Errorf("a small file: %d %s", w.Code, w.Body)
	}
	large, media := form(3 << 20)
	problem(t, do(a, http.MethodPost, "/files", large, "Content-Type", media), http.StatusRequestEntityTooLarge, "too_large")

	// The same where no length is announced, and at the edge.
	for name, h := range map[string]http.Handler{"operation": a, "edge": rest.LimitBody(1000)(a)} {
		r := httptest.NewRequest(http.MethodPost, "/files", io.MultiReader(strings.NewReader(large)))
		r.ContentLength = -1
		r.Header.Set("Content-Type", media)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		t.Run(name, func(t *testing.T) { problem(t, w, http.StatusRequestEntityTooLarge, "too_large") })
	}
}

func TestTrapTheLimitItselfIsRefused(t *testing.T) {
	t.Parallel()
	a := api()
	op := public(http.MethodPost, "/items")
	op.MaxBodyBytes = 20
	huma.Register(a, op, func(_ context.Context, in *struct{ Body item }) (*itemBody, error) { return &itemBody{in.Body}, nil })
	body := func(size int) string { return `{"title":"a"}` + strings.Repeat(" ", size-13) }
	if w := do(a, http.MethodPost, "/items", body(20)); w.Code != http.StatusOK {
		t.Errorf("exactly the limit: %d %s", w.Code, w.Body)
	}
	problem(t, do(a, http.MethodPost, "/items", body(21)), http.StatusRequestEntityTooLarge, "too_large")
	edge := rest.LimitBody(20)(echoes())
	if w := do(edge, http.MethodPost, "/items", body(20)); w.Code != http.StatusOK {
		t.Errorf("exactly the limit at the edge: %d %s", w.Code, w.Body)
	}
	problem(t, do(edge, http.MethodPost, "/items", body(21)), http.StatusRequestEntityTooLarge, "too_large")
}

func TestTrapTheMuxAnswersInPlainText(t *testing.T) {
	t.Parallel()
	a := echoes()
	problem(t, do(a, http.MethodGet, "/nowhere", ""), http.StatusNotFound, "not_found")
	problem(t, do(a, http.MethodGet, "/items/1/", ""), http.StatusNotFound, "not_found")
	w := do(a, http.MethodDelete, "/items", "")
	problem(t, w, http.StatusMethodNotAllowed, "method_not_allowed")
	if got := w.Header().Get("Allow"); got != "PATCH, POST" {
		t.Errorf("Allow: %q", got)
	}
	problem(t, do(a, http.MethodOptions, "/items", ""), http.StatusMethodNotAllowed, "method_not_allowed")
}

func TestTrapNilSlicesAreNull(t *testing.T) {
	t.Parallel()
	a := api()
	huma.Register(a, public(http.MethodGet, "/list"), func(context.Context, *rest.ListParams) (*struct{ Body rest.ListBody[item] }, error) {
		out := &struct{ Body rest.ListBody[item] }{}
		out.Body = rest.ListOf(emptyList, rest.NewCursors([]byte("k")), "", "", func(i item) item { return i })
		return out, nil
	})
	if w := do(a, http.MethodGet, "/list", ""); w.Body.String() != `{"data":[],"page":{"next_cursor":null,"has_more":false}}`+"\n" {
		t.Errorf("%s", w.Body)
	}
	if s := a.OpenAPI().Components.Schemas.Map()["ListBodyItem"].Properties["data"]; s.Nullable {
		t.Error("the schema says that data may be null")
	}
}

func TestTrapUnknownQueryParametersPass(t *testing.T) {
	t.Parallel()
	a := echoes()
	p := problem(t, do(a, http.MethodGet, "/items/1?limit=2&colour=red", ""), http.StatusUnprocessableEntity, "invalid")
	reasons(t, p, "query/colour unknown_parameter")
	// Through a group as well, where Huma looks for its settings elsewhere.
	grouped := api()
	echo(huma.NewGroup(grouped, "/v1"))
	problem(t, do(grouped, http.MethodGet, "/v1/items/1?colour=red", ""), http.StatusUnprocessableEntity, "invalid")
}

func TestTrapRepeatedQueryParametersAreDropped(t *testing.T) {
	t.Parallel()
	a := echoes()
	p := problem(t, do(a, http.MethodGet, "/items/1?limit=2&limit=3", ""), http.StatusUnprocessableEntity, "invalid")
	reasons(t, p, "query/limit repeated")
	if w := do(a, http.MethodGet, "/items/1?tag=a&tag=b", ""); w.Code != http.StatusOK {
		t.Errorf("a parameter that may be repeated: %s", w.Body)
	}
}

func TestTrapSchemasOfOneNamePanic(t *testing.T) {
	t.Parallel()
	a := rest.New(rest.Config{Title: "Test", Version: "1", Namespace: "ecran"})
	huma.Register(a, public(http.MethodGet, "/a"), func(context.Context, *struct{}) (*struct{ Body Key }, error) { return nil, nil })
	huma.Register(a, public(http.MethodGet, "/b"), func(context.Context, *struct{}) (*struct{ Body core.Key }, error) { return nil, nil })
	huma.Register(a, public(http.MethodGet, "/c"), func(context.Context, *struct{}) (*struct{ Body rest.ListBody[Key] }, error) { return nil, nil })
	huma.Register(a, public(http.MethodGet, "/d"), func(context.Context, *struct{}) (*struct{ Body rest.ListBody[core.Key] }, error) {
		return nil, nil
	})
	schemas := a.OpenAPI().Components.Schemas.Map()
	for _, name := range []string{"EcranKey", "EcranCoreKey", "EcranListBodyKey", "EcranRestListBodyCoreKey", "Problem", "Reason", "Page"} {
		if schemas[name] == nil {
			t.Errorf("no schema %s", name)
		}
	}
	if len(schemas) != 7 {
		t.Errorf("schemas: %v", schemas)
	}
}

// Key has the name of a type of core's.
type Key struct {
	ID string `json:"id"`
}

func TestTrapOperationIDsCollide(t *testing.T) {
	t.Parallel()
	defer func() {
		if v := recover(); v == nil || !strings.Contains(fmt.Sprint(v), "post-items") {
			t.Errorf("a second operation of the same id: %v", v)
		}
	}()
	a := echoes()
	op := public(http.MethodGet, "/other")
	op.OperationID = "post-items"
	huma.Register(a, op, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
}

func TestTrapKeysMatchInAnyCase(t *testing.T) {
	t.Parallel()
	p := problem(t, do(echoes(), http.MethodPost, "/items", `{"Title":"a"}`), http.StatusUnprocessableEntity, "invalid")
	reasons(t, p, "/Title unknown_property", "/title required")
}

func TestTrapDuplicateKeysPass(t *testing.T) {
	t.Parallel()
	for body, pointer := range map[string]string{
		`{"title":"a","title":"b"}`:                               "/title",
		`{"title":"a","t\u0069tle":"b"}`:                          "/title",
		`{"title":"a","cast":[{"name":"x"},{"name":1,"name":2}]}`: "/cast/1/name",
	} {
		p := problem(t, do(echoes(), http.MethodPost, "/items", body), http.StatusBadRequest, "duplicate_key")
		reasons(t, p, pointer+" duplicate_key")
	}
}

func TestTrapNestingIsEndless(t *testing.T) {
	t.Parallel()
	a := echoes()
	problem(t, do(a, http.MethodPost, "/items", strings.Repeat("[", 65)+strings.Repeat("]", 65)), http.StatusBadRequest, "too_deep")
	problem(t, do(a, http.MethodPost, "/items", strings.Repeat(`{"a":`, 100000)), http.StatusBadRequest, "too_deep")
	problem(t, do(a, http.MethodPost, "/items", strings.Repeat("[", 64)+strings.Repeat("]", 64)), http.StatusUnprocessableEntity, "invalid")
}

func TestTrapTextThatIsNone(t *testing.T) {
	t.Parallel()
	a := echoes()
	for name, body := range map[string]string{
		"bad UTF-8":           "{\"title\":\"\xff\"}",
		"NUL":                 `{"title":"a\u0000b"}`,
		"NUL in a key":        `{"title":"a","\u0000":1}`,
		"half a surrogate":    `{"title":"\ud83d"}`,
		"surrogates reversed": `{"title":"\ude00\ud83d"}`,
	} {
		t.Run(name, func(t *testing.T) {
			problem(t, do(a, http.MethodPost, "/items", body), http.StatusBadRequest, "not_text")
		})
	}
	if w := do(a, http.MethodPost, "/items", `{"title":"\ud83d\ude00 \\u0000"}`); w.Code != http.StatusOK {
		t.Errorf("a whole surrogate pair and an escaped escape: %s", w.Body)
	}
	for target, pointer := range map[string]string{
		"/items/1?tag=%00": "query/tag",
		"/items/1?tag=%ff": "query/tag",
		"/items/1?%ff=1":   "query/�",
	} {
		reasons(t, problem(t, do(a, http.MethodGet, target, ""), http.StatusBadRequest, "not_text"), pointer+" not_text")
	}
	reasons(t, problem(t, do(a, http.MethodGet, "/items/1", "", "User-Agent", "\xff"), http.StatusBadRequest, "not_text"), "header/User-Agent not_text")
	problem(t, do(a, http.MethodGet, "/items/%ff", ""), http.StatusBadRequest, "path_malformed")
	problem(t, do(a, http.MethodGet, "/items/%00", ""), http.StatusBadRequest, "path_malformed")
	problem(t, do(a, http.MethodGet, "/items/1?limit=%zz", ""), http.StatusBadRequest, "malformed")
	problem(t, do(a, http.MethodGet, "/items/1?limit=1;tag=2", ""), http.StatusBadRequest, "malformed")
}

//nolint:paralleltest // it changes Huma's globals
func TestTrapFormatsAreGlobal(t *testing.T) {
	huma.DefaultFormats["application/evil"] = huma.Format{Marshal: func(w io.Writer, _ any) error {
		_, err := io.WriteString(w, "evil")
		return err
	}}
	defer delete(huma.DefaultFormats, "application/evil")
	w := do(echoes(), http.MethodPost, "/items", `{"title":"a"}`, "Accept", "application/evil")
	if w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
}

func TestTrapMediaTypes(t *testing.T) {
	t.Parallel()
	a := echoes()
	body := `{"title":"a"}`
	for _, c := range []struct {
		method, media string
		taken         bool
	}{
		{http.MethodPost, "application/json", true},
		{http.MethodPost, "application/JSON; charset=UTF-8", true},
		{http.MethodPatch, "application/json", true},
		{http.MethodPatch, "application/merge-patch+json", true},
		{http.MethodPost, "application/merge-patch+json", false},
		{http.MethodPost, "application/json; charset=latin1", false},
		{http.MethodPost, "text/plain", false},
		{http.MethodPost, "application/x-www-form-urlencoded", false},
		{http.MethodPost, "multipart/form-data; boundary=x", false},
		{http.MethodPost, "json", false},
		{http.MethodPost, ";;", false},
	} {
		w := do(a, c.method, "/items", body, "Content-Type", c.media)
		if c.taken {
			if w.Code != http.StatusOK {
				t.Errorf("%s %s: %d %s", c.method, c.media, w.Code, w.Body)
			}
			continue
		}
		problem(t, w, http.StatusUnsupportedMediaType, "unsupported_media_type")
		if !strings.Contains(w.Header().Get("Accept"), "application/json") {
			t.Errorf("Accept: %q", w.Header().Get("Accept"))
		}
	}
}

func TestTrapUnknownAcceptIsJSON(t *testing.T) {
	t.Parallel()
	for _, accept := range []string{"", "text/html", "application/cbor", "*/*", ";;;", "application/json;q=0"} {
		w := do(echoes(), http.MethodPost, "/items", `{"title":"a"}`, "Accept", accept)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("Accept %q: %d %v", accept, w.Code, w.Header())
		}
		problem(t, do(echoes(), http.MethodPost, "/items", `{}`, "Accept", accept), http.StatusUnprocessableEntity, "invalid")
	}
}

func TestTrapHalfAnAnswer(t *testing.T) {
	t.Parallel()
	a := api()
	huma.Register(a, public(http.MethodGet, "/nan"), func(context.Context, *struct{}) (*struct{ Body any }, error) {
		return &struct{ Body any }{map[string]any{"a": make(chan int)}}, nil
	})
	problem(t, do(a, http.MethodGet, "/nan", ""), http.StatusInternalServerError, "internal")
}

func TestTrapNullAndAbsentAreTheSame(t *testing.T) {
	t.Parallel()
	type patch struct {
		Body struct {
			Title rest.Opt[string] `json:"title,omitempty" maxLength:"5"`
			Year  rest.Opt[int]    `json:"year,omitempty" minimum:"1888"`
		}
	}
	var got patch
	a := api()
	huma.Register(a, public(http.MethodPatch, "/p"), func(_ context.Context, in *patch) (*struct{}, error) {
		got = *in
		return nil, nil
	})
	for body, want := range map[string]string{
		`{}`:                        "{false false } {false false 0}",
		`{"title":null}`:            "{true true } {false false 0}",
		`{"title":"x","year":2000}`: "{true false x} {true false 2000}",
		`{"title":"","year":null}`:  "{true false } {true true 0}",
	} {
		if w := do(a, http.MethodPatch, "/p", body, "Content-Type", "application/merge-patch+json"); w.Code >= 300 {
			t.Fatalf("%s: %s", body, w.Body)
		}
		if fmt.Sprint(got.Body.Title, got.Body.Year) != want {
			t.Errorf("%s was read as %v %v, want %s", body, got.Body.Title, got.Body.Year, want)
		}
	}
	p := problem(t, do(a, http.MethodPatch, "/p", `{"title":"too long","year":1}`), http.StatusUnprocessableEntity, "invalid")
	reasons(t, p, "/title too_long", "/year too_small")
	problem(t, do(a, http.MethodPatch, "/p", `{"title":7}`), http.StatusUnprocessableEntity, "invalid")
}

func TestTrapQueriesThatGoDrops(t *testing.T) {
	t.Parallel()
	a := echoes()
	for _, query := range []string{"limit=5&" + url.QueryEscape("\x00") + "=1", "limit=5&%"} {
		if w := do(a, http.MethodGet, "/items/1?"+query, ""); w.Code < 400 {
			t.Errorf("%q passed: %s", query, w.Body)
		}
	}
}

//nolint:paralleltest // it sets an environment variable
func TestTrapFilesOfFormsStay(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	a := rest.New(rest.Config{Title: "Test", Version: "1", Log: quiet(), Use: []func(huma.Context, func(huma.Context)){
		func(ctx huma.Context, next func(huma.Context)) { next(huma.WithValue(ctx, Key{}, 1)) },
	}})
	huma.Register(a, public(http.MethodPost, "/files"), func(_ context.Context, in *struct {
		RawBody huma.MultipartFormFiles[struct {
			File huma.FormFile `form:"file"`
		}]
	},
	) (*struct{}, error) {
		if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
			t.Errorf("while it is read: %v, %v", files, err)
		}
		n, err := io.Copy(io.Discard, in.RawBody.Data().File)
		if n != 100000 {
			t.Errorf("%d bytes", n)
		}
		return nil, err
	})
	send := func(field, name string) *httptest.ResponseRecorder {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		part, _ := m.CreateFormFile(field, name)
		_, _ = part.Write(bytes.Repeat([]byte("x"), 100000))
		_ = m.Close()
		return do(a, http.MethodPost, "/files", b.String(), "Content-Type", m.FormDataContentType())
	}
	if w := send("file", "x.bin"); w.Code >= 400 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	problem(t, send("file", "\xff"), http.StatusBadRequest, "not_text")
	problem(t, do(a, http.MethodPost, "/files", "x", "Content-Type", "multipart/form-data; boundary=y"), http.StatusBadRequest, "malformed")
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("afterwards: %v, %v", files, err)
	}
}
