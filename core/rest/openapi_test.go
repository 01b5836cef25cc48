package rest_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/rest"
)

// Film is a schema for documents.
type Film struct {
	ID string `json:"id"`
}

// part returns the document of an API with a film of its own.
func part(t testing.TB, namespace, prefix string) []byte {
	t.Helper()
	a := rest.New(rest.Config{Title: "Test " + namespace, Version: "1", Namespace: namespace})
	g := huma.NewGroup(a, prefix)
	huma.Register(g, guarded(http.MethodGet, "/films", "film.read"), func(context.Context, *rest.ListParams) (*struct{ Body rest.ListBody[Film] }, error) {
		return nil, nil
	})
	huma.Register(g, guarded(http.MethodPost, "/films", "film.create"), func(context.Context, *struct{ Body Film }) (*struct{ Body Film }, error) {
		return nil, nil
	})
	if err := a.Verify(); err != nil {
		t.Fatal(err)
	}
	b, err := a.OpenAPI().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// at follows keys into a tree.
func at(t testing.TB, document []byte, keys ...string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(document, &v); err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

func TestEveryOperationIsDocumentedWhole(t *testing.T) {
	t.Parallel()
	b := part(t, "ecran", "/v1/ecran")
	post := []string{"paths", "/v1/ecran/films", "post"}
	for want, keys := range map[string][]string{
		`"ecran-post-films"`: {"operationId"}, `"ecran"`: {"x-module"}, `"film.create"`: {"x-permission"},
		`[{"bearer":[]},{"cookie":[]}]`: {"security"}, `"#/components/schemas/Problem"`: {"responses", "default", "content", "application/problem+json", "schema", "$ref"},
	} {
		if got := toJSON(t, at(t, b, append(post, keys...)...)); got != want {
			t.Errorf("%v: %s, want %s", keys, got, want)
		}
	}
	if got := toJSON(t, at(t, b, append(post, "parameters")...)); !strings.Contains(got, `"name":"Idempotency-Key"`) {
		t.Errorf("parameters: %s", got)
	}
	if got := toJSON(t, at(t, b, "paths", "/v1/ecran/films", "get", "security")); !strings.HasSuffix(got, ",{}]") {
		t.Errorf("a visitor may not even ask: %s", got)
	}
}

func TestDocumentsMerge(t *testing.T) {
	t.Parallel()
	core, ecran, social := part(t, "", "/v1"), part(t, "ecran", "/v1/ecran"), part(t, "social-life", "/v1/social")
	merged, err := rest.Merge(core, ecran, social)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Film", "EcranFilm", "SocialLifeFilm", "ListBodyFilm", "EcranListBodyFilm", "Problem", "Page"} {
		if at(t, merged, "components", "schemas", name) == nil {
			t.Errorf("no schema %s", name)
		}
	}
	for _, path := range []string{"/v1/films", "/v1/ecran/films", "/v1/social/films"} {
		if at(t, merged, "paths", path, "post") == nil {
			t.Errorf("no path %s", path)
		}
	}
	if at(t, merged, "info", "title") != "Test " {
		t.Error("the title is a module's")
	}
	again, err := rest.Merge(core, ecran, social)
	if err != nil || string(again) != string(merged) {
		t.Error("the same parts make another document")
	}
}

func TestDocumentsThatCollideAreRefused(t *testing.T) {
	t.Parallel()
	base := `{"paths":{"/a":{"get":{"operationId":"a"}}},"components":{"schemas":{"Problem":{"type":"object"}},"securitySchemes":{"bearer":{}}},"tags":[{"name":"A"}]}`
	for part, want := range map[string]string{
		`{"paths":{"/a":{}}}`:                          "path /a is there twice",
		`{"paths":{"/b":{"get":{"operationId":"a"}}}}`: "operation id a",
		`{"components":{"schemas":{"Problem":{}}}}`:    "schemas/Problem",
		`{"paths":{"/b":1}}`:                           "not an object",
		`{"components":{"schemas":1}}`:                 "not an object",
		`{"tags":[1]}`:                                 "not an object",
		`[`:                                            "part 0",
	} {
		if _, err := rest.Merge([]byte(base), []byte(part)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", part, err)
		}
	}
	merged, err := rest.Merge([]byte(base), []byte(`{"info":{"title":"x"},"servers":[{}],"security":[{}],"components":{"schemas":{"Problem":{"type":"object"}},"securitySchemes":{"evil":{}}},"tags":[{"name":"A","description":"x"},{"name":"B"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"components":{"schemas":{"Problem":{"type":"object"}},"securitySchemes":{"bearer":{}}},"paths":{"/a":{"get":{"operationId":"a"}}},"tags":[{"name":"A"},{"name":"B"}]}`; string(merged) != want {
		t.Errorf("%s", merged)
	}
}

func TestADocumentIsServedInItsForms(t *testing.T) {
	t.Parallel()
	d, err := rest.NewDocument(part(t, "", "/v1"))
	if err != nil {
		t.Fatal(err)
	}
	tags := map[string]bool{}
	for _, path := range []string{"/openapi.json", "/openapi.yaml"} {
		plain := do(d, http.MethodGet, path, "")
		zipped := do(d, http.MethodGet, path, "", "Accept-Encoding", "br, gzip;q=0.5")
		r, err := gzip.NewReader(zipped.Body)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(r); err != nil || string(b) != plain.Body.String() || zipped.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: compressed it is another: %v", path, err)
		}
		for encoding, w := range map[string]http.Header{"": plain.Header(), "gzip": zipped.Header()} {
			tag := w.Get("ETag")
			tags[tag] = true
			if w.Get("Vary") != "Accept-Encoding" || strings.HasPrefix(tag, "W/") {
				t.Errorf("%v", w)
			}
			again := do(d, http.MethodGet, path, "", "If-None-Match", tag, "Accept-Encoding", encoding)
			if again.Code != http.StatusNotModified || again.Body.Len() > 0 || again.Header().Get("ETag") != tag {
				t.Errorf("%s %s: %d %v", path, encoding, again.Code, again.Header())
			}
		}
	}
	if len(tags) != 4 {
		t.Errorf("four forms have %d tags", len(tags))
	}
	if y := do(d, http.MethodGet, "/openapi.yaml", "").Body.String(); !strings.Contains(y, "\nopenapi: 3.1.0\n") {
		t.Errorf("no YAML: %.200s", y)
	}
	if !strings.HasPrefix(do(d, http.MethodGet, "/openapi.json", "", "Accept-Encoding", "gzip;q=0").Body.String(), "{") {
		t.Error("compressed for somebody who cannot read it")
	}
}
