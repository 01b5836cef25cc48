package films

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/labfilms/labfilms/core/text"
)

// schemes are the registers that know films, and the form in which each
// number is kept; "" for what is none.
var schemes = map[string]func(string) string{
	"isan":     isan,
	"eidr":     eidr,
	"imdb":     shaped(regexp.MustCompile(`^tt[0-9]{7,10}$`), strings.ToLower),
	"tmdb":     shaped(regexp.MustCompile(`^[1-9][0-9]{0,9}$`), nil),
	"wikidata": shaped(regexp.MustCompile(`^Q[1-9][0-9]{0,11}$`), strings.ToUpper),
	"visa":     shaped(regexp.MustCompile(`^[1-9][0-9]{0,7}$`), nil), // and the RCA number that becomes it
}

func shaped(shape *regexp.Regexp, fold func(string) string) func(string) string {
	return func(s string) string {
		if fold != nil {
			s = fold(s)
		}
		if !shape.MatchString(s) {
			return ""
		}
		return s
	}
}

// checkIdentifiers returns the identifiers in the form in which they are kept,
// and refuses what no register gives out.
func checkIdentifiers(f *text.Form, all map[string]string) map[string]string {
	kept := map[string]string{}
	if len(all) > listMax {
		tooMany(f, "/identifiers", listMax)
		return kept
	}
	for _, scheme := range slices.Sorted(maps.Keys(all)) {
		pointer := "/identifiers/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(scheme[:min(len(scheme), 40)])
		form, known := schemes[scheme]
		if !known {
			f.Refuse(pointer, "unknown", "There is no such register: isan, eidr, imdb, tmdb, wikidata, visa.", "Ce registre n'existe pas : isan, eidr, imdb, tmdb, wikidata, visa.")
			continue
		}
		if kept[scheme] = form(strings.TrimSpace(all[scheme])); kept[scheme] == "" {
			f.Refuse(pointer, "check", "It is not complete, or its check character does not match.", "Ce numéro est incomplet, ou son caractère de contrôle ne correspond pas.")
		}
	}
	return kept
}

// alphabet are the characters of ISO 7064's MOD 37,36, in the order of their
// values.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// checkCharacter returns the character that checks the others: ISO 7064, MOD
// 37,36.
func checkCharacter(s string) byte {
	p := 36
	for i := range len(s) {
		p = (p + strings.IndexByte(alphabet, s[i])) % 36
		if p == 0 {
			p = 36
		}
		p = p * 2 % 37
	}
	return alphabet[(37-p)%36]
}

var hex = regexp.MustCompile(`^[0-9A-F]+$`)

// squeezed is a number without what people put between its digits.
func squeezed(s string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "", "\u00a0", "").Replace(s))
}

// isan returns an ISAN (ISO 15706) as it is written: a root and an episode of
// 16 hexadecimal digits and their check character, and for a version 8 digits
// and one more; "" for what is none.
func isan(s string) string {
	s = squeezed(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(s)), "ISAN"))
	if len(s) != 17 && len(s) != 26 {
		return ""
	}
	work := s[:16]
	if !hex.MatchString(work) || checkCharacter(work) != s[16] {
		return ""
	}
	kept := fours(work) + "-" + s[16:17]
	if len(s) == 17 {
		return kept
	}
	version := s[17:25]
	if !hex.MatchString(version) || checkCharacter(work+version) != s[25] {
		return ""
	}
	return kept + "-" + fours(version) + "-" + s[25:]
}

// eidr returns an EIDR content ID as it is written: its DOI prefix, 20
// hexadecimal digits and their check character; "" for what is none.
func eidr(s string) string {
	s, ok := strings.CutPrefix(strings.TrimPrefix(strings.ToUpper(s), "DOI:"), "10.5240/")
	s = squeezed(s)
	if !ok || len(s) != 21 || !hex.MatchString(s[:20]) || checkCharacter(s[:20]) != s[20] {
		return ""
	}
	return "10.5240/" + fours(s[:20]) + "-" + s[20:]
}

// fours writes digits in groups of four.
func fours(digits string) string {
	var groups []string
	for len(digits) > 0 {
		groups, digits = append(groups, digits[:4]), digits[4:]
	}
	return strings.Join(groups, "-")
}
