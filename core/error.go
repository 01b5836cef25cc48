package core

import (
	"errors"
	"strings"
)

// Kind says what sort of trouble a Fault is. Each edge (HTTP, the command
// line, the wire to a module) has one table from Kind to its own words.
type Kind uint8

// The kinds of trouble. The zero Kind is ours, never the caller's.
const (
	Internal        Kind = iota // a defect or a broken dependency; nothing of it is shown
	Malformed                   // the bytes are not what they claim to be
	Invalid                     // well-formed, but against a rule
	Unauthenticated             // no credential, or one that does not hold
	Forbidden                   // known, and denied
	Missing                     // not there, or not for the asker to know of
	NotAllowed                  // the thing exists, the method does not
	Conflict                    // against the present state
	Stale                       // the precondition no longer holds
	Unconditional               // a precondition is required and absent
	TooLarge                    // more bytes than are taken
	Unsupported                 // a media type that is not spoken
	TooMany                     // more often than is allowed
	Unavailable                 // not now; later perhaps
	Moved                       // there, but under another name
)

// Fault is one way in which a request can fail, declared once beside the noun
// it belongs to. Code is stable and is what programs act upon; EN and FR are
// what people read. A Fault is itself an error and may be returned as it is.
type Fault struct {
	Kind   Kind
	Code   string
	EN, FR string
}

// Error returns the code; the texts for people are chosen at the edge.
func (f *Fault) Error() string { return f.Code }

// With returns the fault with the reasons that explain it. All reasons of a
// refusal belong in one call: people mend their input once.
func (f *Fault) With(reasons ...Reason) error { return &Error{Fault: f, Reasons: reasons} }

// Because returns the fault with the error that caused it. The cause is for
// the log; no edge shows it.
func (f *Fault) Because(cause error) error { return &Error{Fault: f, Cause: cause} }

// Reason is one thing that is wrong with the input. Pointer is a JSON pointer
// into the request ("/title"), with the request part in front where it is not
// the body ("query/limit", "path/film", "header/If-Match").
type Reason struct {
	Pointer string
	Code    string
	EN, FR  string
}

// Error is a fault as it happened.
type Error struct {
	Fault       *Fault
	Reasons     []Reason
	Cause       error
	Param, Name string // of ErrMoved alone: see MovedTo
}

// Error is for the log and names the code, the reasons' codes and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Fault.Code)
	for _, r := range e.Reasons {
		b.WriteString(" " + r.Pointer + ":" + r.Code)
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return b.String()
}

// Is makes errors.Is(err, ErrFilmUnknown) true for a fault that carries
// reasons or a cause.
func (e *Error) Is(target error) bool { return target == error(e.Fault) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// ErrInternal stands for every error that is no Fault.
var ErrInternal = &Fault{
	Internal, "internal",
	"Something went wrong on our side. The request id helps us find out what.",
	"Une erreur s'est produite de notre côté. L'identifiant de requête nous aidera à la retrouver.",
}

// ErrInvalid is the fault of input whose reasons say all that is wrong.
var ErrInvalid = &Fault{
	Invalid, "invalid",
	"The request does not follow the rules; every reason is listed.",
	"La requête ne respecte pas les règles ; chaque raison est indiquée.",
}

// ErrUnauthenticated is the fault of a request that nobody signed in for and
// that somebody would have to: to sign in is what may help.
var ErrUnauthenticated = &Fault{
	Unauthenticated, "unauthenticated",
	"Sign in to do this.",
	"Connectez-vous pour faire cela.",
}

// ErrDenied is the fault of a request that the policy does not allow.
var ErrDenied = &Fault{
	Forbidden, "denied",
	"You may not do this here.",
	"Vous n'avez pas le droit de faire cela ici.",
}

// ErrStale is the fault of a change that was made to an older version.
var ErrStale = &Fault{
	Stale, "stale",
	"It has changed since you read it. Read it again, then change it.",
	"Le contenu a changé depuis votre lecture. Relisez-le avant de le modifier.",
}

// ErrMoved is the fault of asking for a thing by a name that it had before.
// MovedTo returns it.
var ErrMoved = &Fault{
	Moved, "moved",
	"This has another address now: Location has it.",
	"L'adresse a changé : la nouvelle est dans Location.",
}

// MovedTo returns ErrMoved where the request's path has a former name of a
// thing as its {param}: the thing is now called name. The edge answers 308 with
// the address in which only that has changed. It is for a thing that the asker
// may see: the answer says how it is called.
func MovedTo(param, name string) error { return &Error{Fault: ErrMoved, Param: param, Name: name} }

// AsError returns err as an Error: the fault that it carries, or ErrInternal
// with err as the cause. It returns nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	var f *Fault
	if errors.As(err, &f) {
		return &Error{Fault: f}
	}
	return &Error{Fault: ErrInternal, Cause: err}
}
