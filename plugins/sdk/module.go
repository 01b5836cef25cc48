package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
)

// Module is all that a module must be. Both methods are called before there is
// a database, and more than once: they have no effects.
type Module interface {
	Manifest() Manifest

	// Register registers the module's operations on api, with paths relative
	// to the module ("/labels/{label}"). Every operation has an operation id
	// of its own and names its permission ([Permission]) or is open to all
	// ([Public]). The space of a request is in its [Actor].
	Register(api huma.API)
}

// Provisioner is a module that needs its database or its host. Provision is
// called once, after the migrations and before the first request or event; the
// host is valid until the process ends. An error ends the start.
type Provisioner interface {
	Provision(ctx context.Context, host *Host) error
}

// Migrator is a module with tables. Migrations returns its *.sql files for the
// dialect, "sqlite" or "postgres", in the order of their names. A file that
// was ever applied is not edited.
type Migrator interface {
	Migrations(dialect string) fs.FS
}

// Listener is a module that follows what happens elsewhere: the events that
// its manifest lists under Listens.
//
// On is called for each at least once, and in order for each subject. It runs
// in a transaction of the module's database, which is committed when it
// returns nil and which also remembers that the event was seen; so what On
// does in the database is done once. What it does elsewhere must bear
// repetition. An event whose On fails comes again, later. The actor is the
// module itself, at the event's place.
type Listener interface {
	On(ctx context.Context, event Event) error
}

// Findable is a module whose things search finds. Its manifest lists their
// kinds, and its events are named for them: "ecran.label.closed.v1" says that
// the label with this subject is to be read again.
//
// Documents returns what everybody may see, as a visitor would: those with
// these ids; or, where ids is nil, all that the module has in any space, in
// pages of its choice, after cursor, with an empty next at the end. What is of
// a suspended person it leaves out: [NotSuspended].
type Findable interface {
	Documents(ctx context.Context, kind string, ids []string, cursor string) (docs []Document, next string, err error)
}

// The services of the host that a manifest may ask for.
const (
	FilmsRead  = "films.read"  // Host.Films
	PeopleRead = "people.read" // Host.People
)

// Manifest says what a module is and what it asks of its host. The host
// refuses a module whose manifest does not hold.
type Manifest struct {
	// Name is one short word in lower case: the module's part of every path,
	// permission, event and operation id. It never changes.
	Name string `json:"name"`
	// Version is the module's own, as 1.4.0.
	Version string `json:"version"`
	// Summary says in a sentence what the module is for.
	Summary string `json:"summary"`
	// Permissions are the services that the module asks of its host, such as
	// FilmsRead. What is not asked for is refused.
	Permissions []string `json:"permissions,omitempty"`
	// Kinds are the kinds of things of the module that search finds, each one
	// lower-case word: "label". The module is [Findable].
	Kinds []string `json:"kinds,omitempty"`
	// Emits are the types of event that the module records. They begin with
	// its name ("ecran.pick.made.v1"), but for the few facts that belong to
	// the core and that any module may find ("film.recognised.v1").
	Emits []string `json:"emits,omitempty"`
	// Listens are the types of event that the module is told.
	Listens []string `json:"listens,omitempty"`
	// Settings is the JSON Schema of the module's settings in a space.
	Settings json.RawMessage `json:"settings,omitempty"`
	// Policy says who may do what: lines of role, relations and action,
	// such as "member, own, ecran.label.update". Relations joined by + must
	// all hold. The actions begin with the module's name.
	Policy string `json:"policy,omitempty"`
}

var (
	moduleVersion = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)
	eventType     = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*)+\.v[1-9]\d*$`)

	kindName = regexp.MustCompile(`^[a-z]{2,24}$`)
	ownKinds = []string{"film", "person", "organisation", "kind", "region"}

	services = []string{FilmsRead, PeopleRead}
	// shared are the facts that are the core's to own and a module's to find.
	shared = []string{"film.recognised.v1", "film.recognition_ended.v1", "credit.proposed.v1"}
)

// Validate returns everything that is wrong with the manifest, or nil. The
// policy is judged by the host, which knows the roles.
func (m Manifest) Validate() error {
	var wrong []error
	no := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf("manifest: "+format, args...)) }
	if !core.ModuleName(m.Name) {
		no("the name %q is not one lower-case word of 2 to 31 letters and digits, or it is the platform's own", m.Name)
	}
	if !moduleVersion.MatchString(m.Version) {
		no("the version %q is not of the form 1.2.3", m.Version)
	}
	if strings.TrimSpace(m.Summary) == "" {
		no("there is no summary")
	}
	for _, p := range m.Permissions {
		if !slices.Contains(services, p) {
			no("the host has no service %q", p)
		}
	}
	for _, e := range m.Emits {
		if !eventType.MatchString(e) {
			no("the event %q is not of the form noun.happened.v1", e)
		}
		if !strings.HasPrefix(e, m.Name+".") && !slices.Contains(shared, e) {
			no("the event %q is not the module's to emit", e)
		}
	}
	for _, e := range m.Listens {
		if !eventType.MatchString(e) {
			no("the event %q is not of the form noun.happened.v1", e)
		}
	}
	for _, k := range m.Kinds {
		if !kindName.MatchString(k) || slices.Contains(ownKinds, k) {
			no("the kind %q is not one lower-case word, or it is the core's", k)
		}
	}
	if len(m.Settings) > 0 && !json.Valid(m.Settings) {
		no("the settings are not JSON")
	}
	return errors.Join(wrong...)
}
