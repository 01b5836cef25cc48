package accounts

import (
	"regexp"
	"slices"
	"strings"
)

// handleShape lets no two handles look alike: ASCII, one separator at a time.
var handleShape = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*$`)

// reserved are handles under which somebody would pass for the platform, or
// that are words of its addresses.
var reserved = []string{
	"about", "account", "admin", "administrator", "api", "auth", "docs", "films", "france", "help", "labfilms", "me",
	"moderator", "modules", "new", "null", "official", "officiel", "people", "platform", "root", "search", "security",
	"spaces", "staff", "support", "system", "undefined", "webmaster",
}

// normalHandle returns the handle in lower case, if it is one.
func normalHandle(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	return s, len(s) >= 3 && len(s) <= 30 && handleShape.MatchString(s) && !slices.Contains(reserved, s)
}
