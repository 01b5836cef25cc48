// Package communes is France by the official geographic code: every commune,
// those that are now part of another, its department and its region. Codes
// are INSEE's. Names are for people: nothing is found by a name that a code
// could find, since the same place is spelt in several ways.
//
// The tables are those of the package @etalab/decoupage-administratif (MIT);
// the coordinates are from GeoNames (CC-BY 4.0), by INSEE code, where it has
// them. .ci/data/communes.mjs writes them; nobody edits them here.
package communes

import (
	"bytes"
	"cmp"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed communes.csv.gz
var communesFile []byte

//go:embed departments.csv
var departmentsFile string

//go:embed regions.csv
var regionsFile string

// Kind is what a commune is today.
type Kind string

// The kinds. All but KindCurrent are parts of a current one: it was merged into it,
// or it is a district of Paris, Lyon or Marseille.
const (
	KindCurrent    Kind = "current"
	KindDistrict   Kind = "district"   // arrondissement municipal
	KindDelegated  Kind = "delegated"  // commune déléguée
	KindAssociated Kind = "associated" // commune associée
)

// Commune is one of them. Its coordinates are in degrees; where Exact is false
// they are the middle of its department.
type Commune struct {
	Code       string
	Name       string
	Kind       Kind
	Parent     string // code of the current commune that it is part of; empty for a current one
	Department string // code
	Region     string // code
	Lat, Lon   float64
	Exact      bool
}

// Division is a department or a region.
type Division struct {
	Code, Name string
	Region     string // code, of a department
}

// table holds the communes in the order of their codes. A merged commune may
// have kept the code of one of its parts: then both have it, the current first.
var table = sync.OnceValue(func() []Commune {
	unzipped, err := gzip.NewReader(bytes.NewReader(communesFile))
	if err != nil {
		panic(err) // it is in the binary
	}
	content, err := io.ReadAll(unzipped)
	if err != nil {
		panic(err)
	}
	// The fields of a record are parts of one string that csv makes of the line.
	r := csv.NewReader(bytes.NewReader(content))
	r.ReuseRecord = true
	all := make([]Commune, 0, 38_000)
	shared := map[string]string{} // names of departments, regions and kinds, once
	share := func(s string) string {
		if known, ok := shared[s]; ok {
			return known
		}
		s = strings.Clone(s)
		shared[s] = s
		return s
	}
	for {
		f, err := r.Read()
		if err == io.EOF { //nolint:errorlint // csv returns it as it is
			return all
		}
		if err != nil {
			panic(err)
		}
		both := strings.Clone(f[0] + f[1])
		c := Commune{
			Code: both[:len(f[0])], Name: both[len(f[0]):], Kind: Kind(share(f[2])), Parent: share(f[3]),
			Department: share(f[4]), Region: share(f[5]), Exact: f[8] == "1",
		}
		c.Lat, c.Lon = degrees(f[6]), degrees(f[7])
		all = append(all, c)
	}
})

func degrees(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(fmt.Sprintf("communes: %q are no degrees", s))
	}
	return v
}

// Get returns the commune with this code, the current one where several have
// it; false if there is none.
func Get(code string) (Commune, bool) {
	all := table()
	i, ok := slices.BinarySearchFunc(all, code, func(c Commune, code string) int { return cmp.Compare(c.Code, code) })
	if !ok {
		return Commune{}, false
	}
	return all[i], true
}

// Current returns the commune of today that the code's territory belongs to:
// itself, or the one that it is part of.
func Current(code string) (Commune, bool) {
	c, ok := Get(code)
	if ok && c.Parent != "" {
		return Get(c.Parent)
	}
	return c, ok
}

// parts are the codes of the communes that are part of a current one.
var parts = sync.OnceValue(func() map[string][]string {
	of := map[string][]string{}
	for _, c := range table() {
		if c.Parent != "" && c.Parent != c.Code {
			of[c.Parent] = append(of[c.Parent], c.Code)
		}
	}
	return of
})

// Within returns the code and those of the communes that are part of it, in
// order; nothing for a code that there is not.
func Within(code string) []string {
	if _, ok := Get(code); !ok {
		return nil
	}
	all := append([]string{code}, parts()[code]...)
	slices.Sort(all)
	return slices.Compact(all)
}

// All returns every commune of a department, the current ones only, in the
// order of their codes; of all France for "".
func All(department string) []Commune {
	var found []Commune
	for _, c := range table() {
		if c.Kind == KindCurrent && (department == "" || c.Department == department) {
			found = append(found, c)
		}
	}
	return found
}

// Department returns the department with this code.
func Department(code string) (Division, bool) { return divisionOf(departments(), code) }

// Region returns the region, or the overseas collectivity that counts as one,
// with this code.
func Region(code string) (Division, bool) { return divisionOf(regions(), code) }

// Regions returns all of them, in the order of their codes.
func Regions() []Division { return slices.Clone(regions()) }

var (
	departments = sync.OnceValue(func() []Division { return divisions(departmentsFile) })
	regions     = sync.OnceValue(func() []Division { return divisions(regionsFile) })
)

func divisionOf(all []Division, code string) (Division, bool) {
	i, ok := slices.BinarySearchFunc(all, code, func(d Division, code string) int { return cmp.Compare(d.Code, code) })
	if !ok {
		return Division{}, false
	}
	return all[i], true
}

func divisions(file string) []Division {
	r := csv.NewReader(strings.NewReader(file))
	r.FieldsPerRecord = -1
	lines, err := r.ReadAll()
	if err != nil {
		panic(err) // it is in the binary
	}
	all := make([]Division, len(lines))
	for i, line := range lines {
		all[i] = Division{Code: line[0], Name: line[1]}
		if len(line) > 2 {
			all[i].Region = line[2]
		}
	}
	slices.SortFunc(all, func(a, b Division) int { return cmp.Compare(a.Code, b.Code) })
	return all
}
