package rest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/rest"
)

// humaDir returns the folder of Huma's source, which the test binary knows.
func humaDir(t *testing.T) string {
	t.Helper()
	file, _ := runtime.FuncForPC(reflect.ValueOf(huma.NewAPI).Pointer()).FileLine(0)
	if _, err := os.Stat(file); err != nil {
		t.Skip("built with -trimpath: Huma's source is not to be found")
	}
	return filepath.Dir(file)
}

func parse(t *testing.T, file string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

var verb = regexp.MustCompile(`%[vds]`)

// A message that a new Huma adds is found here.
func TestEveryMessageOfHumaHasACode(t *testing.T) {
	t.Parallel()
	dir := humaDir(t)
	var all []string
	ast.Inspect(parse(t, filepath.Join(dir, "validation", "messages.go")), func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Msg") {
			s, ok := literal(spec.Values[0])
			if !ok {
				t.Fatalf("%s is no text", spec.Names[0].Name)
			}
			all = append(all, s)
		}
		return true
	})
	if len(all) < 49 {
		t.Fatalf("found %d messages only", len(all))
	}
	// And those that are written where they are used.
	for _, file := range []string{"huma.go", "validate.go"} {
		ast.Inspect(parse(t, filepath.Join(dir, file)), func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Add" && len(call.Args) == 3 {
				if s, ok := literal(call.Args[2]); ok {
					all = append(all, s)
				}
			}
			return true
		})
	}
	for _, message := range all {
		if message == "write only property is non-zero" { // of answers, which are not validated
			continue
		}
		said := verb.ReplaceAllString(message, "7")
		r := rest.ReasonOf(said, "body.a")
		if r.Code == "" || r.Code == "unreadable" || r.EN == "" || r.FR == "" || r.EN == r.FR {
			t.Errorf("%q becomes %+v", message, r)
		}
		if strings.Contains(r.EN+r.FR, "$") || strings.Contains(r.EN, "expected") {
			t.Errorf("%q is said as %q, %q", message, r.EN, r.FR)
		}
	}
}

func TestMessagesSayWhatTheSchemaSaysAndNotWhatWasSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ message, location, pointer, code, en string }{
		{"expected length >= 3", "body.title", "/title", "too_short", "Must be at least 3 characters long."},
		{"expected number <= 100", "query.limit", "query/limit", "too_great", "Must be at most 100."},
		{`expected value to be one of "a, b"`, "body.form", "/form", "not_in_list", "Must be one of: a, b."},
		{"expected required property title to be present", "body", "/title", "required", "This is required."},
		{"expected required property name to be present", "body.cast[3]", "/cast/3/name", "required", "This is required."},
		{"expected string to be RFC 5322 email: secret", "body.email", "/email", "not_email", "Must be an e-mail address."},
		{"expected string to be RFC 3986 uri: secret", "body.url", "/url", "not_uri", "Must be a web address."},
		{"expected string to be a postcode", "body.a", "/a", "pattern", "Must be a postcode."},
		{"expected object", "body", "", "not_object", "Must be an object."},
		{"unexpected property", "body.a/b~c", "/a~1b~0c", "unknown_property", "There is no such property."},
		{"required header parameter is missing", "header.If-Match", "header/If-Match", "required", "This is required."},
		{"invalid integer", "path.n", "path/n", "not_integer", "Must be a whole number."},
		{"unexpected property", "body[0][1].x", "/0/1/x", "unknown_property", "There is no such property."},
		{"invalid value: secret", "query.at", "query/at", "unreadable", "This cannot be read."},
		{"something new\nsecret", "body.a", "/a", "unreadable", "This cannot be read."},
	} {
		r := rest.ReasonOf(c.message, c.location)
		if r.Pointer != c.pointer || r.Code != c.code || r.EN != c.en {
			t.Errorf("%q at %s became %+v", c.message, c.location, r)
		}
		if strings.Contains(r.EN+r.FR, "secret") {
			t.Errorf("%q came back: %+v", c.message, r)
		}
	}
}
