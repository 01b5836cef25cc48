package ecran

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// slugLen is the most letters of a slug.
const slugLen = 100

// ligatures are the letters that no decomposition takes apart.
var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "ł", "l")

// slug writes a name as an address: its letters and digits in lower case and
// without accents, words joined by hyphens. It is never empty. Two names with
// one slug read the same, and the order of slugs is the order of a dictionary.
func slug(name string) string {
	var letters []rune
	gap := false
	for _, r := range norm.NFKD.String(ligatures.Replace(strings.ToLower(name))) {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Cf): // accents, and what is invisible
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if gap && len(letters) > 0 {
				letters = append(letters, '-')
			}
			gap = false
			letters = append(letters, unicode.ToLower(r))
		default:
			gap = true
		}
	}
	if len(letters) == 0 {
		return "-"
	}
	return strings.TrimSuffix(string(letters[:min(len(letters), slugLen)]), "-")
}
