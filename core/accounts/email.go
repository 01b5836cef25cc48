package accounts

import (
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

// emailShape is what is left of the standard's grammar when nobody has to
// quote: a local part of its plain characters and a domain with a dot.
var emailShape = regexp.MustCompile(`^[a-z0-9!#$%&'*+/=?^_{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_{|}~-]+)*@([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$`)

// normalEmail returns the address as it is kept and compared: in lower case,
// the domain in ASCII. Local parts beyond ASCII are refused: few servers take
// them, and too many of them look alike.
func normalEmail(s string) (string, bool) {
	local, domain, ok := strings.Cut(strings.TrimSpace(s), "@")
	if !ok {
		return "", false
	}
	domain, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return "", false
	}
	email := strings.ToLower(local + "@" + domain)
	return email, len(local) <= 64 && len(email) <= 254 && emailShape.MatchString(email)
}
