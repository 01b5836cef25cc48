package rest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

func TestAManyKeyedObjectIsCheckedInLinearTime(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"a":[{"k0":1}`)
	b.WriteString(`],"k0":1`)
	for i := 1; i < 100000; i++ {
		fmt.Fprintf(&b, `,"k%d":%d`, i, i)
	}
	if err := rest.CheckJSON([]byte(b.String() + "}")); err != nil {
		t.Errorf("no key is there twice: %v", err)
	}
	err := rest.CheckJSON([]byte(b.String() + `,"k99998":0}`))
	if e := core.AsError(err); e == nil || e.Fault != rest.ErrDuplicateKey || e.Reasons[0].Pointer != "/k99998" {
		t.Errorf("the last key was there before: %v", err)
	}
}

// Whatever passes is text all through, has no key twice and is not deep; and
// what the check refuses, it refuses for a reason.
func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":1,"b":[true,{"c":null}]}`, `{"a":1,"a":2}`, `{"a":{"b":1},"b":{"a":1}}`, `[[[[]]]]`, `"\ud83d\ude00"`, `{"\u0061":1,"a":2}`,
		`{"a":"\u0000"}`, "\xff", `{`, `}`, `"`, `"\`, `"\u`, `{"a"`, `{"a",`, `[,,,]`, `{"a":1,"b":`, strings.Repeat("[", 70),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		err := rest.CheckJSON(body)
		if err != nil && core.AsError(err).Fault == core.ErrInternal {
			t.Fatalf("%q: %v", body, err)
		}
		if !json.Valid(body) {
			return
		}
		want := faultOf(body)
		if got := core.AsError(err); (got == nil) != (want == nil) {
			t.Fatalf("%q: %v, want %v", body, err, want)
		}
	})
}

// faultOf is checkJSON written for the eye, over the decoder's tokens.
func faultOf(body []byte) error {
	if !utf8.Valid(body) {
		return rest.ErrNotText
	}
	dec := json.NewDecoder(strings.NewReader(string(body)))
	dec.UseNumber()
	var value func(depth int) error
	value = func(depth int) error {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case string:
			return textOf(token)
		case json.Delim:
			if depth == 64 {
				return rest.ErrTooDeep
			}
			keys := map[string]bool{}
			for dec.More() {
				if token == '{' {
					k, err := dec.Token()
					if err != nil {
						return err
					}
					name, _ := k.(string)
					if err := textOf(name); err != nil {
						return err
					}
					if keys[name] {
						return rest.ErrDuplicateKey
					}
					keys[name] = true
				}
				if err := value(depth + 1); err != nil {
					return err
				}
			}
			_, err := dec.Token()
			return err
		}
		return nil
	}
	err := value(0)
	if err == nil && strings.Contains(string(body), `\u`) && lone(body) {
		return rest.ErrNotText
	}
	return err
}

func textOf(s string) error {
	if strings.ContainsRune(s, 0) {
		return rest.ErrNotText
	}
	return nil
}

// lone reports whether the decoder put U+FFFD for a half of a pair: written
// out it is another character than when it is escaped.
func lone(body []byte) bool {
	plain := strings.Count(string(body), "�") + strings.Count(strings.ToLower(string(body)), `\ufffd`)
	var v any
	if json.Unmarshal(body, &v) != nil {
		return false
	}
	n := 0
	var count func(v any)
	count = func(v any) {
		switch v := v.(type) {
		case string:
			n += strings.Count(v, "�")
		case []any:
			for _, x := range v {
				count(x)
			}
		case map[string]any:
			for k, x := range v {
				count(k)
				count(x)
			}
		}
	}
	count(v)
	return n > plain
}
