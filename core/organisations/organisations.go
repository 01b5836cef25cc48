// Package organisations keeps the organisations: companies, associations,
// schools, festivals; who belongs to them, and since when.
package organisations

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

// ErrUnknown is the fault of naming an organisation that is not there, or not
// for the asker to know of.
var ErrUnknown = &core.Fault{
	Kind: core.Missing, Code: "organisation_unknown",
	EN: "There is no such organisation here.",
	FR: "Cette organisation n'est pas ici.",
}

// Organisations owns the rows of organisations and memberships. Its verbs ask
// the gate themselves, for the actor of their context.
type Organisations struct {
	store  db.Store[*ent.Client]
	gate   *policies.Gate
	events *events.Log
	audit  *audit.Log
	notify *notify.Box
}

// New returns the organisations of d.
func New(d *db.DB, gate *policies.Gate, events *events.Log, audit *audit.Log, notify *notify.Box) *Organisations {
	return &Organisations{
		store:  db.Bind(d, func(drv dialect.Driver) *ent.Client { return ent.NewClient(ent.Driver(drv)) }),
		gate:   gate,
		events: events,
		audit:  audit,
		notify: notify,
	}
}
