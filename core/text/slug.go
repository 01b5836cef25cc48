package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// slugLen is the most bytes of a slug.
const slugLen = 120

// ligatures are the letters that no decomposition takes apart.
var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "ł", "l", "đ", "d", "þ", "th", "ı", "i")

// Slug returns a line of text as an address: ASCII letters and digits in lower
// case, words joined by hyphens, never empty. The order of slugs is that of a
// dictionary, the same on every database. Several texts may have one slug.
func Slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(ligatures.Replace(strings.ToLower(s))) {
		switch r = unicode.ToLower(r); {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case unicode.In(r, unicode.Mn, unicode.Cf): // accents, and what is invisible
		default:
			gap = true
		}
		if b.Len() >= slugLen {
			break
		}
	}
	if b.Len() == 0 {
		return "-"
	}
	slug := b.String()
	return strings.TrimSuffix(slug[:min(len(slug), slugLen)], "-")
}
