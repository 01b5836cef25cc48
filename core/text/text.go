// Package text says what people's words may look like when they are kept: in
// Unicode's composed form, without what no reader can see. Areas clean the
// input of a verb with one [Form] and so report all that is wrong at once.
package text

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"github.com/labfilms/labfilms/core"
)

// Form is the input of a verb while it is being read. The zero Form is ready.
type Form struct{ reasons []core.Reason }

// Line returns s as a line of text is kept: composed (NFC), with one space
// where there was white space and none around it, without what has no width and
// no meaning. It must have at least one visible character, and at most limit of
// them.
func (f *Form) Line(pointer, s string, limit int) string {
	s, ok := f.clean(pointer, s, false)
	s = strings.Join(strings.Fields(s), " ")
	if ok && !strings.ContainsFunc(s, visible) {
		f.Refuse(pointer, "required", "It must not be empty.", "Ce champ ne doit pas être vide.")
	}
	f.short(pointer, s, limit)
	return s
}

// Prose returns s as longer text is kept: composed (NFC), with line feeds as
// the ends of its lines and no white space around it. It may be empty and has
// at most limit characters.
func (f *Form) Prose(pointer, s string, limit int) string {
	s, _ = f.clean(pointer, strings.ReplaceAll(s, "\r\n", "\n"), true)
	s = strings.TrimSpace(s)
	f.short(pointer, s, limit)
	return s
}

// URL returns the address of a page: http or https, of a host on the network,
// up to 500 characters, and nothing in it that a reader does not see; empty
// stays empty.
func (f *Form) URL(pointer, s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return ""
	}
	odd := func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zs, unicode.Zl, unicode.Zp)
	}
	u, err := url.Parse(s)
	ok := err == nil && len(s) <= 500 && !strings.ContainsFunc(s, odd) && (u.Scheme == "https" || u.Scheme == "http") && u.User == nil
	if ok {
		_, err := idna.Lookup.ToASCII(u.Hostname())
		port, portErr := strconv.Atoi(u.Port())
		ok = err == nil && strings.Contains(u.Hostname(), ".") && (u.Port() == "" || portErr == nil && port >= 1 && port <= 65535)
	}
	if !ok {
		f.Refuse(pointer, "url", "It is no address of a page: https://…", "Ce n'est pas l'adresse d'une page : https://…")
	}
	return s
}

// Zone returns the time zone, and refuses what is none for everybody: Local is
// the machine's own, and posix and right are folders of some machines.
func (f *Form) Zone(pointer, zone string) string {
	_, err := time.LoadLocation(zone)
	folder, _, _ := strings.Cut(zone, "/")
	if err != nil || len(zone) > 64 || zone == "" || folder == "Local" || folder == "posix" || folder == "right" {
		f.Refuse(pointer, "time_zone", "There is no such time zone in the tz database.", "Ce fuseau horaire n'est pas dans la base tz.")
	}
	return zone
}

// lastYear is the last year of an instant that is kept: in any zone it is still
// one of four digits, which is all that JSON and SQLite's texts can hold.
const lastYear = 9998

// Instant returns an instant as it is kept: in UTC, to the microsecond; nil
// stays nil. It has to be later than after, unless that is zero, and between the
// years 1 and 9998.
func (f *Form) Instant(pointer string, t *time.Time, after time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.UTC().Truncate(time.Microsecond)
	switch {
	case at.Year() < 1 || at.Year() > lastYear:
		f.Refuse(pointer, "date", "It is no date between the years 1 and 9998.", "Ce n'est pas une date entre les années 1 et 9998.")
	case !after.IsZero() && !at.After(after):
		f.Refuse(pointer, "past", "It must be in the future.", "Cette date doit être à venir.")
	}
	return &at
}

// Refuse adds one reason.
func (f *Form) Refuse(pointer, code, en, fr string) {
	f.reasons = append(f.reasons, core.Reason{Pointer: pointer, Code: code, EN: en, FR: fr})
}

// Err returns [core.ErrInvalid] with every reason, or nil if there is none.
func (f *Form) Err() error {
	if len(f.reasons) == 0 {
		return nil
	}
	return core.ErrInvalid.With(f.reasons...)
}

func (f *Form) clean(pointer, s string, lines bool) (_ string, ok bool) {
	hidden := func(r rune) bool {
		switch {
		case r == '\n' || r == '\t':
			return !lines
		case r == '\u2028' || r == '\u2029':
			return true
		case '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
			return true // they turn the text around for whoever reads on
		default:
			return unicode.IsControl(r)
		}
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, hidden) {
		f.Refuse(pointer, "not_text", "It holds control characters or is not UTF-8.", "Ce champ contient des caractères de contrôle ou n'est pas en UTF-8.")
		return "", false
	}
	return norm.NFC.String(weightless.Replace(s)), true
}

// weightless drops what comes along with copied text, is not seen, and would
// make two names of one: zero-width spaces, the byte order mark, soft hyphens.
// The joiners stay: Persian and emoji are written with them.
var weightless = strings.NewReplacer("\u200b", "", "\u2060", "", "\ufeff", "", "\u00ad", "", "\u180e", "")

func (f *Form) short(pointer, s string, limit int) {
	if utf8.RuneCountInString(s) > limit {
		f.Refuse(pointer, "too_long",
			fmt.Sprintf("It has more than %d characters.", limit),
			fmt.Sprintf("Ce champ dépasse %d caractères.", limit))
	}
}

func visible(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S)
}
