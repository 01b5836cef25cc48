package text

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// handleShape is ASCII, one separator at a time: of letters that look alike in
// other alphabets none gets in.
var handleShape = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*$`)

// reserved are handles under which somebody would pass for the platform, or
// that are words of its addresses.
var reserved = []string{
	"about", "account", "admin", "administrator", "api", "auth", "docs", "films", "france", "help", "labfilms", "me",
	"moderator", "modules", "new", "null", "official", "officiel", "people", "platform", "root", "search", "security",
	"spaces", "staff", "support", "system", "undefined", "webmaster",
}

// reservedKeys are the keys of the reserved handles, so that nobody passes for
// the platform by a digit either.
var reservedKeys = func() []string {
	keys := make([]string, len(reserved))
	for i, word := range reserved {
		keys[i] = HandleKey(word)
	}
	return keys
}()

// Handle returns the handle as it is kept: 3 to 30 ASCII letters, digits and
// single dots, hyphens or underscores, in lower case. What a keyboard writes in
// full width is taken for what it means (NFKC). It returns false for what is no
// handle, or a reserved one.
func Handle(s string) (string, bool) {
	if len(s) > 200 {
		return "", false
	}
	s = strings.ToLower(norm.NFKC.String(strings.TrimSpace(s)))
	ok := len(s) >= 3 && len(s) <= 30 && handleShape.MatchString(s) && !slices.Contains(reservedKeys, HandleKey(s))
	return s, ok
}

// Handle reads a handle as [Handle] does, and refuses what is none.
func (f *Form) Handle(pointer, s string) string {
	handle, ok := Handle(s)
	if !ok {
		f.Refuse(pointer, "handle",
			"A handle has 3 to 30 letters, digits and single dots, hyphens or underscores, and is no reserved word.",
			"Un identifiant compte 3 à 30 lettres, chiffres et points, tirets ou soulignés isolés, et n'est pas un mot réservé.")
	}
	return handle
}

// lookalikes are what the eye takes for one another, after the table of
// confusables of Unicode's technical standard 39. The migration that gave the
// first handles their keys does the same in SQL.
var lookalikes = strings.NewReplacer("0", "o", "1", "l", "m", "rn", "w", "vv")

// HandleKey returns what is unique of a handle, as [Handle] returns it: two
// handles with one key look alike. Separators do not count.
func HandleKey(handle string) string {
	return lookalikes.Replace(strings.NewReplacer(".", "", "_", "", "-", "").Replace(handle))
}

// letters are those of other alphabets that a reader takes for Latin ones,
// after the same table.
var letters = strings.NewReplacer(
	"а", "a", "в", "b", "е", "e", "ё", "e", "к", "k", "м", "m", "н", "h", "о", "o", "р", "p", "с", "c", "т", "t", "у", "y", "х", "x",
	"і", "i", "ј", "j", "ѕ", "s", "ԁ", "d", "ո", "n", "α", "a", "β", "b", "ε", "e", "η", "n", "ι", "i", "κ", "k", "ν", "v", "ο", "o",
	"ρ", "p", "σ", "o", "τ", "t", "υ", "u", "χ", "x", "ω", "w", "œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "ł", "l",
)

// NameKey returns what two names have in common that the eye takes for one: it
// knows no case, accents, spaces or signs, nor which alphabet a letter is of
// where it looks like a Latin one. A name without any letter or digit is its
// own key.
func NameKey(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(norm.NFKC.String(name))) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	if b.Len() == 0 {
		return name
	}
	return lookalikes.Replace(letters.Replace(b.String()))
}
