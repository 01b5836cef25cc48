package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Manifest is what a module says of itself, as the host reads it; an author
// writes it as sdk.Manifest.
type Manifest struct {
	Name        string          `json:"name"`
	Version     string          `json:"version"`
	Summary     string          `json:"summary"`
	Permissions []string        `json:"permissions"` // host services it asks for
	Emits       []string        `json:"emits"`       // types of event it records
	Listens     []string        `json:"listens"`     // types of event it is told
	Kinds       []string        `json:"kinds"`       // of things that search finds
	Settings    json.RawMessage `json:"settings"`    // a JSON Schema
	Policy      string          `json:"policy"`      // lines "role, relations, action"
}

// The host's services, as a manifest asks for them.
const (
	filmsRead  = "films.read"
	peopleRead = "people.read"
)

// coreFacts are the events that are the core's to own and that a module may
// find.
var coreFacts = []string{"film.recognised.v1", "film.recognition_ended.v1", "credit.proposed.v1"}

// coreKinds are what search finds of the core, and what it counts beside.
var coreKinds = []string{"film", "person", "organisation", "kind", "region"}

var kindName = regexp.MustCompile(`^[a-z]{2,24}$`)

// description is what is known of a module while it is down.
type description struct {
	manifest Manifest
	document []byte
	routes   *routes
}

// learn asks a process what it is. It returns an error where the host will not
// run such a module.
func (m *module) learn(ctx context.Context, inst *instance) (*description, error) {
	answer, err := inst.describe(ctx)
	if err != nil {
		return nil, fmt.Errorf("module %s: describe: %w", m.name, err)
	}
	d := &description{document: answer.GetOpenapi()}
	if err := json.Unmarshal(answer.GetManifest(), &d.manifest); err != nil {
		return nil, fmt.Errorf("module %s: its manifest: %w", m.name, err)
	}
	if err := d.manifest.check(m.name); err != nil {
		return nil, fmt.Errorf("module %s: its manifest: %w", m.name, err)
	}
	if d.routes, err = newRoutes(m.name, d.document); err != nil {
		return nil, fmt.Errorf("module %s: its operations: %w", m.name, err)
	}
	return d, nil
}

// check returns everything that the host does not accept.
func (m Manifest) check(name string) error {
	var wrong []error
	if m.Name != name {
		wrong = append(wrong, fmt.Errorf("it calls itself %q", m.Name))
	}
	for _, service := range m.Permissions {
		if service != filmsRead && service != peopleRead {
			wrong = append(wrong, fmt.Errorf("there is no service %q", service))
		}
	}
	for _, event := range m.Emits {
		if !strings.HasPrefix(event, name+".") && !slices.Contains(coreFacts, event) {
			wrong = append(wrong, fmt.Errorf("the event %q is not its own", event))
		}
	}
	for _, kind := range m.Kinds {
		if !kindName.MatchString(kind) || slices.Contains(coreKinds, kind) {
			wrong = append(wrong, fmt.Errorf("the kind %q is not one lower-case word, or it is the core's", kind))
		}
	}
	return errors.Join(wrong...)
}

// may reports whether the manifest asks for the service.
func (m Manifest) may(service string) bool { return slices.Contains(m.Permissions, service) }
