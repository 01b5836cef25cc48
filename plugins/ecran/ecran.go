// Package ecran is the module in which people choose films, say why, and sign.
//
// A label is an editorial signature; it publishes selections; a pick is one
// film in a selection, signed, dated, with a note. What the film keeps of it,
// its recognition, belongs to the core and outlives the label.
//
// Nothing here is ordered by popularity: the order of every list is a date, the
// alphabet, or the hand of a curator.
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
		Listens: []string{filmChanged, filmWithdrawn, filmDeleted, pickDue, selectionDue, consentDue},
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
