package sdk

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
)

// listed is how far a list has come with asking the policy.
type listed struct {
	action string
	scoped bool
}

// Lists returns the sets of relations, any one of which lets the actor see a
// row of the list that this action is for. Each set is a condition to put on
// the rows; no set at all means that the list is empty.
//
// Together with [InScope] it is the check of a list: the operation that has
// called both has asked.
func Lists(ctx context.Context, action string) When {
	a := ActorFrom(ctx)
	when := a.When(action)
	a.listed.action = action
	if a.listed.scoped || when.Never() {
		a.guard.Asked(action)
	}
	return when
}

// InScope is the predicate of every list: the rows of the space that was asked
// for, alone or with the spaces below it, without the spaces in which the
// module is switched off, and without the rows of suspended people. authors
// are the columns that hold the id of a person whose row it is.
//
//	labels.Query().Where(sdk.InScope(ctx, label.FieldHolderID))
//
// The rows have the columns of the mixin [InSpace].
func InScope(ctx context.Context, authors ...string) func(*sql.Selector) {
	a := ActorFrom(ctx)
	a.listed.scoped = true
	if a.listed.action != "" {
		a.guard.Asked(a.listed.action)
	}
	return func(s *sql.Selector) {
		db.In(a.Scope)(s)
		for _, column := range authors {
			s.Where(notSuspended(s.C(column)))
		}
	}
}

// InPlace is the predicate of one row: it is of the space that the request
// names, and not of suspended people. A row of another space is not found,
// whoever asks. authors are as for [InScope].
func InPlace(ctx context.Context, authors ...string) func(*sql.Selector) {
	here := db.In(core.Scope{Place: ActorFrom(ctx).Space.Place})
	return func(s *sql.Selector) {
		here(s)
		for _, column := range authors {
			s.Where(notSuspended(s.C(column)))
		}
	}
}

// InBranch is the predicate of rows of the space that the request names and of
// those below it, whatever the request asks for, without the spaces in which
// the module is switched off, and without the rows of suspended people: for
// what a space shows of its whole branch. authors are as for [InScope].
func InBranch(ctx context.Context, authors ...string) func(*sql.Selector) {
	a := ActorFrom(ctx)
	here := db.In(core.Scope{Place: a.Space.Place, Subtree: true, Off: a.Scope.Off})
	return func(s *sql.Selector) {
		here(s)
		for _, column := range authors {
			s.Where(notSuspended(s.C(column)))
		}
	}
}
