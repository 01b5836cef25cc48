// Package films keeps the films: the works at every stage, from idea to
// release, who makes them, and what others said of them.
//
// A film is private to the people who make it until it is released, and out of
// sight again once it is withdrawn or its maker is suspended. What somebody may
// not know of is not there for them: the answer is the same as for an id that
// was never given.
//
// No list is sorted by success, and nothing here counts views.
package films

import (
	"entgo.io/ent/dialect"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/events"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/policies"
)

// ErrUnknown is the fault of naming a film that is not there, or not for the
// asker to know of.
var ErrUnknown = &core.Fault{
	Kind: core.Missing, Code: "film_unknown",
	EN: "There is no such film here.",
	FR: "Ce film n'est pas ici.",
}

// Catalog owns the rows of films, their members and their recognitions. Its
// verbs ask the gate themselves, for the actor of their context.
type Catalog struct {
	store  db.Store[*ent.Client]
	gate   *policies.Gate
	events *events.Log
	audit  *audit.Log
	notify *notify.Box
}

// New returns the films of d.
func New(d *db.DB, gate *policies.Gate, events *events.Log, audit *audit.Log, notify *notify.Box) *Catalog {
	return &Catalog{
		store:  db.Bind(d, func(drv dialect.Driver) *ent.Client { return ent.NewClient(ent.Driver(drv)) }),
		gate:   gate,
		events: events,
		audit:  audit,
		notify: notify,
	}
}
