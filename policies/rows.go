package policies

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/labfilms/labfilms/core"
)

// vocabulary is the words that rows may use.
type vocabulary struct {
	roles []role
	asker core.Relations
}

// role is a line of roles.csv.
type role struct {
	name     core.Role
	inherits []core.Role
}

// row is a line of core.csv or of a module.
type row struct {
	role      core.Role
	relations core.Relations
	action    string
	deny      bool
}

func (r row) effect() string {
	if r.deny {
		return "deny"
	}
	return "allow"
}

// change is what a line says instead of an action to mean all that are more
// than looking; the matcher in model.conf knows which.
const change = "change"

var (
	coreAction   = regexp.MustCompile(`^[a-z][a-z_]*\.[a-z][a-z_]*$`)
	moduleAction = regexp.MustCompile(`^[a-z][a-z0-9]+\.[a-z][a-z_]*\.[a-z][a-z_]*$`)
)

// readVocabulary reads roles.csv and relations.csv.
func readVocabulary(files fs.FS) (*vocabulary, error) {
	v := &vocabulary{}
	err := readFile(files, "roles.csv", 3, func(line []string) error {
		r := role{name: core.Role(line[0])}
		switch {
		case line[0] == "role":
			return nil // the heading
		case line[0] == "" || line[2] == "":
			return errors.New("a role needs a name and a meaning")
		case v.has(r.name):
			return fmt.Errorf("%s is there twice", r.name)
		case len(v.roles) == 32:
			return errors.New("more roles than a roleSet holds")
		}
		if line[1] != "" {
			for name := range strings.SplitSeq(line[1], "+") {
				if !v.has(core.Role(name)) {
					return fmt.Errorf("%s inherits %s, which is not above it", r.name, name)
				}
				r.inherits = append(r.inherits, core.Role(name))
			}
		}
		v.roles = append(v.roles, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var names []string
	err = readFile(files, "relations.csv", 3, func(line []string) error {
		if line[0] == "relation" {
			return nil // the heading
		}
		set, ok := core.ParseRelations(line[0])
		if !ok || line[2] == "" {
			return fmt.Errorf("%q is no relation of package core, or has no meaning", line[0])
		}
		switch line[1] {
		case "asker":
			v.asker |= set
		case "thing":
		default:
			return fmt.Errorf("%s is of the asker or of the thing, not of %q", line[0], line[1])
		}
		names = append(names, line[0])
		return nil
	})
	if err != nil {
		return nil, err
	}
	if all := core.Relations(math.MaxUint16).String(); strings.Join(names, "+") != all {
		return nil, fmt.Errorf("relations.csv defines %s, package core has %s", strings.Join(names, "+"), all)
	}
	return v, nil
}

func (v *vocabulary) has(name core.Role) bool {
	return slices.ContainsFunc(v.roles, func(r role) bool { return r.name == name })
}

// readCore reads core.csv.
func (v *vocabulary) readCore(files fs.FS) ([]row, error) {
	var rows []row
	err := readFile(files, "core.csv", -1, func(line []string) error {
		r, err := v.row(line)
		switch {
		case err != nil:
			return err
		case r.deny && r.relations != core.RelationSet(core.Any):
			return errors.New("a denial holds whatever the relations: it says any")
		case r.deny && v.inherited(r.role):
			// It would reach everybody above, the administrators first.
			return fmt.Errorf("%s may not deny: it inherits or is inherited", r.role)
		case r.action == change && !r.deny:
			return errors.New("change is for denials: what is allowed is named")
		case r.action != change && !coreAction.MatchString(r.action):
			return fmt.Errorf("%q is not noun.verb", r.action)
		case slices.Contains(rows, r):
			return errors.New("the line is there twice")
		}
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

// inherited reports whether the role inherits another or is inherited.
func (v *vocabulary) inherited(name core.Role) bool {
	return slices.ContainsFunc(v.roles, func(r role) bool {
		return r.name == name && r.inherits != nil || slices.Contains(r.inherits, name)
	})
}

// row reads role, relations, action and perhaps deny.
func (v *vocabulary) row(line []string) (row, error) {
	if len(line) != 3 && len(line) != 4 {
		return row{}, errors.New("a line is: role, relations, action")
	}
	r := row{role: core.Role(line[0]), action: line[2], deny: len(line) == 4}
	if r.deny && line[3] != "deny" {
		return row{}, fmt.Errorf("the fourth word is deny or nothing, not %q", line[3])
	}
	if !v.has(r.role) {
		return row{}, fmt.Errorf("unknown role %q", line[0])
	}
	set, ok := core.ParseRelations(line[1])
	if !ok {
		return row{}, fmt.Errorf("unknown relation in %q", line[1])
	}
	if set.Has(core.Any) && set != core.RelationSet(core.Any) {
		return row{}, fmt.Errorf("any adds nothing in %q", line[1])
	}
	r.relations = set
	return r, nil
}

// denials returns the rows that deny.
func denials(rows []row) []row {
	return slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !r.deny })
}

// readFile reads the lines of a file with this number of fields, -1 for any.
func readFile(files fs.FS, name string, fields int, each func(line []string) error) error {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	return readLines(name, string(text), fields, each)
}

// readLines calls each with the trimmed fields of each line that is not empty
// and no comment. It returns all errors, each with the name and the line.
func readLines(name, text string, fields int, each func(line []string) error) error {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = '#', fields, true
	var all []error
	for {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			return errors.Join(all...)
		}
		if err != nil {
			return errors.Join(append(all, fmt.Errorf("%s: %w", name, err))...)
		}
		for i := range line {
			line[i] = strings.TrimSpace(line[i])
		}
		if err := each(line); err != nil {
			at, _ := r.FieldPos(0)
			all = append(all, fmt.Errorf("%s:%d: %w", name, at, err))
		}
	}
}
