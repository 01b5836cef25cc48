// Package crafts is the nomenclature: what one does on a film, by department,
// in French and in English. Codes are stable and are what is kept; labels are
// for people and may be mended.
//
// The names of the posts are those of the tables of minimum wages in the
// collective agreements of the French film industry (IDCC 3097, 2642, 2412 and
// 2717), where they have them; each line says in sources where it is from. The
// ROME codes are those of France Travail, the jobs those of TMDB.
package crafts

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/labfilms/labfilms/core/text"
)

//go:embed crafts.csv
var craftsFile string

//go:embed departments.csv
var departmentsFile string

// Craft is one line of the nomenclature.
type Craft struct {
	Code       string // IMA-DOP; never given to another
	Department string // code
	Masculine  string // French: chef électricien
	Feminine   string // French: cheffe électricienne
	French     string // the form that names both: chef·fe électricien·ne
	English    string
	Head       bool   // leads the department: counted in statistics of parity
	Annexe     int    // of the French unemployment insurance: 8, 10; 0 for neither
	ROME       string // L1505; empty where none fits
	TMDB       string // Director of Photography; empty where none fits
	Aliases    []string
	Sources    string
}

// Department is a part of the crew.
type Department struct {
	Code, French, English string
	TMDB                  string
}

// Label returns how the craft is called in a language: French for "fr", else
// English.
func (c Craft) Label(lang string) string {
	if lang == "fr" {
		return c.French
	}
	return c.English
}

// All returns every craft, in the order of the titles of a film.
func All() []Craft { return slices.Clone(table()) }

// Departments returns the departments, in the order of the titles.
func Departments() []Department { return slices.Clone(departments()) }

// Get returns the craft with this code, false if there is none.
func Get(code string) (Craft, bool) {
	i, ok := byCode()[code]
	if !ok {
		return Craft{}, false
	}
	return table()[i], true
}

// DepartmentOf returns the department with this code, false if there is none.
func DepartmentOf(code string) (Department, bool) {
	for _, d := range departments() {
		if d.Code == code {
			return d, true
		}
	}
	return Department{}, false
}

// Named returns the crafts of which a word in some form or language begins like
// this, as it is typed: at most limit, in the order of the titles. All begin
// with nothing.
func Named(prefix string, limit int) []Craft {
	key := "-" + text.Slug(prefix)
	if strings.TrimSpace(prefix) == "" {
		key = "-"
	}
	var found []Craft
	for i, c := range table() {
		if len(found) >= limit {
			break
		}
		if slices.ContainsFunc(names()[i], func(name string) bool { return strings.Contains(name, key) }) {
			found = append(found, c)
		}
	}
	return found
}

// names are all by which each craft is called, as slugs behind a hyphen, so that
// every word has one before it.
var names = sync.OnceValue(func() [][]string {
	all := make([][]string, len(table()))
	for i, c := range table() {
		for _, name := range append([]string{c.Masculine, c.Feminine, c.French, c.English}, c.Aliases...) {
			all[i] = append(all[i], "-"+text.Slug(name))
		}
	}
	return all
})

var byCode = sync.OnceValue(func() map[string]int {
	index := map[string]int{}
	for i, c := range table() {
		index[c.Code] = i
	}
	return index
})

var table = sync.OnceValue(func() []Craft {
	var all []Craft
	for _, f := range read(craftsFile, 12) {
		annexe, err := strconv.Atoi(f[7])
		if err != nil {
			panic(fmt.Sprintf("crafts: %s: %q is no annexe", f[0], f[7]))
		}
		var aliases []string
		if f[10] != "" {
			aliases = strings.Split(f[10], "|")
		}
		all = append(all, Craft{
			Code: f[0], Department: f[1], Masculine: f[2], Feminine: f[3], French: f[4], English: f[5],
			Head: f[6] == "head", Annexe: annexe, ROME: f[8], TMDB: f[9], Aliases: aliases, Sources: f[11],
		})
	}
	return all
})

var departments = sync.OnceValue(func() []Department {
	var all []Department
	for _, f := range read(departmentsFile, 4) {
		all = append(all, Department{Code: f[0], French: f[1], English: f[2], TMDB: f[3]})
	}
	return all
})

// read returns the lines of a file of the package without its heading.
func read(file string, fields int) [][]string {
	r := csv.NewReader(strings.NewReader(file))
	r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = '#', fields, true
	lines, err := r.ReadAll()
	if err != nil {
		panic(err) // it is in the binary, and a test reads it
	}
	return lines[1:]
}
