package sdk

import (
	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

// The parts of a list. A list in one order, with one filter, from its request
// to its answer:
//
//	page, err := host.Cursors.Open(in.ListParams, in.Sort, in.Kind)
//	…
//	rows, err := client.Label.Query().
//		Where(sdk.InScope(ctx), sdk.Keyset[time.Time](page, label.FieldCreatedAt)).All(ctx)
//	list := sdk.PageOf(rows, page, func(l *ent.Label) sdk.Key { return sdk.KeyOf(l.CreatedAt, l.ID) })
//	body := sdk.ListOf(list, host.Cursors, in.Sort, in.Kind, viewLabel)
type (
	// ListParams are the query parameters of every list; embed it in the input.
	ListParams = rest.ListParams
	// ListBody is the body of every list.
	ListBody[T any] = rest.ListBody[T]
	// List is one page of a list, before it is shown.
	List[T any] = core.List[T]
	// Cursors seals and opens the cursors of the module's lists.
	Cursors = rest.Cursors
)

// ScopeParam is the query parameter with which a list of a space also takes in
// the spaces below; embed it in the input. [InScope] obeys it.
type ScopeParam struct {
	Scope string `query:"scope" enum:"here,subtree" default:"here" doc:"The space alone, or with the spaces below it."`
}

// ListOf returns the body for a page: each item as view shows it, and the
// cursor of the next page. sort and filters are those that the page was opened
// with.
func ListOf[T, V any](list List[T], c Cursors, sort, filters string, view func(T) V) ListBody[V] {
	return rest.ListOf(list, c, sort, filters, view)
}
