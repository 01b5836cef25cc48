package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/text"
)

func TestALineIsKeptAsItReads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want, code string }{
		{"  Le  Bruit des\u00a0drisses ", "Le Bruit des drisses", ""},
		{"e\u0301te\u0301", "été", ""},
		{"👩\u200d🎬", "👩\u200d🎬", ""},
		{"", "", "required"},
		{" \u200b ", "", "required"},
		{"\u200d\u200c", "\u200d\u200c", "required"},
		{"Ma\u200brie\ufeff Le\u00ad Goff", "Marie Le Goff", ""},
		{"🎬 Fin", "🎬 Fin", ""},
		{"a\x00b", "", "not_text"},
		{"a\nb", "", "not_text"},
		{"a\u202eb", "", "not_text"},
		{"a\xffb", "", "not_text"},
		{strings.Repeat("é", 10), strings.Repeat("é", 10), ""},
		{strings.Repeat("é", 11), strings.Repeat("é", 11), "too_long"},
	} {
		var f text.Form
		got := f.Line("/title", c.in, 24)
		if len([]rune(c.in)) > 9 && strings.HasPrefix(c.in, "é") {
			f = text.Form{}
			got = f.Line("/title", c.in, 10)
		}
		code := ""
		if err := f.Err(); err != nil {
			code = core.AsError(err).Reasons[0].Code
		}
		if code != c.code || got != c.want {
			t.Errorf("%q became %q with %q, want %q with %q", c.in, got, code, c.want, c.code)
		}
	}
}

func TestProseKeepsItsLines(t *testing.T) {
	t.Parallel()
	var f text.Form
	if got := f.Prose("/synopsis", "\n  Une île.\r\n\tDeux sœurs.\n", 100); got != "Une île.\n\tDeux sœurs." {
		t.Errorf("became %q", got)
	}
	if f.Prose("/synopsis", "", 100) != "" || f.Err() != nil {
		t.Errorf("prose may be empty: %v", f.Err())
	}
}

func TestAFormSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	var f text.Form
	f.Line("/title", "", 10)
	f.Prose("/synopsis", "\x07", 10)
	if got := core.AsError(f.Err()).Reasons; len(got) != 2 || got[0].Pointer != "/title" || got[1].Pointer != "/synopsis" {
		t.Errorf("the reasons are %v", got)
	}
}

func TestSlugsAreWordsOfADictionary(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Île-de-France":       "ile-de-france",
		"Cœur d'Œdipe":        "coeur-d-oedipe",
		"  L'Été — à Brest !": "l-ete-a-brest",
		"№ 5 ½":               "no-5-1-2",
		"日本":                  "-",
		"ǅ Łódź":              "dz-lodz",
	} {
		if got := text.Slug(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestWhateverComesInWhatIsKeptIsText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := string(rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "bytes"))
		if rapid.Bool().Draw(t, "unicode") {
			in = rapid.String().Draw(t, "text")
		}
		var f text.Form
		line, prose, slug := f.Line("/a", in, 40), f.Prose("/b", in, 40), text.Slug(in)
		if slug == "" || len(slug) > 120 || strings.Trim(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || slug != text.Slug(slug) {
			t.Fatalf("the slug of %q is %q", in, slug)
		}
		if f.Err() != nil {
			return
		}
		for _, kept := range []string{line, prose} {
			if !utf8.ValidString(kept) || !norm.NFC.IsNormalString(kept) || strings.ContainsRune(kept, 0) || strings.TrimSpace(kept) != kept {
				t.Fatalf("%q is kept as %q", in, kept)
			}
		}
		var again text.Form
		if again.Line("/a", line, 40) != line {
			t.Fatalf("%q does not stay as it is", line)
		}
	})
}

func TestAnAddressOfAPageIsWhatItLooksLike(t *testing.T) {
	t.Parallel()
	for in, ok := range map[string]bool{
		"https://example.org/a?b=c#d": true, "http://été.example.org": true, " https://example.org ": true, "": true, "https://example.org:8443/": true,
		"ftp://example.org": false, "javascript:alert(1)": false, "https://": false, "https://localhost": false, "//example.org": false,
		"https://a:b@example.org": false, "https://example.org:99999/": false, "https://example.org/\u202egpj": false, "https://exam\u200bple.org": false,
		"https://example.org/\u2066x": false, "https://example.org/a b": false, "https://example.org/" + strings.Repeat("a", 500): false, "https://exa mple.org": false,
	} {
		var f text.Form
		f.URL("/website", in)
		if (f.Err() == nil) != ok {
			t.Errorf("%q: %v", in, f.Err())
		}
	}
}
