package core

import (
	"regexp"
	"slices"
)

var moduleName = regexp.MustCompile(`^[a-z][a-z0-9]{1,30}$`)

// reserved are the words that stand where a module's name would: below a space,
// in front of an action, as the source of an event.
var reserved = []string{"core", "sdk", "modules", "grants", "join", "leave", "front", "openapi"}

// ModuleName reports whether a module may have this name: one word of 2 to 31
// lower-case letters and digits that is not the platform's own.
func ModuleName(name string) bool {
	return moduleName.MatchString(name) && !slices.Contains(reserved, name)
}
