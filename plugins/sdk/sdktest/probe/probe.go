// Package probe is a module that does once each thing that a module can do:
// the host, the SDK and the conformance suite are tried with it.
package probe

import (
	"context"
	"embed"
	"io/fs"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// Probe is the module.
type Probe struct {
	forgetful bool
	host      *sdk.Host
}

var (
	_ sdk.Module      = (*Probe)(nil)
	_ sdk.Provisioner = (*Probe)(nil)
	_ sdk.Migrator    = (*Probe)(nil)
	_ sdk.Listener    = (*Probe)(nil)
)

// New returns the module as it ought to be.
func New() sdk.Module { return &Probe{} }

// Forgetful returns the module with two operations whose handlers forget to
// check their permission: one that reads and one that writes.
func Forgetful() sdk.Module { return &Probe{forgetful: true} }

//go:embed policy.csv
var policy string

//go:embed migrations
var migrations embed.FS

// What the probe says and hears.
const (
	NoteMade     = "probe.note.made.v1"
	FilmReleased = "film.released.v1"
)

// Manifest says what the probe is.
func (p *Probe) Manifest() sdk.Manifest {
	return sdk.Manifest{
		Name: "probe", Version: "1.0.0", Summary: "Tries what a module can do.",
		Permissions: []string{sdk.FilmsRead, sdk.PeopleRead},
		Emits:       []string{NoteMade},
		Listens:     []string{FilmReleased},
		Policy:      policy,
	}
}

// Provision keeps the host.
func (p *Probe) Provision(_ context.Context, h *sdk.Host) error {
	p.host = h
	return nil
}

// Migrations returns the probe's tables.
func (p *Probe) Migrations(dialect string) fs.FS {
	files, err := fs.Sub(migrations, "migrations/"+dialect)
	if err != nil {
		panic(err) // the path is a constant and the files are in the binary
	}
	return files
}

// Register registers the operations.
func (p *Probe) Register(api huma.API) {
	p.registerNotes(api)
	p.registerStreams(api)
	p.registerHeard(api)
	if p.forgetful {
		p.registerForgetful(api)
	}
}
