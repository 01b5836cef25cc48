package organisations

import (
	"regexp"
	"strings"

	"github.com/labfilms/labfilms/core/text"
)

var (
	digits9   = regexp.MustCompile(`^[0-9]{9}$`)
	digits14  = regexp.MustCompile(`^[0-9]{14}$`)
	rnaShape  = regexp.MustCompile(`^W[0-9][0-9AB][0-9]{7}$`)
	nafShape  = regexp.MustCompile(`^[0-9]{2}\.[0-9]{2}[A-Z]$`)
	idccShape = regexp.MustCompile(`^[0-9]{1,4}$`)
)

// checkNumbers brings the numbers under which France knows an organisation into
// the form in which they are kept, without spaces and in capitals, and refuses
// what is none.
func (f *facts) checkNumbers(form *text.Form) {
	for _, number := range []*string{&f.siren, &f.siret, &f.rna, &f.naf, &f.idcc} {
		*number = strings.ToUpper(strings.Join(strings.Fields(*number), ""))
	}
	if f.siren == "" && len(f.siret) == 14 {
		f.siren = f.siret[:9]
	}
	switch {
	case f.siren != "" && (!digits9.MatchString(f.siren) || !luhn(f.siren)):
		form.Refuse("/siren", "check", "A SIREN has nine digits, of which the last checks the others.", "Un SIREN compte neuf chiffres, dont le dernier vérifie les autres.")
	case f.siret == "":
	case !digits14.MatchString(f.siret) || !siretHolds(f.siret):
		form.Refuse("/siret", "check", "A SIRET has fourteen digits, of which the last checks the others.", "Un SIRET compte quatorze chiffres, dont le dernier vérifie les autres.")
	case !strings.HasPrefix(f.siret, f.siren):
		form.Refuse("/siret", "siren", "It is not of this SIREN.", "Il n'est pas de ce SIREN.")
	}
	if f.rna != "" && !rnaShape.MatchString(f.rna) {
		form.Refuse("/rna", "rna", "An RNA number is W and nine digits.", "Un numéro RNA s'écrit W suivi de neuf chiffres.")
	}
	if f.naf != "" && !nafShape.MatchString(f.naf) {
		form.Refuse("/naf", "naf", "A NAF code is written 59.11B.", "Un code NAF s'écrit 59.11B.")
	}
	if f.idcc != "" && !idccShape.MatchString(f.idcc) {
		form.Refuse("/idcc", "idcc", "An IDCC has one to four digits: 3097.", "Un IDCC compte un à quatre chiffres : 3097.")
	}
}

// luhn reports whether the last digit checks the others: ISO/IEC 7812-1, annex
// B, which INSEE applies to both numbers.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// laPoste has so many establishments that their numbers are checked in another
// way: the sum of the digits is a multiple of five.
const laPoste = "356000000"

func siretHolds(siret string) bool {
	if !strings.HasPrefix(siret, laPoste) {
		return luhn(siret)
	}
	sum := 0
	for _, d := range siret {
		sum += int(d - '0')
	}
	return sum%5 == 0 || luhn(siret)
}
