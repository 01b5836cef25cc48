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
	"math"
	"slices"
	"sort"
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

// register holds the communes in the order of their codes. A merged commune may
// have kept the code of one of its parts: then both have it, the current first.
type register struct {
	rows  []row
	words []string // kinds and codes of departments and regions, each once
}

// row is a commune in a third of its size.
type row struct {
	text                     string // code and name
	parent                   string
	lat, lon                 int32 // ten thousandths of a degree
	kind, department, region uint8 // in words
	exact                    bool
}

// codeLen is the length of every commune's code.
const codeLen = 5

const perDegree = 10_000

func (r *row) code() string { return r.text[:codeLen] }
func (r *row) name() string { return r.text[codeLen:] }

// at returns the commune of row i.
func (r *register) at(i int) Commune {
	c := &r.rows[i]
	return Commune{
		Code: c.code(), Name: c.name(), Kind: Kind(r.words[c.kind]), Parent: c.parent,
		Department: r.words[c.department], Region: r.words[c.region],
		Lat: float64(c.lat) / perDegree, Lon: float64(c.lon) / perDegree, Exact: c.exact,
	}
}

var table = sync.OnceValue(func() *register {
	all := &register{rows: make([]row, 0, 37_590)}
	words := map[string]uint8{}
	word := func(s string) uint8 {
		i, known := words[s]
		if !known {
			if len(all.words) > math.MaxUint8 {
				panic("communes: more words than a byte counts")
			}
			i, s = uint8(len(all.words)), strings.Clone(s)
			words[s], all.words = i, append(all.words, s)
		}
		return i
	}
	parents := map[string]string{"": ""} // each once
	unzipped, err := gzip.NewReader(bytes.NewReader(communesFile))
	if err != nil {
		panic(err) // it is in the binary
	}
	r := csv.NewReader(unzipped)
	r.ReuseRecord = true
	for {
		f, err := r.Read()
		if err == io.EOF {
			return all
		}
		if err != nil {
			panic(err)
		}
		if len(f[0]) != codeLen {
			panic(fmt.Sprintf("communes: %q is no code", f[0]))
		}
		parent, known := parents[f[3]]
		if !known {
			// The fields of a record share one string, which would stay whole.
			parent = strings.Clone(f[3])
			parents[parent] = parent
		}
		all.rows = append(all.rows, row{
			text: f[0] + f[1], parent: parent,
			kind: word(f[2]), department: word(f[4]), region: word(f[5]),
			lat: degrees(f[6]), lon: degrees(f[7]), exact: f[8] == "1",
		})
	}
})

func degrees(s string) int32 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(fmt.Sprintf("communes: %q are no degrees", s))
	}
	return int32(math.Round(v * perDegree))
}

// Get returns the commune with this code, the current one where several have
// it; false if there is none.
func Get(code string) (Commune, bool) {
	all := table()
	i, ok := sort.Find(len(all.rows), func(i int) int { return cmp.Compare(code, all.rows[i].code()) })
	if !ok {
		return Commune{}, false
	}
	return all.at(i), true
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
	all := table()
	for i := range all.rows {
		if c := &all.rows[i]; c.parent != "" && c.parent != c.code() {
			of[c.parent] = append(of[c.parent], c.code())
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
	all := table()
	for i := range all.rows {
		if c := all.at(i); c.Kind == KindCurrent && (department == "" || c.Department == department) {
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
