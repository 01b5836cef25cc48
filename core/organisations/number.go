package organisations

import (
	"regexp"
	"strings"

	"github.com/labfilms/labfilms/core/text"
)

var (
	digits9  = regexp.MustCompile(`^[0-9]{9}$`)
	digits14 = regexp.MustCompile(`^[0-9]{14}$`)
	// The department of the registry comes first: two digits, 2A or 2B in Corsica,
	// 9 and a letter overseas (W9R1000088 is one of La Réunion).
	rnaShape  = regexp.MustCompile(`^W(0[1-9]|[1-8][0-9]|2[AB]|9[0-9A-Z])[0-9]{7}$`)
	nafShape  = regexp.MustCompile(`^[0-9]{2}\.[0-9]{2}[A-Z]$`)
	idccShape = regexp.MustCompile(`^[0-9]{4}$`)
)

// checkNumbers brings the numbers under which France knows an organisation into
// the form in which they are kept, without spaces, in capitals and an IDCC in
// four digits, and refuses what is none. A SIRET brings the SIREN along where
// nobody named it.
func (f *facts) checkNumbers(form *text.Form) {
	for _, number := range []*string{&f.siren, &f.siret, &f.rna, &f.naf, &f.idcc} {
		*number = strings.ToUpper(strings.Join(strings.Fields(*number), ""))
	}
	if f.siren != "" && !sirenHolds(f.siren) {
		form.Refuse("/siren", "check", "A SIREN has nine digits, of which the last checks the others.", "Un SIREN compte neuf chiffres, dont le dernier vérifie les autres.")
	}
	switch {
	case f.siret == "":
	case !siretHolds(f.siret):
		form.Refuse("/siret", "check", "A SIRET has fourteen digits: a SIREN, and five of which the last checks the others.", "Un SIRET compte quatorze chiffres : un SIREN, puis cinq dont le dernier vérifie les autres.")
	case f.siren == "":
		f.siren = f.siret[:9]
	case !strings.HasPrefix(f.siret, f.siren):
		form.Refuse("/siret", "siren", "It is not of this SIREN.", "Il n'est pas de ce SIREN.")
	}
	if f.rna != "" && !rnaShape.MatchString(f.rna) {
		form.Refuse("/rna", "rna", "An RNA number is W, the department and seven digits: W751234567.", "Un numéro RNA s'écrit W, le département et sept chiffres : W751234567.")
	}
	if f.naf != "" && !nafShape.MatchString(f.naf) {
		form.Refuse("/naf", "naf", "A NAF code is written 59.11B.", "Un code NAF s'écrit 59.11B.")
	}
	if n := len(f.idcc); 0 < n && n < 4 {
		f.idcc = strings.Repeat("0", 4-n) + f.idcc
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

func sirenHolds(siren string) bool {
	return digits9.MatchString(siren) && luhn(siren) && siren != "000000000"
}

// laPoste has more establishments than one SIREN has numbers for: where the last
// digit does not check the others, the sum of all is a multiple of five. Its
// seat, 35600000000048, keeps the check digit.
const laPoste = "356000000"

func siretHolds(siret string) bool {
	if !digits14.MatchString(siret) || !sirenHolds(siret[:9]) {
		return false
	}
	if luhn(siret) {
		return true
	}
	sum := 0
	for _, d := range siret {
		sum += int(d - '0')
	}
	return strings.HasPrefix(siret, laPoste) && sum%5 == 0
}
