package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// SessionCookie is the cookie that holds a browser's session token.
const SessionCookie = "labfilms_session"

func securitySchemes() map[string]*huma.SecurityScheme {
	return map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "A session token or a personal access token."},
		"cookie": {Type: "apiKey", In: "cookie", Name: SessionCookie, Description: "The session token of a browser."},
	}
}

// complete documents what every operation has alike: problems, credentials,
// the merge patch of a PATCH, the Idempotency-Key of a POST.
func complete(op *huma.Operation, schemas huma.Registry) {
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	op.Responses["default"] = &huma.Response{
		Description: "A problem, with all the reasons there are.",
		Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: schemas.Schema(reflect.TypeFor[Problem](), true, "")},
		},
	}
	op.Security = []map[string][]string{}
	if op.Extensions["x-public"] != true {
		op.Security = append(op.Security, map[string][]string{"bearer": {}}, map[string][]string{"cookie": {}})
		if op.Method == http.MethodGet {
			op.Security = append(op.Security, map[string][]string{}) // what is released, everybody may read
		}
	}
	if op.RequestBody != nil && op.Method == http.MethodPatch {
		if body := op.RequestBody.Content["application/json"]; body != nil {
			op.RequestBody.Content["application/merge-patch+json"] = body
		}
	}
	if op.Method == http.MethodPost {
		op.Parameters = append(slices.Clone(op.Parameters), onceParam())
	}
}

// namer names schemas: the namespace, then the type. Types of two packages
// that share a name carry the package's name as well. What this package itself
// shows, a Problem or a Page, is the same everywhere and has no namespace.
func namer(namespace string) func(reflect.Type, string) string {
	prefix := camel(namespace)
	names := map[reflect.Type]string{}
	taken := map[string]bool{}
	own := reflect.TypeFor[Problem]().PkgPath()
	return func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if name, ok := names[t]; ok {
			return name
		}
		if t.Name() == "" { // the body of an operation, "make-film" and "Request"; Huma numbers those itself
			name := prefix + camel(huma.DefaultSchemaNamer(t, hint))
			taken[name] = true
			return name
		}
		name := huma.DefaultSchemaNamer(t, hint)
		if t.PkgPath() != own || strings.Contains(t.Name(), "[") {
			name = prefix + name
		}
		if taken[name] {
			name = prefix + qualified(t)
		}
		for n, base := 2, name; taken[name]; n++ {
			name = base + strconv.Itoa(n)
		}
		names[t], taken[name] = name, true
		return name
	}
}

// qualified returns the type's name with the names of the packages in it:
// rest.ListBody[github.com/…/films.Film] becomes RestListBodyFilmsFilm.
func qualified(t reflect.Type) string {
	var b strings.Builder
	for part := range strings.FieldsFuncSeq(t.String(), func(r rune) bool { return strings.ContainsRune("[]*,", r) }) {
		part = part[strings.LastIndex(part, "/")+1:]
		for word := range strings.SplitSeq(part, ".") {
			b.WriteString(title(word))
		}
	}
	return b.String()
}

// camel returns "make-filmRequest" as "MakeFilmRequest".
func camel(s string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '-' || r == '_' }) {
		b.WriteString(title(word))
	}
	return b.String()
}

func title(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Merge returns the OpenAPI document base with the paths, tags and components
// of the parts added to it. All are JSON, and stay trees: Huma's own types
// lose what they do not know. What belongs to the whole (info, servers,
// security schemes) is base's alone.
//
// It fails on a path, an operation id or a component that is there twice,
// unless the components are equal.
func Merge(base []byte, parts ...[]byte) ([]byte, error) {
	var whole map[string]any
	if err := json.Unmarshal(base, &whole); err != nil {
		return nil, fmt.Errorf("openapi: base: %w", err)
	}
	ids := map[string]string{}
	if err := collect(ids, object(whole, "paths")); err != nil {
		return nil, fmt.Errorf("openapi: base: %w", err)
	}
	for i, part := range parts {
		var tree map[string]any
		if err := json.Unmarshal(part, &tree); err != nil {
			return nil, fmt.Errorf("openapi: part %d: %w", i, err)
		}
		if err := merge(whole, tree, ids); err != nil {
			return nil, fmt.Errorf("openapi: part %d: %w", i, err)
		}
	}
	return json.Marshal(whole)
}

func merge(whole, part map[string]any, ids map[string]string) error {
	paths := object(part, "paths")
	if err := collect(ids, paths); err != nil {
		return err
	}
	all := object(whole, "paths")
	for path, item := range paths {
		if _, twice := all[path]; twice {
			return fmt.Errorf("path %s is there twice", path)
		}
		all[path] = item
	}
	components := object(whole, "components")
	for kind, some := range object(part, "components") {
		if kind == "securitySchemes" {
			continue
		}
		named, ok := some.(map[string]any)
		if !ok {
			return fmt.Errorf("components/%s is not an object", kind)
		}
		known := object(components, kind)
		for name, component := range named {
			if old, twice := known[name]; twice && !reflect.DeepEqual(old, component) {
				return fmt.Errorf("component %s/%s is there twice, and differs", kind, name)
			}
			known[name] = component
		}
	}
	return mergeTags(whole, part)
}

// mergeTags adds the descriptions of tags, the first of a name.
func mergeTags(whole, part map[string]any) error {
	more, ok := part["tags"].([]any)
	if !ok {
		return nil
	}
	tags, _ := whole["tags"].([]any)
	known := map[any]bool{}
	for _, tag := range append(tags, more...) {
		named, ok := tag.(map[string]any)
		if !ok {
			return fmt.Errorf("a tag is not an object")
		}
		if !known[named["name"]] {
			known[named["name"]] = true
			tags = append(tags[:len(known)-1], tag)
		}
	}
	whole["tags"] = tags
	return nil
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// collect adds the operation ids of the paths to ids.
func collect(ids map[string]string, paths map[string]any) error {
	for path, item := range paths {
		operations, ok := item.(map[string]any)
		if !ok {
			return fmt.Errorf("path %s is not an object", path)
		}
		for _, method := range methods {
			operation, ok := operations[method].(map[string]any)
			if !ok {
				continue
			}
			id, _ := operation["operationId"].(string)
			if other, twice := ids[id]; twice && id != "" {
				return fmt.Errorf("operation id %s is that of %s and of %s %s", id, other, method, path)
			}
			ids[id] = method + " " + path
		}
	}
	return nil
}

// object returns the object at key, a new one if there is none.
func object(tree map[string]any, key string) map[string]any {
	o, ok := tree[key].(map[string]any)
	if !ok {
		o = map[string]any{}
		tree[key] = o
	}
	return o
}
