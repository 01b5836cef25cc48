package host

import (
	"net/http"
	"time"
)

// Table is a module's table of operations, made of its OpenAPI document.
type Table struct{ *routes }

// NewTable returns what is made of the document.
func NewTable(module string, openapi []byte) (Table, error) {
	r, err := newRoutes(module, openapi)
	return Table{r}, err
}

// Find returns the id of the operation that the request is for.
func (t Table) Find(r *http.Request) (id string, allowed []string, err error) {
	operation, allowed, err := t.find(r)
	return operation.ID, allowed, err
}

// Pace is how long a module waits before it is started again.
type Pace struct{ pace }

// Next tells of one more end.
func (p *Pace) Next(served bool, now time.Time) time.Duration { return p.next(served, now) }
