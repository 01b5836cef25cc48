// Package ecran is the module in which people choose films, say why, and sign.
//
// A label is an editorial signature; it publishes selections; a pick is one
// film in a selection, signed, dated, with a note. What the film keeps of it,
// its recognition, belongs to the core and outlives the label.
//
// Nothing here is ordered by popularity: the order of every list is a date, the
// alphabet, or the hand of a curator.
//
// # How to read it
//
// Each noun has its files, and the same noun has the same name in all of them:
// pick.go makes and changes one, routes_pick.go is what it looks like from
// outside, and ent/schema/pick.go what is remembered. Of the larger nouns
// pick_list.go says who sees which, and pick_state.go what becomes of it; of the
// smaller all that is in one file. states.go has the tables of what can become of
// a label, a pick, an invitation, a consent and a proposal. A selection is a
// draft until it is published, and a pin is there or has ended: of those two the
// column says it all.
//
// A request comes through the host, which knows who asks and whether the module
// is on in the space, to an operation in routes_*.go. It reads the input, whose
// shape the operation's tags have checked, and calls one verb. The verb asks the
// policy with what relates the actor to the thing ([sdk.Actor.Check], or
// [sdk.Lists] for what a list may show), asks the table of states, and writes in
// one transaction what has changed and the event that says so, which the host
// takes from there. It refuses with one fault that holds all its reasons. What
// may not be seen is answered as what does not exist. What is asked of the host,
// such as a film, is asked before the transaction, which holds rows that others
// wait for.
//
// A row is looked for with [sdk.InPlace]: in the space of the request, unless the
// module is off there. It names the columns of those who made the row where the
// row goes out of sight with them while they are suspended, as what they signed
// does; what is the space's own, as a pin or a consent, names none, and stays.
//
// What a date decides is read off the date and is not stored: a pick whose hour
// has come is on screen, whether or not anybody was there to say so. Events that
// are due ([sdk.RecordAt]) tell those who want to know when.
//
// A file begins with the faults of its noun, which are what its verbs refuse
// with; then come what its operations take, the verbs, and what they share.
//
// # How to add an operation
//
// Write the verb and its faults in the noun's file, and its row in policy.csv;
// if it moves something, the move in states.go; if somebody wants to know, the
// event in events.go and in the manifest; then the operation in routes_*.go. A
// column is added in ent/schema, and its migration by make migration. The tests
// run the module alone, on both databases ([sdktest.Run]); that every operation
// survives bad input, replay and strangers is tested where all of them are, in
// cmd/labfilms.
package ecran

import (
	"context"
	"embed"
	"io/fs"

	"entgo.io/ent/dialect"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// Ecran is the module. Its verbs are in the file of their noun; each asks the
// policy itself.
type Ecran struct {
	store sdk.Store[*ent.Client]
	host  *sdk.Host
}

var (
	_ sdk.Module      = (*Ecran)(nil)
	_ sdk.Provisioner = (*Ecran)(nil)
	_ sdk.Migrator    = (*Ecran)(nil)
	_ sdk.Listener    = (*Ecran)(nil)
	_ sdk.Findable    = (*Ecran)(nil)
)

// New returns the module, not yet provisioned.
func New() sdk.Module { return &Ecran{} }

//go:embed policy.csv
var policy string

//go:embed migrations/*/*.sql
var migrations embed.FS

// Manifest says what Écran is and what it asks of its host.
func (e *Ecran) Manifest() sdk.Manifest {
	return sdk.Manifest{
		Name:        "ecran",
		Version:     "0.1.0",
		Summary:     "Films chosen by people: labels, selections, signed picks.",
		Permissions: []string{sdk.FilmsRead, sdk.PeopleRead},
		Kinds:       []string{labelKind, selectionKind},
		Emits: []string{
			labelMade, labelAccepted, labelChanged, labelClosed, selectionChanged, selectionPublished,
			pickMade, pickMoved, pickEnded, consentAsked, consentAnswered, proposalMade, proposalDecided, pinMade, pinEnded,
			filmRecognised, filmRecognitionEnded,
			pickDue, selectionDue, consentDue,
		},
		Listens: []string{filmChanged, filmWithdrawn, filmDeleted, recognitionRemoved, pickDue, selectionDue, consentDue},
		Policy:  policy,
	}
}

// Provision gives the module its database and its host.
func (e *Ecran) Provision(_ context.Context, h *sdk.Host) error {
	e.host = h
	e.store = sdk.Bind(h.DB, func(driver dialect.Driver) *ent.Client {
		return ent.NewClient(ent.Driver(driver))
	})
	return nil
}

// Migrations returns the history of the module's tables in this dialect.
func (e *Ecran) Migrations(dialect string) fs.FS {
	files, err := fs.Sub(migrations, "migrations/"+dialect)
	if err != nil {
		panic(err) // the path is a constant and the files are in the binary
	}
	return files
}
