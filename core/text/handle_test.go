package text_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/labfilms/labfilms/core/text"
)

func TestAHandleIsOneThatNobodyElseLooksLike(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ines": "ines", " Inès ": "", "INES": "ines", "ｉｎｅｓ": "ines", "ines.morvan": "ines.morvan", "k4r1m": "k4r1m",
		"ab": "", "a..b": "", ".abc": "", "abc-": "", "аdmin-x": "", "admin": "", "adrnin": "", "A_D_M_I_N": "", "1abfi1rns": "",
		"ines\u200b": "", "ines\u202e": "", "inès": "", "😀😀😀": "", "": "", "abcdefghijklmnopqrstuvwxyz01234": "",
	} {
		got, ok := text.Handle(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q, %v; want %q", in, got, ok, want)
		}
	}
	for _, pair := range [][2]string{
		{"lea.gauthier", "1ea_gauthier"}, {"modern", "moclern"}, {"moor", "m00r"}, {"marin", "rnarin"}, {"watt", "vvatt"}, {"a-b-c", "abc"},
	} {
		same := text.HandleKey(pair[0]) == text.HandleKey(pair[1])
		if want := pair[0] != "modern"; same != want {
			t.Errorf("%s and %s look alike: %v", pair[0], pair[1], same)
		}
	}
}

func TestAHandleThatIsKeptIsReadAsItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.StringMatching(`[a-zA-Z0-9]{1,9}([._-][a-zA-Z0-9]{1,9}){1,2}`).Draw(t, "handle")
		handle, ok := text.Handle(typed)
		if !ok {
			return // a reserved word
		}
		again, ok := text.Handle(handle)
		if !ok || again != handle {
			t.Fatalf("%q becomes %q", handle, again)
		}
	})
}
