package rest_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

var emptyList core.List[item]

func TestACursorOpensWhereItWasSealed(t *testing.T) {
	t.Parallel()
	c := rest.NewCursors([]byte("secret"))
	rapid.Check(t, func(t *rapid.T) {
		key := core.Key{Value: rapid.String().Draw(t, "value"), ID: rapid.String().Draw(t, "id")}
		sort, filters := rapid.String().Draw(t, "sort"), rapid.String().Draw(t, "filters")
		sealed := c.Seal(sort, filters, &key)
		page, err := c.Open(rest.ListParams{Limit: 7, Cursor: *sealed, Count: "exact"}, sort, filters)
		if err != nil || *page.After != key || page.Limit != 7 || page.Sort != sort || !page.Count {
			t.Fatalf("%+v, %v", page, err)
		}
		if again := c.Seal(sort, filters, &key); *again != *sealed {
			t.Fatal("the same place has two cursors")
		}
	})
}

func TestACursorIsBound(t *testing.T) {
	t.Parallel()
	c := rest.NewCursors([]byte("secret"))
	sealed := *c.Seal("title", "stage=released", &core.Key{Value: "Les glaneuses", ID: "7"})
	for name, open := range map[string]func() (core.Page, error){
		"another sort":    func() (core.Page, error) { return c.Open(rest.ListParams{Cursor: sealed}, "-title", "stage=released") },
		"another filter":  func() (core.Page, error) { return c.Open(rest.ListParams{Cursor: sealed}, "title", "") },
		"shifted binding": func() (core.Page, error) { return c.Open(rest.ListParams{Cursor: sealed}, "titles", "tage=released") },
		"another secret": func() (core.Page, error) {
			return rest.NewCursors([]byte("other")).Open(rest.ListParams{Cursor: sealed}, "title", "stage=released")
		},
		"a changed byte": func() (core.Page, error) {
			return c.Open(rest.ListParams{Cursor: flip(sealed)}, "title", "stage=released")
		},
		"cut short": func() (core.Page, error) {
			return c.Open(rest.ListParams{Cursor: sealed[:8]}, "title", "stage=released")
		},
		"not Base64": func() (core.Page, error) {
			return c.Open(rest.ListParams{Cursor: "=" + sealed}, "title", "stage=released")
		},
	} {
		if _, err := open(); core.AsError(err) == nil || core.AsError(err).Fault != rest.ErrCursor {
			t.Errorf("%s: %v", name, err)
		}
	}
	if strings.Contains(sealed, "glaneuses") || c.Seal("", "", nil) != nil {
		t.Error("the cursor shows where it points, or points nowhere")
	}
	page, err := c.Open(rest.ListParams{}, "title", "")
	if err != nil || page.Limit != 25 || page.After != nil {
		t.Errorf("the first page: %+v, %v", page, err)
	}
}

func flip(s string) string {
	b := []byte(s)
	if b[20]++; b[20] > 'z' {
		b[20] = 'A'
	}
	return string(b)
}

func FuzzCursorsOpen(f *testing.F) {
	c := rest.NewCursors([]byte("secret"))
	f.Add(*c.Seal("title", "", &core.Key{Value: "a", ID: "b"}), "title", "")
	f.Add("", "", "")
	f.Add("AAAA", "-title", "x")
	genuine := *c.Seal("title", "", &core.Key{Value: "a", ID: "b"})
	f.Fuzz(func(t *testing.T, cursor, sort, filters string) {
		page, err := c.Open(rest.ListParams{Cursor: cursor}, sort, filters)
		if err == nil && page.After != nil && cursor != genuine {
			t.Errorf("a forged cursor opened: %q", cursor)
		}
	})
}
