package host_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/plugins/host"
)

const below = "/v1/spaces/{space}/rig"

// documentOf returns an OpenAPI document of these operations, each a method
// and a path, and public.
func documentOf(operations ...string) []byte {
	paths := map[string][]string{}
	for n, o := range operations {
		method, path, _ := strings.Cut(o, " ")
		paths[path] = append(paths[path], fmt.Sprintf(`%q: {"operationId": "op-%d", "x-public": true}`, method, n))
	}
	var items []string
	for path, methods := range paths {
		items = append(items, fmt.Sprintf(`%q: {%s}`, path, strings.Join(methods, ",")))
	}
	return fmt.Appendf(nil, `{"paths": {%s}}`, strings.Join(items, ","))
}

func TestARequestFindsItsOperation(t *testing.T) {
	t.Parallel()
	table, err := host.NewTable("rig", documentOf(
		"get "+below+"/labels", "post "+below+"/labels",
		"get "+below+"/labels/{label}", "patch "+below+"/labels/{label}", "delete "+below+"/labels/{label}",
		"post "+below+"/labels/{label}/publish", "get "+below+"/labels/latest",
	))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path, want string
	}{
		{"GET", "/labels", "op-0"},
		{"HEAD", "/labels", "op-0"},
		{"POST", "/labels", "op-1"},
		{"PUT", "/labels", "405 GET HEAD POST"},
		{"TRACE", "/labels", "405 GET HEAD POST"},
		{"CONNECT", "/labels", "405 GET HEAD POST"},
		{"GET", "/labels/7", "op-2"},
		{"PATCH", "/labels/7", "op-3"},
		{"DELETE", "/labels/7", "op-4"},
		{"POST", "/labels/7", "405 DELETE GET HEAD PATCH"},
		{"GET", "/labels/latest", "op-6"},
		{"POST", "/labels/7/publish", "op-5"},
		{"GET", "/labels/7/publish", "405 POST"},
		{"GET", "", "404"},
		{"GET", "/", "404"},
		{"GET", "/labels/", "404"},
		{"GET", "//labels", "404"},
		{"POST", "//labels", "404"},
		{"GET", "/labels//7", "404"},
		{"GET", "/./labels", "404"},
		{"GET", "/x/../labels", "404"},
		{"GET", "/%2e%2e/rig/labels", "404"},
		{"GET", "/labels/a%2Fpublish", "404"},
		{"GET", "/labels%2f7", "404"},
		{"GET", "/labels/a%5Cb", "404"},
		{"GET", "/labels/a%00", "404"},
		{"GET", "/Labels", "404"},
	} {
		r := httptest.NewRequest(c.method, "http://h/", nil)
		if r.URL, err = url.ParseRequestURI("/v1/spaces/bretagne/rig" + c.path); err != nil {
			t.Fatal(err)
		}
		id, allowed, err := table.Find(r)
		got := id
		switch {
		case errors.Is(err, rest.ErrNotFound):
			got = "404"
		case errors.Is(err, rest.ErrMethodNotAllowed):
			got = "405 " + strings.Join(allowed, " ")
		case err != nil:
			t.Error(err)
		}
		if got != c.want {
			t.Errorf("%s %s: %s, want %s", c.method, c.path, got, c.want)
		}
	}
}

func TestATableThatIsNotPlainIsRefused(t *testing.T) {
	t.Parallel()
	for name, document := range map[string][]byte{
		"no JSON":            []byte(`{`),
		"another module":     documentOf("get /v1/spaces/{space}/ecran/labels"),
		"a longer name":      documentOf("get " + below + "s/labels"),
		"core":               documentOf("get /v1/films"),
		"everything":         documentOf("get " + below + "/{rest...}"),
		"an anchored end":    documentOf("get " + below + "/{$}"),
		"a tree":             documentOf("get " + below + "/labels/"),
		"an empty segment":   documentOf("get " + below + "//labels"),
		"dots":               documentOf("get " + below + "/../../labels"),
		"a pattern":          documentOf("get " + below + "/{label:[a-z]+}"),
		"no name":            documentOf("get " + below + "/{}"),
		"half a name":        documentOf("get " + below + "/{label"),
		"two in one":         documentOf("get " + below + "/{a}{b}"),
		"one name twice":     documentOf("get " + below + "/{a}/{a}"),
		"the space again":    documentOf("get " + below + "/{space}"),
		"a host":             documentOf("get h" + below + "/labels"),
		"a method":           documentOf("get GET " + below + "/labels"),
		"an escape":          documentOf("get " + below + "/%2e%2e"),
		"a space":            documentOf("get " + below + "/a b"),
		"an ambiguity":       documentOf("get "+below+"/{a}/latest", "get "+below+"/labels/{b}"),
		"two names of one":   documentOf("get "+below+"/labels/{a}", "post "+below+"/labels/{b}"),
		"a method unheard":   documentOf("trace " + below + "/labels"),
		"no permission":      []byte(`{"paths": {"` + below + `/x": {"get": {"operationId": "x"}}}}`),
		"public and not":     []byte(`{"paths": {"` + below + `/x": {"get": {"operationId": "x", "x-public": true, "x-permission": "rig.x.read"}}}}`),
		"core's permission":  []byte(`{"paths": {"` + below + `/x": {"get": {"operationId": "x", "x-permission": "film.read"}}}}`),
		"no operation id":    []byte(`{"paths": {"` + below + `/x": {"get": {"x-public": true}}}}`),
		"one id twice":       []byte(`{"paths": {"` + below + `/x": {"get": {"operationId": "x", "x-public": true}, "post": {"operationId": "x", "x-public": true}}}}`),
		"a negative body":    []byte(`{"paths": {"` + below + `/x": {"get": {"operationId": "x", "x-public": true, "x-max-body": -1}}}}`),
		"no number for size": []byte(`{"paths": {"` + below + `/x": {"get": {"operationId": "x", "x-public": true, "x-max-body": "all"}}}}`),
	} {
		if _, err := host.NewTable("rig", document); err == nil {
			t.Errorf("%s: accepted %s", name, document)
		} else if testing.Verbose() {
			t.Logf("%s: %v", name, err)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	var operations []string
	for n := range 60 {
		for _, o := range []string{"get %s/noun%d", "post %s/noun%d", "get %s/noun%d/{id}", "patch %s/noun%d/{id}", "post %s/noun%d/{id}/release"} {
			operations = append(operations, fmt.Sprintf(o, below, n))
		}
	}
	table, err := host.NewTable("rig", documentOf(operations...))
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://h/v1/spaces/bretagne/rig/noun42/0190-abc/release", nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := table.Find(r); err != nil {
			b.Fatal(err)
		}
	}
}
