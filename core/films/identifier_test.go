package films

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The vectors are those that the registers themselves publish.
func TestIdentifiersAreKeptAsTheirRegistersWriteThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ scheme, in, want string }{
		{"isan", "0000-0000-D07A-0090-Q", "0000-0000-D07A-0090-Q"},
		{"isan", "ISAN 0000-0000-d07a-0090-q-0000-0000-x", "0000-0000-D07A-0090-Q-0000-0000-X"},
		{"isan", "0000 3BAB 9352 0000 G", "0000-3BAB-9352-0000-G"},
		{"isan", "0000-0000-D07A-0090", ""},   // no check character
		{"isan", "0000-0000-D07A-0090-R", ""}, // another's
		{"isan", "", ""},
		{"eidr", "10.5240/7791-8534-2C23-9030-8610-5", "10.5240/7791-8534-2C23-9030-8610-5"},
		{"eidr", "doi:10.5240/779185342c2390308610-5", "10.5240/7791-8534-2C23-9030-8610-5"},
		{"eidr", "7791-8534-2C23-9030-8610-5", ""},
		{"eidr", "10.5240/7791-8534-2C23-9030-8610-6", ""},
		{"imdb", "tt0050083", "tt0050083"},
		{"imdb", "0050083", ""},
		{"wikidata", "q2345", "Q2345"},
		{"wikidata", "Q0", ""},
		{"tmdb", "389", "389"},
		{"tmdb", "-1", ""},
		{"visa", "160123", "160123"},
		{"visa", "16 0123", ""},
	} {
		if got := schemes[c.scheme](c.in); got != c.want {
			t.Errorf("%s %q is kept as %q, want %q", c.scheme, c.in, got, c.want)
		}
	}
}

// TestAnySingleWrongCharacterIsFound: that is what check characters are for.
func TestAnySingleWrongCharacterIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		for _, r := range []struct {
			size int
			keep func(string) string
			form func(string) string
		}{
			{16, isan, func(s string) string { return s }},
			{20, eidr, func(s string) string { return "10.5240/" + s }},
		} {
			digits := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789ABCDEF")), r.size, r.size, -1).Draw(t, "digits")
			whole := digits + string(checkCharacter(digits))
			kept := r.keep(r.form(whole))
			if kept == "" || r.keep(kept) != kept {
				t.Fatalf("%s is kept as %q", whole, kept)
			}
			at := rapid.IntRange(0, len(whole)-1).Draw(t, "at")
			wrong := alphabet[rapid.IntRange(0, 35).Draw(t, "character")]
			if wrong == whole[at] {
				continue
			}
			if spoilt := whole[:at] + string(wrong) + whole[at+1:]; r.keep(r.form(spoilt)) != "" {
				t.Fatalf("%s passes for %s", spoilt, whole)
			}
		}
	})
	if strings.Contains(fours("00001111"), "00001") {
		t.Error("groups have four digits")
	}
}
