package sdk

import (
	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/text"
)

// Form takes in text from people: it cleans each field and keeps every reason
// why one does not fit.
//
//	var form sdk.Form
//	title := form.Line("/title", in.Title, 200)
//	if err := form.Err(); err != nil { … }
type Form = text.Form

// NameKey returns what two names have in common that the eye takes for one: it
// knows no case, accents, spaces or signs, nor which alphabet a letter is of
// where it looks like a Latin one.
func NameKey(name string) string { return text.NameKey(name) }

// Machine is the states of a noun and the moves between them: one table, which
// every verb asks.
type Machine[S ~string] = core.Machine[S]

// Move is a way from state to state of a [Machine].
type Move[S ~string] = core.Move[S]
